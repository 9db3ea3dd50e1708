"""Erases who wrote old reports, and the reports and editions that were taken away."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update

from watch.extensions import db
from watch.models import Report, ReportEdition
from watch.retention.service.batches import take_out

TWO_YEARS, MONTH = timedelta(days=730), timedelta(days=30)


def reports(now: datetime) -> int:
    """Erase who began a report two years after, and the reports that were taken away a month ago."""
    old = update(Report).where(Report.created_at < now - TWO_YEARS, Report.by_id.is_not(None))
    db.session.execute(old.values(by_id=None))
    return take_out(Report, Report.removed_at < now - MONTH)


def editions(now: datetime) -> int:
    """Erase who published an edition two years after, and the editions that were withdrawn a month ago."""
    old = update(ReportEdition).where(
        ReportEdition.published_at < now - TWO_YEARS, ReportEdition.by_id.is_not(None)
    )
    db.session.execute(old.values(by_id=None))
    return take_out(ReportEdition, ReportEdition.withdrawn_at < now - MONTH)
