"""The audit trail as its readers see it: officers of their areas, coordinators of their group.

`open_acts` and `acts_inside` are the rule of who sees what (acts.py says why); everything else narrows them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from watch.audit.acts import OFFICERS_SEE_OF_AREAS, Kind, seen_by_coordinators, seen_by_officers
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Area, AuditEntry, Coordinator, ExportReason, Group, Officer, Organisation, Partner
from watch.names import name_key
from watch.searching import is_found

MOST_EXPORTED = 20_000  # entries of one file


class Doer(StrEnum):
    """Who did something, for those that the trail does not name."""

    OFFICER = "officer"
    COORDINATOR = "coordinator"
    SERVICE = "service"  # the clock, an operator's command, or somebody who was not signed in
    PARTNER = "partner"  # at a landlord or the municipality, with a page of their own
    RESIDENT = "resident"  # or somebody whose duty has ended


@dataclass(frozen=True)
class View:
    """The part of the trail that somebody sees: of their areas, or of one group."""

    areas: frozenset[int]
    group: Group | None = None
    coordinates: bool = False

    def names(self, kind: Kind | None = None) -> frozenset[str]:
        """Return the names of the acts in it, of one kind or of all."""
        return seen_by_coordinators(kind) if self.coordinates else seen_by_officers(kind)


@dataclass(frozen=True)
class Asked:
    """What a reader looks for. None and "" ask for everything; `by` is a person's number."""

    text: str = ""
    area_id: int | None = None
    kind: Kind | None = None
    by: int | Doer | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Line:
    """An entry of the trail: when, who, what, why and where. `name` is empty for those it does not name."""

    id: int
    at: datetime
    what: str
    why: ExportReason | None
    doer: Doer
    name: str
    organisation: Organisation | None
    group: str
    area: str


def open_acts(areas: Collection[int]) -> ColumnElement[bool]:
    """Return the condition for what officers of these areas see."""
    of_the_area = and_(AuditEntry.what == OFFICERS_SEE_OF_AREAS, AuditEntry.group_id.is_(None))
    return and_(AuditEntry.area_id.in_(areas), or_(AuditEntry.what.in_(seen_by_officers()), of_the_area))


def acts_inside(group: Group) -> ColumnElement[bool]:
    """Return the condition for what a group's coordinators see."""
    return and_(AuditEntry.group_id == group.id, AuditEntry.what.in_(seen_by_coordinators()))


def seen(view: View, asked: Asked) -> ColumnElement[bool]:
    """Return the condition for what somebody sees of what they look for."""
    if view.group is None:
        parts = [open_acts(view.areas & {asked.area_id} if asked.area_id else view.areas)]
    elif view.coordinates:
        parts = [acts_inside(view.group)]
    else:
        parts = [open_acts(view.areas), AuditEntry.group_id == view.group.id]
    if asked.text and view.group is None:
        parts.append(_is_in_group_called(asked.text, view.areas))
    if asked.kind:
        parts.append(AuditEntry.what.in_(view.names(asked.kind)))
    if asked.since:
        parts.append(AuditEntry.at >= datetime.combine(asked.since, time.min, STOCKHOLM))
    if asked.until:
        parts.append(AuditEntry.at <= datetime.combine(asked.until, time.max, STOCKHOLM))
    return and_(*parts, *_done_by(asked.by))


