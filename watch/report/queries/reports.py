"""Reads reports: those of an officer's areas, and the editions that everybody may read."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.models import Report, ReportEdition, report_area
from watch.searching import folded, is_found

WITH_AREAS = selectinload(Report.areas), selectinload(Report.editions)


def reports_in(areas: Collection[int], text: str = "") -> list[Report]:
    """Return the reports over these areas (ids) and no others, the latest period first."""
    wanted = _over(areas).where(Report.is_current).options(*WITH_AREAS)
    found = db.session.scalars(wanted.order_by(Report.until.desc(), Report.id.desc()))
    return [each for each in found if not text or is_found(text, _words_of(each))]


def removed_reports(areas: Collection[int]) -> list[Report]:
    """Return the reports over these areas (ids) and no others that were taken away, the latest first."""
    wanted = _over(areas).where(Report.removed_at.is_not(None))
    return list(db.session.scalars(wanted.order_by(Report.removed_at.desc(), Report.id.desc())))


def _over(areas: Collection[int]) -> Select[Report]:
    elsewhere = select(report_area.c.report_id).where(report_area.c.area_id.not_in(areas))
    here = select(report_area.c.report_id).where(report_area.c.area_id.in_(areas))
    return select(Report).where(Report.id.in_(here), Report.id.not_in(elsewhere))


def _words_of(report: Report) -> str:
    days = f"{report.since.isoformat()} {report.until.isoformat()}"
    return " ".join([report.title, days, *(each.name for each in report.areas)])


def _public() -> Select[ReportEdition]:
    of_report = select(ReportEdition).join(Report).where(Report.is_current, ReportEdition.is_public)
    return of_report.options(joinedload(ReportEdition.report).selectinload(Report.editions))


def edition_of(slug: str, number: int | None = None) -> ReportEdition | None:
    """Return a published edition of the report with this slug: the latest, or that of a number."""
    wanted = _public().where(Report.slug == slug)
    if number is not None:
        wanted = wanted.where(ReportEdition.number == number)
    return db.session.scalars(wanted.order_by(ReportEdition.number.desc()).limit(1)).first()


def published_reports() -> list[ReportEdition]:
    """Return the latest published edition of each report, the latest period first."""
    editions = db.session.scalars(_public().order_by(ReportEdition.number.desc()))
    latest: dict[int, ReportEdition] = {}
    for each in editions:
        latest.setdefault(each.report_id, each)
    return sorted(latest.values(), key=lambda each: (each.report.until, each.report_id), reverse=True)


def free_slug(title: str) -> str:
    """Return an address for a report of this title that no other has, also none that was taken away.

    It has two words or more, so that it is no number of a promise and no other page.
    """
    words = [re.sub(r"[^a-z0-9]+", "", word) for word in folded(title).split()]
    wanted = "-".join(filter(None, words))[:60].strip("-")
    plain = wanted if "-" in wanted else f"rapport-{wanted}".strip("-")
    taken = set(db.session.scalars(select(Report.slug).where(Report.slug.startswith(plain, autoescape=True))))
    names = (plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
