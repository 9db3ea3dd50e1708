"""What a report says at a moment, as JSON: an edition keeps it, so that later changes do not reach it.

Texts and names are as they were written; states, kinds and themes are their English names. Pages say them in
their reader's language (saying.py). It holds no contact person, and nothing else about people.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from watch.language import local
from watch.marks import mark
from watch.models import Report, ReportIndicator
from watch.report.period import Period
from watch.report.queries.figures import findings_of, groups_of, meetings_of, outreach_of
from watch.report.queries.places import Facts
from watch.report.queries.promised import operations_of, promises_of

CONTACT = ("contact_name", "contact_phone", "contact_email")  # of a report, and of an edition
FORMAT = 3  # of this JSON; raised when a reader of the file would have to be changed


def content_of(report: Report, now: datetime) -> Facts:
    """Return all that a report says now, but for its contact person."""
    period = Period(report.since, report.until)
    return {
        "format": FORMAT,
        "title": report.title,
        "language": report.language.value,
        "areas": [each.name for each in report.areas],
        "period": _days(period),
        "period_before": _days(period.before),
        "counted_on": local(now).date().isoformat(),
        "texts": {each.theme.value: each.text for each in report.texts if each.text},
        "promises": promises_of(report.areas, period),
        "operations": operations_of(report.areas, period),
        "findings": findings_of(report.areas, period),
        "meetings": meetings_of(report.areas, period, now),
        "groups": groups_of(report.areas, period, now),
        "outreach": outreach_of(report.areas, period),
        "indicators": [
            {name: getattr(each, name) for name in ("name", "before", "after", "source")}
            for each in report.indicators
        ],
    }


def _days(period: Period) -> Facts:
    return {"since": period.since.isoformat(), "until": period.until.isoformat()}


def is_running(content: Facts) -> bool:
    """Return True if the period was not over when the numbers were counted."""
    return date.fromisoformat(content["counted_on"]) <= date.fromisoformat(content["period"]["until"])


def kept(content: Facts) -> str:
    """Return the content as an edition keeps it."""
    return json.dumps(content, ensure_ascii=False)


def mark_of_indicator(indicator: ReportIndicator) -> str:
    """Return a mark of a measure: another one says that it has changed since."""
    return mark(indicator.name, indicator.before, indicator.after, indicator.source)


def mark_of(report: Report, content: Facts) -> str:
    """Return a mark of all that an edition would say: another one says that something has changed since."""
    return mark(kept(content), *(getattr(report, name) for name in CONTACT))
