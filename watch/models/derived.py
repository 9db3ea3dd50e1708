"""Links, codes and mail identifiers are not stored but derived from a random nonce in each row."""

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
    """The purpose of a link or code. A token made for one purpose is invalid for every other."""

    SIGN_IN = "sign-in"
    CONFIRM_REQUEST = "confirm-request"
    CONFIRM_INTEREST = "confirm-interest"
    INVITATION = "invitation"
    APPOINTMENT = "appointment"
    CONFIRM_ADDRESS = "confirm-address"
    UNDO_ADDRESS = "undo-address"
    DECIDE = "decide"
    REPLY = "reply"
    ANSWER = "answer"
    CHECK_IN = "check-in"
    POSTER = "poster"
    LETTER = "letter"
    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    MESSAGE_ID = "message-id"
    FINDING = "finding"
    FOLLOW = "follow"
    CALENDAR = "calendar"
    CONTACT = "contact"


class RandomNonce(FunctionElement[bytes]):
    """Sixteen random bytes made by the database, different for each row of an INSERT … SELECT.

    A default made in Python is called once per statement, so all its rows would share one nonce.
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
    """Adds the nonce to a model, and `purposes`, for which tokens may be made.

    Tokens are derived from the nonce and not from the id, because ids can be given again, after erasure on
    SQLite and after a restore on both databases. A new nonce makes all earlier links of the row invalid.
    """

    if TYPE_CHECKING:
        id: Mapped[int]

    purposes: ClassVar[frozenset[Purpose]]

    nonce: Mapped[bytes] = impersonal("random", LargeBinary, default=RandomNonce())
