"""Links and codes: derived from a row, one purpose each; the database holds none of them in clear.

A link's token is the row's number, its generation and a keyed mark of both, so that a worker, a retry
and a reprint make the same one, and "new code" is a raised generation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from enum import StrEnum

from watch.crypto import keyring

MARK_BYTES = 15
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None})


class Purpose(StrEnum):
    """What a token is good for; a token for one purpose is nothing for another."""

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


class BadToken(Exception):
    """The link or code is altered, made for something else, or not one of ours."""


def _mark(purpose: Purpose, row_id: int, generation: int, size: int = MARK_BYTES) -> bytes:
    facts = f"{purpose.value}\0{row_id}\0{generation}".encode()
    return hmac.digest(keyring().link_key, facts, hashlib.sha256)[:size]


def make(purpose: Purpose, row_id: int, generation: int = 0) -> str:
    """The token of a row: 32 URL-safe signs."""
    body = struct.pack(">QB", row_id, generation % 256)
    return base64.urlsafe_b64encode(body + _mark(purpose, row_id, generation % 256)).decode()


def read(purpose: Purpose, token: str) -> tuple[int, int]:
    """Row number and generation (modulo 256) of a token. Raises BadToken."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        row_id, generation = struct.unpack(">QB", raw[:9])
    except (ValueError, struct.error) as garbled:
        raise BadToken(purpose) from garbled
    if row_id >= 2**63 or not hmac.compare_digest(raw[9:], _mark(purpose, row_id, generation)):
        raise BadToken(purpose)
    return row_id, generation


def code(purpose: Purpose, row_id: int, generation: int = 0, signs: int = 8) -> str:
    """A short code for typing, in Crockford's base32: 5 bits a sign."""
    number = int.from_bytes(_mark(purpose, row_id, generation, size=MARK_BYTES))
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in range(signs))


def tidy_code(typed: str) -> str:
    """A typed code as it was printed: case, dashes, spaces and look-alikes are forgiven."""
    return typed.strip().upper().translate(LOOK_ALIKES)


def show_code(plain: str) -> str:
    """A code as it is printed: in groups of four, `HX7K-29QD`."""
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def code_index(purpose: Purpose, plain: str) -> bytes:
    """The keyed hash under which a code is found (32 bytes); the code itself is stored nowhere."""
    return keyring().blind_index(f"code {purpose.value}", plain)
