"""Whoever joins, moves in or gets an address after a meeting was called is called once, then told."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import icalendar
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_answer,
    make_meeting,
    make_member,
    make_person,
)
from tests.mail.relay import Relay
from tests.mail.test_word_of_meetings import answer_link, membership_of, send, to
from tests.page_client import PageClient
from tests.retention.nights import erase_all
from tests.test_clock import at_once
from watch import jobs
from watch.extensions import db
from watch.groups.service import choices
from watch.groups.service.members import leave
from watch.handouts.queries import coordinators_to_tell
from watch.handouts.service import hand_out
from watch.joining.service.deciding import approve
from watch.language import STOCKHOLM
from watch.mail import recovery
from watch.meetings import service
from watch.meetings.queries.calls import mailings_of
from watch.models import (
    Answer,
    Channel,
    JoinRequest,
    Meeting,
    MeetingKind,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)
from watch.recipients import flats_on_paper

LATE = [job for job in jobs.JOBS if job.name.startswith("latecomers")]


def call(scene: Scene, days: int = 10, stairwell: Stairwell | None = None) -> Meeting:
    """Call a meeting at six in the evening in so many days."""
    day = utcnow().astimezone(STOCKHOLM).date() + timedelta(days=days)
    begins = datetime.combine(day, time(18), STOCKHOLM)
    plan = service.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), f"Rum {days}")
    planned = service.planned(scene.group, plan, [stairwell] if stairwell else [])
    meeting = service.call(planned, by=scene.amina)
    db.session.commit()
    return meeting


def late() -> list[str]:
    """Run the job; return who is called now, people by address and households by flat."""
    before = set(db.session.scalars(select(OutboxRow.id)))
    service.call_latecomers(utcnow())
    db.session.commit()
    db.session.expire_all()
    new = db.session.scalars(
        select(OutboxRow).where(OutboxRow.id.not_in(before)).order_by(OutboxRow.id)
    ).all()
    assert {row.mailing.kind for row in new} <= {"meeting-called"}
    mails = [row.mailbox.address.partition("@")[0] for row in new if row.mailbox]
    return sorted(mails + [row.household.flat.number for row in new if row.household])


def newcomer(scene: Scene, name: str = "fia", flat: str = "1203") -> Membership:
    """Let somebody join in stairwell 3 by a way that sends no welcome."""
    person = make_person(name.title(), f"{name}@example.org")
    membership = make_member(person, scene.group, flat_of(scene.stairwell_3, flat))
    db.session.commit()
    return membership


def test_a_newcomer_is_called_once_and_told_of_everything_after(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    meeting = call(scene)
    send(relay)
    newcomer(scene)
    assert late() == ["fia"]
    assert late() == []
    (called,) = send(relay)
    assert str(called.mail["Subject"]).startswith("Välkommen på träff")
    client.get(answer_link(called)).press("Kanske", {"people": "2"})

    later = meeting.starts_at + timedelta(hours=1)
    plan = service.Plan(meeting.kind, later, later + timedelta(hours=1), "Cykelrummet")
    service.change(meeting, plan, seen=meeting.sequence, by=scene.amina)
    (changed,) = to("fia", send(relay))
    assert "Plats nu: Cykelrummet" in changed.text()
    service.remind(meeting.starts_at - timedelta(days=7) + timedelta(hours=1))
    assert len(to("fia", send(relay))) == 1
    service.cancel(meeting, by=scene.amina)
    assert len(to("fia", send(relay))) == 1
    assert late() == []


def test_the_welcome_is_the_call_to_the_next_meeting_and_only_to_that(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    """Of three meetings the first is for another stairwell; Farah's welcome calls her to the second."""
    call(scene, 5, scene.stairwell_1)
    named, after = call(scene, 10), call(scene, 30)
    send(relay)
    approve(farahs_request(), by=scene.bengt)
    (welcome,) = to("farah", send(relay))
    row = db.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first()
    assert row
    assert row.mailing.next_meeting == named
    (part,) = [each for each in welcome.mail.walk() if each.get_content_type() == "text/calendar"]
    (event,) = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    assert (event["uid"].partition("@")[0], event["dtstart"].dt) == (named.uid, named.starts_at)
    assert late() == ["farah"]
    (other,) = send(relay)
    assert "Rum 30" in other.text()
    assert late() == []

    assert "Rum 10" in client.get(answer_link(welcome)).text
    client.get(answer_link(welcome)).press("Jag kommer", {"people": "1"})
    service.cancel(after, by=scene.amina)
    service.cancel(named, by=scene.amina)
    assert len(to("farah", send(relay))) == 2


def farahs_request() -> JoinRequest:
    return db.session.scalars(select(JoinRequest)).one()


