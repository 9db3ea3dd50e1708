"""A mail that is serialised once and filled in for each reader as bytes.

Building a mail with the standard library takes more than a millisecond, filling a prepared one a few
microseconds. What differs from reader to reader stands in the prepared one as a mark: a word that nobody
can guess and that no encoding changes. Bodies are quoted-printable, so that a mark can stand on a line of
its own between soft line breaks, and whatever is filled in there, itself quoted, changes no other line.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Mapping
from email import quoprimime
from enum import StrEnum

from watch.mail import guard

_KEY = secrets.token_hex(8)  # of this process: text that people write cannot hold a mark


class Mark(StrEnum):
    """What is filled in for each reader; the value is the word that stands for it until then."""

    NAMES = f"names{_KEY}"
    NAMES_IN_HTML = f"markup{_KEY}"
    ADDRESS = f"address{_KEY}@mark.invalid"
    GUEST = f"guest{_KEY}@mark.invalid"  # the same address, in a calendar entry
    LINK = f"link{_KEY}"
    UNSUBSCRIBE = f"unsubscribe{_KEY}"
    MESSAGE = f"message{_KEY}"


_MARKS = re.compile(f"({'|'.join(re.escape(mark) for mark in Mark)})")
_MARKS_IN_BYTES = re.compile(_MARKS.pattern.encode())
SOFT_BREAK = "=\r\n"


def has_mark(text: str) -> bool:
    """Whether something in it is filled in for each reader."""
    return _MARKS.search(text) is not None


def quoted(text: str) -> str:
    """A body as quoted-printable, each of its marks whole and on a line of its own."""
    pieces = [each if _MARKS.fullmatch(each) else _quote(each) for each in _MARKS.split(text) if each]
    return SOFT_BREAK.join(pieces)


def _quote(text: str) -> str:
    """Quoted-printable in lines of at most 76 signs (RFC 2045, 6.7)."""
    octets = "\r\n".join(text.splitlines() + [""] * text.endswith("\n")).encode().decode("latin-1")
    return quoprimime.body_encode(octets, maxlinelen=76, eol="\r\n")


def quoted_value(text: str) -> bytes:
    """What is filled into a body: quoted, in lines that stand where its mark stood."""
    soft = binascii.b2a_qp(text.encode(), quotetabs=True, istext=False).replace(b"\n", b"\r\n")
    return b"=2E" + soft[1:] if soft.startswith(b".") else soft


class Letter:
    """A serialised mail with its marks."""

    def __init__(self, wire: bytes) -> None:
        self.headers = guard.names_of(wire)
        self.parts: list[bytes | Mark] = [
            Mark(each.decode()) if place % 2 else each
            for place, each in enumerate(_MARKS_IN_BYTES.split(wire))
        ]
        self.marks = frozenset(part for part in self.parts if isinstance(part, Mark))

    def fill(self, values: Mapping[Mark, bytes]) -> bytes:
        """The mail of one reader. Raises guard.UnsafeHeader where a value has made another header."""
        wire = b"".join([values[part] if isinstance(part, Mark) else part for part in self.parts])
        if guard.names_of(wire) != self.headers:
            raise guard.UnsafeHeader("a header more, or one less, than the letter has")
        return wire
