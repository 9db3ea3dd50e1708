"""Rows from which links, codes and identifiers of mail are derived: each holds a nonce of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.expression import FunctionElement

from watch.models.base import impersonal

NONCE_BYTES = 16


class Purpose(StrEnum):
    """What is derived from a row, and what it is good for; for one purpose it is nothing for another."""

    SIGN_IN = "sign-in"
    CONFIRM_REQUEST = "confirm-request"
    CONFIRM_INTEREST = "confirm-interest"
    INVITATION = "invitation"
    APPOINTMENT = "appointment"
    DECIDE = "decide"
    ANSWER = "answer"
    POSTER = "poster"
    LETTER = "letter"
    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    MESSAGE_ID = "message-id"


class RandomNonce(FunctionElement[bytes]):
    """Sixteen random bytes, made by the database: in an INSERT … SELECT another nonce for every row.

    A default made in Python would be called once for the whole statement, and all its rows would share it.
    """

    name = "random_nonce"
    type = LargeBinary()
    inherit_cache = True


@compiles(RandomNonce, "sqlite")
def _on_sqlite(_function: RandomNonce, _compiler: Any, **_options: Any) -> str:
    return f"randomblob({NONCE_BYTES})"


@compiles(RandomNonce, "postgresql")
def _on_postgresql(_function: RandomNonce, _compiler: Any, **_options: Any) -> str:
    return "uuid_send(gen_random_uuid())"


class Derived:
    """What a model with a link, a code or an identifier of mail has: a random nonce, and its purposes.

    Whatever is derived from a row is derived from its nonce. A row's number can be handed out again, after
    erasure on SQLite and after a restore on both databases; a nonce never comes back. A new link or code
    for the same row is a new nonce.
    """

    if TYPE_CHECKING:
        id: Mapped[int]

    purposes: ClassVar[frozenset[Purpose]]

    nonce: Mapped[bytes] = impersonal("random", LargeBinary, default=RandomNonce())
