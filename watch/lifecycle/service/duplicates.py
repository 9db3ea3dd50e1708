"""Makes one of two, where both of two groups that are merged have the same person or the same meeting."""

from __future__ import annotations

from sqlalchemy import select

from watch.extensions import db
from watch.groups.service.merging import absorb, join_two_appointments
from watch.groups.service.requests import end_requests, withdraw_requests
from watch.models import (
    Coordinator,
    Group,
    Invitation,
    InvitationState,
    JoinRequest,
    MeetingPart,
    MeetingTally,
    Membership,
    PartState,
    Person,
    RequestState,
    StoppedWriter,
)

COUNTS = ("asked", "yes", "maybe", "no", "people")


def join_duplicates(other: Group, group: Group, *, by: Person | None) -> None:
    """Let nothing of the other group be in the way when it is moved to this one."""
    _join_coordinators(other, group)
    _join_requests(other, group, by=by)
    _join_members(other, group, by=by)
    _join_invitations(other, group)
    _join_parts(other, group)
    _join_tallies(other, group)
    _join_stopped_writers(other, group)


def _join_coordinators(other: Group, group: Group) -> None:
    """Let leads lead the whole group, and others answer for the stairwells that they answered for.

    Without a lead, whoever answers for a whole group answers for both. Who has an appointment in each keeps
    one, for the stairwells of both.
    """
    here, there = _appointed(group), _appointed(other)
    if any(each.is_lead and each.accepted_at for each in (*here.values(), *there.values())):
        for each in (*here.values(), *there.values()):
            if not each.is_lead and not each.stairwells:
                each.stairwells = [port for house in each.group.buildings for port in house.stairwells]
    for person_id in here.keys() & there.keys():
        join_two_appointments(here[person_id], there[person_id])
    db.session.flush()


def _appointed(group: Group) -> dict[int, Coordinator]:
    wanted = select(Coordinator).where(Coordinator.group_id == group.id, Coordinator.ended_at.is_(None))
    return {each.person_id: each for each in db.session.scalars(wanted.order_by(Coordinator.id))}


def _join_requests(other: Group, group: Group, *, by: Person | None) -> None:
    """End the requests of those who are members, or ask to be, in the other of the two."""
    here, there = _members(group), _members(other)
    asks_here, asks_there = _applicants(group), _applicants(other)
    for person_id in asks_there.keys() & (here.keys() | asks_here.keys()):
        withdraw_requests(asks_there[person_id], other, by=by)
    for person_id in asks_here.keys() & there.keys():
        end_requests(asks_here[person_id], group, by=by)


def _members(group: Group) -> dict[int, Membership]:
    current = select(Membership).where(Membership.group_id == group.id, Membership.is_current)
    return {each.person_id: each for each in db.session.scalars(current.order_by(Membership.id))}


def _applicants(group: Group) -> dict[int, Person]:
    waits = JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING])
    asked = select(Person).join(JoinRequest, JoinRequest.person_id == Person.id)
    found = db.session.scalars(asked.where(JoinRequest.group_id == group.id, waits).order_by(Person.id))
    return {each.id: each for each in found.unique()}


def _join_members(other: Group, group: Group, *, by: Person | None) -> None:
    here, there = _members(group), _members(other)
    for person_id in sorted(here.keys() & there.keys()):
        absorb(here[person_id], there[person_id], by=by)


def _join_invitations(other: Group, group: Group) -> None:
    """Give invitations to one address by one coordinator, of which both groups have some, other numbers."""
    is_open = Invitation.state == InvitationState.OPEN, Invitation.mailbox_id.is_not(None)
    wanted = select(Invitation).where(Invitation.group_id.in_([group.id, other.id]), *is_open)
    invitations = db.session.scalars(wanted.order_by(Invitation.id)).all()
    taken = {_number(each) for each in invitations}
    mine = {_number(each) for each in invitations if each.group_id == group.id}
    for each in invitations:
        if each.group_id == other.id and _number(each) in mine:
            while _number(each) in taken:
                each.ordinal += 1
            taken.add(_number(each))


def _number(invitation: Invitation) -> tuple[int | None, int | None, int]:
    return invitation.mailbox_id, invitation.by_id, invitation.ordinal


def _join_parts(other: Group, group: Group) -> None:
    """Let a meeting of both be the group's one time. If either takes part, both do."""
    mine = {each.meeting_id: each for each in _parts(group)}
    for part in _parts(other):
        if part.meeting_id in mine:
            kept = mine[part.meeting_id]
            kept.state = PartState.TAKES_PART if part.takes_part else kept.state
            db.session.delete(part)


def _parts(group: Group) -> list[MeetingPart]:
    whole = select(MeetingPart).where(MeetingPart.group_id == group.id, MeetingPart.stairwell_id.is_(None))
    return list(db.session.scalars(whole.order_by(MeetingPart.id)))


def _join_tallies(other: Group, group: Group) -> None:
    """Add up what the households of both answered to a meeting."""
    mine = {each.meeting_id: each for each in _tallies(group)}
    for tally in _tallies(other):
        if tally.meeting_id in mine:
            kept = mine[tally.meeting_id]
            for name in COUNTS:
                setattr(kept, name, getattr(kept, name) + getattr(tally, name))
            db.session.delete(tally)


def _tallies(group: Group) -> list[MeetingTally]:
    wanted = select(MeetingTally).where(MeetingTally.group_id == group.id)
    return list(db.session.scalars(wanted.order_by(MeetingTally.id)))


def _join_stopped_writers(other: Group, group: Group) -> None:
    stopped = select(StoppedWriter.person_id).where(StoppedWriter.group_id == group.id)
    twice = StoppedWriter.group_id == other.id, StoppedWriter.person_id.in_(stopped)
    for each in db.session.scalars(select(StoppedWriter).where(*twice)).all():
        db.session.delete(each)
