"""How a form that changes something ends: kept and said, or taken back and explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import flash
from flask_babel.speaklater import LazyString

from watch.errors import DomainError
from watch.extensions import db

Words = str | LazyString
Explanations = Mapping[type[DomainError], Words]


class Saving:
    """Whether what the block did is kept; false inside the block and after a rule said no."""

    is_done = False

    def __bool__(self) -> bool:
        return self.is_done


@contextmanager
def saving(
    done: Words | None = None, *, already: Explanations | None = None, unless: Explanations | None = None
) -> Iterator[Saving]:
    """Commit what the block does and tell the reader `done`; a rule that says no is told instead.

    `already` explains the errors after which everything is as the reader wanted, `unless` the others; then
    nothing is kept. An error in neither goes on, to be explained by watch/errors.py.
    """
    saved = Saving()
    explanations = {**(already or {}), **(unless or {})}
    try:
        yield saved
    except tuple(explanations) as refused:
        db.session.rollback()
        kind = next(kind for kind in explanations if isinstance(refused, kind))
        flash(str(explanations[kind]), "info" if kind in (already or {}) else "warn")
    else:
        db.session.commit()
        saved.is_done = True
        if done:
            flash(str(done), "done")
