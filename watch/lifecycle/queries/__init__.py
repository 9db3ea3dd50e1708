"""What the system knows of a group's start and of its life since, and why a group may rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select

from watch.extensions import db
from watch.groups.queries.areas import at_least, number_of_flats
from watch.groups.queries.members import REACHED_BY_MAIL, taught_on
from watch.groups.queries.tasks import ASKED_AGAIN_AFTER, has_become_active, has_checked_list
from watch.language import local
from watch.lifecycle.history import said_of_house
from watch.models import (
    Cause,
    ChecklistItem,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Interest,
    Meeting,
    MeetingKind,
    Officer,
    Partner,
    Person,
    SetAside,
    StartStep,
    StepKind,
    Task,
)

QUIET_AFTER = timedelta(days=365)  # without a meeting, or a look at its list, a group should rest (domain.md)


@dataclass(frozen=True)
class Start:
    """The steps of a start that are done, by day; `known` are those that follow from a meeting in the system.

    `meeting_on` is the day of the start meeting, if any is known; `last_meeting` is when the group last met.
    """

    done: dict[StartStep, date]
    known: frozenset[StartStep]
    meeting_on: date | None
    last_meeting: datetime | None

    @property
    def is_of_one_day(self) -> bool:
        """True if every step is done, and all on the same day, as when they are ticked without looking."""
        return set(StartStep) <= self.done.keys() and len(set(self.done.values())) == 1


def start_of(group: Group, coordinators: Iterable[Coordinator], now: datetime) -> Start:
    """Return which steps of a group's start are done, ticked or known, in two statements.

    Of a group that has started again, meetings from before it was closed do not count. When its coordinators
    were taught is what the register says, until the group is active; a tick from before counts where it says
    nothing.
    """
    wanted = select(ChecklistItem).where(ChecklistItem.group_id == group.id)
    ticked = {item.step: item for item in db.session.scalars(wanted)}
    called = select(Meeting.kind, Meeting.called_at, Meeting.starts_at, Meeting.ends_at).where(
        Meeting.counts_for([group.id]), Meeting.is_on, _is_of_this_life(group)
    )
    meetings = db.session.execute(called.order_by(Meeting.starts_at)).all()
    meeting = next((each for each in meetings if each.kind is MeetingKind.START), None)
    facts: dict[StartStep, date] = {}
    if meeting:
        facts[StartStep.MEETING_BOOKED] = local(meeting.called_at).date()
        if meeting.ends_at <= now:
            facts[StartStep.MEETING_HELD] = local(meeting.starts_at).date()
    booked = ticked.get(StartStep.MEETING_BOOKED)
    done = facts | {step: item.done_on for step, item in ticked.items()}
    if group.state is GroupState.STARTING and (taught := taught_on(coordinators)):
        done[StartStep.COORDINATORS_TRAINED] = taught
    return Start(
        done,
        frozenset(facts.keys() - ticked.keys()),
        booked.meeting_on if booked else local(meeting.starts_at).date() if meeting else None,
        max((each.ends_at for each in meetings if each.ends_at <= now), default=None),
    )


def asks_to_be_sure(group: Group, start: Start) -> bool:
    """Return True if a start looks ticked without looking: done in one day, and few households take part.

    The number is last night's and told in bands, so the question says no more than the page does.
    """
    return start.is_of_one_day and not _told_of(group)


def _told_of(group: Group) -> int:
    """Return the least number of households that pages show of the group; 0 if they show none."""
    shown = at_least(Group.counted_taking_part.expression, number_of_flats())
    return db.session.scalar(select(shown).where(Group.id == group.id)) or 0


def _is_of_this_life(group: Group) -> ColumnElement[bool]:
    """Return the condition on Meeting that it was called after the group was closed for good, if it was."""
    closed = (
        select(GroupTransition.id)
        .where(GroupTransition.group_id == group.id, GroupTransition.state == GroupState.CLOSED)
        .where(GroupTransition.at > Meeting.called_at, GroupTransition.at < group.started_at)
    )
    return ~closed.correlate(Meeting).exists()


def has_met_since(moment: datetime, now: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that it has met, or become active, between this moment and now."""
    met = select(Meeting.id).where(
        Meeting.counts_for([Group.id]), Meeting.is_on, Meeting.ends_at > moment, Meeting.ends_at <= now
    )
    return met.correlate(Group).exists() | has_become_active(moment)


def is_reached() -> ColumnElement[bool]:
    """Return the condition on Group that mail reaches a coordinator of it."""
    current = Coordinator.group_id == Group.id, Coordinator.is_current, REACHED_BY_MAIL
    return select(Coordinator.id).where(*current).correlate(Group).exists()


