"""Handouts: copies of notices and of words about meetings on paper, for flats that no mail reaches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from watch.extensions import db
from watch.language import local
from watch.models import (
    GROUPS_IN_ORDER,
    TO_HAND_OUT,
    Area,
    Building,
    Coordinator,
    Counting,
    Flat,
    Group,
    Household,
    Mailing,
    Meeting,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    coordinator_stairwell,
)
from watch.recipients import Scopes, within

_Paper, _OfPaper, _OfMail = aliased(OutboxRow), aliased(Mailing), aliased(Mailing)

ENDS = ("meeting-cancelled", "meeting-left")  # kinds of mail that matter though the meeting is off
ON_PAPER = ("notice", "meeting-called", "meeting-changed", *ENDS)
NOTES = "notes-published"  # of a meeting that was held
LASTS = timedelta(days=60)  # how long the copies of notes, or a notice without a last day, are asked for


@dataclass(frozen=True)
class Handout:
    """A notice, word of a meeting, or its notes, that so many flats still have to get on paper."""

    about: Notice | Meeting
    flats: int
    is_notes: bool = False


def open_handouts(scopes: Scopes, now: datetime) -> list[Handout]:
    """Return what is still to be handed out in these groups and stairwells, the latest first.

    A notice that was stopped or is no longer valid is left out, and a meeting that is over or counted or, for
    its call, cancelled. One statement, and three more if there is anything.
    """
    if not scopes:
        return []
    waiting = _waiting(within(scopes)).subquery()
    wanted = (
        select(func.max(waiting.c.mailing_id), func.count(waiting.c.household_id.distinct()))
        .join(Mailing, Mailing.id == waiting.c.mailing_id)
        .outerjoin(Notice, Notice.id == Mailing.notice_id)
        .outerjoin(Meeting, Meeting.id == Mailing.meeting_id)
        .where(still_matters(now))
        .group_by(Mailing.notice_id, Mailing.meeting_id, Mailing.kind == NOTES)
    )
    flats: dict[int, int] = dict(db.session.execute(wanted).all())
    if not flats:
        return []
    mailings = select(Mailing).where(Mailing.id.in_(flats)).order_by(Mailing.id.desc())
    with_texts = (
        joinedload(Mailing.notice).selectinload(Notice.texts),
        joinedload(Mailing.meeting).selectinload(Meeting.parts),
    )
    return [
        Handout(about, flats[mailing.id], mailing.kind == NOTES)
        for mailing in db.session.scalars(mailings.options(*with_texts))
        if (about := mailing.notice or mailing.meeting)
    ]


def _waiting(where: ColumnElement[bool]) -> Select[int, int | None, datetime | None]:
    """Return a select of mailing, household and since when: papers to hand out, and bounced mails.

    A bounced mail counts if its household has no paper of that mailing, or of a later one about the same
    meeting. `where` is a condition on Household, Stairwell and Building.
    """
    homes = (
        select(Household.id)
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Household.is_current, where)
    )
    papers = select(OutboxRow.mailing_id, OutboxRow.household_id, OutboxRow.created_at.label("since"))
    papers = papers.where(OutboxRow.household_id.in_(homes), OutboxRow.state.in_(TO_HAND_OUT))
    bounced = (
        select(OutboxRow.mailing_id, Membership.household_id, OutboxRow.settled_at)
        .join(Membership, Membership.person_id == OutboxRow.person_id)
        .where(
            OutboxRow.state == OutboxState.BOUNCED,
            Membership.is_current,
            Membership.household_id.in_(homes),
            ~_has_paper(),
        )
    )
    return papers.union_all(bounced)  # type: ignore[return-value]  # it is used as a subquery only


def _has_paper() -> ColumnElement[bool]:
    """Return the condition on a bounced row and its Membership that the household has paper instead."""
    is_later = and_(_OfPaper.meeting_id == _OfMail.meeting_id, _OfPaper.id > _OfMail.id)
    return exists().where(
        _Paper.household_id == Membership.household_id,
        _Paper.state != OutboxState.CANCELLED,
        _OfPaper.id == _Paper.mailing_id,
        _OfMail.id == OutboxRow.mailing_id,
        or_(_OfPaper.id == _OfMail.id, is_later),
    )


def still_matters(now: datetime) -> ColumnElement[bool]:
    """Return the condition on Mailing, Notice and Meeting that its copies should still be handed out."""
    today = local(now).date()
    valid = or_(Notice.valid_until >= today, and_(Notice.valid_until.is_(None), Notice.sent_at > now - LASTS))
    of_notice = and_(Notice.id.is_not(None), Notice.stopped_at.is_(None), valid)
    is_ahead = and_(Meeting.ends_at > now, Meeting.counting == Counting.NOT_YET)  # once counted, it is over
    is_word = or_(Meeting.cancelled_at.is_(None), Mailing.kind.in_(ENDS))
    of_notes = and_(Mailing.kind == NOTES, Mailing.created_at > now - LASTS)
    return or_(of_notes, and_(Mailing.kind.in_(ON_PAPER), or_(of_notice, and_(is_ahead, is_word))))


def scopes_of(coordinator: Coordinator) -> Scopes:
    """Return the group of an appointment, with the stairwells that it is for (None: all)."""
    whole = coordinator.is_lead or not coordinator.stairwells
    return {coordinator.group_id: None if whole else frozenset(each.id for each in coordinator.stairwells)}


def groups_reached(notice: Notice, among: Collection[int]) -> Sequence[Group]:
    """Return the groups among these (ids) that a notice went to."""
    where = Group.id == notice.group_id if notice.group_id else Group.area_id.in_(_ids(notice.areas))
    return db.session.scalars(select(Group).where(Group.id.in_(among), where)).all()


def coordinators_to_tell(now: datetime) -> list[Coordinator]:
    """Return the appointments with papers to hand out that are newer than the last mail about such papers.

    For each stairwell with a paper these are its coordinators; if it has none, the leads of its group.
    """
    newest = {(group, stairwell): since for group, stairwell, since in db.session.execute(_newest(now))}
    wanted = (
        select(Coordinator)
        .where(Coordinator.group_id.in_([group for group, _stairwell in newest]), Coordinator.is_current)
        .options(
            selectinload(Coordinator.stairwells), joinedload(Coordinator.person).joinedload(Person.mailbox)
        )
        .order_by(Coordinator.id)
    )
    current = db.session.scalars(wanted).all()
    told, last = {}, _last_told([each.id for each in current])
    for (group, stairwell), since in newest.items():
        here = [each for each in current if each.group_id == group]
        near = [each for each in here if not each.is_lead and _works_in(each, stairwell)]
        for each in near or [each for each in here if each.is_lead]:
            if each.id not in last or last[each.id] < since:
                told[each.id] = each
    return list(told.values())


def _newest(now: datetime) -> Select[int | None, int, datetime]:
    """Return a select of group, stairwell, and since when its newest paper waits."""
    waiting = _waiting(Building.group_id.is_not(None)).subquery()
    return (
        select(Building.group_id, Stairwell.id, func.max(waiting.c.since))
        .select_from(waiting)
        .join(Household, Household.id == waiting.c.household_id)
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .join(Mailing, Mailing.id == waiting.c.mailing_id)
        .outerjoin(Notice, Notice.id == Mailing.notice_id)
        .outerjoin(Meeting, Meeting.id == Mailing.meeting_id)
        .where(still_matters(now))
        .group_by(Building.group_id, Stairwell.id)
        .order_by(Stairwell.id)
    )


def _last_told(coordinators: Collection[int]) -> dict[int, datetime]:
    """Return when each of these appointments (ids) was last mailed about papers."""
    mails = (
        select(Coordinator.id, func.max(Mailing.created_at))
        .join(Mailing, Mailing.coordinator_id == Coordinator.id)
        .where(Coordinator.id.in_(coordinators), Mailing.kind == "paper-to-hand-out")
        .group_by(Coordinator.id)
    )
    last: dict[int, datetime] = dict(db.session.execute(mails).all())
    return last


def _works_in(coordinator: Coordinator, stairwell_id: int) -> bool:
    return not coordinator.stairwells or stairwell_id in {each.id for each in coordinator.stairwells}


def without_bringer(households: Select[int] | Select[int | None]) -> int:
    """Count those of the households (a select of ids) to which no coordinator brings paper."""
    wanted = (
        select(func.count(Household.id))
        .join(Flat, Flat.id == Household.flat_id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Household.id.in_(households), ~_has_coordinator())
    )
    return db.session.scalar(wanted) or 0


def groups_without_coordinator(of: Collection[Area] | Group) -> Sequence[str]:
    """Return the names of the areas' groups with a stairwell in which nobody hands out papers."""
    uncovered = select(Stairwell.id).join(Building, Building.id == Stairwell.building_id)
    uncovered = uncovered.where(Building.group_id == Group.id, ~_has_coordinator())
    these = Group.id == of.id if isinstance(of, Group) else Group.area_id.in_(_ids(of))
    wanted = select(Group.name).where(these, uncovered.correlate(Group).exists())
    return db.session.scalars(wanted.order_by(GROUPS_IN_ORDER)).all()


def _ids(areas: Collection[Area]) -> list[int]:
    return [each.id for each in areas]


def _has_coordinator() -> ColumnElement[bool]:
    """Return the condition on Building and Stairwell that some coordinator works there, a lead included."""
    scope = coordinator_stairwell.c
    chosen = select(scope.stairwell_id).where(scope.coordinator_id == Coordinator.id)
    here = chosen.where(scope.stairwell_id == Stairwell.id).correlate(Coordinator, Stairwell).exists()
    works = select(Coordinator.id).where(
        Coordinator.group_id == Building.group_id,
        Coordinator.is_current,
        or_(Coordinator.is_lead, here, ~chosen.correlate(Coordinator).exists()),
    )
    return works.correlate(Building, Stairwell).exists()
