"""A mail that is serialised once and filled in for each recipient as bytes.

Building a mail with the standard library takes more than a millisecond, filling a prepared one a few
microseconds. Where recipients differ a placeholder stands in the prepared one: a word that nobody can guess
and that no encoding changes. A body is quoted-printable, so that a placeholder can stand on a line of
its own between soft line breaks, and whatever is filled in there, itself quoted, changes no other line; or
it is base64 where that is shorter (Arabic is half as long in it). What is filled in there shifts all that
comes after it, so such a body is encoded anew for each recipient.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from email import quoprimime
from enum import StrEnum

from watch.mail import guard

_KEY = secrets.token_hex(8)  # of this process: text that people write cannot hold a placeholder


class Placeholder(StrEnum):
    """What is filled in for each recipient; the value is the word that stands for it until then."""

    NAMES = f"names{_KEY}"
    NAMES_IN_HTML = f"markup{_KEY}"
    ADDRESS = f"address{_KEY}@mark.invalid"
    GUEST = f"guest{_KEY}@mark.invalid"  # the same address, in a calendar entry
    LINK = f"link{_KEY}"
    UNSUBSCRIBE = f"unsubscribe{_KEY}"
    MESSAGE = f"message{_KEY}"


_PLACEHOLDERS = re.compile(f"({'|'.join(re.escape(mark) for mark in Placeholder)})")
_PLACEHOLDERS_IN_BYTES = re.compile(_PLACEHOLDERS.pattern.encode())
_WRITTEN = frozenset(
    {Placeholder.NAMES, Placeholder.NAMES_IN_HTML, Placeholder.GUEST}
)  # in bodies alone, in any characters
_ENCODED = f"encoded{_KEY}"  # stands before and after a body in base64 that holds placeholders
SOFT_BREAK = "=\r\n"
LONGEST_LINE = 76  # characters of an encoded body (RFC 2045, 6.7 and 6.8)


def has_placeholder(text: str) -> bool:
    """Whether something in it is filled in for each recipient."""
    return _PLACEHOLDERS.search(text) is not None


def encoded(text: str) -> tuple[str, str]:
    """A body as a mail carries it, and the name of that encoding: whichever makes it shorter."""
    quoted, packed = _quoted(text), _base64(_lines(text).encode()).decode()
    if len(quoted) <= len(packed):
        return quoted, "quoted-printable"
    return f"{_ENCODED}{packed}{_ENCODED}" if has_placeholder(text) else packed, "base64"


def _quoted(text: str) -> str:
    """A body as quoted-printable, each of its placeholders whole and on a line of its own."""
    pieces = [
        each if _PLACEHOLDERS.fullmatch(each) else _quote(each) for each in _PLACEHOLDERS.split(text) if each
    ]
    return SOFT_BREAK.join(pieces)


def _quote(text: str) -> str:
    octets = _lines(text).encode().decode("latin-1")
    return quoprimime.body_encode(octets, maxlinelen=LONGEST_LINE, eol="\r\n")


def _base64(octets: bytes) -> bytes:
    whole = binascii.b2a_base64(octets, newline=False)
    return b"\r\n".join([whole[at : at + LONGEST_LINE] for at in range(0, len(whole), LONGEST_LINE)])


def _lines(text: str) -> str:
    """The text with the line ends of mail."""
    return "\r\n".join(text.splitlines() + [""] * text.endswith("\n"))


def _quoted_value(text: bytes) -> bytes:
    """What is filled into a quoted body: in lines that stand where its mark stood."""
    soft = binascii.b2a_qp(text, quotetabs=True, istext=False).replace(b"\n", b"\r\n")
    return b"=2E" + soft[1:] if soft.startswith(b".") else soft


Pieces = Sequence[bytes | Placeholder]


def _pieces(octets: bytes) -> Pieces:
    return [
        Placeholder(each.decode()) if place % 2 else each
        for place, each in enumerate(_PLACEHOLDERS_IN_BYTES.split(octets))
    ]


def _filled(pieces: Pieces, values: Mapping[Placeholder, bytes]) -> bytes:
    return b"".join([values[each] if isinstance(each, Placeholder) else each for each in pieces])


class CompiledMail:
    """A serialised mail with its placeholders."""

    def __init__(self, wire: bytes) -> None:
        self.breaks = guard.breaks_in_head(wire)
        self.blocks: list[Pieces] = [  # every second one is a body in base64
            _pieces(binascii.a2b_base64(block) if place % 2 else block)
            for place, block in enumerate(wire.split(_ENCODED.encode()))
        ]
        self.placeholders = frozenset(
            each for block in self.blocks for each in block if isinstance(each, Placeholder)
        )

    def fill(self, values: Mapping[Placeholder, bytes]) -> bytes:
        """The mail of one recipient. Raises guard.UnsafeHeader where a value broke a line of its head."""
        quoted = {**values, **{mark: _quoted_value(values[mark]) for mark in _WRITTEN & self.placeholders}}
        wire = b"".join(
            [
                _base64(_filled(block, values)) if place % 2 else _filled(block, quoted)
                for place, block in enumerate(self.blocks)
            ]
        )
        if guard.breaks_in_head(wire) != self.breaks:
            raise guard.UnsafeHeader("a line more, or one less, than the letter's head has")
        return wire
