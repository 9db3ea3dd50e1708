"""Erases the places and names of old entries of the outreach log, and entries that were taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from watch.extensions import db
from watch.models import OutreachEntry
from watch.retention.service.batches import take_out

TWO_YEARS, MONTH = timedelta(days=730), timedelta(days=30)


def entries(now: datetime) -> int:
    """Erase place and writer two years after they were written, and what was taken away a month ago.

    The numbers of an entry stay, for the follow-up of a period long gone.
    """
    is_told = or_(OutreachEntry.place.is_not(None), OutreachEntry.by_id.is_not(None))
    old = update(OutreachEntry).where(OutreachEntry.created_at < now - TWO_YEARS, is_told)
    db.session.execute(old.values(place=None, by_id=None))
    return take_out(OutreachEntry, OutreachEntry.removed_at < now - MONTH)
