"""Imports a landlord's list: new places are added, changed ones updated, gone flats marked, none deleted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from watch import audit, tokens
from watch.extensions import db
from watch.models import (
    NONCE_BYTES,
    Area,
    Building,
    Group,
    Landlord,
    Person,
    Property,
    Purpose,
    Stairwell,
)
from watch.places.addresses import slug_of, swedish_sort_key
from watch.places.changes import Change, Imported, by_address, changes_in, mark_back, mark_gone, save_flats
from watch.places.landlord_list import Column, FlatRow, same
from watch.places.problems import BadLandlordList, Problem, RowError
from watch.places.queries import name_of

__all__ = [
    "Imported", "import_landlord_list", "name_buildings", "new_areas", "set_advice", "set_target",
    "swedish_sort_key",
]  # fmt: skip


def new_areas(rows: Sequence[FlatRow]) -> list[str]:
    """Return the areas of a list that do not exist yet, spelt as in the list."""
    known = {same(name) for name in db.session.scalars(select(Area.name))}
    return list({same(row.area): row.area for row in rows if same(row.area) not in known}.values())


def set_target(area: Area, groups: int | None, by: date | None, who: Person | None = None) -> None:
    """Set how many groups an area should have, and by which day; None for no target."""
    area.target_groups, area.target_by = groups, by
    audit.note("area-target-set", about=area, by=who, area=area)


def set_advice(area: Area, percent: int | None, by: Person | None = None) -> None:
    """Set the advisory share of households, or None for no advice."""
    area.advisory_share = percent
    audit.note("area-advice-set", about=area, by=by, area=area)


def import_landlord_list(
    rows: Sequence[FlatRow],
    *,
    by: Person | None = None,
    within: Collection[int] | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> Imported:
    """Add and update the places of a list. Importing the same list again changes nothing.

    A flat of a listed landlord in a listed area that is not in the list is marked as gone, and a marked one
    that is listed again is not marked any more.

    `within` are the ids of the areas that may be changed; without it all may, and new ones be made.
    `progress` is called with the number of rows done since the last call. Raises BadLandlordList if a row
    would move the building of a group, or is beyond those areas; the caller must not commit then.
    """
    places = _Places(rows, within)
    if places.errors:
        raise BadLandlordList(places.errors)
    with db.session.no_autoflush:
        stairwells = {row.row: places.stairwell(row) for row in rows}
        changed = list(changes_in(db.session()))
    if places.errors:
        raise BadLandlordList(places.errors)
    db.session.flush()
    with db.session.no_autoflush:
        places.name_buildings()
        changed += changes_in(db.session())
    db.session.flush()
    _give_posters(places.all_stairwells())
    added, renumbered = save_flats(rows, stairwells, progress)
    for area in places.listed_areas.values():
        audit.note("places-imported", about=area, by=by, area=area)
    return _counted(places, rows, stairwells, added, changed + renumbered)


def _counted(
    places: _Places,
    rows: Sequence[FlatRow],
    stairwells: Mapping[int, Stairwell],
    added: list[tuple[Stairwell, str]],
    changed: list[Change],
) -> Imported:
    """Mark the flats that are gone and those that are back, and return all that the list changes."""
    listed = {(stairwells[row.row].id, row.flat) for row in rows}
    owners = {one.id for row in rows if (one := places.landlords[same(row.landlord)])}
    gone = mark_gone(listed, owners, [area.id for area in places.listed_areas.values()])
    back = mark_back(listed)
    return replace(
        places.made(), flats=len(added), added=by_address(added),
        changed=sorted(changed, key=_order),
        gone=by_address([(flat.stairwell, flat.number) for flat in gone]),
        back=by_address([(flat.stairwell, flat.number) for flat in back]),
    )  # fmt: skip


def _order(change: Change) -> tuple[str, str]:
    return change.what, swedish_sort_key(change.where)


Address = tuple[str, str, str]


class _Places:
    """Known and new places, keyed by what identifies them. Grows with each row of the list."""

    def __init__(self, rows: Sequence[FlatRow], within: Collection[int] | None) -> None:
        self.errors: list[RowError] = []
        self.within = within
        self.wanted = {self._building_key(row.property, row.building) for row in rows}
        self.areas = {same(area.name): area for area in db.session.scalars(select(Area))}
        self.landlords = {same(one.name): one for one in db.session.scalars(select(Landlord))}
        properties = db.session.scalars(
            select(Property).options(joinedload(Property.area), joinedload(Property.landlord))
        )
        self.properties = {same(one.designation): one for one in properties}
        buildings = list(
            db.session.scalars(
                select(Building).options(joinedload(Building.property), selectinload(Building.stairwells))
            )
        )
        self.buildings = {self._building_key(one.property.designation, one.name): one for one in buildings}
        self.stairwells = {_key(stair): stair for one in buildings for stair in one.stairwells}
        self.listed_areas: dict[str, Area] = {}
        self.listed: dict[tuple[str, str], Building] = {}
        self.before = self._sizes()
        self._refuse_beyond(rows)

    def _refuse_beyond(self, rows: Sequence[FlatRow]) -> None:
        """Refuse the areas of the list that may not be changed, each once."""
        first = {same(row.area): row for row in reversed(rows)}
        for key, row in sorted(first.items(), key=lambda each: each[1].row):
            if self.within is not None and (key not in self.areas or self._is_beyond(self.areas[key])):
                self._refuse(row, Column.AREA, Problem.AREA_OF_OTHERS)

    def _is_beyond(self, area: Area) -> bool:
        return self.within is not None and area.id not in self.within

    def _sizes(self) -> tuple[int, ...]:
        counted = (self.areas, self.landlords, self.properties, self.buildings, self.stairwells)
        return tuple(len(places) for places in counted)

    def made(self) -> Imported:
        areas, landlords, properties, buildings, stairwells = (
            now - then for now, then in zip(self._sizes(), self.before, strict=True)
        )
        _areas, known_landlords, known_properties, *_others = self.before
        owners = list(self.landlords.values())[known_landlords:]  # new ones come last
        lands = list(self.properties.values())[known_properties:]
        new_names = [each.designation for each in lands] + [each.name for each in owners]
        return Imported(areas, landlords, properties, buildings, stairwells, new_names=new_names)

    @staticmethod
    def _building_key(designation: str, name: str) -> tuple[str, str]:
        return same(designation), same(name)

    def area(self, row: FlatRow) -> Area:
        key = same(row.area)
        if key not in self.areas:
            slugs = {area.slug for area in self.areas.values()}
            slug = base = slug_of(row.area)
            while slug in slugs:
                slug = f"{base}-{len(slugs)}"
            self.areas[key] = Area(slug=slug, name=row.area, sort_key="")
            db.session.add(self.areas[key])
        area = self.listed_areas[key] = self.areas[key]
        area.name, area.sort_key = row.area, swedish_sort_key(row.area, most=160)
        return area

    def landlord(self, row: FlatRow) -> Landlord:
        key = same(row.landlord)
        if key not in self.landlords:
            self.landlords[key] = Landlord(name=row.landlord)
            db.session.add(self.landlords[key])
        self.landlords[key].name = row.landlord
        return self.landlords[key]

    def property(self, row: FlatRow) -> Property:
        key, area = same(row.property), self.area(row)
        known = self.properties.get(key)
        if known is None:
            known = self.properties[key] = Property(area=area)
            db.session.add(known)
        elif known.area is not area:  # a typing error would take buildings from their police contact
            self._refuse(row, Column.AREA, Problem.PROPERTY_IN_ANOTHER_AREA)
            return known
        known.area, known.landlord, known.designation = area, self.landlord(row), row.property
        return known

    def building(self, row: FlatRow) -> Building:
        key = self._building_key(row.property, row.building)
        if key in self.listed:
            return self.listed[key]
        known, on = self.buildings.get(key) or self._renamed(row), self.property(row)
        if known is None:
            known = self.buildings[key] = Building(name=row.building, address="", sort_key="")
            db.session.add(known)
        elif known.group_id is not None and known.property.area is not on.area:
            self._refuse(row, Column.AREA, Problem.PROPERTY_IN_ANOTHER_AREA)
        elif self._is_beyond(known.property.area):
            self._refuse(row, Column.ADDRESS, Problem.ADDRESS_IN_ANOTHER_AREA)
        known.property, known.name = on, row.building
        self.listed[key] = known
        return known

    def _renamed(self, row: FlatRow) -> Building | None:
        """Return the building at the row's address if the list no longer has its old name."""
        stairwell = self.stairwells.get((same(row.city), same(row.street), row.number))
        if stairwell is None:
            return None
        old = stairwell.building
        is_listed = self._building_key(old.property.designation, old.name) in self.wanted
        return None if is_listed or old in self.listed.values() else old

    def stairwell(self, row: FlatRow) -> Stairwell:
        key, building = (same(row.city), same(row.street), row.number), self.building(row)
        known = self.stairwells.get(key)
        if known is None:
            known = self.stairwells[key] = Stairwell(building=building, number=row.number)
            db.session.add(known)
        elif known.building is not building:
            if known.building.group_id is not None or building.group_id is not None:
                self._refuse(row, Column.ADDRESS, Problem.ADDRESS_OF_A_GROUP_ELSEWHERE)
                return known
            if self._is_beyond(known.building.property.area):
                self._refuse(row, Column.ADDRESS, Problem.ADDRESS_IN_ANOTHER_AREA)
                return known
            known.building = building
        known.street, known.postcode, known.city = row.street, row.postcode, row.city
        known.sort_key = swedish_sort_key(f"{row.street} {row.number}")
        known.north, known.east = row.north or known.north, row.east or known.east
        return known

    def _refuse(self, row: FlatRow, column: Column, problem: Problem) -> None:
        self.errors.append(RowError(row.row, column, row.at(column), problem))

    def all_stairwells(self) -> list[Stairwell]:
        return list(self.stairwells.values())

    def name_buildings(self) -> None:
        """Name the known and the new buildings."""
        name_buildings(self.buildings.values())


def name_buildings(buildings: Iterable[Building]) -> None:
    """Name each building after its stairwells, and its group after its buildings."""
    renamed: set[int | None] = set()
    for building in buildings:
        address = name_of([building])
        if address and address != building.address:
            renamed.add(building.group_id)
            building.address, building.sort_key = address, swedish_sort_key(address)
    groups = select(Group).where(Group.id.in_(renamed))
    for group in db.session.scalars(groups) if renamed else ():
        group.name = name_of(group.buildings)


def _key(stairwell: Stairwell) -> Address:
    return same(stairwell.city), same(stairwell.street), stairwell.number


def _give_posters(stairwells: Sequence[Stairwell]) -> None:
    """Give every stairwell without a poster's code one that no other stairwell has."""
    taken = {stairwell.poster_index for stairwell in stairwells}
    for stairwell in stairwells:
        while stairwell.poster_index is None:
            index = tokens.code_index(Purpose.POSTER, tokens.code(Purpose.POSTER, stairwell.nonce))
            if index in taken:
                stairwell.nonce = secrets.token_bytes(NONCE_BYTES)
            else:
                stairwell.poster_index = index
                taken.add(index)