def test_a_welcome_that_waits_names_nothing_that_was_cancelled_meanwhile(scene: Scene, relay: Relay) -> None:
    named, after = call(scene, 10), call(scene, 30)
    send(relay)
    approve(farahs_request(), by=scene.bengt)
    service.cancel(named, by=scene.amina)
    mails = to("farah", send(relay))
    assert [str(each.mail["Subject"]) for each in mails] == ["Välkommen"]
    assert "Nästa träff" not in mails[0].text()
    assert "text/calendar" not in {part.get_content_type() for part in mails[0].mail.walk()}
    assert late() == ["farah"]
    assert "Rum 30" in to("farah", send(relay))[0].text()
    assert after.is_to_come


def test_who_moves_into_the_stairwell_is_called_and_who_moves_out_is_not_called_again(
    scene: Scene, relay: Relay
) -> None:
    call(scene, stairwell=scene.stairwell_3)
    send(relay)
    assert late() == []
    moved, gone = membership_of(scene.dawit), membership_of(scene.carin)
    moved.stairwell, gone.stairwell = scene.stairwell_3, scene.stairwell_1
    assert late() == ["dawit"]
    gone.stairwell = scene.stairwell_3
    assert late() == []


@pytest.mark.parametrize("when", ["before the call", "while it waits", "after it came"])
def test_who_wants_meetings_again_is_called_unless_the_call_has_come(
    scene: Scene, relay: Relay, when: str
) -> None:
    def choose(choice: NoticeChoice) -> None:
        choices.choose_notices(membership_of(scene.carin), choice, by=scene.carin)
        db.session.commit()

    if when == "before the call":
        choose(NoticeChoice.NOTICES)
    call(scene)
    if when == "after it came":
        send(relay)
    choose(NoticeChoice.NOTHING)
    send(relay)
    assert late() == []
    choose(NoticeChoice.MEETINGS)
    assert late() == ([] if when == "after it came" else ["carin"])
    send(relay)
    assert len(to("carin", relay.taken)) == 1


def test_a_newcomer_on_paper_is_a_task_for_the_coordinator_once(scene: Scene, relay: Relay) -> None:
    meeting = call(scene)
    send(relay)
    hand_out(flats_on_paper(mailings_of(meeting), {scene.group.id: None}), by=scene.bengt)
    assert [row.household_id for row in papers()] == [membership_of(scene.elsa).household_id]
    make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1103"), channel=Channel.PAPER)
    assert late() == ["1103"]
    assert late() == []
    assert [each.person for each in coordinators_to_tell(utcnow())] == [scene.bengt]
    open_ones = [each for each in flats_on_paper(mailings_of(meeting), {scene.group.id: None})
                 if not each.is_handed_out]  # fmt: skip
    assert [each.number for each in open_ones] == ["1103"]
    hand_out(open_ones, by=scene.bengt)
    assert late() == []


def papers() -> list[OutboxRow]:
    return [row for row in db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)) if row.household_id]


@pytest.mark.parametrize("is_handed_out", [True, False])
def test_who_gets_an_address_is_told_by_mail_or_by_the_paper_and_not_by_both(
    scene: Scene, relay: Relay, is_handed_out: bool
) -> None:
    meeting = call(scene)
    send(relay)
    if is_handed_out:
        hand_out(flats_on_paper(mailings_of(meeting), {scene.group.id: None}), by=scene.bengt)
    scene.elsa.mailbox = make_person("Elsa", "elsa@example.org").mailbox
    assert late() == ([] if is_handed_out else ["elsa"])
    wanted = OutboxState.HANDED_OUT if is_handed_out else OutboxState.CANCELLED
    assert [row.state for row in papers()] == [wanted]
    assert late() == []


def test_the_paper_stays_where_somebody_else_of_the_household_needs_it(scene: Scene, relay: Relay) -> None:
    call(scene)
    send(relay)
    make_member(make_person("Egon"), scene.group, flat_of(scene.stairwell_3, "1001"), channel=Channel.PAPER)
    scene.elsa.mailbox = make_person("Elsa", "elsa@example.org").mailbox
    assert late() == ["elsa"]
    assert [row.state for row in papers()] == [OutboxState.TO_PRINT]


def test_an_address_that_died_is_on_paper_already_and_a_new_one_is_called(scene: Scene, relay: Relay) -> None:
    call(scene)
    relay.answers["carin@example.org"] = "550 5.1.1 nobody"
    send(relay)
    assert scene.carin.mailbox
    assert scene.carin.mailbox.suppression is Suppression.BOUNCED
    assert late() == []
    scene.carin.mailbox = make_person("Carin", "carin.ny@example.org").mailbox
    assert late() == ["carin.ny"]


