"""Erases the texts and names of closed groups. Counts stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from watch.extensions import db
from watch.groups.queries.closed import UNDOABLE
from watch.mail import outbox
from watch.models import (
    CLOSED,
    FINDINGS_KEPT,
    Building,
    ChecklistItem,
    ContactPerson,
    Finding,
    FindingFollower,
    FindingLink,
    FindingStep,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    Invitation,
    Meeting,
    MeetingChange,
    MeetingPart,
    Membership,
    NotesAside,
    NotesDraft,
    Notice,
    OutboxRow,
    PublishedNotes,
    Stairwell,
)
from watch.retention.service.batches import BATCH, take_out

MONTH, TWO_YEARS = timedelta(days=30), timedelta(days=730)
FORGOTTEN = {  # of a meeting
    "place": "",
    **dict.fromkeys(("about", "link", "called_by_id", "cancel_reason", "reminder_text")),
}


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that it was closed so long ago that it cannot be undone any more."""
    long_ago = or_(Group.closed_at.is_(None), Group.closed_at < now - UNDOABLE)
    return and_(Group.state == GroupState.CLOSED, long_ago)


def notices(now: datetime) -> int:
    """Delete the notices of closed groups, and those to whole areas that were sent two years ago."""
    closed = select(Group.id).where(_is_over(now))
    old = and_(Notice.area_id.is_not(None), Notice.sent_at < now - TWO_YEARS)
    return take_out(Notice, or_(Notice.group_id.in_(closed), old))


def findings(now: datetime) -> int:
    """Erase the words of areas' findings that were closed two years ago. They count on. Return how many."""
    old = (
        Finding.area_id.is_not(None), Finding.status.in_(CLOSED), Finding.erased_at.is_(None),
        Finding.changed_at < now - FINDINGS_KEPT,
    )  # fmt: skip
    due = select(Finding.id).where(*old).order_by(Finding.id).limit(BATCH)
    ids = db.session.scalars(due.with_for_update(skip_locked=True)).all()
    _forget_words(Finding.id.in_(ids), erased_at=now)
    return len(ids)


def _forget_words(which: ColumnElement[bool], **more: datetime) -> None:
    """Erase the words of findings, their steps, who wrote them, and who hears of them."""
    of_findings = select(Finding.id).where(which)
    for belongs in (FindingStep, FindingFollower, FindingLink):
        db.session.execute(delete(belongs).where(belongs.finding_id.in_(of_findings)))
    nameless = {"what": "", "outcome": None, "by_id": None}
    db.session.execute(update(Finding).where(which).values(nameless | more))


def drafts(now: datetime) -> int:
    """Delete drafts of meetings whose day passed a month ago."""
    return take_out(Meeting, and_(Meeting.is_draft, Meeting.ends_at < now - MONTH))


def closed(now: datetime) -> int:
    """Erase what is known of groups that were closed 30 days ago: invitations, statuses of flats, meetings'
    texts and names; and what officers wrote of meetings that were held two years ago. Return the number of
    groups."""
    leaving = exists().where(Membership.group_id == Group.id, Membership.left_at == Group.closed_at)
    due = select(Group.id).where(_is_over(now), Group.erased_at.is_(None), ~leaving)
    old = Meeting.area_id.is_not(None), Meeting.ends_at < now - TWO_YEARS
    db.session.execute(update(Meeting).where(*old).values(FORGOTTEN))
    groups = db.session.scalars(due.order_by(Group.id).limit(BATCH)).all()
    for number in groups:
        db.session.execute(delete(Invitation).where(Invitation.group_id == number))
        db.session.execute(delete(Meeting).where(Meeting.group_id == number, Meeting.is_draft))
        of_group = select(Meeting.id).where(Meeting.group_id == number)
        for texts in (MeetingChange, NotesDraft, NotesAside, PublishedNotes):
            db.session.execute(delete(texts).where(texts.meeting_id.in_(of_group)))
        db.session.execute(update(Meeting).where(Meeting.group_id == number).values(FORGOTTEN))
        parts = update(MeetingPart).where(MeetingPart.group_id == number)
        db.session.execute(parts.values(decided_by_id=None))
        _forget_words(Finding.group_id == number)
        wordless = {"by_id": None, "reason": None, "house": None}
        db.session.execute(update(GroupTransition).where(GroupTransition.group_id == number).values(wordless))
        db.session.execute(update(ChecklistItem).where(ChecklistItem.group_id == number).values(by_id=None))
        db.session.execute(delete(ContactPerson).where(ContactPerson.group_id == number))
        _forget_flats(number)
        db.session.execute(update(Group).where(Group.id == number).values(erased_at=now))
    return len(groups)


def _forget_flats(group_id: int) -> None:
    """Delete the households of the group's flats, whose members were erased with it."""
    flats = (
        select(Flat.id)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
        .where(Building.group_id == group_id)
    )
    is_empty = ~exists().where(Membership.household_id == Household.id)
    its = db.session.scalars(select(Household.id).where(Household.flat_id.in_(flats), is_empty)).all()
    outbox.erase(OutboxRow.household_id.in_(its))
    db.session.execute(delete(Household).where(Household.id.in_(its)))
