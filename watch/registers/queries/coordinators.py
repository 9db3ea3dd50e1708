"""The register of coordinators: who has agreed that officers see them, and what is due with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.groups.queries.areas import at_least, number_of_flats
from watch.language import local
from watch.models import Coordinator, Group, GroupState
from watch.names import name_key
from watch.searching import is_found

YEAR = timedelta(days=365)
MANY, FAR_TOO_MANY = 15, 20  # households per coordinator, from which on a group is said to need more


class Due(StrEnum):
    """Something that is due with a coordinator."""

    TRAINING = "training"
    CONFIRMATION = "confirmation"  # said a year ago, or more, that they go on
    LOAD = "load"


class Shown(StrEnum):
    """Which coordinators of the register are shown."""

    ALL = "all"
    DUE = "due"
    LOADED = "loaded"


class RowOrder(StrEnum):
    """The order of the register."""

    GROUP = "group"  # by area, and in it by group
    NAME = "name"
    LOAD = "load"  # the most households first
    TRAINED = "trained"  # the longest ago first, and before them those who never were
    CONFIRMED = "confirmed"  # the same


@dataclass(frozen=True)
class Row:
    """A coordinator with their group.

    `load` is how many households there are for each coordinator of the group, at least: of the number that
    every page shows of the group, so that it tells nothing new.
    """

    coordinator: Coordinator
    load: int
    due: tuple[Due, ...]

    @property
    def id(self) -> int:
        """The coordinator's id."""
        return self.coordinator.id


@dataclass(frozen=True)
class Register:
    """The coordinators who agreed to be seen, and how many have not."""

    rows: list[Row]
    unseen: int


@dataclass(frozen=True)
class Wanted:
    """The coordinators wanted: a text in their name or addresses, an area's slug, which, and their order."""

    text: str = ""
    area: str = ""
    shown: Shown = Shown.ALL
    order: RowOrder = RowOrder.GROUP

    def among(self, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows that are wanted, in order. Names are encrypted: this is Python's work."""
        return sorted((row for row in rows if self._has(row)), key=self._first)

    def _first(self, row: Row) -> Any:
        """Return what the order looks at first. Rows of which it is the same stay by area and group."""
        one = row.coordinator
        return {
            RowOrder.NAME: name_key(one.person.name),
            RowOrder.LOAD: -row.load,
            RowOrder.TRAINED: one.trained_on or date.min,
            RowOrder.CONFIRMED: one.confirmed_on or date.min,
        }.get(self.order, 0)

    def _has(self, row: Row) -> bool:
        one, is_shown = row.coordinator, {Shown.DUE: bool(row.due), Shown.LOADED: Due.LOAD in row.due}
        words = [one.person.name, one.group.name, *(each.address for each in one.stairwells)]
        return (
            self.area in ("", one.group.area.slug)
            and is_shown.get(self.shown, True)
            and (not self.text or is_found(self.text, " ".join(words)))
        )


def register_of(areas: Collection[int], today: date) -> Register:
    """Return the coordinators of the living groups in these areas (ids), by area, group and name."""
    wanted = (
        select(Coordinator)
        .join(Group, Group.id == Coordinator.group_id)
        .where(Group.area_id.in_(areas), Group.state != GroupState.CLOSED, Coordinator.is_current)
        .options(
            joinedload(Coordinator.person),
            joinedload(Coordinator.group).joinedload(Group.area),
            selectinload(Coordinator.stairwells),
        )
    )
    everybody = db.session.scalars(wanted).unique().all()
    loads = _loads(areas, Counter(each.group_id for each in everybody))
    rows = [
        Row(each, loads[each.group_id], _due(each, loads[each.group_id], today))
        for each in everybody
        if each.officers_see_details
    ]
    return Register(sorted(rows, key=_order), len(everybody) - len(rows))


def _order(row: Row) -> tuple[str, str, bool, str]:
    group = row.coordinator.group
    return group.area.sort_key, group.name, not row.coordinator.is_lead, row.coordinator.person.name


def _loads(areas: Collection[int], coordinators: Counter[int]) -> dict[int, int]:
    """Return, by group, the least number of households that pages show, shared by its coordinators."""
    shown = at_least(func.coalesce(Group.counted_taking_part, 0), number_of_flats())
    rows = db.session.execute(select(Group.id, shown).where(Group.area_id.in_(areas)))
    return {group: -(-count // coordinators[group]) for group, count in rows if coordinators[group]}


def _due(coordinator: Coordinator, load: int, today: date) -> tuple[Due, ...]:
    assert coordinator.accepted_at, "only current ones are asked for"
    last = coordinator.confirmed_on or local(coordinator.accepted_at).date()
    said = {
        Due.TRAINING: coordinator.trained_on is None,
        Due.CONFIRMATION: last <= today - YEAR,
        Due.LOAD: load > MANY,
    }
    return tuple(due for due, is_so in said.items() if is_so)
