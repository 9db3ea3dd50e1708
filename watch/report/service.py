"""Changes to reports: begun, written in, published in editions, withdrawn, taken away and brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.models import (
    Area,
    Language,
    Person,
    Report,
    ReportEdition,
    ReportIndicator,
    ReportText,
    Theme,
    utcnow,
)
from watch.report.content import CONTACT, content_of, kept, mark_of, mark_of_indicator
from watch.report.errors import ChangedMeanwhile
from watch.report.queries.reports import free_slug
from watch.statements import changed

NEXT: Any = Report.version + 1  # as the database counts it, whoever has written meanwhile


@dataclass(frozen=True)
class Plan:
    """What a report is about, and whom the public may ask."""

    title: str
    areas: tuple[Area, ...]
    since: date
    until: date
    language: Language
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The values by column."""
        return {name: value for name, value in vars(self).items() if name != "areas"}

    def is_of(self, report: Report) -> bool:
        """Return True if the report says just this."""
        same = all(getattr(report, name) == value for name, value in self.values.items())
        return same and {each.id for each in report.areas} == {each.id for each in self.areas}


def begin(plan: Plan, *, by: Person, form_key: str | None = None) -> Report:
    """Begin a report. The same form sent twice begins one."""
    known = select(Report).where(Report.form_key == form_key, Report.form_key.is_not(None))
    if found := db.session.scalar(known):
        return found
    slug = free_slug(plan.title)
    report = Report(slug=slug, areas=list(plan.areas), by_id=by.id, form_key=form_key, **plan.values)
    try:
        with db.session.begin_nested():
            db.session.add(report)
    except IntegrityError:  # the same press, a moment earlier
        return db.session.scalars(known).one()
    _note("report-begun", report, by=by)
    return report


def change(report: Report, plan: Plan, *, seen: int, by: Person) -> None:
    """Let a report be about something else. Raises ChangedMeanwhile if it has another version than `seen`."""
    if plan.is_of(report) and report.is_current:
        return
    unchanged = update(Report).where(Report.id == report.id, Report.version == seen)
    values = plan.values | {"version": seen + 1, "changed_at": utcnow(), "removed_at": None}
    if not changed(unchanged.values(values)):
        db.session.refresh(report)
        raise ChangedMeanwhile
    db.session.refresh(report)
    report.areas = list(plan.areas)
    _note("report-changed", report, by=by)


def write(report: Report, theme: Theme, text: str, *, seen: int, by: Person) -> None:
    """Write what a report says on a theme. `seen` is the text's version, 0 if there was none.

    Raises ChangedMeanwhile if it has another one by now.
    """
    known = select(ReportText).where(ReportText.report_id == report.id, ReportText.theme == theme)
    old = db.session.scalar(known)
    if old and old.text == text:
        return
    if old is None and seen == 0:
        if not text:
            return
        try:
            with db.session.begin_nested():
                db.session.add(ReportText(report_id=report.id, theme=theme, text=text))
        except IntegrityError:  # a colleague, a moment earlier
            raise ChangedMeanwhile from None
    elif not changed(_unchanged_text(report, theme, seen).values(text=text, version=seen + 1)):
        raise ChangedMeanwhile
    db.session.expire(report, ["texts"])
    report.changed_at = utcnow()
    _note("report-changed", report, by=by)


def _unchanged_text(report: Report, theme: Theme, seen: int) -> Any:
    return update(ReportText).where(
        ReportText.report_id == report.id, ReportText.theme == theme, ReportText.version == seen
    )


def add_indicator(report: Report, values: dict[str, str], *, by: Person, form_key: str | None) -> None:
    """Add a measure. The same form sent twice adds one."""
    if form_key and any(each.form_key == form_key for each in report.indicators):
        return
    report.indicators.append(ReportIndicator(form_key=form_key, **values))
    _note("report-changed", report, by=by)


def change_indicator(indicator: ReportIndicator, values: dict[str, str], *, seen: str, by: Person) -> None:
    """Correct a measure. Raises ChangedMeanwhile if it is not what `seen` is the mark of any more."""
    db.session.refresh(indicator, with_for_update=True)
    if seen != mark_of_indicator(indicator):
        raise ChangedMeanwhile
    for name, value in values.items():
        setattr(indicator, name, value)
    if db.session.is_modified(indicator):
        indicator.report.changed_at = utcnow()
        _note("report-changed", indicator.report, by=by)


def remove_indicator(indicator: ReportIndicator, *, by: Person) -> None:
    """Take a measure out of its report."""
    report = indicator.report
    report.indicators.remove(indicator)
    _note("report-changed", report, by=by)


def publish(report: Report, *, seen: str, by: Person) -> ReportEdition:
    """Publish what the report says now as its next edition. If nothing is new, the last edition stays it.

    `seen` is the mark of what the publisher has read. Raises ChangedMeanwhile if it says another thing.
    """
    now = utcnow()
    facts = content_of(report, now)
    if mark_of(report, facts) != seen:
        raise ChangedMeanwhile
    content = kept(facts)
    contact = {name: getattr(report, name) for name in CONTACT}
    last = report.published[0] if report.published else None
    if last and last.content == content and all(getattr(last, name) == contact[name] for name in CONTACT):
        return last
    number = 1 + max((each.number for each in report.editions), default=0)
    edition = ReportEdition(number=number, content=content, published_at=now, by_id=by.id, **contact)
    try:
        with db.session.begin_nested():
            report.editions.append(edition)
    except IntegrityError:  # a colleague, a moment earlier: the same report
        db.session.refresh(report, ["editions"])
        return report.editions[-1]
    _note("report-published", report, by=by)
    return edition


def withdraw(edition: ReportEdition, *, by: Person) -> None:
    """Let nobody read an edition any more. It is erased after 30 days."""
    if edition.withdrawn_at is None:
        edition.withdrawn_at = utcnow()
        _note("report-edition-withdrawn", edition.report, by=by)


def show_again(edition: ReportEdition, *, by: Person) -> None:
    """Undo withdrawing an edition."""
    if edition.withdrawn_at is not None:
        edition.withdrawn_at = None
        _note("report-edition-shown-again", edition.report, by=by)


def take_out_contact(report: Report, *, by: Person) -> None:
    """Take the contact person out of the report and of all its editions."""
    everywhere = (report, *report.editions)
    if not any(getattr(each, name) for each in everywhere for name in CONTACT):
        return
    for each in everywhere:
        for name in CONTACT:
            setattr(each, name, None)
    report.version = NEXT
    _note("report-contact-removed", report, by=by)


def remove(report: Report, *, by: Person) -> None:
    """Take away a report with all its editions. It is erased after 30 days."""
    if report.removed_at is None:
        report.removed_at, report.version = utcnow(), NEXT
        _note("report-removed", report, by=by)


def bring_back(report: Report, *, by: Person) -> None:
    """Undo taking a report away."""
    if report.removed_at is not None:
        report.removed_at, report.version = None, NEXT
        _note("report-brought-back", report, by=by)


def _note(what: str, report: Report, *, by: Person) -> None:
    for area in report.areas:
        audit.note(what, about=report, by=by, area=area)
