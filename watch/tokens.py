"""Links and codes: derived from a row's nonce, one purpose each; the database holds none of them in clear.

A link's token is the row's number and a keyed mark of its nonce, so that a worker, a retry and a reprint
make the same one. Its 32 letters and digits stand whatever mail programs do to case and to marks at the end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TypeVar

from watch.crypto import keyring
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.journal import epoch
from watch.models import Derived, Purpose

NUMBER_BYTES = 4
MARK_BYTES = 16
CODE_BYTES = 15  # of the mark; posters hang for years, so this never changes
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})

# What opens an account, a group or a request ends with a restore: what became of it since the copy is not
# known. What only takes somebody out, answers, or hangs on paper goes on.
LETS_IN = frozenset(
    {
        Purpose.SIGN_IN, Purpose.CONFIRM_REQUEST, Purpose.CONFIRM_INTEREST, Purpose.INVITATION,
        Purpose.APPOINTMENT, Purpose.DECIDE,
    }
)  # fmt: skip

Row = TypeVar("Row", bound=Derived)


class BadToken(Exception):
    """The link or code is altered, made for something else, or not one of ours."""


def _mark(purpose: Purpose, nonce: bytes) -> bytes:
    facts = purpose.encode() + b"\0" + nonce
    if purpose in LETS_IN:
        facts += b"\0" + str(epoch()).encode()
    return hmac.digest(keyring().link_key, facts, hashlib.sha256)[:MARK_BYTES]


def make(purpose: Purpose, row: Derived) -> str:
    """The token of a row for one of its purposes: 32 letters and digits.

    Raises ValueError where the row's model does not have that purpose.
    """
    if purpose not in row.purposes:
        raise ValueError(f"a {type(row).__name__} is not for {purpose}")
    return token_of(purpose, row.id, row.nonce)


def token_of(purpose: Purpose, number: int, nonce: bytes) -> str:
    """The same for a row that is known by its number and its nonce only."""
    raw = number.to_bytes(NUMBER_BYTES) + _mark(purpose, nonce)
    return base64.b32hexencode(raw).decode().lower()


def row_of(purpose: Purpose, model: type[Row], token: str) -> Row:
    """The row of this model that a token was made from. Raises BadToken, also where the row is gone."""
    try:
        raw = base64.b32hexdecode(token.encode("ascii"), casefold=True)
    except ValueError as garbled:
        raise BadToken(purpose) from garbled
    number, mark = int.from_bytes(raw[:NUMBER_BYTES]), raw[NUMBER_BYTES:]
    row = db.session.get(model, number) if number <= LARGEST_NUMBER else None
    if row is None or not hmac.compare_digest(mark, _mark(purpose, row.nonce)):
        raise BadToken(purpose)
    return row


def identifier(purpose: Purpose, nonce: bytes) -> str:
    """A name for a message that tells nothing: 32 hexadecimal digits."""
    return _mark(purpose, nonce).hex()


def code(purpose: Purpose, nonce: bytes, characters: int = 8) -> str:
    """A short code for typing, in Crockford's base32: 5 bits a character."""
    number = int.from_bytes(_mark(purpose, nonce)[:CODE_BYTES])
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in range(characters))


def tidy_code(typed: str) -> str:
    """A typed code as it was printed: case, dashes, spaces and look-alikes are forgiven."""
    return typed.strip().upper().translate(LOOK_ALIKES)


def show_code(plain: str) -> str:
    """A code as it is printed: in groups of four, `HX7K-29QD`."""
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def code_index(purpose: Purpose, plain: str) -> bytes:
    """The keyed hash under which a code is found (32 bytes); the code itself is stored nowhere."""
    return keyring().blind_index(f"code {purpose.value}", plain)
