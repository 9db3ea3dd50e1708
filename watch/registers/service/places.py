"""Changes to buildings, addresses and properties in the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.models import Area, Building, Landlord, Person, Property, Stairwell, WatchSign
from watch.places.service import name_buildings, set_advice, set_target, swedish_sort_key
from watch.registers.cells import same
from watch.registers.errors import ChangedMeanwhile, NameTaken
from watch.registers.queries.places import remembered

Place = Area | Building | Property | Stairwell | WatchSign


def is_new(thing: Place, values: Mapping[str, Any], seen: str) -> bool:
    """Return True if values are new to a place, which nobody else changes until the transaction ends.

    Raises ChangedMeanwhile if they are, and the place is not as it was seen any more.
    """
    model: Any = type(thing)
    locked = select(model).where(model.id == thing.id).with_for_update()
    db.session.execute(locked.execution_options(populate_existing=True))
    if all(getattr(thing, name) == value for name, value in values.items()):
        return False
    if remembered(thing) != seen:
        raise ChangedMeanwhile
    return True


def change_building(building: Building, name: str, land: Property, *, seen: str, by: Person) -> None:
    """Give a building another name of the landlord's, or another property of its area.

    Raises NameTaken if a building on that property has the name.
    """
    if not is_new(building, {"name": name, "property": land}, seen):
        return
    others = select(Building.name).where(Building.property_id == land.id, Building.id != building.id)
    _demand_free(name, db.session.scalars(others))
    building.name, building.property = name, land
    _save()
    audit.note("building-changed", about=building, by=by, area=land.area)


def change_address(
    stairwell: Stairwell, street: str, number: str, postcode: str, city: str, *, seen: str, by: Person
) -> None:
    """Give a stairwell another address. The building, and a group with its name, are called after it.

    Raises NameTaken if another stairwell has the address.
    """
    said = {"street": street, "number": number, "postcode": postcode, "city": city}
    if not is_new(stairwell, said, seen):
        return
    others = select(Stairwell.street, Stairwell.number, Stairwell.city).where(
        Stairwell.number == number, Stairwell.id != stairwell.id
    )
    wanted = f"{street} {number} {city}"
    _demand_free(wanted, (f"{one} {two} {three}" for one, two, three in db.session.execute(others)))
    stairwell.street, stairwell.number, stairwell.postcode, stairwell.city = street, number, postcode, city
    stairwell.sort_key = swedish_sort_key(f"{street} {number}")
    _save()
    name_buildings([stairwell.building])
    audit.note("stairwell-changed", about=stairwell, by=by, area=stairwell.building.property.area)


def change_property(land: Property, designation: str, landlord: str, *, seen: str, by: Person) -> None:
    """Give a property another designation or landlord, who may be a new one.

    Raises NameTaken if another property has the designation.
    """
    known = {same(each.name): each for each in db.session.scalars(select(Landlord))}
    owner = known.get(same(landlord)) or Landlord(name=landlord)
    if not is_new(land, {"designation": designation, "landlord": owner}, seen):
        return
    _demand_free(designation, db.session.scalars(select(Property.designation).where(Property.id != land.id)))
    land.designation, land.landlord = designation, owner
    _save()
    audit.note("property-changed", about=land, by=by, area=land.area)


def change_target(
    area: Area, groups: int | None, day: date | None, share: int | None, *, seen: str, by: Person
) -> None:
    """Set an area's target of groups and its day, and the share of households that is advised."""
    said = {"target_groups": groups, "target_by": day, "advisory_share": share}
    if not is_new(area, said, seen):
        return
    if (area.target_groups, area.target_by) != (groups, day):
        set_target(area, groups, day, by)
    if area.advisory_share != share:
        set_advice(area, share, by)


def _demand_free(name: str, others: Iterable[str]) -> None:
    if same(name) in map(same, others):
        raise NameTaken


def _save() -> None:
    """Flush the change. Raises NameTaken if somebody else has just taken the name."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise NameTaken from None
