"""Deletes rows in batches, so that a long night of erasing blocks no writer."""

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
    """Delete at most one batch of the rows where `which` holds, and return the number looked at.

    The rows are locked and then asked again, because somebody may have come back to one of them meanwhile.
    `before` is called with their keys first.
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
