"""Links and codes derived from a row's nonce, each for one purpose. The database stores none of them.

A link's token is the row's id and a MAC of its nonce, so that a retry and a reprint make the same one. It is
32 letters and digits without case, because mail programs change case and cut punctuation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import TypeVar

from watch.crypto import keyring
from watch.database import LARGEST_NUMBER
from watch.extensions import db
from watch.journal import epoch
from watch.models import Derived, Purpose

NUMBER_BYTES = 4
MARK_BYTES = 16
TOKEN_LENGTH = 32
CODE_BYTES = 15  # of the MAC that make a code; never change it, because posters hang for years
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
# What programs leave in a link: encoded bytes, soft line breaks, tags such as <wbr>, character references
IN_A_TOKEN = re.compile(r"%[0-9A-Fa-f]{2}|=3D|<[^<>]{0,20}>|&#?\w{1,10};")
FOUR, BETWEEN = r"[0-9A-Z]{4}", r"\s?[-_.‐-―−·~]+\s?"
CODES = (  # from the surest to the least sure: with dashes, in one word, nothing but the code, with spaces
    rf"(?<![^\W_]){FOUR}{BETWEEN}{FOUR}(?:{BETWEEN}{FOUR})?(?!-?[^\W_])",
    rf"(?<![^\W_])(?=[A-Z]*\d)(?:{FOUR}){{2,3}}(?![^\W_])",
    r"^[\W_]*(?:[0-9A-Z][\W_]*){8}(?:(?:[0-9A-Z][\W_]*){4})?$",
    rf"(?<![^\W_]){FOUR}\s+{FOUR}(?:\s+{FOUR})?(?![^\W_])",
)
BESIDE_A_CODE = re.compile(r"\b(?:CODE|PORT|POST|FROM)\b")  # as long as a group, and no code has an O

# Links that let somebody in end with a restore, because what became of them since the copy is unknown.
# Links to leave or answer, and printed codes, go on.
LETS_IN = frozenset(
    {
        Purpose.SIGN_IN, Purpose.CONFIRM_REQUEST, Purpose.CONFIRM_INTEREST, Purpose.INVITATION,
        Purpose.APPOINTMENT, Purpose.DECIDE, Purpose.REPLY, Purpose.CONFIRM_ADDRESS,
        Purpose.CHECK_IN, Purpose.FINDING, Purpose.CONTACT,
    }
)  # fmt: skip

Row = TypeVar("Row", bound=Derived)


class BadToken(Exception):
    """The link or code was altered, made for another purpose, or not made by this installation."""


class CutToken(BadToken):
    """The token is shorter than any: whoever copied the link left out its end."""


def _mark(purpose: Purpose, nonce: bytes) -> bytes:
    facts = purpose.encode() + b"\0" + nonce
    if purpose in LETS_IN:
        facts += b"\0" + str(epoch()).encode()
    return hmac.digest(keyring().link_key, facts, hashlib.sha256)[:MARK_BYTES]


def make(purpose: Purpose, row: Derived) -> str:
    """Return a row's token for one of its purposes: 32 letters and digits.

    Raises ValueError if the model does not have that purpose.
    """
    if purpose not in row.purposes:
        raise ValueError(f"a {type(row).__name__} is not for {purpose}")
    return token_of(purpose, row.id, row.nonce)


def token_of(purpose: Purpose, number: int, nonce: bytes) -> str:
    """Return the token of a row of which only id and nonce are loaded."""
    raw = number.to_bytes(NUMBER_BYTES) + _mark(purpose, nonce)
    return base64.b32hexencode(raw).decode().lower()


def row_of(purpose: Purpose, model: type[Row], token: str) -> Row:
    """Return the row that a token was made from. Raises BadToken, also if the row is gone, and CutToken."""
    if len(token) < TOKEN_LENGTH:
        raise CutToken(purpose)
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
    """Return a random-looking identifier for a message: 32 hexadecimal digits."""
    return _mark(purpose, nonce).hex()


def code(purpose: Purpose, nonce: bytes, characters: int = 8) -> str:
    """Return a short code for typing, in Crockford's base32: 5 bits a character."""
    return _in_crockford(_mark(purpose, nonce), characters)


def code_for(form_key: str) -> str:
    """Return a short code for what a form with this key makes: the same one each time it is sent."""
    return _in_crockford(keyring().blind_index("code of a form", form_key), 8)


def _in_crockford(mark: bytes, characters: int) -> str:
    number = int.from_bytes(mark[:CODE_BYTES])
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in range(characters))


def random_code(characters: int = 8) -> str:
    """Return a code for typing that opens what anybody may see; it is stored as it is."""
    return "".join(secrets.choice(CROCKFORD) for _place in range(characters))


def tidy_token(text: str) -> str:
    """Return the token in a part of a URL, without what programs put into it and after it."""
    signs = IN_A_TOKEN.sub("", text)
    return "".join(sign for sign in signs if sign.isascii() and sign.isalnum())[:TOKEN_LENGTH]


def tidy_code(typed: str) -> str:
    """Return a typed code in its printed form without dashes; look-alikes such as O and 0 are accepted.

    What stands beside it is left out: a whole printed URL, `Kod:`, quotes, a full stop. If there is no code,
    all letters and digits are returned.
    """
    plain = "".join(sign for sign in find_code(typed) or typed if sign.isalnum())
    return plain.upper().translate(LOOK_ALIKES)


def find_code(typed: str) -> str | None:
    """Return the part of a text that looks like a printed code, or None."""
    seen = (sign for sign in unicodedata.normalize("NFKC", typed) if unicodedata.category(sign) != "Cf")
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in seen).upper()  # Arabic digits, too
    text = BESIDE_A_CODE.sub("", re.split("/[JM]/", text)[-1].partition("?")[0])
    for pattern in CODES:
        if found := re.search(pattern, text):
            return found[0]
    return None


def show_code(plain: str) -> str:
    """Return a code as printed, in groups of four: `HX7K-29QD`."""
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def code_index(purpose: Purpose, plain: str) -> bytes:
    """Return the keyed hash (32 bytes) by which a code is looked up. The code itself is not stored."""
    return keyring().blind_index(f"code {purpose.value}", plain)
