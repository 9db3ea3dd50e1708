"""Checks that a closed group ends everything, and that all is as it was when the closing is undone."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_group,
    make_interest,
    make_invitation,
    make_meeting,
    make_message,
    make_notice,
    make_officer,
    make_person,
    make_request,
    make_verification,
    make_visit_request,
    store,
)
from tests.meetings.starting import call_to_start
from tests.retention.nights import erase_all
from watch.closing import queries, service
from watch.closing.errors import AlreadyClosed, NotClosed, TooLate
from watch.errors import LinkExpired
from watch.extensions import db
from watch.followup.queries.counts import areas_side_by_side
from watch.groups.queries.members import active_member_ids, coordinators_of
from watch.groups.service.members import admit, leave
from watch.groups.service.recounting import recount_groups
from watch.invitations.mails import INVITATION
from watch.joining.mails import ADDRESS_RECORDED, JOIN_REQUESTED
from watch.lifecycle import service as lifecycle
from watch.lifecycle.errors import NotErased
from watch.lifecycle.queries import start_of
from watch.mail import outbox as mails
from watch.mail.queue import claim, sweep
from watch.meetings import service as meetings
from watch.messages.mails import NEIGHBOUR_WROTE
from watch.models import (
    Answer,
    AuditEntry,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Household,
    HouseholdStatus,
    JoinRequest,
    Meeting,
    MeetingKind,
    MeetingPart,
    Membership,
    Model,
    OutboxRow,
    OutboxState,
    PartState,
    Person,
    RequestState,
    SetAside,
    Task,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.retention.service import batches, erasing

DAY = timedelta(days=1)
WHY = "Huset byggs om."
PEOPLE: tuple[type[Model], ...] = (Membership, Coordinator, JoinRequest, Household)


def sent() -> list[tuple[str, str]]:
    """Return kind and first name of all that a worker claims now."""
    db.session.commit()
    claims = claim("a worker", 100) or []
    return sorted(
        (each.kind, name.split()[0]) for each in claims if each.recipient for name in each.recipient.names
    )


def close(scene: Scene) -> None:
    service.close(scene.group, reason=WHY, by=scene.gun)
    db.session.commit()


def kept(group: Group) -> dict[str, list[tuple[object, ...]]]:
    """Return who is and was in a group, and what is known of its flats."""
    db.session.expire_all()
    return {
        "members": sorted(
            (each.person.name, each.left_at is None, each.household_id or 0)
            for each in db.session.scalars(select(Membership).filter_by(group_id=group.id))
        ),
        "coordinators": sorted(
            (each.person.name, each.ended_at is None, each.is_lead)
            for each in db.session.scalars(select(Coordinator).filter_by(group_id=group.id))
        ),
        "requests": sorted(
            (each.person.name, each.state.value)
            for each in db.session.scalars(select(JoinRequest).filter_by(group_id=group.id))
        ),
        "flats": sorted((each.flat_id, each.status.value) for each in db.session.scalars(select(Household))),
    }


def call(scene: Scene) -> Meeting:
    begins = (utcnow() + 10 * DAY).replace(microsecond=0)
    plan = meetings.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Tvättstugan")
    return meetings.call(meetings.planned(scene.group, plan), by=scene.amina)


def test_of_all_that_waits_only_the_words_of_the_closing_and_of_its_meetings_leave(scene: Scene) -> None:
    call(scene)
    assert sent() == [("meeting-called", each) for each in ("Amina", "Bengt", "Carin", "Dawit")]
    group = scene.group
    notice = make_notice(group, by=scene.amina)
    mails.queue_many(NOTICE, people=active_member_ids(group), about=notice)
    to_area = make_notice(group.area, by=scene.gun)
    mails.queue_many(NOTICE, people=active_member_ids(group), about=to_area)
    invitation = make_invitation(group, "ny@example.org", by=scene.bengt)
    mails.queue(INVITATION, to=invitation.mailbox, about=invitation)
    mails.queue(NEIGHBOUR_WROTE, to=scene.amina, about=make_message(scene.carin, group))
    farahs = db.session.scalars(select(JoinRequest)).one()
    mails.queue(JOIN_REQUESTED, to=scene.bengt, about=farahs)
    close(scene)
    assert sent() == [
        *(("group-closed", each) for each in ("Amina", "Bengt", "Carin", "Dawit", "Farah")),
        *(("meeting-cancelled", each) for each in ("Amina", "Bengt", "Carin", "Dawit")),
    ]
    waiting = select(OutboxRow.id).where(OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.TO_PRINT]))
    assert db.session.scalars(waiting).all() == []


def test_nobody_gets_a_notice_after_the_closing_was_saved(scene: Scene) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    mails.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()
    first = claim("a worker", 1) or []  # it is under way when the group is closed
    assert [each.kind for each in first] == ["notice"]
    close(scene)
    with time_machine.travel(utcnow() + DAY):  # the worker died with it, and another takes it back
        sweep("a worker")
        assert {kind for kind, _name in sent()} == {"group-closed"}


def test_who_shares_a_mailbox_gets_one_mail_that_names_both(scene: Scene, carins_husband: Person) -> None:
    close(scene)
    claims = claim("a worker", 100) or []
    named = [each.recipient.names for each in claims if each.recipient]
    assert sorted(named) == [
        ("Amina Yusuf",), ("Bengt Åkesson",), ("Carin Öberg", carins_husband.name), ("Dawit Tesfaye",),
        ("Farah Ahmadi",),
    ]  # fmt: skip


def test_whoever_left_before_is_not_told_and_does_not_come_back(scene: Scene, olga: Person) -> None:
    leave(db.session.scalars(select(Membership).filter_by(person_id=scene.carin.id)).one(), by=scene.carin)
    before = kept(scene.group)
    close(scene)
    assert sorted({name for kind, name in sent() if kind == "group-closed"}) == [
        "Amina", "Bengt", "Dawit", "Farah",
    ]  # fmt: skip
    service.undo(scene.group, by=scene.gun)
    db.session.commit()
    assert kept(scene.group) == before
    assert ("Olga Lind", False) in [each[:2] for each in before["members"]]


@pytest.mark.parametrize("state", [GroupState.STARTING, GroupState.ACTIVE, GroupState.DORMANT])
def test_undone_everybody_is_as_before(scene: Scene, state: GroupState) -> None:
    group = scene.group
    group.state = state
    store(GroupTransition(group_id=group.id, state=state))
    asks = make_person("Ny Granne", "ny@example.org")
    make_request(asks, group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    make_visit_request("Wanja", group, flat_of(scene.stairwell_3, "1203"))
    store(Household(flat=flat_of(scene.stairwell_1, "1203"), status=HouseholdStatus.DECLINED))
    before = kept(group)
    close(scene)
    assert not any(is_in for _name, is_in, _rest in [*kept(group)["members"], *kept(group)["coordinators"]])
    assert {state for _name, state in kept(group)["requests"]} == {"withdrawn"}
    assert kept(group)["flats"] == before["flats"]
    with time_machine.travel(utcnow() + 29 * DAY):
        erase_all()
        service.undo(group, by=scene.gun, reason="Bygget är klart")
        db.session.commit()
    assert kept(group) == before
    assert (group.state, group.closed_at) == (state, None)
    steps = [(each.state, each.by_id, each.reason) for each in group.transitions[-2:]]
    assert steps == [(GroupState.CLOSED, scene.gun.id, WHY), (state, scene.gun.id, "Bygget är klart")]
    acts = db.session.scalars(
        select(AuditEntry.what).where(AuditEntry.what.like("group-%")).order_by(AuditEntry.id)
    ).all()
    assert acts == ["group-closed", "group-reopened"]


def test_only_who_may_have_read_of_the_closing_hears_that_it_goes_on(scene: Scene) -> None:
    close(scene)
    service.undo(scene.group, by=scene.gun)
    assert sent() == []
    close(scene)
    assert len(sent()) == 5
    service.undo(scene.group, by=scene.gun)
    assert sent() == [("group-reopened", each) for each in ("Amina", "Bengt", "Carin", "Dawit", "Farah")]


def test_an_officer_meanwhile_coordinates_no_more(scene: Scene) -> None:
    close(scene)
    make_officer(scene.amina, scene.other_group.area)
    service.undo(scene.group, by=scene.gun)
    coordinating = select(Person.name).join(Coordinator, Coordinator.person_id == Person.id)
    coordinating = coordinating.where(Coordinator.is_current, Coordinator.group_id == scene.group.id)
    assert db.session.scalars(coordinating).all() == ["Bengt Åkesson"]
    assert ("Amina Yusuf", True) in [each[:2] for each in kept(scene.group)["members"]]


def test_after_thirty_days_nobody_is_left_and_the_numbers_stay(scene: Scene) -> None:
    meeting = make_meeting(scene.group, starts_at=utcnow() - 5 * DAY, by=scene.amina)
    meeting.head_count, meeting.counting = 12, meeting.counting.COUNTED
    recount_groups(utcnow(), scene.group)
    carin, ivan = scene.carin.id, scene.ivan.id
    close(scene)
    recount_groups(utcnow())
    with time_machine.travel(utcnow() + 30 * DAY + timedelta(minutes=1)):
        with pytest.raises(TooLate):
            service.undo(scene.group, by=scene.gun)
        db.session.rollback()
        erase_all()
        recount_groups(utcnow())
        db.session.commit()
        left = {
            model.__name__: len(db.session.scalars(select(model).filter_by(group_id=scene.group.id)).all())
            for model in (Membership, Coordinator, JoinRequest)
        }
        assert left == {"Membership": 0, "Coordinator": 0, "JoinRequest": 0}
        homes = select(Household).where(Household.flat_id.in_([each.id for each in scene.stairwell_3.flats]))
        assert db.session.scalars(homes).all() == []
        assert db.session.get(Person, carin) is None
        assert db.session.get(Person, ivan) is not None
        group = db.session.get_one(Group, scene.group.id)
        assert (group.counted_taking_part, group.erased_at is not None) == (5, True)
        assert db.session.get_one(Meeting, meeting.id).head_count == 12
        assert [(each.state, each.reason, each.by_id) for each in group.transitions][-1] == (
            GroupState.CLOSED, None, None,
        )  # fmt: skip
        (area,) = areas_side_by_side({group.area_id}, utcnow())
        assert (area.groups, area.taking_part) == (0, 0)


def test_a_large_group_is_erased_over_several_batches(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(erasing, "BATCH", 2)
    close(scene)
    with time_machine.travel(utcnow() + 31 * DAY):
        erase_all()
        assert Counter(type(each).__name__ for each in db.session.scalars(select(Membership))) == {
            "Membership": 1
        }  # Ivan's, in another group
        assert len(db.session.scalars(select(Household)).all()) == 1


def test_a_gathering_of_others_goes_on_without_the_group(scene: Scene) -> None:
    guest = make_group(scene.langgatan)
    guest.area = scene.group.area
    meeting = make_meeting(guest, kind=MeetingKind.JOINT, by=None)
    meeting.parts.append(MeetingPart(group=scene.group, state=PartState.TAKES_PART))
    meetings.answer(meeting, scene.carin, Answer.YES, 1)
    assert [each.id for each in queries.gatherings_of_others(scene.group, utcnow())] == [meeting.id]
    close(scene)
    assert meeting.cancelled_at is None
    part = next(each for each in meeting.parts if each.group_id == scene.group.id)
    assert part.state is PartState.ENDED
    assert ("part-ended", "Carin") in sent()


def test_a_start_meeting_of_a_group_that_is_closed_while_starting_is_cancelled(scene: Scene) -> None:
    group = make_group(scene.langgatan, GroupState.STARTING)
    make_interest(make_person("Ulla Vik", "ulla@example.org"), scene.langgatan)
    meeting = call_to_start(scene)
    assert sent() == [("meeting-called", "Ulla")]
    service.close(group, reason=WHY, by=scene.gun)
    db.session.commit()
    assert meeting.cancelled_at is not None
    assert sent() == [("meeting-cancelled", "Ulla")]


def test_it_is_closed_once_and_opened_once(scene: Scene) -> None:
    with pytest.raises(NotClosed):
        service.undo(scene.group, by=scene.gun)
    close(scene)
    with pytest.raises(AlreadyClosed):
        service.close(scene.group, reason=WHY, by=scene.gun)
    service.undo(scene.group, by=scene.gun)
    with pytest.raises(NotClosed):
        service.undo(scene.group, by=scene.gun)


def test_nobody_is_admitted_to_a_group_that_was_just_closed(scene: Scene) -> None:
    close(scene)
    with pytest.raises(LinkExpired):
        admit(scene.jenny, scene.group, stairwell=scene.stairwell_1)


def test_an_address_recorded_at_a_door_is_not_asked_about(scene: Scene) -> None:
    elsas = db.session.scalars(select(Membership).filter_by(person_id=scene.elsa.id)).one()
    recorded = make_verification(make_person("Elsa Björkgård", "elsa@example.org"), elsas)
    mails.queue(ADDRESS_RECORDED, to=recorded.person, about=recorded)
    close(scene)
    assert {kind for kind, _name in sent()} == {"group-closed"}


def test_a_group_starts_again_once_its_people_are_erased(scene: Scene) -> None:
    old = make_meeting(scene.group, kind=MeetingKind.START, starts_at=utcnow() - 40 * DAY, by=scene.amina)
    old.called_at = utcnow() - 50 * DAY
    close(scene)
    with pytest.raises(NotErased):
        lifecycle.start_again(scene.group, by=scene.gun)
    store(SetAside(group_id=scene.group.id, task=Task.SIGNS_DOWN))
    with time_machine.travel(utcnow() + 31 * DAY):
        erase_all()
        group = db.session.get_one(Group, scene.group.id)
        lifecycle.start_again(group, by=scene.gun)
        db.session.commit()
        assert (group.state, group.closed_at, group.erased_at) == (GroupState.STARTING, None, None)
        start = start_of(group, coordinators_of(group), utcnow())
        assert [each.value for each in start.done] == ["police_contact"]
        assert db.session.scalars(select(SetAside)).all() == []
        states = [each.state.value for each in group.transitions]
        assert states == ["starting", "active", "closed", "starting"]


def test_a_start_that_was_closed_and_undone_keeps_its_meeting(scene: Scene) -> None:
    scene.group.state = GroupState.STARTING
    scene.group.started_at = utcnow() - 60 * DAY
    db.session.execute(update(GroupTransition).values(state=GroupState.STARTING))
    old = make_meeting(scene.group, kind=MeetingKind.START, starts_at=utcnow() - 40 * DAY, by=scene.amina)
    old.called_at = utcnow() - 50 * DAY
    close(scene)
    service.undo(scene.group, by=scene.gun)
    assert {each.value for each in start_of(scene.group, coordinators_of(scene.group), utcnow()).done} == {
        "meeting_booked", "meeting_held",
    }  # fmt: skip
