"""Who is told of a citizens' meeting, and what comes of it: changes, the door, notes and numbers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_building, make_group, make_member, make_person, stairwell_of
from tests.mail.letters import contents_of
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_membership, coordinators_of
from watch.groups.queries.tasks import first_steps_of
from watch.lifecycle.queries import start_of
from watch.meetings import service
from watch.meetings.queries.calls import people_to_tell
from watch.meetings.queries.public import public_address
from watch.models import (
    Answer,
    AreaOptOut,
    Meeting,
    MeetingKind,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Purpose,
    utcnow,
)

BEGINS = datetime(2026, 3, 12, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A citizens' meeting in Hässleholmen, to which Gun has called."""
    plan = service.Plan(MeetingKind.CITIZENS, BEGINS, BEGINS + timedelta(hours=2), "Hässlehuset")
    meeting = service.call(service.planned_for_everybody(scene.group.area, plan), by=scene.gun)
    arrive()
    return meeting


def arrive() -> None:
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)):
        row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    db.session.commit()


def membership_of(person: Person, scene: Scene) -> Membership:
    found = active_membership(person, scene.group)
    assert found is not None
    return found


def told(outbox: Outbox, kind: str) -> list[str]:
    return sorted(name.partition("@")[0] for which, name in outbox.addressed() if which == kind)


EVERYBODY = ["amina", "bengt", "carin", "dawit"]


def test_a_change_and_the_cancelling_reach_who_was_told_and_only_those(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    membership_of(scene.carin, scene).left_at = utcnow()
    db.session.commit()
    edit = client.get(f"/meetings/{meeting.id}/edit", as_=scene.gun)
    preview = edit.press("Granska ändringen", {"place": "Biblioteket"})
    assert "De som är kallade får besked, med mejl eller på papper." in preview.text
    preview.press("Ändra och meddela dem som är kallade")
    arrive()
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.gun).press("Ställ in träffen")
    still = ["amina", "bengt", "dawit"]
    assert [told(outbox, kind) for kind in ("meeting-changed", "meeting-cancelled")] == [still, still]


def test_who_joins_another_group_of_the_area_afterwards_is_called_and_in_another_area_not(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    land = scene.house.property
    house = make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4))
    sara, tore = make_person("Sara", "sara@example.org"), make_person("Tore", "tore@example.org")
    make_member(sara, make_group(house), flat_of(stairwell_of(house, 2), "1001"))
    make_member(tore, scene.other_group, flat_of(stairwell_of(scene.other_group.buildings[0], 10), "1002"))
    db.session.commit()
    for _twice in range(2):
        service.call_latecomers(utcnow())
        db.session.commit()
    assert told(outbox, "meeting-called") == sorted([*EVERYBODY, "sara"])


def test_who_wants_no_mails_of_meetings_gets_none_until_they_have_said_yes(
    scene: Scene, meeting: Meeting
) -> None:
    membership_of(scene.carin, scene).notices = NoticeChoice.NOTHING
    db.session.commit()
    assert scene.carin.id not in db.session.scalars(people_to_tell(meeting)).all()
    service.answer(meeting, scene.carin, Answer.YES)
    assert scene.carin.id in db.session.scalars(people_to_tell(meeting)).all()


def test_one_press_in_the_mail_ends_mails_of_meetings_and_no_other_list(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    row = next(each for each in outbox.rows() if each.person_id == scene.carin.id)
    link = f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row)}"
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status == 200
    db.session.expire_all()
    assert membership_of(scene.carin, scene).notices is NoticeChoice.NOTICES
    assert db.session.scalars(select(AreaOptOut)).all() == []


