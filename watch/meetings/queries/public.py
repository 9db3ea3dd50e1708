"""Meetings that are open to everybody: found by the code in their address, and the next ones in an area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.models import Area, GuestAnswer, Meeting, MeetingAudience
from watch.tokens import CutToken, show_code, tidy_code

KEY_LENGTH = 24  # of a key that the page gave out (forms.guests.new_key)
LONGEST = 300  # characters of a code with the address or the sentence around it
SHOWN_FOR = timedelta(days=365)
MOST = 100  # meetings in an area's calendar, the latest ones


def public_meeting(typed: str) -> Meeting | None:
    """Return the called meeting whose code was typed, perhaps with look-alikes and dashes, or None."""
    code = tidy_code(typed[:LONGEST])
    wanted = select(Meeting).where(Meeting.code == code, ~Meeting.is_draft)
    return db.session.scalar(wanted.options(joinedload(Meeting.area)))


def public_address(meeting: Meeting) -> str:
    """Return the address of a meeting's public page, with the site's own name, to be passed on."""
    return f"{current_app.config['BASE_URL']}/m/{show_code(meeting.code or '')}"


def guest_answer(meeting: Meeting, key: str) -> GuestAnswer | None:
    """Return the answer that was given with this key on the meeting's public page, or None.

    Capitals and what stands after the key do not matter. Raises CutToken if it is too short.
    """
    if len(key) < KEY_LENGTH:
        raise CutToken
    whole = key[:KEY_LENGTH].lower()
    wanted = select(GuestAnswer).where(GuestAnswer.meeting_id == meeting.id, GuestAnswer.key == whole)
    return db.session.scalar(wanted)


def guests_beside(meeting: Meeting, key: str) -> int:
    """Return how many people said on the public page that they come, without the answer of this key."""
    said = select(func.coalesce(func.sum(GuestAnswer.people), 0))
    return db.session.scalar(said.where(GuestAnswer.meeting_id == meeting.id, GuestAnswer.key != key)) or 0


def next_public_meeting(area: Area, now: datetime) -> Meeting | None:
    """Return the next meeting in the area that is open to everybody and has not ended, or None."""
    coming = _public().where(Meeting.area_id == area.id, Meeting.is_on, Meeting.ends_at > now)
    return db.session.scalar(coming.order_by(Meeting.starts_at, Meeting.id).limit(1))


def coming_public_meetings(now: datetime, most: int) -> Sequence[Meeting]:
    """Return the next meetings of all areas that are open to everybody and have not ended."""
    coming = _public().where(Meeting.is_on, Meeting.ends_at > now)
    return db.session.scalars(coming.order_by(Meeting.starts_at, Meeting.id).limit(most)).all()


def public_meetings_of(area: Area, now: datetime) -> Sequence[Meeting]:
    """Return the area's meetings that are open to everybody, from a year back on.

    Cancelled ones are among them, because a calendar program shows what it read until it is told otherwise.
    """
    called = _public().where(Meeting.area_id == area.id, ~Meeting.is_draft)
    wanted = called.where(Meeting.starts_at > now - SHOWN_FOR)
    return db.session.scalars(wanted.order_by(Meeting.starts_at.desc(), Meeting.id).limit(MOST)).all()


def _public() -> Select[Meeting]:
    wanted = select(Meeting).where(Meeting.audience == MeetingAudience.EVERYBODY)
    return wanted.options(joinedload(Meeting.area))
