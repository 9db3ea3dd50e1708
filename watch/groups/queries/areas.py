"""What outsiders see of groups, put together: a sum tells no more than its parts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Integer, ScalarSelect, case, cast, func, select

from watch.models import FEW, Area, Building, Flat, Group, Stairwell


def at_least(count: ColumnElement[int], total: ColumnElement[int]) -> ColumnElement[int]:
    """What the words of `banded` promise of a count: nothing of a few, the fewest of nearly all."""
    nearly_all = case((total - FEW < FEW, FEW), else_=total - FEW + 1)
    return case((count < FEW, 0), (count > total - FEW, nearly_all), else_=count)


def flats_of_group() -> ScalarSelect[int]:
    """How many flats a group of the outer select has."""
    flats = (
        select(func.count(Flat.id))
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .join(Building, Building.id == Stairwell.building_id)
    )
    return flats.where(Building.group_id == Group.id).correlate(Group).scalar_subquery()


def taking_part_in_area() -> ScalarSelect[int]:
    """How many households take part in an area of the outer select, at least: as its groups were counted
    last night.
    """
    shown = func.coalesce(func.sum(at_least(Group.counted_taking_part.expression, flats_of_group())), 0)
    return select(cast(shown, Integer)).where(Group.area_id == Area.id).correlate(Area).scalar_subquery()
