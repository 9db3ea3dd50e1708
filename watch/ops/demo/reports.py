"""A sample report of the two whole years before this one: promises, places, operations, meetings, goals."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from watch.extensions import db
from watch.language import STOCKHOLM
from watch.meetings.service import Plan, planned_for_everybody
from watch.models import (
    Area,
    Counting,
    Finding,
    FindingOwner,
    FindingStatus,
    Group,
    Language,
    Meeting,
    MeetingKind,
    MeetingPart,
    Operation,
    OutreachEntry,
    OutreachKind,
    Person,
    Promise,
    PromiseResult,
    Report,
    ReportIndicator,
    ReportText,
    Spot,
    utcnow,
)
from watch.ops.demo.report_texts import INDICATORS, MEASURES, OPERATIONS, PROMISES, TEXTS
from watch.outreach.queries import buildings_of
from watch.report import service
from watch.report.content import content_of, mark_of

CITIZENS = (  # of two years: which year, month and day, area, how many came
    (0, 3, 12, "hassleholmen", 14), (0, 5, 21, "norrby", 17), (0, 9, 17, "hassleholmen", 23),
    (0, 11, 19, "boda", 26), (1, 3, 18, "norrby", 31), (1, 5, 20, "hassleholmen", 38),
    (1, 9, 16, "boda", 44), (1, 11, 18, "norrby", 52),
)  # fmt: skip
KNOCKED = (  # of the same years: area, the place of a building in the list, people, doors knocked and opened
    (0, 4, 10, "hassleholmen", 0, 6, 42, 17), (0, 10, 9, "boda", 1, 5, 24, 11),
    (1, 4, 9, "norrby", 2, 8, 39, 20), (1, 10, 8, "hassleholmen", 3, 7, 33, 19),
)  # fmt: skip
ON_SITE = ((0, 6, 4, "hassleholmen", "Hässlehuset", 60), (1, 6, 3, "norrby", "Norrbyhuset", 80))
JOINT = ((0, 8, 28, 22), (1, 8, 27, 29))  # information on site for several groups at once


def add_what_a_report_tells(areas: dict[str, Area], officer: Person) -> None:
    """Add what happened in the two years before this one, for months and report to count."""
    first = utcnow().year - 2
    _meetings(areas, first, officer)
    _outreach(areas, first, officer)
    _measures(areas, first)
    _promises(areas, first)
    db.session.flush()


def add_report(areas: dict[str, Area], officer: Person) -> None:
    """Add the report of the two years, published."""
    first = utcnow().year - 2
    plan = service.Plan(
        title=f"Medborgarlöftet {first}–{first + 1}: så blev det",
        areas=tuple(sorted(areas.values(), key=lambda each: each.sort_key)),
        since=date(first, 1, 1),
        until=date(first + 1, 12, 31),
        language=Language.SWEDISH,
        contact_name="Gun Sandberg, kommunpolis",
        contact_phone="114 14",
        contact_email="gun@example.org",
    )
    report = service.begin(plan, by=officer)
    _write(report)
    db.session.flush()
    service.publish(report, seen=mark_of(report, content_of(report, utcnow())), by=officer)


def _write(report: Report) -> None:
    report.texts = [ReportText(theme=theme, text=text) for theme, text in TEXTS.items()]
    names = ("name", "before", "after", "source")
    report.indicators = [ReportIndicator(**dict(zip(names, each, strict=True))) for each in INDICATORS]


def _meetings(areas: dict[str, Area], first: int, officer: Person) -> None:
    for year, month, number, slug, came in CITIZENS:
        begins = datetime.combine(date(first + year, month, number), time(18), STOCKHOLM)
        plan = Plan(MeetingKind.CITIZENS, begins, begins + timedelta(hours=2), "Se affischen")
        meeting = planned_for_everybody(areas[slug], plan, [Language.SWEDISH, Language.ARABIC])
        meeting.called_at, meeting.called_by = begins, officer
        meeting.counting, meeting.head_count = Counting.COUNTED, came
        db.session.add(meeting)
    here = select(Group).where(Group.area == areas["hassleholmen"]).order_by(Group.id).limit(2)
    groups = list(db.session.scalars(here))
    for year, month, number, came in JOINT:
        begins = datetime.combine(date(first + year, month, number), time(17), STOCKHOLM)
        db.session.add(
            Meeting(
                group=groups[0], parts=[MeetingPart.of(each) for each in groups], kind=MeetingKind.JOINT,
                called_at=begins, starts_at=begins, ends_at=begins + timedelta(hours=2), place="Gården",
                counting=Counting.COUNTED, head_count=came,
            )
        )  # fmt: skip


def _outreach(areas: dict[str, Area], first: int, officer: Person) -> None:
    for year, month, number, slug, place, people, knocked, opened in KNOCKED:
        house = buildings_of(areas[slug])[place]
        entry = _entry(areas[slug], date(first + year, month, number), people, knocked, officer)
        entry.kind, entry.building_id = OutreachKind.DOOR_KNOCKING, house.id
        entry.doors_knocked, entry.doors_opened, entry.with_volunteers = knocked, opened, True
        db.session.add(entry)
    for year, month, number, slug, where, copies in ON_SITE:
        entry = _entry(areas[slug], date(first + year, month, number), 4, copies, officer)
        entry.kind, entry.place, entry.with_municipality = OutreachKind.ON_SITE, where, True
        db.session.add(entry)


def _entry(area: Area, day: date, people: int, copies: int, officer: Person) -> OutreachEntry:
    entry = OutreachEntry(area_id=area.id, day=day, people=people, with_police=True, by_id=officer.id)
    entry.left_material, entry.material_count, entry.material_languages = True, copies, "sv ar so"
    return entry


def _measures(areas: dict[str, Area], first: int) -> None:
    for year, month, slug, spot, what, owner, outcome in MEASURES:
        at = datetime.combine(date(first + year, month, 15), time(10), STOCKHOLM)
        finding = Finding(area=areas[slug], spot=Spot(spot), what=what, owner=FindingOwner(owner))
        finding.created_at = finding.changed_at = at
        finding.status = FindingStatus.DONE if outcome else FindingStatus.IN_PROGRESS
        finding.outcome = outcome
        db.session.add(finding)


def _promises(areas: dict[str, Area], first: int) -> None:
    begins, ends = date(first, 1, 1), date(first + 1, 12, 31)
    for slugs, text, target, unit, number, outcome, result in PROMISES:
        promise = Promise(begins=begins, ends=ends, text=text, target=target, unit=unit)
        promise.areas = [areas[slug] for slug in slugs]
        promise.by_police = promise.by_municipality = True
        promise.outcome_number, promise.outcome, promise.result = number, outcome, PromiseResult(result)
        promise.source = "Polisens och kommunens egen uppföljning"
        promise.published_at = datetime.combine(begins, time(9), STOCKHOLM)
        promise.followed_up_at = utcnow()
        db.session.add(promise)
    for year, months, slug, number, text in OPERATIONS:
        operation = Operation(area_id=areas[slug].id, number=number, text=text)
        operation.begins = date(first + year, months[0], 1)
        operation.ends = date(first + year, months[1], 28)
        db.session.add(operation)
