"""The register of places as a landlord's list, which reads the same when it is imported again."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select

from watch.extensions import db
from watch.models import Area, Building, Flat, Landlord, Property, Stairwell
from watch.places.list_cells import Column, marked_as_text

COLUMNS = tuple(Column)


def rows_in(areas: Collection[int]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each flat of these areas (ids) that is not gone, in the order of COLUMNS."""
    wanted = (
        select(
            Area.name, Property.designation, Landlord.name, Building.name, Stairwell.street,
            Stairwell.number, Flat.number, Flat.landlord_number, Stairwell.city, Stairwell.postcode,
            Stairwell.north, Stairwell.east,
        )
        .join(Property, Property.area_id == Area.id)
        .join(Landlord, Landlord.id == Property.landlord_id)
        .join(Building, Building.property_id == Property.id)
        .join(Stairwell, Stairwell.building_id == Building.id)
        .join(Flat, Flat.stairwell_id == Stairwell.id)
        .where(Area.id.in_(areas), Flat.gone_at.is_(None))
        .order_by(Area.sort_key, Building.sort_key, Building.id, Stairwell.sort_key, Flat.number)
    )  # fmt: skip
    for area, land, landlord, house, street, number, flat, own, *where in db.session.execute(wanted):
        city, postcode, north, east = where
        said = (
            area, land, landlord, house, f"{street} {number}", flat, own or "", city, postcode,
            str(north or ""), str(east or ""),
        )  # fmt: skip
        yield tuple(map(marked_as_text, said))
