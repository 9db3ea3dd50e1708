"""The start meeting to which an officer calls those who are interested in a building, unseen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_interest, make_person
from tests.mail.relay import Relay, Taken
from tests.mail.test_word_of_meetings import send, to
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.meetings import service
from watch.models import Answer, Interest, Meeting, Person, utcnow

PLAN = {"day": "2026-03-12", "starts": "18.00", "ends": "19.30", "place": "Norrbyhuset"}
CALL = "Kalla dem som är intresserade"
TITLE = "Kalla till uppstartsmöte"


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def interested(scene: Scene) -> list[Person]:
    """Jenny and Lo are interested in Norrby Långgata; Kim has not confirmed, and Ali has withdrawn."""
    lo, kim, ali = (make_person(name, f"{name.lower()}@example.org") for name in ("Lo", "Kim", "Ali"))
    for person in (scene.jenny, lo):
        make_interest(person, scene.langgatan)
    make_interest(kim, scene.langgatan, confirmed=False)
    make_interest(ali, scene.langgatan).ended_at = utcnow()
    make_interest(scene.farah, scene.other_group.buildings[0])
    db.session.commit()
    return [scene.jenny, lo]


def new_page(client: PageClient, scene: Scene) -> Page:
    return client.get(f"/buildings/{scene.langgatan.id}/meetings/new", as_=scene.gun)


def call(client: PageClient, scene: Scene, **more: str) -> Meeting:
    sent = new_page(client, scene).press("Förhandsgranska", PLAN | more).press(CALL)
    assert sent.status == 303
    return db.session.scalars(select(Meeting)).one()


def interest_of(person: Person) -> Interest:
    return db.session.scalars(select(Interest).where(Interest.person_id == person.id)).one()


def answer_link(mail: Taken) -> str:
    found = re.search(r"/r/[0-9a-v]{32}", mail.text())
    assert found
    return found[0]


def way_out(mail: Taken) -> str:
    link = str(mail.mail["List-Unsubscribe"]).strip("<>")
    return link[link.index("/u/") :]


def subjects(mails: list[Taken]) -> list[tuple[str, str]]:
    """Return to whom mails went and the first word of each subject."""
    return sorted((each.recipients[0].partition("@")[0], each.mail["Subject"].split()[0]) for each in mails)


def test_the_officer_calls_whoever_is_interested_and_learns_neither_who_nor_how_many(
    client: PageClient, scene: Scene, interested: list[Person], outbox: Outbox
) -> None:
    start = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    preview = start.click(TITLE).press("Förhandsgranska", PLAN)
    assert "Alla som har anmält intresse för en grupp på Norrby Långgata 21–27 får ett mejl." in preview.text
    assert not [each for each in ("2 personer", "2 grannar", "Jenny", "@example.org") if each in preview.html]
    assert outbox.addressed() == [], "nothing is sent by looking"
    shown = preview.press(CALL).follow()
    assert shown.flashes == [("done", "Uppstartsmötet är kallat. De som är intresserade får ett mejl.")]
    assert sorted(outbox.addressed()) == [
        ("meeting-called", "jenny@example.org"), ("meeting-called", "lo@example.org"),
    ]  # fmt: skip
    assert "De som har visat intresse för grannsamverkan i Norrby Långgata 21–27" in shown.text
    assert not [each for each in ("Jenny", "Lo ", "@example.org") if each in shown.text]


def test_their_mail_says_why_they_get_it_and_lets_them_answer(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    call(client, scene)
    (mail,) = to("lo", send(relay))
    said = mail.text().replace("\n", " ")
    assert "Du är bjuden på uppstartsmöte för Norrby Långgata 21–27." in said
    assert "du har visat intresse för grannsamverkan i ditt hus" in said
    assert "är med i grannsamverkan" not in said
    page = client.get(answer_link(mail))
    answered = page.press("Jag kommer", {"people": "3"}).follow()
    assert "Jag kommer: 3 personer" in answered.text
    assert "kommer hittills" not in answered.text.lower()
    assert client.get(f"{answer_link(mail)}/calendar.ics").status == 200


def test_the_officer_reads_the_answers_roughly(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call(client, scene)
    service.answer(meeting, interested[1], Answer.YES, 4)
    db.session.commit()
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert "Jag kommer färre än 5" in page.text
    assert "Så många kommer, med sällskap färre än 5" in page.text
    assert "4" not in page.text.partition("Så många har svarat")[2].partition("Påminnelse")[0]
    service.answer(meeting, scene.jenny, Answer.YES, 9)
    db.session.commit()
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert "Så många kommer, med sällskap minst 10" in page.text


def test_nobody_else_knows_of_the_meeting(client: PageClient, scene: Scene, interested: list[Person]) -> None:
    meeting = call(client, scene)
    others = scene.amina, scene.carin, scene.hodan, scene.ivan, scene.jenny, interested[1]
    assert [client.get(f"/meetings/{meeting.id}", as_=each).status for each in others] == [404] * 6
    for group, reader in ((scene.group, scene.amina), (scene.other_group, scene.ivan)):
        assert "Norrbyhuset" not in client.get(f"/groups/{group.id}/meetings", as_=reader).text
    assert client.get(f"/meetings/{meeting.id}").status == 302


def test_a_change_a_reminder_and_the_cancelling_reach_who_is_interested_still(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call(client, scene)
    mails = send(relay)
    service.answer(meeting, scene.jenny, Answer.NO)
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    preview = page.press("Granska ändringen", {"place": "Biblioteket"})
    assert "De som är kallade får besked" in preview.text
    preview.press("Ändra och meddela dem som är kallade")
    assert sorted(each.recipients[0] for each in send(relay)) == ["jenny@example.org", "lo@example.org"]
    service.remind(meeting.starts_at - timedelta(days=1))
    assert [each.recipients for each in send(relay)] == [["lo@example.org"]]
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.gun)
    assert "1 granne" not in asked.text
    done = asked.press("Ställ in träffen", {"reason": "Lokalen är stängd."}).follow()
    assert done.flashes == [("done", "Träffen är inställd. De som har fått inbjudan får besked.")]
    (told,) = to("lo", send(relay))
    page = client.get(answer_link(told))
    assert "Träffen är inställd" in page.text
    assert "Lokalen är stängd." in page.text
    assert "Du hann inte svara" not in page.text
    assert mails
