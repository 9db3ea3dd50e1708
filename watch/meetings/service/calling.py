"""Calls a meeting and reminds of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import Duplicate
from watch.extensions import db
from watch.mail import outbox, trying
from watch.meetings.errors import AlreadyCalled, ClashesChanged, OtherCalled
from watch.meetings.mails import JOINT_INVITED, MEETING_CALLED, MEETING_REMINDER
from watch.meetings.queries.calls import (
    households_to_call,
    people_to_call,
    recipients_of_call,
)
from watch.meetings.queries.reminding import (
    people_to_remind,
    reminders_due,
)
from watch.meetings.queries.seen import clashes_seen
from watch.meetings.service.drafting import rewrite, same_draft, take_turn
from watch.meetings.service.joint import ask_groups
from watch.meetings.service.plans import is_same
from watch.models import Area, Group, Mailing, Meeting, MeetingAudience, Person, utcnow
from watch.recipients import reached_by_mail


def call(
    meeting: Meeting,
    *,
    by: Person,
    form_key: str | None = None,
    promised: str | None = None,
    clashes: str | None = None,
    draft: Meeting | None = None,
) -> Meeting:
    """Call those whom a planned meeting is for, by mail, or on paper if no mail reaches them.

    The draft of it, if there is one, becomes the meeting, even one that was saved before the writer went Back
    to the form. Groups that are invited are asked whether they take part. Raises AlreadyCalled or OtherCalled
    if the form was sent before, DraftGone, CountChanged if the numbers differ from the caller's preview
    (`promised`, a preview_token), and ClashesChanged if the meetings at the same time do (`clashes`, their
    mark): so the same meeting is not called from two tabs.
    """
    _lock_caller(meeting)
    expect_new(meeting, form_key)
    _expect_as_shown(meeting, promised, clashes)
    draft = draft or same_draft(meeting)
    try:
        with db.session.begin_nested():
            meeting = _take_up(draft, meeting, by) if draft else _add(meeting, by)
            mailing = outbox.queue_many(
                MEETING_CALLED,
                people=reached_by_mail(people_to_call(meeting)),
                about=meeting,
                form_key=form_key,
                not_after=meeting.starts_at,
            )
    except IntegrityError:
        expect_new(meeting, form_key)
        raise
    outbox.queue_paper(mailing, households_to_call(meeting))
    ask_groups(meeting)
    audit.note("meeting-called", about=meeting, by=by, group=meeting.group)
    return meeting


def _lock_caller(meeting: Meeting) -> None:
    """Let one call of a group or an area be over before the next looks at what is called already."""
    caller = Group.id == meeting.group_id if meeting.group_id else Area.id == meeting.area_id
    row = select(Group.id if meeting.group_id else Area.id).where(caller)
    db.session.execute(row.with_for_update(key_share=True))  # members may join meanwhile


def _expect_as_shown(meeting: Meeting, promised: str | None, clashes: str | None) -> None:
    recipients_of_call(meeting).require_unchanged(promised)
    if clashes is not None and clashes_seen(meeting) not in {"", clashes}:
        raise ClashesChanged


def remind(now: datetime) -> None:
    """Queue the reminders due now, as chosen for each meeting. Running it twice sends nothing more."""
    for meeting, reminder in reminders_due(now):
        outbox.queue_many(
            MEETING_REMINDER,
            people=reached_by_mail(people_to_remind(meeting, reminder)),
            about=meeting,
            form_key=reminder.key(meeting),
            not_after=meeting.starts_at,
        )


def try_out(meeting: Meeting, *, by: Person) -> None:
    """Mail a planned call to its writer only, without the calendar entry.

    If groups are only asked by it, it is the question to their coordinators. Raises AlreadyTried and
    TooManyTrials.
    """
    only_asks = meeting.audience is MeetingAudience.PARTS and not meeting.group_ids
    place = f"areas/{meeting.area.slug}" if meeting.area else f"groups/{meeting.group_id}"
    meeting.called_by_id = by.id  # whose signature the mail has
    trying.try_out(JOINT_INVITED if only_asks else MEETING_CALLED, meeting, by=by, link=f"/{place}/meetings")


def _add(meeting: Meeting, by: Person) -> Meeting:
    meeting.called_at, meeting.called_by_id = utcnow(), by.id
    db.session.add(meeting)
    db.session.flush()
    return meeting


def _take_up(draft: Meeting, planned: Meeting, by: Person) -> Meeting:
    """Make a draft the planned meeting, called now."""
    take_turn(draft, called_at=utcnow(), called_by_id=by.id, sequence=1)
    rewrite(draft, planned)
    return draft


def expect_new(meeting: Meeting, form_key: str | None) -> None:
    """Raise AlreadyCalled or OtherCalled if the form was sent before; Duplicate if another kind has its key.

    What was changed by Back since the form was sent must be neither lost nor taken for sent.
    """
    mailing = form_key and db.session.scalar(select(Mailing).where(Mailing.form_key == form_key))
    if not mailing:
        return
    if mailing.meeting is None:
        raise Duplicate(mailing)
    raise (AlreadyCalled if is_same(mailing.meeting, meeting) else OtherCalled)(mailing.meeting)
