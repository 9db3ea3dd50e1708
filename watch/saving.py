"""Commits what a form changes and says so, or undoes it and explains why."""

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
    """True once the block's changes are committed; False inside the block and after a rule forbade it."""

    is_done = False

    def __bool__(self) -> bool:
        return self.is_done


@contextmanager
def saving(
    done: Words | None = None, *, already: Explanations | None = None, unless: Explanations | None = None
) -> Iterator[Saving]:
    """Commit the block's changes and tell the reader `done`; if a rule forbids them, explain that instead.

    `already` explains errors that mean the reader's wish is fulfilled already, `unless` the others. In both
    cases nothing is saved. Other errors pass through, to watch/errors.py.
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
