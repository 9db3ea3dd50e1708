"""Checks erasing: people are erased on the right day, others are kept, and the counts stay right."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
import structlog
import time_machine
from flask import Flask
from sqlalchemy import func, insert, inspect, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_address_change,
    make_answer,
    make_coordinator,
    make_household,
    make_interest,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_officer,
    make_partner,
    make_person,
    make_request,
    make_verification,
    store,
)
from tests.meetings.starting import call_to_start
from tests.retention.nights import erase_all
from watch import audit, clock, jobs
from watch.accounts.mails import SIGN_IN
from watch.extensions import db
from watch.followup.queries.counts import areas_side_by_side
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.groups.service import households, members
from watch.invitations.errors import InvitationDeclined
from watch.invitations.service import inviting
from watch.joining.service import answering, asking
from watch.lifecycle import service as start
from watch.mail import outbox as mails
from watch.mail import queue
from watch.meetings import service as meetings
from watch.models import (
    Answer,
    AuditEntry,
    CheckinLink,
    Coordinator,
    Counting,
    Group,
    Household,
    HouseholdStatus,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Mailbox,
    Meeting,
    MeetingAnswer,
    MeetingPress,
    Membership,
    Model,
    Notice,
    NoticeText,
    Officer,
    OutboxRow,
    OutboxState,
    Person,
    RateCount,
    RequestState,
    SignIn,
    SignInLink,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.notices.queries import progress_of

DAY = timedelta(days=1)
Made = tuple[Model, timedelta]


def is_there(thing: Model) -> bool:
    """Return True if the row still exists."""
    return db.session.get(type(thing), inspect(thing).identity, populate_existing=True) is not None


def night(after: timedelta) -> None:
    """Run the erasing of a night so long after now."""
    db.session.commit()
    with time_machine.travel(utcnow() + after):
        erase_all()


# What is over, and how long after now it is kept.


def a_rate_count(_scene: Scene) -> Made:
    return store(RateCount(key=b"key", expires_at=utcnow() + timedelta(hours=1))), timedelta(hours=1)


def a_trace(scene: Scene) -> Made:
    audit.note("signed-in", about=scene.carin, by=scene.carin)
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).one(), 730 * DAY


def a_sign_in_link(scene: Scene) -> Made:
    ten = timedelta(minutes=10)
    return store(SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + ten)), ten + DAY


def a_change_of_address(scene: Scene) -> Made:
    return make_address_change(scene.carin, "carin@home.example", confirmed=True), 30 * DAY


def the_address_before(scene: Scene) -> Made:
    old = scene.carin.mailbox
    assert old
    make_address_change(scene.carin, "carin@home.example", confirmed=True)
    return old, 30 * DAY


def a_sign_in_that_ended(scene: Scene) -> Made:
    return store(SignIn(id="random", person=scene.carin, device="x", ended_at=utcnow())), 30 * DAY


def a_sign_in_that_nobody_ended(scene: Scene) -> Made:
    return store(SignIn(id="random", person=scene.carin, device="x")), (180 + 30) * DAY


def a_row_of_the_outbox(scene: Scene) -> Made:
    row = mails.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    assert row
    row.state, row.settled_at, row.next_at = OutboxState.SENT, utcnow(), None
    return row, 365 * DAY


def an_answer_to_a_meeting(scene: Scene) -> Made:
    meeting = make_meeting(scene.group, starts_at=utcnow() + DAY)
    return make_answer(meeting, scene.carin), meeting.ends_at - utcnow() + 365 * DAY


def a_press_at_the_door(scene: Scene) -> Made:
    meeting = make_meeting(scene.group, starts_at=utcnow() + DAY)
    press = store(MeetingPress(meeting=meeting, key="key", heads=1, person_id=scene.carin.id))
    return press, meeting.ends_at - utcnow() + 365 * DAY


def a_lent_link(scene: Scene) -> Made:
    meeting = make_meeting(scene.group, starts_at=utcnow() + DAY)
    return store(CheckinLink(meeting=meeting, by=scene.amina)), meeting.ends_at - utcnow() + DAY


def an_invitation(scene: Scene) -> Made:
    return make_invitation(scene.group, "ny@example.org"), (30 + 14) * DAY


def the_address_of_an_invitation(scene: Scene) -> Made:
    mailbox = make_invitation(scene.group, "ny@example.org").mailbox
    assert mailbox
    return mailbox, (30 + 14) * DAY


def the_address_of_a_no(scene: Scene) -> Made:
    invitation = make_invitation(scene.group, "nej@example.org")
    invitation.state, invitation.ended_at = InvitationState.DECLINED, utcnow()
    assert invitation.mailbox
    return invitation.mailbox, (30 + 14) * DAY


def an_address_that_only_asked_to_sign_in(_scene: Scene) -> Made:
    mailbox = store(Mailbox(address="vem@example.org", address_index=b"vem"))
    store(SignInLink(mailbox=mailbox, expires_at=utcnow()))
    return mailbox, DAY


def a_request_that_was_answered(scene: Scene) -> Made:
    return make_request(scene.jenny, scene.group, scene.stairwell_1, state=RequestState.DECLINED), 30 * DAY


def a_request_that_nobody_confirmed(scene: Scene) -> Made:
    return make_request(scene.jenny, scene.group, scene.stairwell_1, state=RequestState.UNCONFIRMED), 30 * DAY


def a_knock_that_nobody_made(scene: Scene) -> Made:
    request = make_request(make_person("Kim"), scene.group, scene.stairwell_1, scene.stairwell_1.flats[5])
    request.wants_visit = True
    return request, 30 * DAY


def an_interest_that_was_withdrawn(scene: Scene) -> Made:
    interest = make_interest(scene.jenny, scene.langgatan)
    interest.ended_at = utcnow()
    return interest, 30 * DAY


def an_address_that_was_recorded_at_a_door(scene: Scene) -> Made:
    neighbour = make_member(make_person("Greta"), scene.group, scene.stairwell_1.flats[5])
    return make_verification(make_person("Greta", "greta@example.org"), neighbour), 30 * DAY


def an_interest_that_nobody_confirmed(scene: Scene) -> Made:
    return make_interest(scene.jenny, scene.langgatan, confirmed=False), 30 * DAY


def an_appointment_that_ended(scene: Scene) -> Made:
    appointment = db.session.scalars(select(Coordinator).where(Coordinator.person_id == scene.bengt.id)).one()
    appointment.ended_at = utcnow()
    return appointment, 30 * DAY


def an_appointment_that_nobody_answered(scene: Scene) -> Made:
    return make_coordinator(scene.carin, scene.group, accepted=False), 60 * DAY


def a_membership(scene: Scene) -> Made:
    return leave(scene.carin), 30 * DAY


def a_household_that_moved_out(scene: Scene) -> Made:
    membership = leave(scene.carin)
    assert membership.household
    membership.household.ended_at = utcnow()
    return membership.household, 30 * DAY


def a_household_as_if_never_contacted(scene: Scene) -> Made:
    household = make_household(scene.stairwell_1.flats[5], HouseholdStatus.NOT_CONTACTED)
    return household, 30 * DAY


def who_left(scene: Scene) -> Made:
    leave(scene.carin)
    return scene.carin, 30 * DAY


def the_address_of_who_left(scene: Scene) -> Made:
    leave(scene.carin)
    return scene.carin.mailbox, 30 * DAY


def who_asked_and_was_told_no(scene: Scene) -> Made:
    scene.jenny.created_at = utcnow() - 300 * DAY
    make_request(scene.jenny, scene.group, scene.stairwell_1, state=RequestState.DECLINED)
    return scene.jenny, 30 * DAY


def leave(person: Person) -> Membership:
    membership = membership_of(person)
    membership.left_at = utcnow()
    return membership


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


OVER = [
    a_rate_count, a_trace, a_sign_in_link, a_change_of_address, the_address_before,
    a_sign_in_that_ended, a_sign_in_that_nobody_ended,
    a_row_of_the_outbox, an_answer_to_a_meeting, a_press_at_the_door, a_lent_link,
    an_invitation, the_address_of_an_invitation,
    the_address_of_a_no, an_address_that_only_asked_to_sign_in, a_request_that_was_answered,
    a_request_that_nobody_confirmed, an_address_that_was_recorded_at_a_door, a_knock_that_nobody_made,
    an_interest_that_was_withdrawn,
    an_interest_that_nobody_confirmed, an_appointment_that_ended, an_appointment_that_nobody_answered,
    a_membership, a_household_that_moved_out, a_household_as_if_never_contacted, who_left,
    the_address_of_who_left, who_asked_and_was_told_no,
]  # fmt: skip


@pytest.mark.parametrize("make", OVER)
def test_it_is_kept_so_long_and_no_longer(scene: Scene, make: Callable[[Scene], Made]) -> None:
    made, kept = make(scene)
    hour = timedelta(hours=1) if kept > DAY else timedelta(minutes=1)
    night(kept - hour)
    assert is_there(made)
    night(kept + hour)
    assert not is_there(made)


def test_who_comes_to_a_start_meeting_is_kept_until_it_is_over_to_be_told_of_it(scene: Scene) -> None:
    interest, others = (
        make_interest(scene.jenny, scene.langgatan),
        make_interest(scene.carin, scene.langgatan),
    )
    meeting = call_to_start(scene, days=60)
    meetings.answer(meeting, scene.jenny, Answer.MAYBE)
    meetings.answer(meeting, scene.carin, Answer.NO)
    interest.ended_at = others.ended_at = utcnow()
    night(31 * DAY)
    assert (is_there(interest), is_there(others)) == (True, False)
    night(61 * DAY)
    assert not is_there(interest)


def test_an_office_that_ended_goes_the_same_night_and_its_officer_too(scene: Scene) -> None:
    now, gun = utcnow(), scene.gun
    gun.created_at = now - 300 * DAY
    first, second = db.session.scalars(select(Officer).where(Officer.person_id == gun.id)).all()
    first.ended_at = now
    night(timedelta(minutes=1))
    assert (is_there(first), is_there(gun)) == (False, True)
    second.ended_at = now
    night(timedelta(minutes=1))
    assert not is_there(gun)


def test_what_is_not_over_stays_for_years(scene: Scene) -> None:
    make_interest(scene.jenny, scene.langgatan)
    make_household(scene.stairwell_1.flats[5], HouseholdStatus.DECLINED)
    make_meeting(scene.group)
    make_notice(scene.group, by=scene.amina)
    lasting = (Person, Mailbox, Membership, Coordinator, Officer, Household, Interest, JoinRequest, Meeting)
    before = [db.session.scalar(select(func.count()).select_from(model)) for model in lasting]
    night(3650 * DAY)
    assert [db.session.scalar(select(func.count()).select_from(model)) for model in lasting] == before
    assert db.session.scalars(select(JoinRequest)).one().person == scene.farah  # who still waits


@pytest.mark.parametrize(
    "still", ["member", "coordinator", "officer", "partner", "interested", "applicant", "recorded", "asked"]
)
def test_who_still_is_somebody_elsewhere_stays(scene: Scene, still: str) -> None:
    membership, mailbox = leave(scene.carin), scene.carin.mailbox
    house = scene.other_group.buildings[0]
    match still:
        case "member":
            make_member(scene.carin, scene.other_group, house.stairwells[0].flats[5])
        case "coordinator":
            make_coordinator(scene.carin, scene.other_group)
        case "asked":
            make_coordinator(scene.carin, scene.other_group, accepted=False).appointed_at = utcnow() + DAY
        case "officer":
            make_officer(scene.carin, scene.langgatan.property.area)
        case "partner":
            make_partner(scene.carin, scene.langgatan.property.area)
        case "interested":
            make_interest(scene.carin, scene.langgatan)
        case "applicant":
            make_request(scene.carin, scene.other_group, house.stairwells[0])
        case "recorded":
            on_paper = make_member(make_person("Carin"), scene.other_group, house.stairwells[0].flats[5])
            make_verification(scene.carin, on_paper).created_at = utcnow() + 2 * DAY
    night(31 * DAY)
    assert not is_there(membership)
    assert is_there(scene.carin)
    assert is_there(mailbox)


def test_who_shares_a_mailbox_keeps_it(scene: Scene, carins_husband: Person) -> None:
    leave(scene.carin)
    night(31 * DAY)
    assert (is_there(scene.carin), is_there(carins_husband)) == (False, True)
    db.session.refresh(carins_husband)
    assert carins_husband.mailbox
    assert carins_husband.mailbox.address == "carin@example.org"


def test_who_comes_back_at_this_moment_keeps_the_address(app: Flask, scene: Scene) -> None:
    mailbox = store(Mailbox(address="vem@example.org", address_index=b"vem"))
    db.session.commit()
    db.session.add(SignInLink(mailbox_id=mailbox.id, expires_at=utcnow() + DAY))
    db.session.flush()

    def erase() -> None:
        with app.app_context():
            erase_all()
            db.session.remove()

    with ThreadPoolExecutor(1) as night_shift:
        erasing = night_shift.submit(erase)
        sleep(0.2)  # it looks, or waits to
        db.session.commit()
        erasing.result(20)
    assert is_there(mailbox)
    assert db.session.scalar(select(func.count(SignInLink.id))) == 1


def test_a_household_stays_as_long_as_somebody_of_it(scene: Scene) -> None:
    partner = make_person("Eva Öberg", "eva@example.org")
    home = membership_of(scene.carin).household
    assert home
    make_member_of(partner, scene.group, home)
    leave(scene.carin)
    night(31 * DAY)
    assert is_there(home)


def make_member_of(person: Person, group: Group, home: Household) -> None:
    store(Membership(group=group, person=person, household=home, consent_version="2026-1"))


@pytest.mark.parametrize("another_waits", [False, True])
def test_a_flat_that_waited_for_a_knock_is_as_before(scene: Scene, another_waits: bool) -> None:
    flat = flat_of(scene.stairwell_1, "1203")
    asking.ask_for_visit(scene.stairwell_1, flat, "Kim", language=Language.SWEDISH)
    if another_waits:
        make_request(scene.jenny, scene.group, scene.stairwell_1, flat)
    night(31 * DAY)
    home = db.session.scalars(select(Household).where(Household.flat_id == flat.id)).one()
    wanted = HouseholdStatus.WANTS_TO_JOIN if another_waits else HouseholdStatus.NOT_CONTACTED
    assert home.status is wanted
    assert db.session.scalar(select(func.count()).where(JoinRequest.wants_visit)) == 0


def test_a_flat_whose_invitation_ran_out_is_as_before_and_others_are_not(scene: Scene) -> None:
    def home(number: str) -> HouseholdStatus:
        return db.session.scalars(
            select(Household.status).where(Household.flat_id == flat_of(scene.stairwell_1, number).id)
        ).one()

    def invite(address: str, number: str, days: int) -> Invitation:
        return inviting.invite(
            scene.group, address, flat=flat_of(scene.stairwell_1, number), language=Language.SWEDISH,
            days=days, by=scene.amina,
        )  # fmt: skip

    invite("en@example.org", "1201", 30)
    invite("tva@example.org", "1202", 30)
    invite("tre@example.org", "1202", 90)
    accepted = invite("fyra@example.org", "1203", 30)
    answering.accept(accepted, "Fia", stairwell=scene.stairwell_1, flat=None, language=Language.SWEDISH)
    at_the_door = flat_of(scene.stairwell_1, "1103")
    households.note_household(at_the_door, HouseholdStatus.INVITED, by=scene.amina)
    night(45 * DAY)
    assert [home(number) for number in ("1201", "1202", "1203", "1103")] == [
        HouseholdStatus.NOT_CONTACTED, HouseholdStatus.INVITED, HouseholdStatus.TAKES_PART,
        HouseholdStatus.INVITED,
    ]  # fmt: skip


def test_a_no_is_remembered_without_the_address(scene: Scene) -> None:
    def invite(group: Group, by: Person) -> Invitation:
        return inviting.invite(group, "nej@example.org", flat=None, language=Language.SWEDISH, days=30, by=by)

    answering.decline_invitation(invite(scene.group, scene.amina))
    night(45 * DAY)
    addresses = [mailbox.address for mailbox in db.session.scalars(select(Mailbox))]
    assert "nej@example.org" not in addresses
    kept = db.session.scalars(select(Invitation)).one()
    assert (kept.mailbox_id, kept.flat_id, kept.by_id) == (None, None, None)
    with pytest.raises(InvitationDeclined):
        invite(scene.group, scene.amina)
    assert invite(scene.other_group, scene.ivan).mailbox  # that group was never told no


def test_a_waiting_mail_of_who_is_erased_is_not_sent_and_rings_for_the_other(
    scene: Scene, carins_husband: Person, outbox: Outbox
) -> None:
    leave(scene.carin).left_at = utcnow() - 29 * DAY
    scene.carin.created_at = utcnow() - 300 * DAY
    notice = make_notice(scene.group, by=scene.amina)
    both = select(Person.id).where(Person.id.in_([scene.carin.id, carins_husband.id]))
    mails.queue_many(NOTICE, people=both, about=notice)
    db.session.commit()
    assert [row.next_at is not None for row in outbox.rows()] == [True, False]
    night(2 * DAY)
    (row,) = outbox.rows()
    assert (row.person_id, row.state) == (carins_husband.id, OutboxState.QUEUED)
    claims = queue.claim("test:0", 10)
    assert claims
    assert [claim.recipient.names for claim in claims if claim.recipient] == [("Pär Öberg",)]


def test_what_a_worker_holds_is_settled_before_its_reader_goes(scene: Scene, outbox: Outbox) -> None:
    scene.jenny.created_at = utcnow() - 300 * DAY
    mails.queue(SIGN_IN, to=scene.jenny, about=store(SignInLink(expires_at=utcnow() + 9 * DAY)))
    db.session.commit()
    claims = queue.claim("test:0", 10)
    assert claims
    night(timedelta(seconds=1))
    assert is_there(scene.jenny)
    held = {"state": OutboxState.SENT, "lease_token": None, "lease_owner": None, "lease_until": None}
    db.session.execute(update(OutboxRow).values(held))
    night(timedelta(seconds=1))
    assert (is_there(scene.jenny), outbox.rows()) == (False, [])


def test_numbers_stay_as_they_were(scene: Scene) -> None:
    for number in range(4):
        make_interest(make_person(f"Granne {number}"), scene.langgatan)
    interest = make_interest(scene.jenny, scene.langgatan)
    langgatan = start.start_group(scene.langgatan, by=scene.gun)
    interest.ended_at = since = utcnow()
    interested_since = interest.confirmed_at
    notice = make_notice(scene.group, by=scene.amina)
    mailing = mails.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    mails.queue_paper(mailing, paper_households(scene.group))
    db.session.execute(update(OutboxRow).where(OutboxRow.person_id == scene.carin.id).values(
        state=OutboxState.SENT, settled_at=since, next_at=None
    ))  # fmt: skip
    db.session.execute(update(OutboxRow).where(OutboxRow.person_id == scene.dawit.id).values(
        state=OutboxState.BOUNCED, settled_at=since, next_at=None
    ))  # fmt: skip
    meeting = make_meeting(scene.group, starts_at=since - 40 * DAY)
    meeting.counting, meeting.head_count = Counting.COUNTED, 9
    for person in (scene.carin, scene.dawit, scene.elsa):
        make_answer(meeting, person)
        members.leave(membership_of(person))
    db.session.commit()
    areas = [scene.group.area_id, scene.other_group.area_id]
    sums = areas_side_by_side(areas, utcnow())
    reach = progress_of(notice)
    assert (reach.sent, reach.bounced) == (1, 1)

    night(31 * DAY)
    db.session.refresh(notice)
    assert areas_side_by_side(areas, utcnow()) == sums
    assert progress_of(notice) == reach
    assert not is_there(scene.carin)
    night(400 * DAY)
    after = progress_of(notice)
    assert (after.sent, after.bounced, after.paper) == (reach.sent, reach.bounced, reach.paper)
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 0
    assert db.session.scalar(select(func.count(MeetingAnswer.id))) == 0
    assert db.session.get_one(Meeting, meeting.id).head_count == 9
    assert db.session.get_one(Group, langgatan.id).interest_since == interested_since


def test_what_an_area_was_told_goes_after_two_years_and_what_a_group_was_told_stays(scene: Scene) -> None:
    of_area = make_notice(scene.group.area, by=scene.gun)
    of_group = make_notice(scene.group, by=scene.amina)
    of_area.sent_at = of_group.sent_at = utcnow()
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(days=729)):
        erase_all()
    assert db.session.scalars(select(Notice).order_by(Notice.id)).all() == [of_area, of_group]
    with time_machine.travel(utcnow() + timedelta(days=731)):
        erase_all()
    assert db.session.scalars(select(Notice)).all() == [of_group]
    assert [text.notice for text in db.session.scalars(select(NoticeText))] == [of_group]


def test_a_large_night_goes_on_at_the_next_tick(app: Flask) -> None:
    ended = utcnow()
    counts = [{"key": number.to_bytes(2), "count": 1, "expires_at": ended} for number in range(450)]
    db.session.execute(insert(RateCount), counts)
    db.session.commit()
    (job,) = [job for job in jobs.JOBS if job.name == "erase"]
    left, done = [], []
    for minute in range(4):
        done.append(clock.run_due([job], utcnow() + timedelta(minutes=1 + minute)))
        left.append(db.session.scalar(select(func.count()).select_from(RateCount)))
    assert left == [250, 50, 0, 0]
    assert done == [[], [], ["erase"], []]


def test_twice_is_once_and_what_is_logged_are_counts(scene: Scene) -> None:
    leave(scene.carin).left_at = utcnow() - 31 * DAY
    scene.carin.created_at = utcnow() - 300 * DAY
    db.session.commit()
    with structlog.testing.capture_logs() as said:
        erase_all()
        erase_all()
    assert said == [{"event": "erased", "log_level": "info", "membership": 1, "person": 1, "mailbox": 1}]
