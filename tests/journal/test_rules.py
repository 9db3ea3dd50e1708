"""Checks that every column that could take something away is journaled, or says why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Boolean, Column, Date, Enum

from watch.database import UtcDateTime
from watch.extensions import db
from watch.journal import left_out
from watch.journal.rules import JOURNALED
from watch.models import Model

TABLES = {model.__tablename__: journaled for model, journaled in JOURNALED.items()}


def could_take() -> Iterator[Column[object]]:
    """Return columns that end, switch, choose or can become empty, in journaled tables."""
    for name, journaled in TABLES.items():
        for column in db.metadata.tables[name].columns:
            is_such = column.nullable or isinstance(column.type, UtcDateTime | Date | Boolean | Enum)
            if is_such and not column.primary_key and column.name != journaled.key:
                yield column


def ruled() -> set[str]:
    """Return the columns of all rules."""
    return {
        f"{table}.{column}"
        for table, journaled in TABLES.items()
        for rule in journaled.rules
        for column in rule.columns
    }


def excused() -> Counter[str]:
    """Return the columns left out, each with its number of reasons."""
    return Counter(column for columns in left_out.COLUMNS.values() for column in columns)


def test_every_table_is_journaled_or_says_why_not() -> None:
    known = {table.name for table in Model.metadata.sorted_tables}
    assert known - set(TABLES) - set(left_out.TABLES) == set(), (
        "watch/journal/rules.py or left_out.py wants it"
    )
    assert set(TABLES) & set(left_out.TABLES) == set()
    assert (set(TABLES) | set(left_out.TABLES)) - known == set(), "there is no such table"


def test_every_column_that_could_take_something_away_is_journaled_or_says_why_not() -> None:
    columns = {str(column) for column in could_take()}
    assert columns - ruled() - set(excused()) == set(), (
        "a restore would give back what this column took away: watch/journal/rules.py wants a rule for it, "
        "or left_out.py a reason"
    )


def test_no_reason_is_for_a_column_that_has_a_rule_or_is_not_there() -> None:
    columns = {str(column) for column in could_take()}
    assert set(excused()) - columns == set()
    assert set(excused()) & ruled() == set()
    assert [column for column, reasons in excused().items() if reasons > 1] == []


def test_a_rule_names_columns_that_are_there_each_once() -> None:
    named = [f"{t}.{c}" for t, j in TABLES.items() for rule in j.rules for c in rule.columns]
    assert [column for column, times in Counter(named).items() if times > 1] == []
    there = {str(column) for table in TABLES for column in db.metadata.tables[table].columns}
    assert set(named) <= there
    assert {f"{t}.{c}" for t, j in TABLES.items() for c in (j.key, *j.beside)} <= there


def test_the_journal_holds_no_value_of_a_column_that_names_somebody() -> None:
    """What the database encrypts must not be beside it in clear."""
    told = {
        f"{table}.{column}"
        for table, journaled in TABLES.items()
        for rule in journaled.rules
        if not rule.hides and not rule.takes(dict.fromkeys(rule.columns))  # of emptied ones nothing is told
        for column in rule.columns
    }
    sealed = {
        str(column)
        for table in TABLES
        for column in db.metadata.tables[table].columns
        if type(column.type).__name__.startswith("Encrypted")
    }
    assert told & sealed == set()
