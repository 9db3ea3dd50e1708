"""Applies replaced poster codes after a restore from backup."""

from __future__ import annotations

from sqlalchemy import select

from watch.extensions import db
from watch.models import OldPoster, utcnow


def keep_old_poster(stairwell_id: int, code_index: bytes | None) -> None:
    """Store that the code in the backup was replaced after a leak. Storing it twice has no further effect."""
    known = select(OldPoster.id).where(OldPoster.code_index == code_index)
    if code_index is not None and db.session.scalar(known) is None:
        db.session.add(OldPoster(stairwell_id=stairwell_id, code_index=code_index, ended_at=utcnow()))
        db.session.flush()
