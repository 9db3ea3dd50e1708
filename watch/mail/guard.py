"""What may reach a mail's header, and the proof afterwards that nothing else did.

Refusing line breaks is not enough: `a =?UTF-8?Q?=0A?=Bcc: x@y` holds none, and the standard library
writes it as a real `Bcc:` line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from email import message_from_bytes, policy

from email_validator import EmailNotValidError, validate_email

LONGEST_LINE = 500  # characters: what is folded often may be folded wrong, and no reader wants to read it
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PLAIN_ADDRESS = re.compile(  # most are, and need no more thought
    r"(?=[^@]{1,64}@)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
# What the program itself makes has one form each, and holds nothing else.
IDENTIFIER = re.compile(r"<[A-Za-z0-9._-]{1,100}(@[A-Za-z0-9.-]{1,250})?>")
LINK = re.compile(r"https?://[A-Za-z0-9._~:/?&=%\[\]-]{1,500}")
WORD = re.compile(r"[A-Za-z]{2,20}")
OF_EVERY_PART = frozenset({"content-type", "content-transfer-encoding", "mime-version"})


class UnsafeHeader(Exception):
    """Something that must not stand in a header was about to; the text itself is not repeated here."""


def line(text: str) -> str:
    """The same text, fit for a header. Raises UnsafeHeader."""
    if len(text) > LONGEST_LINE:
        raise UnsafeHeader("a text too long")
    begins = text.find("=?")
    if begins >= 0 and text.find("?=", begins + 2) >= 0:
        raise UnsafeHeader("an encoded word")
    for character in text:
        if character in BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise UnsafeHeader(f"the character U+{ord(character):04X}")
    return text


def formed(form: re.Pattern[str], text: str) -> str:
    """The same text, where it has the form: IDENTIFIER, LINK or WORD. Raises UnsafeHeader."""
    if not form.fullmatch(line(text)):
        raise UnsafeHeader("something of another form")
    return text


def address(text: str) -> str:
    """One address as SMTP carries it: ASCII, the domain in its IDNA form. Raises UnsafeHeader."""
    if len(text) <= 254 and PLAIN_ADDRESS.fullmatch(text):
        return text
    try:
        found = validate_email(
            line(text),
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=False,
            allow_quoted_local=False,
        )
    except EmailNotValidError:
        raise UnsafeHeader("an address that is none") from None
    if found.ascii_email is None:
        raise UnsafeHeader("an address beyond ASCII")
    return found.ascii_email


def check(wire: bytes, *, headers: Collection[str], sender: str, recipient: str) -> None:
    """Read the finished mail as a stranger would: these headers, each once, one sender and one recipient.

    Raises UnsafeHeader.
    """
    mail = message_from_bytes(wire, policy=policy.default)
    found, expected = (Counter(name.lower() for name in names) for names in (mail, headers))
    if found != expected:
        raise UnsafeHeader(f"not just the headers that were meant, but {sorted(found - expected)} too")
    for part in mail.iter_parts():
        if not {name.lower() for name in part} <= OF_EVERY_PART:
            raise UnsafeHeader("a header of a part")
    for name, expected_address in (("From", sender), ("To", recipient)):
        if [each.addr_spec for each in mail[name].addresses] != [expected_address]:
            raise UnsafeHeader(f"not just the one address in {name} that was meant")


def breaks_in_head(wire: bytes) -> tuple[int, int]:
    """How many line breaks stand before the body, as CR and as LF; quick enough for every mail."""
    end = wire.find(b"\r\n\r\n")
    return wire.count(b"\r", 0, end), wire.count(b"\n", 0, end)
