"""Checks that an officer writes to the interested, and to members without coordinator, unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_group, make_interest, make_member, make_person
from tests.mail.letters import button_of
from tests.page_client import Page, PageClient
from watch import language
from watch.closing import service as closing
from watch.extensions import db
from watch.groups.queries.pages import flats_in
from watch.mail.compose import _context_of, render
from watch.mail.kinds import KINDS
from watch.models import (
    AuditEntry,
    ContactMessage,
    Coordinator,
    GroupState,
    Interest,
    Language,
    LeftOut,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)

TEXT = "Startmötet är på torsdag i Norrbyhuset. Vem kan vara kontaktombud?"
FEW, SIX = "Skicka till grannarna", "Skicka till 6 grannar"
PREVIEW, STOP = "Förhandsgranska", "Stoppa mejlen som väntar"


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
    preview = page.press(PREVIEW, {"text": TEXT})
    assert TEXT in preview.text
    assert "Kommunpolisen i Norrby" in preview.text
    assert outbox.addressed() == [], "nothing is sent by looking"
    again = preview.press("Ändra")
    assert (again.status, TEXT in again.html) == (200, True)
    done = preview.press(SIX).follow()
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
    preview = page.press(PREVIEW, {"text": TEXT})
    assert "1 person" not in preview.text
    done = preview.press(FEW).follow()
    assert outbox.addressed() == [("officer-wrote-interested", "jenny@example.org")]
    stopped = stop(done)
    assert stopped.flashes == [("done", "Stoppade mejl: färre än 5.")]


def since_yesterday() -> None:
    """Let everybody who is a member have been one for two days, and so be counted."""
    before = utcnow() - timedelta(days=2)
    db.session.execute(update(Membership).values(consent_at=before, joined_at=before))


def stop(page: Page) -> Page:
    """Press the button that stops what waits, and return the page after."""
    (button,) = (each for each in page.buttons if each.startswith(STOP))
    return page.press(button).follow()


def test_where_nearly_all_are_interested_the_number_is_not_told(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    for n in range(flats_in(scene.langgatan) - len(interested) - 4):
        make_interest(make_person(f"Granne {n}", f"granne{n}@example.org"), scene.langgatan)
    db.session.commit()
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    assert "Vill ha en grupp nästan alla" in page.text
    assert page.press(PREVIEW, {"text": TEXT}).buttons == [FEW, "Ändra"]


def test_where_nobody_is_interested_the_page_is_not_offered_and_says_so(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    empty = f"/buildings/{scene.langgatan.id}/messages"
    make_interest(scene.jenny, scene.langgatan, confirmed=False)
    db.session.commit()
    offered = "Skriv till dem som är intresserade"
    assert offered not in client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun).links
    page = client.get(empty, as_=scene.gun)
    assert "Ingen att skriva till just nu" in page.text
    assert PREVIEW not in page.buttons
    for address in (empty, f"{empty}/preview"):
        refused = client.post(address, {"text": TEXT}, as_=scene.gun)
        assert (refused.status, refused.errors) == (
            422, ["Det finns ingen att skicka till just nu. Ring i stället."],
        )  # fmt: skip
        assert TEXT in refused.html
    assert outbox.addressed() == []
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 0


def test_what_waits_is_stopped_and_what_is_being_sent_is_not_tried_again(
    client: PageClient, scene: Scene, outbox: Outbox, interested: list[Person]
) -> None:
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    done = page.press(PREVIEW, {"text": TEXT}).press(SIX).follow()
    first, claimed = outbox.rows()[:2]
    first.state, first.next_at, first.settled_at = OutboxState.SENT, None, utcnow()
    claimed.state, claimed.next_at, claimed.lease_owner = OutboxState.SENDING, None, "here#0"
    claimed.lease_token, claimed.lease_until = "x", utcnow() + timedelta(minutes=5)
    db.session.commit()
    after = stop(done)
    assert after.flashes == [("done", "Stoppade mejl: färre än 5.")]
    assert [row.state.value for row in outbox.rows()] == ["sent", "sending", *["cancelled"] * 4]
    message = db.session.scalars(select(ContactMessage)).one()
    assert KINDS["officer-wrote-interested"].wanted_unless(message, utcnow())[LeftOut.OVER] is True
    again = stop(done)
    assert again.flashes == [("info", "Mejlen som väntade är redan stoppade.")]
    noted = select(AuditEntry.by_id).where(AuditEntry.what == "message-stopped")
    assert list(db.session.scalars(noted)) == [scene.gun.id]


def test_a_message_is_stopped_at_its_own_place_only(
    client: PageClient, scene: Scene, outbox: Outbox, interested: list[Person]
) -> None:
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    page.press(PREVIEW, {"text": TEXT}).press(SIX)
    message = db.session.scalars(select(ContactMessage)).one()
    for address in (f"/buildings/{scene.house.id}/messages", f"/groups/{scene.group.id}/messages/members"):
        assert client.post(f"{address}/{message.id}/stop", as_=scene.gun).status == 404
    assert {row.state for row in outbox.rows()} == {OutboxState.QUEUED}


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
    since_yesterday()
    said_no = update(Membership).where(Membership.person_id == scene.bengt.id)
    db.session.execute(said_no.values(notices=NoticeChoice.MEETINGS))
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun).click(
        "Skriv till dem som är med"
    )
    assert "färre än 5" in page.text or "5 av" in page.text
    done = page.press(PREVIEW, {"text": TEXT}).press(FEW).follow()
    assert done.flashes == [("done", "Skickat till dem som är med och vill ha meddelanden.")]
    assert sorted(outbox.addressed()) == [
        ("officer-wrote-members", f"{name}@example.org") for name in ("amina", "carin", "dawit")
    ]
    assert not [each for each in ("Carin", "Dawit", "Elsa", "@example.org") if each in done.html]
    with language.speaking(Language.SWEDISH):
        mailing = outbox.rows()[0].mailing
        mail = render("officer-wrote-members", _context_of(mailing, Language.SWEDISH, greets=False))
    assert "Skriv till kontaktombudet" not in mail["text"] + mail["html"], "nobody would read it"
    stopped = stop(done)
    assert stopped.flashes == [("done", "Stoppade mejl: färre än 5.")]
    assert {row.state for row in outbox.rows()} == {OutboxState.CANCELLED}


@pytest.mark.parametrize(
    ("households", "button"),
    [(13, "Skicka till 8 grannar"), (12, FEW), (8, FEW)],
    ids=["five get nothing", "four get nothing", "all get it"],
)
def test_the_number_of_members_is_last_nights_and_told_if_five_or_more_are_left_over(
    client: PageClient, scene: Scene, households: int, button: str
) -> None:
    """The page says how many households take part: four of them without mail would be the difference."""
    scene.group.counted_taking_part = households
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    for n in range(4):
        make_member(make_person(f"Granne {n}", f"granne{n}@example.org"), scene.group, None)
    since_yesterday()
    for n in range(3):  # by day: one comes, one leaves, one is on paper only
        make_member(make_person(f"Ny {n}", f"ny{n}@example.org" if n else None), scene.group, None)
    gone = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    gone.left_at = utcnow()
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/messages/members", as_=scene.gun)
    assert f"{households} av " in page.text
    preview = page.press(PREVIEW, {"text": TEXT})
    assert preview.buttons == [button, "Ändra"]
    assert ("8 personer" in preview.text) is (button != FEW)


def test_a_group_whose_members_get_no_mail_is_not_offered(client: PageClient, scene: Scene) -> None:
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    since_yesterday()
    db.session.execute(update(Membership).values(notices=NoticeChoice.NOTHING))
    db.session.commit()
    address = f"/groups/{scene.group.id}/messages/members"
    coordinators = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    assert "Skriv till dem som är med" not in coordinators.links
    page = client.get(address, as_=scene.gun)
    assert "Ingen att skriva till just nu" in page.text
    assert PREVIEW not in page.buttons
    assert client.post(f"{address}/preview", {"text": TEXT}, as_=scene.gun).status == 422


def test_members_of_a_closed_group_are_not_written_to(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """On the day of the closing all were members last night, but none gets mail of the group any more."""
    db.session.execute(update(Coordinator).values(ended_at=utcnow()))
    since_yesterday()
    db.session.commit()
    address = f"/groups/{scene.group.id}/messages/members"
    preview = client.get(address, as_=scene.gun).press(PREVIEW, {"text": TEXT})
    closing.close(scene.group, reason="Huset byggs om.", by=scene.gun)
    db.session.commit()
    refused = preview.press(FEW)
    why = "Gruppen är avslutad. Öppna den igen, eller starta den på nytt."
    assert (refused.status, refused.errors, TEXT in refused.html) == (422, [why], True)
    again = client.post(f"{address}/preview", {"text": TEXT}, as_=scene.gun)
    assert (again.status, again.errors) == (422, [why])
    page = client.get(address, as_=scene.gun)
    assert (why in page.text, page.buttons) == (True, [])
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 0
    assert "officer-wrote-members" not in {kind for kind, _address in outbox.addressed()}
    for place in ("coordinators", "lifecycle"):
        shown = client.get(f"/groups/{scene.group.id}/{place}", as_=scene.gun)
        assert "Skriv till dem som är med" not in shown.links


def test_five_a_day_to_one_place_and_each_leaves_a_trace(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    for _each in range(5):
        page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
        assert page.press(PREVIEW, {"text": TEXT}).press(SIX).status == 303
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    refused = page.press(PREVIEW, {"text": "Sjätte"}).press(SIX)
    assert (refused.status, "Sjätte" in refused.html) == (422, True)
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 5
    kinds = db.session.scalars(select(AuditEntry.what).where(AuditEntry.by_id == scene.gun.id))
    assert list(kinds) == ["interested-written-to"] * 5


@pytest.mark.parametrize(("came", "is_offered"), [(4, False), (5, True)])
def test_on_the_first_day_five_members_are_written_to_and_no_number_is_told(
    client: PageClient, scene: Scene, outbox: Outbox, came: int, is_offered: bool
) -> None:
    """Fewer than five are not told of before the night: the first to come would be seen coming."""
    group = make_group(scene.langgatan, GroupState.STARTING)
    for n in range(came):
        make_member(make_person(f"Ny {n}", f"ny{n}@example.org"), group, None)
    db.session.commit()
    start = client.get(f"/groups/{group.id}/lifecycle", as_=scene.gun)
    assert ("Skriv till dem som är med" in start.links) is is_offered
    page = client.get(f"/groups/{group.id}/messages/members", as_=scene.gun)
    assert ("Ingen att skriva till just nu" in page.text) is not is_offered
    if is_offered:
        preview = page.press(PREVIEW, {"text": TEXT})
        assert preview.buttons == [FEW, "Ändra"]
        assert preview.press(FEW).status == 303
    assert len(outbox.addressed()) == (came if is_offered else 0)


@pytest.mark.parametrize(("came", "is_offered"), [(4, False), (5, True)])
def test_on_the_first_day_five_interested_are_written_to_and_no_number_is_told(
    client: PageClient, scene: Scene, came: int, is_offered: bool
) -> None:
    for n in range(came):
        make_interest(make_person(f"Ny {n}", f"ny{n}@example.org"), scene.langgatan)
    db.session.execute(update(Interest).values(confirmed_at=utcnow()))
    db.session.commit()
    start = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    assert ("Skriv till dem som är intresserade" in start.links) is is_offered
    page = client.get(f"/buildings/{scene.langgatan.id}/messages", as_=scene.gun)
    assert (PREVIEW in page.buttons) is is_offered
    if is_offered:
        assert "Vill ha en grupp färre än 5" in page.text
        assert page.press(PREVIEW, {"text": TEXT}).buttons == [FEW, "Ändra"]
