"""The officers' lists as tables to take out as files: the same rows and numbers as on their pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from watch.contacts.labels import ROLES, whom_said
from watch.contacts.queries import kept_by
from watch.findings import export as findings_export
from watch.findings.queries import finding_ids, findings_by_id
from watch.groups.labels import GROUP_STATES, HouseholdsSaid
from watch.groups.queries.areas import areas_by_id
from watch.language import local, readable_phone
from watch.models import ContactPerson, WatchSign, utcnow
from watch.places import export as places_export
from watch.registers.labels import DUES, SIGN_STATES, Listed, sign_said, where_said
from watch.registers.queries.coordinators import Row, rows_in
from watch.registers.queries.groups import GroupRow, groups_in
from watch.registers.queries.places import signs_in, state_of


@dataclass(frozen=True)
class Table:
    """The names of the columns, and the rows."""

    heading: Sequence[str]
    rows: Iterable[Sequence[str | int]]


def table_of(listed: Listed, areas: Collection[int]) -> Table:
    """Return a list of these areas (ids)."""
    return TABLES[listed](areas)


def _places(areas: Collection[int]) -> Table:
    return Table([str(each) for each in places_export.COLUMNS], places_export.rows_in(areas))


def _groups(areas: Collection[int]) -> Table:
    heading = (
        _("Grupp"), _("Område"), _("Läge"), _("Startad"), _("Antal hus"), _("Lägenheter"),
        _("Hushåll som är med"), _("Antal kontaktombud"), _("Senaste träff"),
    )  # fmt: skip
    return Table(heading, [_of_group(each) for each in groups_in(areas, utcnow())])


def _of_group(each: GroupRow) -> Sequence[str | int]:
    return (
        each.name, each.area, str(GROUP_STATES[each.state]), _day(each.started_at), each.buildings,
        each.flats, str(HouseholdsSaid.roughly(each.taking_part, each.flats).part), each.coordinators,
        _day(each.last_meeting),
    )  # fmt: skip


def _coordinators(areas: Collection[int]) -> Table:
    heading = (
        _("Namn"), _("Grupp"), _("Område"), _("Uppdrag"), _("Utsedd"), _("Utbildad"), _("Bekräftad"),
        _("Hushåll per kontaktombud, minst"), _("Att göra"),
    )  # fmt: skip
    return Table(heading, map(_of_coordinator, rows_in(areas, local(utcnow()).date())))


def _of_coordinator(row: Row) -> Sequence[str | int]:
    each = row.coordinator
    return (
        each.person.name, each.group.name, each.group.area.name, where_said(each), _day(each.accepted_at),
        _day(each.trained_on), _day(each.confirmed_on), row.load,
        ", ".join(str(DUES[due]) for due in row.due),
    )  # fmt: skip


def _contacts(areas: Collection[int]) -> Table:
    heading = (
        _("Roll"), _("Organisation"), _("Namn"), _("Telefon"), _("E-postadress"), _("Tider"), _("Gäller"),
        _("Kontrollerad"),
    )  # fmt: skip
    return Table(heading, map(_of_contact, kept_by(areas)))


def _of_contact(each: ContactPerson) -> Sequence[str]:
    return (
        str(ROLES[each.role]), each.organisation, each.name or "",
        readable_phone(each.phone) if each.phone else "", each.email or "", each.hours or "",
        whom_said(each), _day(each.checked_on),
    )  # fmt: skip


def _findings(areas: Collection[int]) -> Table:
    ids = [each for area in areas_by_id(areas) for each in finding_ids(area)]
    return Table(findings_export.heading(), map(findings_export.cells_of, findings_by_id(ids)))


def _signs(areas: Collection[int]) -> Table:
    heading = (
        _("Hus"), _("Var"), _("Område"), _("Läge"), _("Beställd"), _("Uppsatt"), _("Senast kontrollerad"),
        _("Nertagen"),
    )  # fmt: skip
    today = local(utcnow()).date()
    return Table(heading, [_of_sign(each, today) for each in signs_in(areas)])


def _of_sign(each: WatchSign, today: date) -> Sequence[str]:
    return (
        each.building.address, sign_said(each), each.building.property.area.name,
        str(SIGN_STATES[state_of(each, today)]), _day(each.ordered_on), _day(each.up_on),
        _day(each.checked_on), _day(each.down_on),
    )  # fmt: skip


def _day(moment: datetime | date | None) -> str:
    """Return a day as spreadsheets read it, or nothing."""
    if moment is None:
        return ""
    return (local(moment).date() if isinstance(moment, datetime) else moment).isoformat()


TABLES: Mapping[Listed, Callable[[Collection[int]], Table]] = {
    Listed.PLACES: _places,
    Listed.GROUPS: _groups,
    Listed.COORDINATORS: _coordinators,
    Listed.CONTACTS: _contacts,
    Listed.FINDINGS: _findings,
    Listed.SIGNS: _signs,
}
