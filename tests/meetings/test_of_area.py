"""The meeting to which an officer calls an area's coordinators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_building, make_coordinator, make_group, make_person
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.meetings import service
from watch.meetings.queries.answers import sums
from watch.meetings.queries.calls import people_to_tell
from watch.meetings.queries.coming import called_people, upcoming_meetings
from watch.models import (
    Answer,
    AreaOptOut,
    Coordinator,
    Meeting,
    MeetingKind,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Purpose,
    utcnow,
)
from watch.retention.service import groups as retention

PLAN = {
    "whom": "coordinators",
    "day": "2026-03-12",
    "starts": "18.00",
    "ends": "19.30",
    "place": "Hässlehuset",
}


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def sara(scene: Scene) -> Person:
    """The lead of another group in Hässleholmen, where she does not live."""
    land = scene.house.property
    group = make_group(make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4)))
    sara = make_person("Sara", "sara@example.org")
    make_coordinator(sara, group, lead=True)
    db.session.commit()
    return sara


def call(client: PageClient, scene: Scene) -> Meeting:
    page = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    sent = page.press("Förhandsgranska", PLAN).press("Kalla 3 kontaktombud")
    assert sent.status == 303
    return db.session.scalars(select(Meeting)).one()


def arrive() -> None:
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)):
        row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    db.session.commit()


def test_an_officer_calls_the_coordinators_of_the_area_and_nobody_else(
    client: PageClient, scene: Scene, sara: Person, outbox: Outbox
) -> None:
    meeting = call(client, scene)
    called = {db.session.get_one(Person, each) for each in db.session.scalars(called_people(meeting))}
    assert called == {scene.amina, scene.bengt, sara}
    assert sorted(outbox.addressed()) == [
        ("meeting-called", f"{name}@example.org") for name in ("amina", "bengt", "sara")
    ]
    assert [row.household for row in outbox.rows() if row.household_id] == []
    assert upcoming_meetings(scene.group) == []


def test_coordinators_see_and_answer_it_and_members_do_not_know_of_it(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    meeting, here = call(client, scene), f"/groups/{scene.group.id}/meetings"
    page = f"/meetings/{meeting.id}"
    readers = sara, scene.bengt, scene.gun, scene.carin, scene.hodan, scene.ivan, scene.jenny
    assert [client.get(page, as_=each).status for each in readers] == [200, 200, 200, 404, 404, 404, 404]
    assert "Kontaktombuden i Hässleholmen" in client.get(page, as_=scene.bengt).text
    assert "För kontaktombuden i Hässleholmen" in client.get(here, as_=scene.bengt).text
    assert "Hässlehuset" not in client.get(here, as_=scene.carin).text
    assert client.post(f"{page}/answer", {"answer": "yes", "people": "1"}, as_=sara).status == 303
    assert (sums(meeting).people, sums(meeting).unanswered) == (1, 2)
    assert client.get(f"{page}/edit", as_=sara).status == 403
    assert client.get(f"{page}/sheet.pdf", as_=scene.gun).status == 404


def test_a_change_and_the_cancelling_reach_who_was_told(
    client: PageClient, scene: Scene, sara: Person, outbox: Outbox
) -> None:
    meeting = call(client, scene)
    arrive()
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra och meddela 3 kontaktombud")
    arrive()
    asked = client.get(f"/meetings/{meeting.id}/cancel", as_=scene.gun)
    assert "3 kontaktombud får besked med mejl." in asked.text
    cancelled = asked.press("Ställ in träffen").follow()
    assert cancelled.flashes == [("done", "Träffen är inställd. 3 kontaktombud får besked med mejl.")]
    listed = client.get(f"/areas/{scene.group.area.slug}/meetings", as_=scene.gun).text
    assert ("Tidigare och inställda träffar" in listed, "grann" in cancelled.text) == (True, False)
    assert sorted(outbox.names()) == sorted(["meeting-called", "meeting-changed", "meeting-cancelled"] * 3)


def test_who_wants_no_mails_of_meetings_gets_none_until_they_have_said_yes(
    client: PageClient, scene: Scene, sara: Person, outbox: Outbox
) -> None:
    meeting = call(client, scene)
    arrive()
    bengt = active_membership(scene.bengt, scene.group)
    assert bengt is not None
    bengt.notices = NoticeChoice.NOTHING
    db.session.commit()
    assert scene.bengt.id not in db.session.scalars(people_to_tell(meeting)).all()
    service.answer(meeting, scene.bengt, Answer.YES)
    assert scene.bengt.id in db.session.scalars(people_to_tell(meeting)).all()


def test_one_press_in_the_mail_ends_mails_of_meetings_and_no_other_list(
    client: PageClient, scene: Scene, sara: Person, outbox: Outbox
) -> None:
    call(client, scene)
    row = next(each for each in outbox.rows() if each.person_id == scene.bengt.id)
    link = f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row)}"
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status == 200
    bengt = active_membership(scene.bengt, scene.group)
    assert bengt is not None
    db.session.refresh(bengt)
    assert bengt.notices is NoticeChoice.NOTICES
    assert db.session.scalars(select(AreaOptOut)).all() == []


def test_who_coordinates_no_more_hears_no_more(client: PageClient, scene: Scene, sara: Person) -> None:
    meeting = call(client, scene)
    arrive()
    db.session.scalars(select(Coordinator).where(Coordinator.person == sara)).one().ended_at = utcnow()
    db.session.commit()
    assert sara.id not in db.session.scalars(people_to_tell(meeting)).all()
    assert client.get(f"/meetings/{meeting.id}", as_=sara).status == 404


def test_sent_twice_it_is_one(client: PageClient, scene: Scene, sara: Person, outbox: Outbox) -> None:
    preview = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    preview = preview.press("Förhandsgranska", PLAN)
    first, second = (preview.press("Kalla 3 kontaktombud") for _each in range(2))
    assert first.location == second.location
    assert outbox.names() == ["meeting-called"] * 3


def test_no_officer_changes_a_groups_meeting(client: PageClient, scene: Scene) -> None:
    begins = utcnow() + timedelta(days=9)
    plan = service.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Gården")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    assert client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun).status == 403
    assert client.get(f"/meetings/{meeting.id}", as_=scene.gun).status == 200


def test_what_an_officer_wrote_is_erased_after_two_years(
    client: PageClient, scene: Scene, sara: Person
) -> None:
    meeting = call(client, scene)
    retention.closed(utcnow() + timedelta(days=700))
    assert meeting.place == "Hässlehuset"
    retention.closed(utcnow() + timedelta(days=760))
    db.session.refresh(meeting)
    assert (meeting.place, meeting.called_by_id) == ("", None)