def test_nobody_is_called_whom_the_meeting_is_not_for_or_who_knows_of_it(
    scene: Scene, relay: Relay, nils: Person
) -> None:
    """Not to one that was cancelled, has begun, was only written down, or is another stairwell's."""
    recorded = make_meeting(scene.group)
    off, other = call(scene, 3), call(scene, 4, scene.stairwell_1)
    send(relay)
    service.cancel(off, by=scene.amina)
    call(scene, 5)
    send(relay)
    answered, gone = newcomer(scene, "gro", "1101"), newcomer(scene, "kim", "1201")
    silent = newcomer(scene, "lo", "1202")
    coming = db.session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
    assert coming
    make_answer(coming, answered.person, Answer.NO, 0)
    leave(gone, by=gone.person)
    silent.notices = NoticeChoice.NOTICES
    assert late() == []  # Nils has it on paper
    assert [each.is_to_come for each in (recorded, off, other)] == [True, False, True]
    with time_machine.travel(coming.starts_at):
        newcomer(scene, "ny", "1203")
        assert late() == []


def test_of_two_who_share_a_mailbox_only_the_one_who_came_later_is_named(
    scene: Scene, relay: Relay, client: PageClient
) -> None:
    call(scene)
    send(relay)
    make_member(
        make_person("Pär Öberg", "carin@example.org"), scene.group, flat_of(scene.stairwell_3, "1101")
    )
    assert late() == ["carin"]
    (letter,) = send(relay)
    assert "Hej Pär Öberg!" in letter.text()
    assert "Carin" not in letter.text()


def test_eight_machines_with_both_jobs_due_call_everybody_once(
    app: Flask, scene: Scene, outbox: Outbox
) -> None:
    call(scene)
    newcomer(scene)
    make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1103"), channel=Channel.PAPER)
    db.session.commit()
    before = len(outbox.rows())
    db.session.rollback()
    evening = datetime.combine(utcnow().astimezone(STOCKHOLM).date(), time(20), STOCKHOLM)
    with time_machine.travel(evening):
        assert at_once(app, LATE) == ["latecomers", "latecomers of the day"]
    assert len(outbox.rows()) == before + 2


def test_a_call_of_this_morning_needs_no_reminder_with_it(scene: Scene, relay: Relay) -> None:
    meeting = call(scene, 20)
    send(relay)
    week_before = meeting.starts_at - timedelta(days=7, hours=9) + timedelta(minutes=1)
    with time_machine.travel(week_before, tick=True):
        newcomer(scene)
        assert late() == ["fia"]
        service.remind(utcnow())
        assert len(to("fia", send(relay))) == 1
    with time_machine.travel(week_before + timedelta(days=6), tick=True):
        service.remind(utcnow())
        assert len(to("fia", send(relay))) == 1


def test_nobody_is_called_again_once_the_mails_of_a_year_ago_are_erased(scene: Scene, relay: Relay) -> None:
    meeting = call(scene, 500)
    send(relay)
    with time_machine.travel(utcnow() + timedelta(days=400), tick=True):
        erase_all()
        assert late() == []
        service.cancel(meeting, by=scene.amina)
        assert len(send(relay)) == 4  # all were told of the time, so all hear that it is off
    with time_machine.travel(utcnow() + timedelta(days=800), tick=True):
        erase_all()
        assert db.session.scalars(select(OutboxRow)).all() == []


def test_calls_that_a_restore_holds_and_the_operator_drops_are_not_queued_again(
    scene: Scene, relay: Relay
) -> None:
    call(scene)
    send(relay)
    newcomer(scene)
    assert late() == ["fia"]
    recovery.hold()
    assert late() == []
    recovery.drop()
    assert late() == []


def test_who_moves_in_where_the_household_has_answered_is_called_all_the_same(
    scene: Scene, relay: Relay
) -> None:
    meeting = call(scene)
    send(relay)
    make_answer(meeting, scene.carin, Answer.YES, 2)
    newcomer(scene, flat="1102")
    assert late() == ["fia"]
    assert late() == []


def test_who_left_and_comes_back_is_told_what_was_changed_meanwhile(scene: Scene, relay: Relay) -> None:
    moved, off = call(scene, 10), call(scene, 12)
    send(relay)
    carin = membership_of(scene.carin)
    leave(carin, by=scene.carin)
    begins = moved.starts_at + timedelta(days=1)
    plan = service.Plan(moved.kind, begins, begins + timedelta(hours=1), "Gården")
    service.change(moved, plan, seen=moved.sequence, by=scene.amina)
    service.cancel(off, by=scene.amina)
    send(relay)
    choices.take_back(carin, by=scene.carin)
    service.call_latecomers(utcnow())
    letters = to("carin", send(relay))
    assert sorted(str(each.mail["Subject"]).partition(" ")[0] for each in letters) == [
        "Inställt:",
        "Välkommen",
    ]
    (called,) = [each for each in letters if "Välkommen" in str(each.mail["Subject"])]
    assert "Gården" in called.text()
    service.call_latecomers(utcnow())
    assert to("carin", send(relay)) == []
