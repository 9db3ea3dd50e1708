"""Calls a meeting, reminds of it, and records one that was held already."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.errors import Duplicate
from watch.extensions import db
from watch.mail import outbox, trying
from watch.meetings.errors import AlreadyCalled, OtherCalled
from watch.meetings.mails import MEETING_CALLED, MEETING_REMINDER
from watch.meetings.queries.calls import (
    households_to_call,
    people_to_call,
    recipients_of_call,
)
from watch.meetings.queries.reminding import (
    people_to_remind,
    reminders_due,
)
from watch.meetings.service.plans import Plan, Reminders
from watch.models import (
    Group,
    Mailing,
    Meeting,
    Person,
    Stairwell,
)
from watch.recipients import reached_by_mail


def call(
    group: Group,
    plan: Plan,
    *,
    by: Person,
    stairwell: Stairwell | None = None,
    reminders: Reminders | None = None,
    form_key: str | None = None,
    promised: str | None = None,
) -> Meeting:
    """Call the members of a group or a stairwell, by mail, or on paper if no mail reaches them.

    Raises AlreadyCalled or OtherCalled if the form was sent before, and CountChanged if the numbers differ
    from the caller's preview (`promised`, a preview_token).
    """
    expect_new(group, stairwell, plan, form_key)
    recipients_of_call(group, stairwell).require_unchanged(promised)
    try:
        with db.session.begin_nested():
            meeting = _add(group, stairwell, plan, by)
            (reminders or Reminders()).write(meeting)
            mailing = outbox.queue_many(
                MEETING_CALLED,
                people=reached_by_mail(people_to_call(group, stairwell)),
                about=meeting,
                form_key=form_key,
                not_after=plan.starts_at,
            )
    except IntegrityError:
        expect_new(group, stairwell, plan, form_key)
        raise
    outbox.queue_paper(mailing, households_to_call(group, stairwell))
    audit.note("meeting-called", about=meeting, by=by, group=group)
    return meeting


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


def write_down(group: Group, plan: Plan, *, by: Person, stairwell: Stairwell | None = None) -> Meeting:
    """Record a meeting that was held already, without mails. The same meeting is recorded once only.

    Raises OtherCalled if it is there with another end, place or text.
    """
    same = select(Meeting).where(
        Meeting.group_id == group.id,
        Meeting.stairwell_id == (stairwell.id if stairwell else None),
        Meeting.starts_at == plan.starts_at,
        Meeting.kind == plan.kind,
        Meeting.cancelled_at.is_(None),
    )
    if known := db.session.scalar(same.limit(1)):
        if not _is_same(known, group, stairwell, plan):
            raise OtherCalled(known)
        return known
    meeting = _add(group, stairwell, plan, by)
    audit.note("meeting-written-down", about=meeting, by=by, group=group)
    return meeting


def try_out(group: Group, stairwell: Stairwell | None, plan: Plan, *, by: Person) -> None:
    """Mail a call to its writer only, without the calendar entry. Raises AlreadyTried and TooManyTrials."""
    meeting = new_meeting(group, stairwell, plan, by)
    trying.try_out(MEETING_CALLED, meeting, by=by, link=f"/groups/{group.id}/meetings")


def new_meeting(group: Group, stairwell: Stairwell | None, plan: Plan, by: Person) -> Meeting:
    """Return a meeting as it would be called now, without storing it."""
    return Meeting(
        group=group,
        stairwell=stairwell,
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        about=plan.about or None,
        called_by_id=by.id,
    )


def _add(group: Group, stairwell: Stairwell | None, plan: Plan, by: Person) -> Meeting:
    meeting = new_meeting(group, stairwell, plan, by)
    db.session.add(meeting)
    db.session.flush()
    return meeting


def expect_new(group: Group, stairwell: Stairwell | None, plan: Plan, form_key: str | None) -> None:
    """Raise AlreadyCalled or OtherCalled if the form was sent before; Duplicate if another kind has its key.

    What was changed by Back since the form was sent must be neither lost nor taken for sent.
    """
    mailing = form_key and db.session.scalar(select(Mailing).where(Mailing.form_key == form_key))
    if not mailing:
        return
    if mailing.meeting is None:
        raise Duplicate(mailing)
    is_same = _is_same(mailing.meeting, group, stairwell, plan)
    raise (AlreadyCalled if is_same else OtherCalled)(mailing.meeting)


def _is_same(meeting: Meeting, group: Group, stairwell: Stairwell | None, plan: Plan) -> bool:
    called, wanted = (meeting.group, meeting.stairwell, meeting.kind), (group, stairwell, plan.kind)
    return called == wanted and plan.is_of(meeting)
