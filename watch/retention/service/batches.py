"""Taking out rows in batches, so that nobody who writes has to wait for a large night."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select

from watch.extensions import db
from watch.models import Model

BATCH = 200  # rows of a table that one transaction takes out


def take_out(
    model: type[Model], which: ColumnElement[bool], before: Callable[[Sequence[Any]], object] | None = None
) -> int:
    """Delete some of the rows where a condition holds; `before` is done with their keys first.

    They are held and then asked again: somebody may come back to one of them at this moment. Returns how
    many were looked at.
    """
    (key,) = inspect(model).primary_key
    due = select(key).where(which).order_by(key).limit(BATCH).with_for_update(skip_locked=True, of=model)
    held = db.session.scalars(due).all()
    if held:
        keys = db.session.scalars(select(key).where(key.in_(held), which)).all()
        if before:
            before(keys)
        taking = delete(model).where(key.in_(keys))
        db.session.execute(taking.execution_options(synchronize_session=False))
    return len(held)
