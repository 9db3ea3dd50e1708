"""The facts of a copy, read before it overwrites anything."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


class Unusable(Exception):
    """The copy, or a program needed for it, cannot be used. The message is for the operator."""


@dataclass(frozen=True)
class Facts:
    """A copy's migration, database name, serial, machines, and its first encrypted addresses.

    `database` is None if nothing had been journaled when the copy was made.
    """

    revision: str | None
    database: str | None
    serial: int
    hosts: frozenset[str]
    sealed: tuple[bytes, ...]


class Copy(Protocol):
    """A copy that has been opened for reading."""

    @property
    def facts(self) -> Facts:
        """The facts of the copy."""

    def in_place(self) -> AbstractContextManager[None]:
        """Let the application work on the copy. Raises Unusable.

        On SQLite it replaces the database only if the block ends without an error.
        """