def _is_in_group_called(text: str, areas: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that an entry is of a group whose name has these words."""
    groups = db.session.execute(select(Group.id, Group.name).where(Group.area_id.in_(areas)))
    found = [number for number, name in groups if is_found(text, name)]
    # written into the statement: there may be more groups than a statement has parameters
    return AuditEntry.group_id.in_(bindparam(None, found, expanding=True, literal_execute=True))


def _done_by(by: int | Doer | None) -> list[ColumnElement[bool]]:
    match by:
        case None:
            return []
        case int():  # only what they did in their duty: else their own life could be looked up
            return [AuditEntry.by_id == by, or_(_is_officers(), _is_coordinators())]
        case Doer.SERVICE:
            return [AuditEntry.by_id.is_(None)]
        case Doer.OFFICER:
            return [_is_officers()]
        case Doer.COORDINATOR:
            return [_is_coordinators(), ~_is_officers()]
        case Doer.PARTNER:
            return [_is_partners(), ~_is_coordinators(), ~_is_officers()]
        case Doer.RESIDENT:
            others = ~_is_coordinators(), ~_is_officers(), ~_is_partners()
            return [AuditEntry.by_id.is_not(None), *others]


def _is_officers() -> ColumnElement[bool]:
    """Return the condition that an officer did it, and not as a member of a group where they live."""
    return and_(_on_duty(), select(Officer.id).where(Officer.person_id == AuditEntry.by_id).exists())


def _is_partners() -> ColumnElement[bool]:
    return and_(_on_duty(), select(Partner.id).where(Partner.person_id == AuditEntry.by_id).exists())


def _on_duty() -> ColumnElement[bool]:
    return or_(AuditEntry.group_id.is_(None), AuditEntry.what.in_(seen_by_officers()))


def _is_coordinators() -> ColumnElement[bool]:
    theirs = Coordinator.person_id == AuditEntry.by_id, Coordinator.group_id == AuditEntry.group_id
    return select(Coordinator.id).where(*theirs, Coordinator.accepted_at.is_not(None)).exists()


def ids_of(which: ColumnElement[bool]) -> Select[int]:
    """Return a select of the numbers of the entries where `which` holds, for a page of them."""
    return select(AuditEntry.id).where(which)


def lines(ids: Sequence[int]) -> list[Line]:
    """Return these entries in words, newest first, by as many statements for many as for one."""
    return _in_words(db.session.execute(_newest_first(AuditEntry.id.in_(ids))).all())


def lines_to_export(which: ColumnElement[bool]) -> list[Line] | None:
    """Return all entries where `which` holds, newest first, or None if they are too many for a file."""
    found = db.session.execute(_newest_first(which).limit(MOST_EXPORTED + 1)).all()
    return None if len(found) > MOST_EXPORTED else _in_words(found)


Found = Sequence[Row[AuditEntry, str | None, str | None]]  # with the names of group and area


def _newest_first(which: ColumnElement[bool]) -> Select[AuditEntry, str | None, str | None]:
    named = select(AuditEntry, Group.name, Area.name).outerjoin(Group, Group.id == AuditEntry.group_id)
    placed = named.outerjoin(Area, Area.id == AuditEntry.area_id)
    return placed.where(which).order_by(AuditEntry.id.desc())


def _in_words(found: Found) -> list[Line]:
    doers = {entry.by_id for entry, _group, _area in found} - {None}
    officers: dict[int | None, Officer] = {
        each.person_id: each for each in officers_among(Officer.person_id.in_(doers))
    }
    coordinators: dict[tuple[int | None, int | None], str] = {
        (each.group_id, each.person_id): each.person.name
        for each in coordinators_among(Coordinator.person_id.in_(doers))
    }
    partners = set(db.session.scalars(select(Partner.person_id).where(Partner.person_id.in_(doers))))
    lines = []
    for entry, group, area in found:
        on_duty = entry.group_id is None or entry.what in seen_by_officers()
        officer = officers.get(entry.by_id) if on_duty else None
        is_partner = on_duty and entry.by_id in partners
        name = officer.person.name if officer else coordinators.get((entry.group_id, entry.by_id), "")
        lines.append(
            Line(
                entry.id, entry.at, entry.what, entry.why, _doer(entry, officer, name, is_partner), name,
                organisation=officer.organisation if officer else None, group=group or "", area=area or "",
            )
        )  # fmt: skip
    return lines


def _doer(entry: AuditEntry, officer: Officer | None, name: str, is_partner: bool) -> Doer:
    if entry.by_id is None:
        return Doer.SERVICE
    if officer:
        return Doer.OFFICER
    if name:
        return Doer.COORDINATOR
    return Doer.PARTNER if is_partner else Doer.RESIDENT


def officers_among(which: ColumnElement[bool]) -> list[Officer]:
    """Return the offices where `which` holds, the current ones too, each person once."""
    wanted = select(Officer).where(which).options(joinedload(Officer.person)).order_by(Officer.id)
    return list({each.person_id: each for each in db.session.scalars(wanted)}.values())


def coordinators_among(which: ColumnElement[bool]) -> list[Coordinator]:
    """Return the appointments where `which` holds that were accepted, ended ones too."""
    accepted = select(Coordinator).where(which, Coordinator.accepted_at.is_not(None))
    wanted = accepted.options(joinedload(Coordinator.person)).order_by(Coordinator.id)
    return list(db.session.scalars(wanted))


def people_of(view: View) -> dict[int, str]:
    """Return the names of those whose acts a reader may look for, by number.

    They are the officers of the areas, and, in the trail of one group, its coordinators.
    """
    people = [each.person for each in officers_among(Officer.area_id.in_(view.areas))]
    if view.group is not None:
        people += [each.person for each in coordinators_among(Coordinator.group_id == view.group.id)]
    return {each.id: each.name for each in sorted(people, key=lambda each: name_key(each.name))}
