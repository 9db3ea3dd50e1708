"""Kinds of rules by which the journal records what was taken away, and by which a restore replays it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]
NAMELESS = "–"  # replaces a name that the person has changed since the copy was made


@dataclass(frozen=True)
class Rule:
    """Columns of a table that together take something away. `words` describe it to the operator.

    The last entry counts. Where `takes` is true of the values, a restore writes them into the copy; where
    they give something back, it writes them only if `undone`. For columns that the journal must not hold
    (`hides`), only the fact of a change is recorded, and a restore writes `instead`.
    """

    words: str
    columns: tuple[str, ...]
    takes: Callable[[Values], bool]
    undone: bool = True
    hides: bool = False
    instead: Any = None


def dated(words: str, *columns: str, undone: bool = True) -> Rule:
    """Return a rule: taken away once the first column has a time."""
    return Rule(words, columns, lambda values: values[columns[0]] is not None, undone)


def stands(words: str, *columns: str, at: Collection[StrEnum], undone: bool = False) -> Rule:
    """Return a rule: taken away while the first column has one of these values."""
    return Rule(words, columns, lambda values: values[columns[0]] in at, undone)


def emptied(words: str, column: str) -> Rule:
    """Return a rule: taken away once the column is empty. A value set later is not written back."""
    return Rule(words, (column,), lambda values: values[column] is None, undone=False)


def switched_off(words: str, column: str, undone: bool = True) -> Rule:
    """Return a rule: taken away while the column is false."""
    return Rule(words, (column,), lambda values: not values[column], undone)


def replaced(words: str, *columns: str) -> Rule:
    """Return a rule: any change takes away the value before."""
    return Rule(words, columns, lambda values: True)


def hidden(words: str, column: str, instead: Any = None) -> Rule:
    """Return a rule: any change takes away the value before, which the journal must not hold."""
    return Rule(words, (column,), lambda values: True, hides=True, instead=instead)


@dataclass(frozen=True)
class Journaled:
    """The part of a table that the journal keeps: its rules, and which rows were erased.

    A row is identified by `key`. The columns `beside` it let a restore insert a row that the copy lacks. With
    `keeps_rows` it does so, and deletes those that were deleted since: such a row takes something away by
    being there, or only counts. `added` and `deleted` describe that to the operator.
    """

    rules: tuple[Rule, ...] = ()
    key: str = "id"
    beside: tuple[str, ...] = ()
    keeps_rows: bool = False
    added: str = "wishes not to be asked again"
    deleted: str = "wishes not to be asked that were taken back"
