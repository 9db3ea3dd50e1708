"""Erases who wrote old promises and operations, and those that were taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from watch.extensions import db
from watch.models import Operation, Promise
from watch.retention.service.batches import take_out

TWO_YEARS, MONTH = timedelta(days=730), timedelta(days=30)


def promises(now: datetime) -> int:
    """Erase who changed a promise two years after it was written, and what was taken away a month ago."""
    return _erase(Promise, now)


def operations(now: datetime) -> int:
    """Erase the same of planned operations."""
    return _erase(Operation, now)


def _erase(model: type[Promise | Operation], now: datetime) -> int:
    """The promise and the number of operations stay, for the follow-up of a period long gone."""
    old = update(model).where(model.created_at < now - TWO_YEARS, model.by_id.is_not(None))
    db.session.execute(old.values(by_id=None))
    return take_out(model, model.removed_at < now - MONTH)
