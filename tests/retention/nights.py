"""Erasing as the nightly job does it."""

from __future__ import annotations

from watch.extensions import db
from watch.models import utcnow
from watch.retention.service.erasing import erase_what_is_over


def erase_all() -> int:
    """Erase in batches until nothing is left to erase. Returns the number of batches."""
    rounds = 1
    while erase_what_is_over(utcnow()):
        db.session.commit()
        rounds += 1
    db.session.commit()
    db.session.expire_all()
    return rounds
