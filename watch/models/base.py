"""What every model is made of: the base class, the marks of personal columns, partial uniqueness."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import MappedColumn, mapped_column

from watch.database import Base
from watch.extensions import db

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

FEW = 5  # fewer households or persons than this are never told apart, nor fewer than this left out
AS_MEMBER = "until 30 days after leaving or moving"
AS_APPLICANT = "until 30 days after the answer"
AS_INVITED = "until 14 days after expiry"
AS_GROUP = "as long as the group, then erased when it is closed"
AS_NOTICE = "as long as the group; two years where it went to a whole area"
AS_MAIL = "12 months after sending"


@dataclass(frozen=True)
class Personal:
    """The mark of a column about a person: class (trust.md, A is worst), purpose, retention."""

    level: Literal["A", "B", "C", "D"]
    why: str
    kept: str


def personal(
    level: Literal["A", "B", "C", "D"], why: str, kept: str, *column: Any, **more: Any
) -> MappedColumn[Any]:
    """A column that says something about a person: its class, what it is for, how long it is kept."""
    return mapped_column(*column, info={"personal": Personal(level, why, kept)}, **more)


def impersonal(why: str, *column: Any, **more: Any) -> MappedColumn[Any]:
    """A text column that says nothing about any person, and why it cannot."""
    return mapped_column(*column, info={"impersonal": why}, **more)


def one_where(name: str, *columns: str, where: str) -> Index:
    """At most one row of the same columns where the condition holds."""
    condition = text(where)
    return Index(f"uq_{name}", *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def some(name: str, *columns: str, where: str) -> Index:
    """An index of those rows only where the condition holds."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


def exactly_one(name: str, columns: Collection[str]) -> CheckConstraint:
    """Of these columns exactly one is set."""
    filled = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns)
    return CheckConstraint(f"{filled} = 1", name=name)


def utcnow() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def is_fresh(moment: datetime, days: int) -> bool:
    """Whether a moment lies less than so many days back."""
    return utcnow() - moment < timedelta(days=days)


def current(*, until: str, since: str | None = None) -> hybrid_property[bool]:
    """Whether a row counts now: it has begun (`since`, a column's name) and not ended (`until`).

    On a row it is True or False; on its class a condition for a query.
    """

    def of_row(row: Any) -> bool:
        return getattr(row, until) is None and (since is None or getattr(row, since) is not None)

    def of_class(model: Any) -> ColumnElement[bool]:
        begun = [getattr(model, since).is_not(None)] if since else []
        return and_(*begun, getattr(model, until).is_(None))

    return hybrid_property(of_row, expr=of_class)
