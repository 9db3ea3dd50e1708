"""The register of places: an area's buildings with their signs, and what a form remembers of a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.marks import mark
from watch.models import (
    Area,
    Building,
    Flat,
    Group,
    GroupState,
    Landlord,
    Property,
    Stairwell,
    WatchSign,
)
from watch.places.queries import buildings_at

YEAR = timedelta(days=365)
REMEMBERED = {
    Area: ("target_groups", "target_by", "advisory_share"),
    Building: ("name", "property_id"),
    Property: ("designation", "landlord_id"),
    Stairwell: ("street", "number", "postcode", "city"),
    WatchSign: ("version",),
}


class SignState(StrEnum):
    """The state of a sign. One that is up is UNCHECKED a year after it was put up or checked."""

    ORDERED = "ordered"
    UP = "up"
    UNCHECKED = "unchecked"
    WORN = "worn"
    DOWN = "down"


TO_SEE_TO = (SignState.ORDERED, SignState.UNCHECKED, SignState.WORN)


def state_of(sign: WatchSign, today: date) -> SignState:
    """Return the state of a sign."""
    if sign.down_on:
        return SignState.DOWN
    if sign.up_on is None:
        return SignState.ORDERED
    if sign.is_worn:
        return SignState.WORN
    is_old = (sign.checked_on or sign.up_on) <= today - YEAR
    return SignState.UNCHECKED if is_old else SignState.UP


class Houses(StrEnum):
    """Which buildings of an area are shown."""

    ALL = "all"
    WITH_SIGNS = "with_signs"
    TO_SEE_TO = "to_see_to"  # a sign is ordered, worn, or not checked for a year


class HouseOrder(StrEnum):
    """The order of the list."""

    ADDRESS = "address"
    LANDLORD = "landlord"
    PROPERTY = "property"
    FLATS = "flats"  # the most first


@dataclass(frozen=True)
class WantedHouses:
    """The buildings wanted: a text in their address, which of them, and their order."""

    text: str = ""
    shown: Houses = Houses.ALL
    order: HouseOrder = HouseOrder.ADDRESS


@dataclass(frozen=True)
class House:
    """A building with its number of flats and its signs."""

    building: Building
    flats: int
    signs: list[WatchSign]


def building_ids(area: Area, wanted: WantedHouses, today: date) -> Sequence[int]:
    """Return the ids of an area's buildings that are wanted, in order, and then by street and number."""
    ids = select(Building.id).join(Property).join(Landlord).where(Property.area_id == area.id)
    if wanted.text:
        ids = ids.where(buildings_at(wanted.text))
    if wanted.shown is not Houses.ALL:
        which = [WatchSign.waits(today)] if wanted.shown is Houses.TO_SEE_TO else []
        has = select(WatchSign.id).where(WatchSign.building_id == Building.id, WatchSign.is_current, *which)
        ids = ids.where(has.exists())
    return db.session.scalars(ids.order_by(*_first(wanted.order), Building.sort_key, Building.id)).all()


def _first(order: HouseOrder) -> tuple[Any, ...]:
    flats = select(func.count(Flat.id)).join(Stairwell).where(Stairwell.building_id == Building.id)
    first: dict[HouseOrder, tuple[Any, ...]] = {
        HouseOrder.LANDLORD: (Landlord.name,),
        HouseOrder.PROPERTY: (Property.designation,),
        HouseOrder.FLATS: (flats.where(Flat.gone_at.is_(None)).scalar_subquery().desc(),),
    }
    return first.get(order, ())


def houses_by_id(ids: Sequence[int]) -> list[House]:
    """Return these buildings in this order, with flats and signs; three statements."""
    wanted = (
        select(Building, func.count(Flat.id))
        .outerjoin(Stairwell, Stairwell.building_id == Building.id)
        .outerjoin(Flat, and_(Flat.stairwell_id == Stairwell.id, Flat.gone_at.is_(None)))
        .where(Building.id.in_(ids))
        .group_by(Building.id)
        .options(joinedload(Building.property).joinedload(Property.landlord))
    )
    signs = signs_at(ids)
    found = {
        each.id: House(each, flats, [one for one in signs if one.building_id == each.id])
        for each, flats in db.session.execute(wanted)
    }
    return [found[each] for each in ids if each in found]


def signs_at(buildings: Collection[int]) -> Sequence[WatchSign]:
    """Return the signs of buildings (ids), by stairwell, the oldest order first."""
    wanted = (
        select(WatchSign)
        .outerjoin(Stairwell, Stairwell.id == WatchSign.stairwell_id)
        .where(WatchSign.building_id.in_(buildings), WatchSign.is_current)
        .options(joinedload(WatchSign.stairwell))
    )
    return db.session.scalars(wanted.order_by(Stairwell.sort_key, WatchSign.ordered_on, WatchSign.id)).all()


def signs_in(areas: Collection[int]) -> Sequence[WatchSign]:
    """Return the signs of areas (ids), by area and building."""
    wanted = (
        select(WatchSign)
        .join(Building, Building.id == WatchSign.building_id)
        .join(Property, Property.id == Building.property_id)
        .join(Area, Area.id == Property.area_id)
        .where(Area.id.in_(areas), WatchSign.is_current)
        .options(
            joinedload(WatchSign.stairwell),
            joinedload(WatchSign.building).joinedload(Building.property).joinedload(Property.area),
        )
    )
    return db.session.scalars(wanted.order_by(Area.sort_key, Building.sort_key, WatchSign.id)).all()


def group_of(building: Building) -> Group | None:
    """Return the building's group, or None."""
    return db.session.get(Group, building.group_id) if building.group_id else None


def can_order(group: Group | None) -> bool:
    """Return True if signs may be ordered for a group's building: the group is active."""
    return group is not None and group.state is GroupState.ACTIVE


def properties_of(area: Area) -> Sequence[Property]:
    """Return the properties of an area, by designation."""
    here = select(Property).where(Property.area_id == area.id).order_by(Property.designation)
    return db.session.scalars(here.options(selectinload(Property.landlord))).all()


def landlords() -> Sequence[Landlord]:
    """Return all landlords, by name."""
    return db.session.scalars(select(Landlord).order_by(Landlord.name)).all()


def remembered(thing: Area | Building | Property | Stairwell | WatchSign) -> str:
    """Return what a form remembers of the values that it shows, by which a change meanwhile is noticed."""
    return mark(*(getattr(thing, name) for name in REMEMBERED[type(thing)]))
