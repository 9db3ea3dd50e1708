"""The meeting that a newcomer's welcome mail names: the next one for them when it was sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from watch.extensions import db
from watch.models import Meeting, MeetingChange, MeetingPart, Membership, OutboxRow, utcnow

WELCOME = "join-approved"  # the kind of the mail


def meeting_in_welcome(row: OutboxRow) -> Meeting | None:
    """Return the meeting that a welcome mail named, also if it is over or was cancelled since."""
    membership = row.mailing.membership
    if membership is None or row.mailing.kind != WELCOME:
        return None
    sent = row.settled_at or utcnow()
    wanted = select(Meeting).where(
        _is_for(Meeting, membership.group_id, membership.stairwell_id),
        _is_on_at(Meeting, sent),
    )
    return db.session.scalars(wanted.order_by(_began_then(Meeting, sent), Meeting.id).limit(1)).first()


def is_named_to_newcomer(meeting: Meeting) -> ColumnElement[bool]:
    """Return the condition on a welcome mail's OutboxRow and Membership that it named this meeting."""
    sent = func.coalesce(OutboxRow.settled_at, literal(utcnow(), OutboxRow.settled_at.type))
    this, other = aliased(Meeting), aliased(Meeting)
    sooner = select(other.id).where(
        _is_for(other, Membership.group_id, Membership.stairwell_id),
        _is_on_at(other, sent),
        tuple_(_began_then(other, sent), other.id) < tuple_(_began_then(this, sent), this.id),
    )
    named = select(this.id).where(
        this.id == meeting.id,
        _is_for(this, Membership.group_id, Membership.stairwell_id),
        this.called_at <= sent,
        ~sooner.correlate(this, OutboxRow, Membership).exists(),
    )
    return named.correlate(OutboxRow, Membership).exists()


def _is_for(meeting: Any, group: Any, stairwell: Any) -> ColumnElement[bool]:
    """Return the condition that a meeting is for those who live in a group, and in its stairwell."""
    at_home = or_(MeetingPart.stairwell_id.is_(None), MeetingPart.stairwell_id == stairwell)
    is_for: ColumnElement[bool] = meeting.has_part(MeetingPart.group_id == group, at_home)
    return is_for


def _is_on_at(meeting: Any, moment: Any) -> ColumnElement[bool]:
    """Return the condition that a meeting was called, and neither over nor cancelled, at a moment."""
    goes_on = or_(meeting.cancelled_at.is_(None), meeting.cancelled_at > moment)
    ended = _before_changes(meeting, moment, MeetingChange.ends_at, meeting.ends_at)
    return and_(meeting.called_at <= moment, ended > moment, goes_on)


def _began_then(meeting: Any, moment: Any) -> ColumnElement[Any]:
    """Return when a meeting was to begin, as it was known at a moment."""
    return _before_changes(meeting, moment, MeetingChange.starts_at, meeting.starts_at)


def _before_changes(meeting: Any, moment: Any, before: Any, now: Any) -> ColumnElement[Any]:
    """Return a time of a meeting as it was known at a moment: before the first change since, or as now."""
    change = aliased(MeetingChange)
    since = select(getattr(change, before.key)).where(change.meeting_id == meeting.id)
    since = since.where(change.changed_at > moment).order_by(change.id).limit(1)
    return func.coalesce(since.correlate(meeting, OutboxRow).scalar_subquery(), now)
