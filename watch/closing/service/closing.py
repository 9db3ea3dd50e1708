"""Closes a group, and takes that back for 30 days.

Whoever leaves with the group leaves at its `closed_at`, exactly. So they can be told apart from those who
left before, and be brought back; and the nightly job erases them like anybody who left 30 days ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update

from watch import audit
from watch.closing.errors import AlreadyClosed, NotClosed, TooLate
from watch.closing.mails import GROUP_CLOSED, GROUP_REOPENED
from watch.closing.queries import (
    closing_of,
    coming_meetings,
    gatherings_of_others,
    state_before_closing,
    ticked_at,
)
from watch.closing.service.waiting import bring_mail_back, stop_mail
from watch.extensions import db
from watch.groups.queries.closed import can_be_undone
from watch.groups.service import tasks
from watch.groups.service.restoring import put_out_empty_windows
from watch.language import local
from watch.mail import outbox
from watch.meetings import service as meetings
from watch.models import (
    OF_CLOSING,
    Building,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    JoinRequest,
    Mailing,
    Membership,
    Officer,
    OutboxRow,
    PartState,
    Person,
    RequestState,
    StepKind,
    Task,
    WatchSign,
    utcnow,
)
from watch.recipients import reached_by_mail

NEXT: Any = WatchSign.version + 1  # as the database counts it, whoever has written meanwhile


def close(group: Group, *, reason: str, by: Person) -> None:
    """Close a group: its meetings are cancelled, its mail stops, and its people leave it and are told.

    Once it is committed, no worker claims mail of the group. Raises AlreadyClosed.
    """
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is GroupState.CLOSED:
        raise AlreadyClosed
    now = utcnow()
    for meeting in coming_meetings(group, now):
        meetings.cancel(meeting, by=by, reason=reason)
    for gathering in gatherings_of_others(group, now):
        meetings.end_part(gathering, group)
    stop_mail(group, now)
    step = GroupTransition(group_id=group.id, state=GroupState.CLOSED, at=now, by_id=by.id, reason=reason)
    db.session.add(step)
    group.state, group.closed_at = GroupState.CLOSED, now
    _end_everything(group, now)
    outbox.queue_many(GROUP_CLOSED, people=reached_by_mail(_who_left(group, now)), about=step)
    audit.note("group-closed", about=group, by=by)


def _end_everything(group: Group, now: datetime) -> None:
    """End requests, memberships and appointments. Statuses of flats stay, for an undo."""
    db.session.flush()
    of_group = JoinRequest.group_id == group.id
    waits = JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING])
    ended = {"state": RequestState.WITHDRAWN, "decided_at": now}
    db.session.execute(update(JoinRequest).where(of_group, waits).values(ended))
    current = Membership.group_id == group.id, Membership.left_at.is_(None)
    db.session.execute(update(Membership).where(*current).values(left_at=now))
    appointed = Coordinator.group_id == group.id, Coordinator.ended_at.is_(None)
    db.session.execute(update(Coordinator).where(*appointed).values(ended_at=now))


def _who_left(group: Group, at: datetime) -> Select[int]:
    """Return a select of the ids of those who left with the group, or waited for an answer from it."""
    members = select(Membership.person_id).where(Membership.group_id == group.id, Membership.left_at == at)
    coordinators = select(Coordinator.person_id).where(
        Coordinator.group_id == group.id, Coordinator.ended_at == at, Coordinator.accepted_at.is_not(None)
    )
    applicants = select(JoinRequest.person_id).where(
        JoinRequest.group_id == group.id, JoinRequest.decided_at == at, JoinRequest.confirmed_at.is_not(None)
    )
    return select(Person.id).where(
        or_(*(Person.id.in_(each) for each in (members, coordinators, applicants)))
    )


def undo(group: Group, *, by: Person, reason: str | None = None) -> None:
    """Open a closed group again as it was: members, coordinators and requests are back, and are told.

    Only whoever may have read of the closing is mailed. Meetings stay cancelled, and the group is in those of
    others again. What the closing stopped of mail and paper waits again, if it still stands.
    Raises NotClosed and TooLate.
    """
    db.session.refresh(group, ["state", "closed_at", "erased_at"], with_for_update=True)
    now = utcnow()
    if group.state is not GroupState.CLOSED:
        raise NotClosed
    if not can_be_undone(group, now) or group.closed_at is None:
        raise TooLate
    closing, closed_at = closing_of(group), group.closed_at
    group.state, group.closed_at = state_before_closing(group), None
    step = GroupTransition(group_id=group.id, state=group.state, at=now, by_id=by.id, reason=reason)
    step.kind = StepKind.REOPENED
    db.session.add(step)
    db.session.flush()
    _bring_back(group, closed_at)
    bring_mail_back(group, closed_at)
    for gathering in gatherings_of_others(group, now, PartState.ENDED):
        meetings.bring_part_back(gathering, group)
    for task in OF_CLOSING:
        tasks.bring_back(group, task, by=by)
    if closing is not None:
        outbox.cancel(closing, GROUP_CLOSED)
        outbox.queue_many(GROUP_REOPENED, people=reached_by_mail(_who_may_know(closing)), about=step)
    audit.note("group-reopened", about=group, by=by)


def _bring_back(group: Group, closed_at: datetime) -> None:
    """Bring back who left with the group. Whoever has become an officer meanwhile coordinates no more."""
    left = Membership.group_id == group.id, Membership.left_at == closed_at
    homes = db.session.scalars(select(Membership.household_id).where(*left)).all()
    db.session.execute(update(Membership).where(*left).values(left_at=None))
    officers = select(Officer.person_id).where(Officer.is_current)
    ended = Coordinator.group_id == group.id, Coordinator.ended_at == closed_at
    db.session.execute(
        update(Coordinator).where(*ended, Coordinator.person_id.not_in(officers)).values(ended_at=None)
    )
    waited = JoinRequest.group_id == group.id, JoinRequest.decided_at == closed_at
    withdrawn = (*waited, JoinRequest.state == RequestState.WITHDRAWN)
    is_confirmed = or_(JoinRequest.confirmed_at.is_not(None), JoinRequest.wants_visit)
    for which, state in ((is_confirmed, RequestState.WAITING), (~is_confirmed, RequestState.UNCONFIRMED)):
        again = update(JoinRequest).where(*withdrawn, which).values(state=state, decided_at=None)
        db.session.execute(again.execution_options(synchronize_session=False))
    db.session.expire_all()
    put_out_empty_windows([each for each in homes if each is not None])


def _who_may_know(closing: GroupTransition) -> Select[int]:
    told = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    told = told.where(Mailing.group_transition_id == closing.id, OutboxRow.may_have_arrived())
    return select(Person.id).where(Person.id.in_(told))


def tick(group: Group, task: Task, *, by: Person) -> None:
    """Tick a task after a closing as done. Doing so twice has no further effect. Raises NotClosed.

    Signs that are down are so in the register, too, from today.
    """
    _demand_closed(group)
    is_new = tasks.set_aside(group, task, by=by)
    if is_new and task is Task.SIGNS_DOWN and (at := ticked_at(group, task)):
        _note_signs_down(group, at, by=by)


def untick(group: Group, task: Task, *, by: Person) -> None:
    """Show a task after a closing again, and what it took down in the register as it was before.

    Doing so twice has no further effect. Raises NotClosed.
    """
    _demand_closed(group)
    if task is Task.SIGNS_DOWN and (at := ticked_at(group, task)):
        _take_back_signs_down(group, at, by=by)
    tasks.bring_back(group, task, by=by)


def _note_signs_down(group: Group, at: datetime, *, by: Person) -> None:
    """Write down in the register that the signs of a group's buildings are taken down, ticked at a moment."""
    for sign in _signs_of(group, WatchSign.down_on.is_(None)):
        sign.down_on, sign.ticked_down_at, sign.version = local(at).date(), at, NEXT
        audit.note("sign-changed", about=sign, by=by, area=group.area)


def _take_back_signs_down(group: Group, at: datetime, *, by: Person) -> None:
    """Take back what was ticked at a moment, other than of signs that got another day since."""
    for sign in _signs_of(group, WatchSign.ticked_down_at == at, WatchSign.down_on == local(at).date()):
        sign.down_on, sign.ticked_down_at, sign.version = None, None, NEXT
        audit.note("sign-changed", about=sign, by=by, area=group.area)


def _signs_of(group: Group, *which: ColumnElement[bool]) -> Sequence[WatchSign]:
    """Return the signs of a group's buildings, which nobody else changes until the transaction ends."""
    houses = select(Building.id).where(Building.group_id == group.id)
    wanted = select(WatchSign).where(WatchSign.building_id.in_(houses), WatchSign.is_current, *which)
    return db.session.scalars(wanted.order_by(WatchSign.id).with_for_update()).all()


def _demand_closed(group: Group) -> None:
    if group.state is not GroupState.CLOSED:
        raise NotClosed