def test_the_mail_says_what_of_it_may_be_passed_on(scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    row = next(each for each in outbox.rows() if each.person_id == scene.carin.id)
    for content in contents_of(row):
        said = " ".join(content.split())
        own, _way, shared = said.partition("Sprid gärna den här adressen i stället:")
        assert "Det här mejlet är bara ditt: skicka det inte vidare." in own
        assert (public_address(meeting) in shared, "Skicka gärna vidare" in said) == (True, False)


def test_who_said_yes_is_told_of_the_cancelling_and_the_page_says_so(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    membership_of(scene.carin, scene).notices = NoticeChoice.NOTICES
    service.answer(meeting, scene.carin, Answer.YES)
    service.cancel(meeting, by=scene.gun)
    db.session.commit()
    told = [each.person_id for each in outbox.rows() if each.mailing.kind == "meeting-cancelled"]
    assert scene.carin.id in told
    said = "Den som har valt bort mejl om träffar får det bara om de hade svarat att de kommer."
    assert said in client.get(f"/meetings/{meeting.id}", as_=scene.gun).text


def test_members_answer_by_the_link_in_their_mail(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    row = next(each for each in outbox.rows() if each.person_id == scene.carin.id)
    page = client.get(f"/r/{tokens.make(Purpose.ANSWER, row)}")
    assert "Grannsamverkan i Hässleholmen" in page.text
    assert page.press("Jag kommer", {"people": "6"}).status == 303
    assert "Hittills kommer minst 5." in client.get(f"/meetings/{meeting.id}", as_=scene.bengt).text


def test_reminders_go_to_members_who_have_not_said_no(scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    service.answer(meeting, scene.dawit, Answer.NO)
    db.session.commit()
    with time_machine.travel(BEGINS - timedelta(hours=20)):
        service.remind(utcnow())
        db.session.commit()
    assert told(outbox, "meeting-reminder") == ["amina", "bengt", "carin"]


def test_the_officer_counts_at_the_door_without_a_list_of_flats_or_names(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    with time_machine.travel(BEGINS + timedelta(minutes=1), tick=True):
        door = client.get(f"/meetings/{meeting.id}/checkin", as_=scene.gun)
        assert [each for each in ("Carin", "1102", "Lägenhet", "Namn") if each in door.text] == []
        for _head in range(2):
            door = door.press("+").follow()
        door.press("Klart, 2 kom")
        assert client.get(f"/meetings/{meeting.id}/signin.pdf", as_=scene.gun).status == 200
        assert client.get(f"/meetings/{meeting.id}/checkin", as_=scene.amina).status == 403
    db.session.refresh(meeting)
    assert meeting.head_count == 2


def test_the_notes_reach_every_member_and_are_read_in_each_group(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    with time_machine.travel(BEGINS + timedelta(hours=3), tick=True):
        form = client.get(f"/meetings/{meeting.id}/notes", as_=scene.gun)
        preview = form.press("Förhandsgranska", {"text": "Ny belysning på gården."}).follow()
        assert preview.press("Publicera och skicka").status == 303
        page = client.get(f"/meetings/{meeting.id}", as_=scene.carin)
        assert "Ny belysning på gården." in page.text
        assert page.click("Skriv ut anteckningarna (PDF)").response.data[:4] == b"%PDF"
        assert client.get(f"/meetings/{meeting.id}/notes", as_=scene.amina).status == 403
        assert (
            "1 av dina lägenheter behöver anteckningarna"
            in client.get(f"/meetings/{meeting.id}", as_=scene.bengt).text
        )
    assert told(outbox, "notes-published") == EVERYBODY


def test_the_officer_is_reminded_of_notes_that_are_missing(
    scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    with time_machine.travel(BEGINS + timedelta(days=3, hours=3)):
        for _twice in range(2):
            service.remind_of_notes(utcnow())
            db.session.commit()
    assert told(outbox, "notes-missing") == ["gun"]


def test_it_counts_once_for_the_area_and_for_no_group(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    service.answer(meeting, scene.carin, Answer.YES, 2)
    service.answer_as_guest(meeting, "a" * 24, 3)
    over = BEGINS + timedelta(hours=3)
    with time_machine.travel(over, tick=True):
        service.write_count(meeting, 31, by=scene.gun)
        service.tally(utcnow())
        db.session.commit()
        asked = client.get("/areas/hassleholmen/meetings/numbers.csv", as_=scene.gun)
        sheet = asked.press("Ladda ner", {"why": "follow_up"})
        rows = list(csv.reader(io.StringIO(sheet.response.data.decode("utf-8-sig")), delimiter=";"))
        mine = [each for each in rows if "Medborgarmöte" in each]
        assert mine[0][:4] == ["2026-03-12", "Medborgarmöte", "Alla i området", "färre än 5"]
        assert (len(mine), mine[0][8]) == (1, "31")
        page = client.get("/areas/hassleholmen/meetings/numbers", as_=scene.gun)
        assert "31" in page.text
        of_group = client.get(f"/groups/{scene.group.id}/meetings/numbers", as_=scene.amina)
        assert "Inga träffar har varit än" in of_group.text
        assert start_of(scene.group, coordinators_of(scene.group), utcnow()).last_meeting is None


def test_no_other_officer_and_no_coordinator_changes_it(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    pages = "edit", "cancel", "count", "checkin", "checkin/link", "notes", "reminders"
    readers = {scene.amina: 403, scene.carin: 403, scene.hodan: 404, scene.jenny: 404}
    for reader, status in readers.items():
        got = [client.get(f"/meetings/{meeting.id}/{page}", as_=reader).status for page in pages]
        assert got == [status] * len(pages)


def test_a_group_is_not_started_by_it(scene: Scene, meeting: Meeting) -> None:
    assert first_steps_of(scene.group, set(), scene.amina, utcnow()).gathering is False
