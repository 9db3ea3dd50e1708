"""Changes a called meeting or cancels it, and tells everybody who may know of it."""

from __future__ import annotations

from sqlalchemy import select, true, update

from watch import audit
from watch.extensions import db
from watch.language import local
from watch.mail import outbox
from watch.meetings.errors import ChangedMeanwhile, MeetingCancelled, NothingChanged
from watch.meetings.mails import MEETING_CANCELLED, MEETING_CHANGED, MEETING_REMINDER
from watch.meetings.queries.calls import (
    households_to_tell,
    people_to_tell_of_cancelling,
    people_to_tell_of_change,
    recipients_of_change,
)
from watch.meetings.queries.invited import WORDS_OF_LEAVING
from watch.meetings.service.joint import ask_groups
from watch.meetings.service.plans import Plan, expect_open
from watch.meetings.service.spelling import is_spelling
from watch.models import LeftOut, Mailing, Meeting, MeetingChange, OutboxRow, Person, utcnow
from watch.recipients import reached_by_mail
from watch.statements import changed


def change(
    meeting: Meeting,
    plan: Plan,
    *,
    seen: int,
    by: Person,
    promised: str | None = None,
    is_quiet: bool = False,
) -> bool:
    """Change when and where a called meeting is, and tell everybody who may know of it, by mail or on paper.

    A call that waits is written when it is sent, and so has the new words. Once the first statement has run,
    no mail is compiled with the old ones. `seen` is the meeting's `sequence` when the form was shown. With
    `is_quiet` nobody is told if only the spelling was mended. Return True if people are told. Raises
    MeetingCancelled, MeetingStarted, NothingChanged, ChangedMeanwhile and CountChanged.
    """
    expect_open(meeting)
    if plan.is_of(meeting):
        raise NothingChanged
    recipients_of_change(meeting).require_unchanged(promised)
    before = _take_turn(meeting, plan, seen)
    before.by_id = by.id
    moved = local(meeting.starts_at).date() != local(plan.starts_at).date()
    for name, value in plan.values.items():
        setattr(meeting, name, value)
    tells = not (is_quiet and is_spelling(meeting, plan))
    if tells:
        meeting.changed_at = before.changed_at
        _tell_of_change(meeting, before, with_reminders=not moved)
    audit.note("meeting-changed", about=meeting, by=by, group=meeting.group)
    return tells


def _take_turn(meeting: Meeting, plan: Plan, seen: int) -> MeetingChange:
    """Return what the meeting is before a change, and keep other changes out until this one is committed."""
    before = MeetingChange(meeting_id=meeting.id, changed_at=utcnow(), **Plan.of(meeting).values)
    unchanged = update(Meeting).where(
        Meeting.id == meeting.id, Meeting.cancelled_at.is_(None), Meeting.sequence == seen
    )
    if not changed(unchanged.values(sequence=seen + 1)):
        db.session.refresh(meeting)
        raise NothingChanged if plan.is_of(meeting) else ChangedMeanwhile
    db.session.refresh(meeting)
    db.session.add(before)
    return before


def _tell_of_change(meeting: Meeting, before: MeetingChange, *, with_reminders: bool) -> None:
    people, households = people_to_tell_of_change(meeting), households_to_tell(meeting)
    if not with_reminders:
        outbox.cancel(meeting, MEETING_REMINDER)
    outbox.put_off(meeting, meeting.starts_at)
    mailing = outbox.queue_many(
        MEETING_CHANGED,
        people=reached_by_mail(people),
        about=meeting,
        not_after=meeting.starts_at,
    )
    _stop_undone(meeting)
    outbox.print_again(meeting)
    outbox.replace_paper(meeting, households)
    outbox.queue_paper(mailing, households)
    before.mailing_id = mailing.id
    ask_groups(meeting)


def _stop_undone(meeting: Meeting) -> None:
    """Stop waiting mails of changes that are undone: their readers know the meeting as it is now."""
    told = select(MeetingChange).where(
        MeetingChange.meeting_id == meeting.id, MeetingChange.mailing_id.is_not(None)
    )
    now = Plan.of(meeting)
    undone = [each.mailing_id for each in db.session.scalars(told) if now.is_of(each)]
    mailings = select(Mailing.id).where(Mailing.id.in_(undone))
    outbox.stop(OutboxRow.person_id.is_not(None), mailings=mailings, why=LeftOut.OVER)


def cancel(meeting: Meeting, *, by: Person, reason: str | None = None) -> None:
    """Cancel a coming meeting, stop its queued calls, and tell everybody who may know of it, with the reason.

    Once the first statement has run, no worker can claim a call (meetings.mails): each one is stopped, or was
    sent and its reader is told. Raises MeetingCancelled and MeetingStarted.
    """
    expect_open(meeting)
    still_on = update(Meeting).where(Meeting.id == meeting.id, Meeting.cancelled_at.is_(None))
    values = {"cancelled_at": utcnow(), "sequence": Meeting.sequence + 1, "cancel_reason": reason or None}
    if not changed(still_on.values(values)):
        raise MeetingCancelled
    calls = select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind.not_in(WORDS_OF_LEAVING))
    outbox.stop(true(), mailings=calls, why=LeftOut.OVER)
    people = reached_by_mail(people_to_tell_of_cancelling(meeting))
    mailing = outbox.queue_many(MEETING_CANCELLED, people=people, about=meeting, not_after=meeting.ends_at)
    outbox.queue_paper(mailing, households_to_tell(meeting))
    audit.note("meeting-cancelled", about=meeting, by=by, group=meeting.group)
