"""What a copy says of itself, asked before anything is overwritten by it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class Unusable(Exception):
    """The copy, or a program that is needed for it, cannot be used; a sentence for the operator."""


@dataclass(frozen=True)
class Facts:
    """A copy's migration, the database it was made of, how far that had come, and the first addresses.

    `database` is None where nothing had been journaled in it when the copy was made.
    """

    revision: str | None
    database: str | None
    serial: int
    hosts: frozenset[str]
    sealed: tuple[bytes, ...]


class Copy(Protocol):
    """A copy that was looked into."""

    @property
    def facts(self) -> Facts:
        """What it says of itself."""

    def in_place(self) -> AbstractContextManager[None]:
        """The application works on the copy from here on. Raises Unusable.

        On SQLite it is the database at the end only, and not at all where that is not reached.
        """
