"""The start meeting to which an officer calls those who are interested in a building, unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_group, make_interest, make_person
from tests.mail.relay import Relay
from tests.mail.test_word_of_meetings import send, to
from tests.meetings.starting import answer_link, call_to_start, interest_of
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.meetings import service
from watch.models import Answer, Building, GroupState, Interest, Meeting, Person, Purpose, utcnow

PLAN = {"day": "2026-03-12", "starts": "18.00", "ends": "19.30", "place": "Norrbyhuset"}
PREVIEW, CALL = "Förhandsgranska", "Kalla dem som är intresserade"
TITLE = "Kalla till uppstartsmöte"


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


def new_page(client: PageClient, scene: Scene, building: Building | None = None) -> Page:
    return client.get(f"/buildings/{(building or scene.langgatan).id}/meetings/new", as_=scene.gun)


def test_the_officer_calls_whoever_is_interested_and_learns_neither_who_nor_how_many(
    client: PageClient, scene: Scene, interested: list[Person], outbox: Outbox
) -> None:
    start = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    preview = start.click(TITLE).press(PREVIEW, PLAN)
    assert "Alla som har anmält intresse för en grupp på Norrby Långgata 21–27 får ett mejl." in preview.text
    assert not [each for each in ("2 personer", "2 grannar", "Jenny", "@example.org") if each in preview.html]
    assert outbox.addressed() == [], "nothing is sent by looking"
    again = preview.press("Ändra")
    assert (again.status, "Norrbyhuset" in again.html) == (200, True)
    shown = preview.press(CALL).follow()
    assert shown.flashes == [("done", "Uppstartsmötet är kallat. De som är intresserade får ett mejl.")]
    assert sorted(outbox.addressed()) == [
        ("meeting-called", "jenny@example.org"), ("meeting-called", "lo@example.org"),
    ]  # fmt: skip
    assert "De som har visat intresse för grannsamverkan på Norrby Långgata 21–27" in shown.text
    assert not [each for each in ("Jenny", "Lo ", "@example.org") if each in shown.text]
    links = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun).links
    assert ([each for each in links if each.startswith("Uppstartsmötet")], TITLE in links) == (
        ["Uppstartsmötet 12 mars"], False,
    )  # fmt: skip


def test_their_mail_says_why_they_get_it_and_lets_them_answer(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    call_to_start(scene)
    (mail,) = to("lo", send(relay))
    said = mail.text().replace("\n", " ")
    assert "Du är bjuden på uppstartsmöte för Norrby Långgata 21–27." in said
    assert "du har visat intresse för grannsamverkan i ditt hus" in said
    assert "är med i grannsamverkan" not in said
    answered = client.get(answer_link(mail)).press("Jag kommer", {"people": "3"}).follow()
    assert "Jag kommer: 3 personer" in answered.text
    assert "kommer hittills" not in answered.text.lower()
    assert client.get(f"{answer_link(mail)}/calendar.ics").status == 200


def test_the_officer_and_those_called_read_the_answers_roughly(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("lo", send(relay))
    company = "Så många kommer, med sällskap"
    for people, officers, theirs in (
        (4, "färre än 5", None),
        (13, "minst 10", "Av de andra kommer minst 10 hittills."),
    ):
        service.answer(meeting, scene.jenny, Answer.YES, people)
        db.session.commit()
        page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
        assert f"Jag kommer färre än 5 Kanske färre än 5 Jag kan inte färre än 5 {company} {officers}" in (
            page.text
        )
        read = client.get(answer_link(mail)).text
        assert ("hittills" in read) == (theirs is not None)
        assert theirs is None or theirs in read


def test_who_is_interested_does_not_measure_how_many_others_come(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    meeting = call_to_start(scene)
    (mail,) = to("lo", send(relay))
    service.answer(meeting, scene.jenny, Answer.YES, 6)
    db.session.commit()
    for own in (1, 3, 4, 12):
        read = client.get(answer_link(mail)).press("Jag kommer", {"people": str(own)}).follow().text
        assert "Av de andra kommer minst 5 hittills." in read


def test_nobody_else_knows_of_the_meeting(client: PageClient, scene: Scene, interested: list[Person]) -> None:
    meeting = call_to_start(scene)
    others = scene.amina, scene.carin, scene.hodan, scene.ivan, scene.jenny, interested[1]
    assert [client.get(f"/meetings/{meeting.id}", as_=each).status for each in others] == [404] * 6
    for group, reader in ((scene.group, scene.amina), (scene.other_group, scene.ivan)):
        assert "Norrbyhuset" not in client.get(f"/groups/{group.id}/meetings", as_=reader).text


def test_sent_twice_it_is_one_and_with_other_words_the_officer_is_asked(
    client: PageClient, scene: Scene, interested: list[Person], outbox: Outbox
) -> None:
    form = new_page(client, scene)
    preview = form.press(PREVIEW, PLAN)
    first, second = (preview.press(CALL) for _each in range(2))
    assert first.location == second.location
    assert outbox.names() == ["meeting-called"] * 2
    other = form.press(PREVIEW, PLAN | {"place": "Biblioteket"})
    assert "Inbjudan du skrev först är redan skickad" in other.text
    assert db.session.scalar(select(func.count(Meeting.id))) == 1
    assert "Ett uppstartsmöte är redan kallat" in new_page(client, scene).text


def test_where_nobody_is_known_to_be_interested_nobody_can_be_called(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_interest(scene.jenny, scene.langgatan, confirmed=False)
    make_interest(make_person("Lo", "lo@example.org"), scene.langgatan).confirmed_at = utcnow()
    db.session.commit()
    page = new_page(client, scene)
    assert (page.buttons.count(PREVIEW), "Det finns ingen att bjuda in just nu." in page.text) == (0, True)
    start = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    assert TITLE not in start.links
    for step in ("", "/preview"):
        address = f"/buildings/{scene.langgatan.id}/meetings{step}"
        refused = client.post(address, PLAN, as_=scene.gun)
        assert (refused.status, "Norrbyhuset" in refused.html) == (422, True)
    assert (outbox.addressed(), db.session.scalar(select(func.count(Meeting.id)))) == ([], 0)
    for n in range(4):  # five by now: the officer learns of no single person
        make_interest(make_person(f"Ny {n}", f"ny{n}@example.org"), scene.langgatan).confirmed_at = utcnow()
    db.session.commit()
    assert new_page(client, scene).press(PREVIEW, PLAN).press(CALL).status == 303
    assert len(outbox.addressed()) == 5


@pytest.mark.parametrize("state", [GroupState.ACTIVE, GroupState.CLOSED])
def test_a_group_past_its_start_is_called_by_its_coordinators(
    client: PageClient, scene: Scene, interested: list[Person], outbox: Outbox, state: GroupState
) -> None:
    make_group(scene.langgatan, state)
    db.session.commit()
    assert "Gruppen är förbi sin uppstart." in new_page(client, scene).text
    assert client.post(f"/buildings/{scene.langgatan.id}/meetings", PLAN, as_=scene.gun).status == 422
    assert outbox.addressed() == []


def test_at_the_door_only_heads_are_counted(
    client: PageClient, scene: Scene, interested: list[Person]
) -> None:
    meeting = call_to_start(scene)
    service.answer(meeting, scene.jenny, Answer.YES)
    db.session.commit()
    with time_machine.travel(meeting.starts_at + timedelta(minutes=5), tick=True):
        door = client.get(f"/meetings/{meeting.id}/checkin", as_=scene.gun)
        assert not [each for each in ("Jenny", "Lägenheter", "Namn") if each in door.text]
        door.press("+").follow().press("Klart, 1 kom")
        assert "1 person kom" in client.get(f"/meetings/{meeting.id}", as_=scene.gun).text


def test_the_interested_read_of_it_on_their_page_and_strangers_read_the_day_only(
    client: PageClient, scene: Scene, interested: list[Person], relay: Relay
) -> None:
    call_to_start(scene)
    face = client.get(f"/buildings/{scene.langgatan.id}")
    assert "Ett uppstartsmöte är planerat torsdag 12 mars 2026." in face.text
    assert "Norrbyhuset" not in face.text
    link = f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest_of(interested[1]))}"
    page = client.get(link)
    assert "Norrbyhuset" in page.text
    assert page.click("Svara om du kommer").press("Kanske").status == 303
    unconfirmed = select(Interest).where(Interest.confirmed_at.is_(None))
    kim = tokens.make(Purpose.CONFIRM_INTEREST, db.session.scalars(unconfirmed).one())
    assert "Norrbyhuset" not in client.get(f"/interest/{kim}").text
