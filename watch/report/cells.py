"""Tables and cells of a report, which page, PDF and CSV have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from watch import language
from watch.models import Theme
from watch.report.labels import day_said

UNKNOWN = "–"


class Written(str):
    """Words that somebody wrote, in the report's own language."""

    __slots__ = ()


Cell = int | date | str | None


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    is_number: bool = False


def worded(*names: str) -> list[Column]:
    """Return columns of words."""
    return [Column(name) for name in names]


def numbered(*names: str) -> list[Column]:
    """Return columns of numbers."""
    return [Column(name, is_number=True) for name in names]


@dataclass(frozen=True)
class Table:
    """A table with a heading row. The first cell of a row is its name. `note` says how to read it."""

    caption: str
    columns: list[Column]
    rows: list[list[Cell]]
    note: str = ""


@dataclass(frozen=True)
class Point:
    """A column of the plot, which stands beside the table of the same numbers."""

    day: str
    value: int | None
    said: str


@dataclass(frozen=True)
class Section:
    """A theme: what somebody wrote, the system's own tables, columns of a plot, and what is not counted."""

    theme: Theme
    title: str
    text: Written
    tables: list[Table] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to read."""
        return not (self.text or self.tables or self.note)


def said(cell: Cell) -> str:
    """Return a cell as a page shows it."""
    match cell:
        case None:
            return UNKNOWN
        case int():
            return language.number(cell)
        case date():
            return day_said(cell)
    return str(cell)


def is_written(cell: Cell) -> bool:
    """Return True if a cell holds words that somebody wrote, in the report's own language."""
    return isinstance(cell, Written)
