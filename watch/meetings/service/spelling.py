"""Tells a mended spelling from a change of which people must be told."""

from __future__ import annotations

from sqlalchemy import select

from watch.extensions import db
from watch.meetings.service.plans import Plan
from watch.meetings.spelling import is_nearly
from watch.models import Meeting, MeetingChange


def is_spelling(meeting: Meeting, plan: Plan) -> bool:
    """Return True if a plan mends the spelling only of what people were told last.

    Times, link and figures are the same, and each word is, but for a letter or two.
    """
    told = _as_told(meeting)
    exact = ("starts_at", "ends_at", "is_open_ended", "link")
    is_exact = all(getattr(told, name) == plan.values[name] for name in exact)
    texts = (told.place, plan.place), (told.about or "", plan.about or "")
    return is_exact and all(is_nearly(old, new) for old, new in texts)


def _as_told(meeting: Meeting) -> Meeting | MeetingChange:
    """Return the meeting as the last mail told of it: as it was before the silent changes since then."""
    told: Meeting | MeetingChange = meeting
    changes = select(MeetingChange).where(MeetingChange.meeting_id == meeting.id)
    for before in db.session.scalars(changes.order_by(MeetingChange.id.desc())):
        if before.mailing_id is not None:
            break
        told = before
    return told