def is_so(cause: Cause, now: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that a fact holds for which an active group should rest."""
    match cause:
        case Cause.NO_MEETING:
            return ~has_met_since(now - QUIET_AFTER, now)
        case Cause.NO_COORDINATOR:
            return ~is_reached()
        case Cause.LIST_UNCHECKED:
            return ~has_checked_list(now - QUIET_AFTER)


def should_rest(now: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that the system proposes that it rests, and nobody has said no lately.

    That it has no coordinator is only one more cause: officers are told of that by itself, at once.
    """
    said_no = select(SetAside.id).where(SetAside.group_id == Group.id, *_says_no(now)).correlate(Group)
    of_themselves = (cause for cause in Cause if cause is not Cause.NO_COORDINATOR)
    is_active = Group.state == GroupState.ACTIVE
    return and_(is_active, ~said_no.exists(), or_(*(is_so(each, now) for each in of_themselves)))


def asked_again_at(group: Group, now: datetime) -> datetime | None:
    """Return when the system proposes again that a group rests, if officers said lately that it does not."""
    said = select(SetAside.at).where(SetAside.group_id == group.id, *_says_no(now))
    at = db.session.scalar(said)
    return at + ASKED_AGAIN_AFTER if at else None


def _says_no(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SetAside.task == Task.STAYS_ACTIVE, SetAside.at > now - ASKED_AGAIN_AFTER


def causes_to_rest(group: Group, now: datetime) -> list[Cause]:
    """Return the facts for which an active group should rest, in one statement; of any other group none."""
    if group.state is not GroupState.ACTIVE:
        return []
    asked = select(*(is_so(each, now) for each in Cause)).where(Group.id == group.id)
    return [cause for cause, holds in zip(Cause, db.session.execute(asked).one(), strict=True) if holds]


@dataclass(frozen=True)
class Step:
    """A step of a group's life; `by` is who took it, None if nobody knows that any more."""

    state: GroupState
    at: datetime
    by: str | None
    of_house: str
    reason: str | None
    causes: list[Cause]
    is_turn: bool  # else the state was the same before, and its buildings changed


def history_of(group: Group) -> list[Step]:
    """Return the steps of a group's life, the latest first, in two statements."""
    wanted = (
        select(GroupTransition, Person.name)
        .outerjoin(Person, Person.id == GroupTransition.by_id)
        .where(GroupTransition.group_id == group.id)
        .order_by(GroupTransition.at.desc(), GroupTransition.id.desc())
    )
    rows, turns = db.session.execute(wanted).all(), turns_of(group)
    return [
        Step(
            each.state, each.at, name, said_of_house(each), each.reason,
            [Cause(code) for code in (each.causes or "").split()], is_turn=each in turns,
        )
        for each, name in rows
    ]  # fmt: skip


def turns_of(group: Group) -> list[GroupTransition]:
    """Return the steps by which the group's state changed, the oldest first."""
    steps = group.transitions
    before = [None, *(each.state for each in steps)]
    return [each for each, state in zip(steps, before, strict=False) if each.state is not state]


def since(turns: Sequence[GroupTransition]) -> datetime | None:
    """Return since when a group is in its state. A closing that was taken back does not interrupt it."""
    last = len(turns) - 1
    while last >= 2 and turns[last].kind is StepKind.REOPENED:
        last -= 2
    return turns[last].at if turns else None


def is_below_advice(group: Group, flats: int) -> bool:
    """Return True if fewer households take part than the share that the area advises.

    The number is the least that the page shows: the warning must not tell more than the band does.
    """
    share = group.area.advisory_share
    if share is None:
        return False
    return _told_of(group) * 100 < share * flats


def has_coordinator(group: Group) -> bool:
    """Return True if somebody has accepted to coordinate the group."""
    current = select(Coordinator.id).where(Coordinator.group_id == group.id, Coordinator.is_current)
    return db.session.scalar(current.limit(1)) is not None


def candidates(group: Group) -> Sequence[Person]:
    """Return those who said that they could coordinate and told the police contact their name.

    They are interested in one of the group's buildings, and are neither coordinators nor asked to be, nor
    officers, who never coordinate.
    """
    officers = select(Officer.person_id).where(Officer.is_current)
    partners = select(Partner.person_id).where(Partner.is_current)
    wanted = _who_offered(group).where(Person.id.not_in(_asked(group).union(officers, partners)))
    return list(dict.fromkeys(db.session.scalars(wanted.order_by(Interest.named_at, Interest.id))))


def has_been_asked(group: Group, person_id: int) -> bool:
    """Return True if somebody who offered to coordinate the group does so, or has been asked to."""
    wanted = _who_offered(group).where(Person.id == person_id, Person.id.in_(_asked(group)))
    return db.session.scalars(wanted.limit(1)).first() is not None


def _who_offered(group: Group) -> Select[Person]:
    houses = [each.id for each in group.buildings]
    offered = select(Person).join(Interest, Interest.person_id == Person.id)
    offered = offered.where(Interest.building_id.in_(houses), Interest.is_current)
    return offered.where(Interest.named_at.is_not(None), Interest.could_coordinate)


def _asked(group: Group) -> Select[int]:
    current = Coordinator.group_id == group.id, Coordinator.ended_at.is_(None)
    return select(Coordinator.person_id).where(*current)
