"""Lays the buildings of an area out on a grid: a schematic plan, in which no two stand on each other.

Where the landlord's list has coordinates, north is up and neighbours are neighbours, but distances are not
true. Other buildings stand by street and number, below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby

from watch.followup.queries.buildings import BuildingState
from watch.followup.queries.plan import MapBuilding

COLUMNS = 8  # so many signs of 40 units are wide enough to press on a phone
MOST_ROWS = 27  # of buildings that stand in a long line from north to south
CELL, ROW, LINE = 40, 46, 26  # units: the width and height of a sign with its number; a street's name

Cell = tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """A building on the plan: its number in the list beside it, and the upper corner of its cell."""

    number: int
    building: MapBuilding
    x: int
    y: int


@dataclass(frozen=True)
class Plan:
    """A drawing of so many units: its marks in the order of streets, and names of streets with their heights.

    `has_places` is true if some of the marks stand where their coordinates say, north upwards.
    """

    marks: list[Mark]
    streets: list[tuple[str, int]]
    width: int
    height: int
    has_places: bool

    @property
    def states(self) -> list[tuple[BuildingState, int]]:
        """The states there are, with their number of buildings."""
        counted = Counter(each.building.state for each in self.marks)
        return [(state, counted[state]) for state in BuildingState if counted[state]]


def plan_of(buildings: Sequence[MapBuilding]) -> Plan:
    """Return the plan of buildings that come by street and number."""
    numbers = {each.id: number for number, each in enumerate(buildings, start=1)}
    places = {each.id: each.place for each in buildings if each.place}
    corners = {one: (column * CELL, row * ROW) for one, (column, row) in _cells(places).items()}
    height = max((y + ROW for _x, y in corners.values()), default=0)
    streets = []
    others = [each for each in buildings if each.id not in places]
    for street, along in groupby(others, key=lambda each: each.street):
        streets.append((street, height + LINE - 8))
        height += LINE
        for place, each in enumerate(along):
            row, column = divmod(place, COLUMNS)
            corners[each.id] = column * CELL, height + row * ROW
        height = max(y for _x, y in corners.values()) + ROW
    marks = [Mark(numbers[each.id], each, *corners[each.id]) for each in buildings]
    return Plan(marks, streets, COLUMNS * CELL, height, bool(places))


def _cells(places: dict[int, tuple[float, float]]) -> dict[int, Cell]:
    """Return a column and a row of its own for each place: the nearest that is free."""
    if not places:
        return {}
    norths, easts = zip(*places.values(), strict=True)
    metres = max((max(easts) - min(easts)) / (COLUMNS - 1), (max(norths) - min(norths)) / MOST_ROWS, 1)
    inset = round((COLUMNS - 1 - (max(easts) - min(easts)) / metres) / 2)  # so that it stands in the middle
    taken: dict[Cell, int] = {}
    for one, (north, east) in places.items():
        wished = inset + round((east - min(easts)) / metres), round((max(norths) - north) / metres)
        taken.setdefault(next(cell for cell in _around(wished) if cell not in taken), one)
    top = min(row for _column, row in taken)
    return {one: (column, row - top) for (column, row), one in taken.items()}


def _around(wished: Cell) -> Iterator[Cell]:
    """Yield the cells of the grid from the wished one outwards, the nearest first."""
    column, row = wished
    for distance in count():
        ring = [
            (x, y)
            for x in range(max(column - distance, 0), min(column + distance, COLUMNS - 1) + 1)
            for y in ({row - distance, row + distance} if abs(x - column) < distance
                      else range(row - distance, row + distance + 1))
        ]  # fmt: skip
        yield from sorted(ring, key=lambda cell: ((cell[0] - column) ** 2 + (cell[1] - row) ** 2, cell))
