"""Reads the journal of the test's database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from watch.accounts.service.people import save_settings
from watch.extensions import db
from watch.journal import files
from watch.journal.reading import Journal, last_words, read
from watch.journal.state import name_and_serial
from watch.models import Model, Person, Refusal


def place() -> Path:
    """Return the folder of the test's database. It has a name once something was journaled."""
    known = name_and_serial()
    db.session.rollback()
    assert known
    return files.folder() / known[0]


def journal() -> Journal:
    """Return the whole journal."""
    return read(place().name, [files.folder()])


def said_of(thing: Model) -> dict[str, Any]:
    """Return the last entry about a row: what was taken from it or given back.

    Raises KeyError if there is none, AssertionError if the row was erased.
    """
    last = _last_word(thing)
    assert last is not None, "it was erased"
    return last


def _last_word(thing: Model) -> dict[str, Any] | None:
    key = thing.address_index if isinstance(thing, Refusal) else inspect(thing).identity[0]
    name = key.hex() if isinstance(key, bytes) else str(key)
    return last_words(journal().lines)[thing.__tablename__][name]


def is_erased(thing: Model) -> bool:
    """Return True if the last entry about a row says that it was erased. Raises KeyError if there is none."""
    return _last_word(thing) is None


def is_said(thing: Model) -> bool:
    """Return True if there is an entry about a row."""
    try:
        _last_word(thing)
    except (KeyError, AssertionError):
        return False
    return True


def change_settings(person: Person, **changed: Any) -> None:
    """Save a person's settings with some of them changed."""
    names = ("name", "language", "phone", "shows_name", "shows_email", "shows_phone")
    save_settings(person, **{name: getattr(person, name) for name in names} | changed)
