"""Checks that an officer writes to the interested, and to members without coordinator, unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_interest, make_person
from tests.mail.letters import button_of
from tests.page_client import PageClient
from watch import language
from watch.extensions import db
from watch.mail.compose import _context, render
from watch.models import (
    AuditEntry,
    ContactMessage,
    Coordinator,
    Interest,
    Language,
    Membership,
    NoticeChoice,
    OutboxRow,
    Person,
    utcnow,
)

TEXT = "Startmötet är på torsdag i Norrbyhuset. Vem kan vara kontaktombud?"
TO_INTERESTED, TO_MEMBERS = "Skicka till dem som är intresserade", "Skicka till dem som är med"


@pytest.fixture
def interested(scene: Scene) -> list[Person]:
    """Six people interested in Norrby Långgata, one who has withdrawn, and one who has not confirmed."""
    people = [make_person(f"Intresserad {n}", f"intresserad{n}@example.org") for n in range(8)]
    for person in people[:7]:
        make_interest(person, scene.langgatan)
    make_interest(people[7], scene.langgatan, confirmed=False)
    last = db.session.scalars(select(Interest).where(Interest.person_id == people[6].id)).one()
    last.ended_at = utcnow() - timedelta(days=1)
    make_interest(scene.jenny, scene.house)
    db.session.commit()
    return people[:6]


def test_the_interested_are_written_to_unseen_and_one_tells_her_name(
    client: PageClient, scene: Scene, outbox: Outbox, interested: list[Person]
) -> None:
    start = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    page = start.click("Skriv till dem som är intresserade")
    assert "Vill ha en grupp 6" in page.text
    done = page.press(TO_INTERESTED, {"text": TEXT}).follow()
    assert done.flashes == [("done", "Skickat till dem som är intresserade.")]
    assert TEXT in done.text
    assert "Kommunpolisen i Norrby" in done.text
    assert "intresserad" not in done.html.replace("intresserade", "").lower()
    assert sorted(outbox.addressed()) == [
        ("officer-wrote-interested", f"intresserad{n}@example.org") for n in range(6)
    ]
    theirs = select(OutboxRow).where(OutboxRow.person_id == interested[0].id)
    link = "/" + button_of(db.session.scalars(theirs).one()).partition("//")[2].partition("/")[2]
    told = client.get(link).follow().press("Berätta mitt namn för kommunpolisen")
    assert told.status == 303
    assert "Intresserad 0" in client.get(start.path + f"?building={scene.langgatan.id}", as_=scene.gun).text


def test_few_interested_are_no_number_and_get_it_all_the_same(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_interest(scene.jenny, scene.langgatan)
    db.session.commit()
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    assert "Vill ha en grupp färre än 5" in page.text
    after = page.press(TO_INTERESTED, {"text": TEXT}).follow()
    assert outbox.addressed() == [("officer-wrote-interested", "jenny@example.org")]
    nobody = client.get(f"/buildings/{scene.house.id}/messages", as_=scene.gun)
    said = nobody.press(TO_INTERESTED, {"text": TEXT}).follow()
    assert said.flashes == after.flashes, "that there is nobody is not told either"


def test_members_of_a_group_without_coordinator_are_written_to_unless_they_said_no(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    address = f"/groups/{scene.group.id}/messages/members"
    assert client.get(address, as_=scene.gun).buttons == []
    refused = client.post(address, {"text": TEXT}, as_=scene.gun)
    assert (refused.status, refused.errors) == (
        422, ["Gruppen har ett kontaktombud som går att nå. Ring eller mejla dit."],
    )  # fmt: skip
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    said_no = update(Membership).where(Membership.person_id == scene.bengt.id)
    db.session.execute(said_no.values(notices=NoticeChoice.MEETINGS))
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun).click(
        "Skriv till dem som är med"
    )
    assert "färre än 5" in page.text or "5 av" in page.text
    done = page.press(TO_MEMBERS, {"text": TEXT}).follow()
    assert done.flashes == [("done", "Skickat till dem som är med och vill ha meddelanden.")]
    assert sorted(outbox.addressed()) == [
        ("officer-wrote-members", f"{name}@example.org") for name in ("amina", "carin", "dawit")
    ]
    assert not [each for each in ("Carin", "Dawit", "Elsa", "@example.org") if each in done.html]
    with language.speaking(Language.SWEDISH):
        mailing = outbox.rows()[0].mailing
        mail = render("officer-wrote-members", _context(mailing, Language.SWEDISH, greets=False))
    assert "Skriv till kontaktombudet" not in mail["text"] + mail["html"], "nobody would read it"


def test_five_a_day_to_one_place_and_each_leaves_a_trace(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    for _each in range(5):
        page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
        assert page.press(TO_INTERESTED, {"text": TEXT}).status == 303
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    refused = page.press(TO_INTERESTED, {"text": "Sjätte"})
    assert (refused.status, "Sjätte" in refused.html) == (422, True)
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 5
    kinds = db.session.scalars(select(AuditEntry.what).where(AuditEntry.by_id == scene.gun.id))
    assert list(kinds) == ["interested-written-to"] * 5
