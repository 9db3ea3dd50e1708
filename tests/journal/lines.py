"""What stands in the journal of the test's database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from watch.extensions import db
from watch.journal import files
from watch.journal.reading import Journal, last_words, read
from watch.journal.state import name_and_serial
from watch.models import Model


def place() -> Path:
    """The folder of the test's database; it has a name once something was journaled."""
    known = name_and_serial()
    db.session.rollback()
    assert known
    return files.folder() / known[0]


def journal() -> Journal:
    """All of it."""
    return read(place().name, [files.folder()])


def said_of(thing: Model) -> dict[str, Any] | None:
    """The last word on a row: what was taken from it or given back; None where it was erased.

    Raises KeyError where nothing was said of it.
    """
    key = getattr(thing, "address_index", None) if thing.__tablename__ == "refusal" else thing.id  # type: ignore[attr-defined]
    name = key.hex() if isinstance(key, bytes) else str(key)
    return last_words(journal().lines)[thing.__tablename__][name]


def is_said(thing: Model) -> bool:
    """Whether there is any word on a row."""
    try:
        said_of(thing)
    except (KeyError, AssertionError):
        return False
    return True
