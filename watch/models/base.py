"""The base class of the models, the annotations of personal data, and helpers for constraints."""

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

FEW = 5  # smaller counts of households or persons are never shown, nor counts that leave out fewer than this
AS_MEMBER = "until 30 days after leaving or moving"
AS_APPLICANT = "until 30 days after the answer"
AS_INVITED = "until 14 days after expiry"
AS_GROUP = "as long as the group, then erased when it is closed"
AS_NOTICE = "as long as the group; two years where it went to a whole area"
AS_MAIL = "12 months after sending, or as long as the meeting it tells of is to come"


@dataclass(frozen=True)
class Personal:
    """The annotation of a personal-data column: its class (trust.md, A is worst), purpose and retention."""

    level: Literal["A", "B", "C", "D"]
    why: str
    kept: str


def personal(
    level: Literal["A", "B", "C", "D"], why: str, kept: str, *column: Any, **more: Any
) -> MappedColumn[Any]:
    """Return a column with personal data, annotated with its class, purpose and retention."""
    return mapped_column(*column, info={"personal": Personal(level, why, kept)}, **more)


def impersonal(why: str, *column: Any, **more: Any) -> MappedColumn[Any]:
    """Return a text column that holds no personal data, annotated with the reason."""
    return mapped_column(*column, info={"impersonal": why}, **more)


def one_where(name: str, *columns: str, where: str) -> Index:
    """Return a unique index over the rows where the condition holds."""
    condition = text(where)
    return Index(f"uq_{name}", *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


def some(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows where the condition holds."""
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


def exactly_one(name: str, columns: Collection[str]) -> CheckConstraint:
    """Return a constraint that exactly one of these columns is set."""
    filled = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in columns)
    return CheckConstraint(f"{filled} = 1", name=name)


def utcnow() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


def is_fresh(moment: datetime, days: int) -> bool:
    """Return True if a moment is less than so many days ago."""
    return utcnow() - moment < timedelta(days=days)


def current(*, until: str, since: str | None = None) -> hybrid_property[bool]:
    """Return a property that is True if a row has begun (`since` is set) and not ended (`until` is not).

    `since` and `until` are names of columns. On the class, the property is a condition for a query.
    """

    def of_row(row: Any) -> bool:
        return getattr(row, until) is None and (since is None or getattr(row, since) is not None)

    def of_class(model: Any) -> ColumnElement[bool]:
        begun = [getattr(model, since).is_not(None)] if since else []
        return and_(*begun, getattr(model, until).is_(None))

    return hybrid_property(of_row, expr=of_class)
