"""One mail as bytes: safe headers, encoded bodies, serialised once and filled in for each recipient.

Refusing line breaks in headers is not enough: `a =?UTF-8?Q?=0A?=Bcc: x@y` has none, and the standard library
writes it as a real `Bcc:` line. So texts are checked first, and the finished mail is parsed again.

Building a mail takes more than a millisecond, filling in a compiled one a few microseconds. Where recipients
differ, the compiled mail holds a placeholder: a word that nobody can guess and no encoding changes. In a
quoted-printable body it stands on a line of its own between soft line breaks, so its value changes no other
line. A body is base64 if that is shorter (Arabic is half as long). A value there shifts all that follows, so
such a body is encoded again for each recipient.
"""

from __future__ import annotations

import binascii
import re
import secrets
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy, quoprimime
from email.headerregistry import Address
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from email_validator import EmailNotValidError, validate_email

from watch.mail.types import Calendar

LONGEST_HEADER = 500  # characters: a header folded many times may be folded wrong
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PLAIN_ADDRESS = re.compile(  # most addresses match, which spares the slow validation
    r"(?=[^@]{1,64}@)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
# Values that the program itself makes have exactly these forms.
IDENTIFIER = re.compile(r"<[A-Za-z0-9._-]{1,100}(@[A-Za-z0-9.-]{1,250})?>")
LINK = re.compile(r"https?://[A-Za-z0-9._~:/?&=%\[\]-]{1,500}")
WORD = re.compile(r"[A-Za-z]{2,20}")
OF_EVERY_PART = frozenset({"content-type", "content-transfer-encoding", "mime-version"})


class UnsafeHeader(Exception):
    """A value that must not stand in a header. The error's text does not repeat the value."""


def line(text: str) -> str:
    """Return the same text if it is safe in a header. Raises UnsafeHeader."""
    if len(text) > LONGEST_HEADER:
        raise UnsafeHeader("a text too long")
    begins = text.find("=?")
    if begins >= 0 and text.find("?=", begins + 2) >= 0:
        raise UnsafeHeader("an encoded word")
    for character in text:
        if character in BIDI_CONTROLS or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise UnsafeHeader(f"the character U+{ord(character):04X}")
    return text


def address(text: str) -> str:
    """Return an address as SMTP carries it: ASCII, with the domain in IDNA form. Raises UnsafeHeader."""
    if len(text) <= 254 and PLAIN_ADDRESS.fullmatch(text):
        return text
    try:
        found = validate_email(
            line(text), check_deliverability=False, allow_smtputf8=False, globally_deliverable=False,
            allow_quoted_local=False,
        )  # fmt: skip
    except EmailNotValidError:
        raise UnsafeHeader("an address that is none") from None
    if found.ascii_email is None:
        raise UnsafeHeader("an address beyond ASCII")
    return found.ascii_email


def check(wire: bytes, *, headers: Collection[str], sender: str, recipient: str) -> None:
    """Parse the finished mail: only the expected headers, each once, one sender and one recipient.

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
    """Return the numbers of CR and of LF before the body. It is quick enough to run on every mail."""
    end = wire.find(b"\r\n\r\n")
    return wire.count(b"\r", 0, end), wire.count(b"\n", 0, end)


TEXT = policy.SMTP.clone(max_line_length=76)  # the longest line with an encoded word
UNFOLDED = policy.SMTP.clone(max_line_length=900)
BOUNDARY = "=_next_part"  # no encoded body can hold it (RFC 2045, 6.7); fixed: a retry is the same mail


class _Wire(policy.EmailPolicy):
    """Folds only headers that must be encoded.

    Folding would encode an identifier, and so break it, and takes a long name with a comma for two addresses.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (UNFOLDED if str(value).isascii() else TEXT).fold_binary(name, value)


WIRE = _Wire(linesep="\r\n", max_line_length=900)


@dataclass
class Message:
    """One mail to one recipient. It offers no way to add a header, a copy or an attachment.

    Creating one raises UnsafeHeader.
    """

    subject: str
    recipient: str
    sender: tuple[str, str]
    envelope_sender: str
    message_id: str
    sent_at: datetime
    language: str
    text: str
    html: str
    list_id: str | None = None
    unsubscribe: str | None = None
    calendar: Calendar | None = None

    def __post_init__(self) -> None:
        line(self.subject)
        self.sender = line(self.sender[0]), address(self.sender[1])
        self.recipient, self.envelope_sender = address(self.recipient), address(self.envelope_sender)
        method = self.calendar.method if self.calendar else None
        for form, texts in (
            (IDENTIFIER, (self.message_id, self.list_id)),
            (LINK, (self.unsubscribe,)),
            (WORD, (self.language, method)),
        ):
            if not all(text is None or form.fullmatch(line(text)) for text in texts):
                raise UnsafeHeader("something of another form")

    def _headers(self) -> dict[str, object]:
        headers: dict[str, object] = {
            "From": Address(self.sender[0], addr_spec=self.sender[1]),
            "To": Address(addr_spec=self.recipient),
            "Subject": self.subject,
            "Date": self.sent_at,
            "Message-ID": self.message_id,
            "Content-Language": self.language,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        if self.list_id:
            headers["List-Id"] = self.list_id
        if self.unsubscribe:  # RFC 2369 and RFC 8058: one press in the mail program
            headers["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def as_bytes(self) -> bytes:
        """Return the mail as sent, parsed again and checked. Raises UnsafeHeader."""
        mail, headers = EmailMessage(policy=TEXT), self._headers()
        mail["MIME-Version"] = "1.0"
        mail.make_alternative(boundary=BOUNDARY)
        mail.attach(_part("plain", self.text))
        mail.attach(_part("html", self.html))
        if self.calendar:
            mail.attach(_part("calendar", self.calendar.text, method=self.calendar.method))
        for name, value in headers.items():  # last: setting a body removes Content-… headers
            mail[name] = value
        wire = mail.as_bytes(policy=WIRE)
        expected = [*headers, "MIME-Version", "Content-Type"]
        check(wire, headers=expected, sender=self.sender[1], recipient=self.recipient)
        return wire


def _part(kind: str, text: str, **parameters: str) -> EmailMessage:
    part = EmailMessage(policy=TEXT)
    part.add_header("Content-Type", f"text/{kind}", charset="utf-8", **parameters)
    payload, part["Content-Transfer-Encoding"] = encoded(text)
    part.set_payload(payload)
    return part


_KEY = secrets.token_hex(8)  # random for each process, so no text can contain a placeholder


class Placeholder(StrEnum):
    """A value that differs for each recipient. The enum's value stands for it in the compiled mail."""

    NAMES = f"names{_KEY}"
    NAMES_IN_HTML = f"markup{_KEY}"
    ADDRESS = f"address{_KEY}@mark.invalid"
    LINK = f"link{_KEY}"
    UNSUBSCRIBE = f"unsubscribe{_KEY}"
    MESSAGE = f"message{_KEY}"


_PLACEHOLDERS = re.compile(f"({'|'.join(re.escape(each) for each in Placeholder)})")
_PLACEHOLDERS_IN_BYTES = re.compile(_PLACEHOLDERS.pattern.encode())
# These stand in bodies only, and their values may hold any character.
_WRITTEN = frozenset({Placeholder.NAMES, Placeholder.NAMES_IN_HTML})
_ENCODED = f"encoded{_KEY}"  # marks the start and the end of a base64 body that holds placeholders
SOFT_BREAK = "=\r\n"
LONGEST_LINE = 76  # characters of an encoded body (RFC 2045, 6.7 and 6.8)


def around_placeholders(text: str) -> list[str]:
    """Return a text cut before and after each placeholder, without empty pieces."""
    return [each for each in _PLACEHOLDERS.split(text) if each]


def encoded(text: str) -> tuple[str, str]:
    """Return a body in its shorter encoding, and the name of that encoding."""
    quoted, packed = _quoted(text), _base64(_lines(text).encode()).decode()
    if len(quoted) <= len(packed):
        return quoted, "quoted-printable"
    return f"{_ENCODED}{packed}{_ENCODED}" if _PLACEHOLDERS.search(text) else packed, "base64"


def _quoted(text: str) -> str:
    """Return a body as quoted-printable, with each placeholder whole and on a line of its own."""
    pieces = around_placeholders(text)
    return SOFT_BREAK.join([each if _PLACEHOLDERS.fullmatch(each) else _quote(each) for each in pieces])


def _quote(text: str) -> str:
    octets = _lines(text).encode().decode("latin-1")
    return quoprimime.body_encode(octets, maxlinelen=LONGEST_LINE, eol="\r\n")


def _base64(octets: bytes) -> bytes:
    whole = binascii.b2a_base64(octets, newline=False)
    return b"\r\n".join([whole[at : at + LONGEST_LINE] for at in range(0, len(whole), LONGEST_LINE)])


def _lines(text: str) -> str:
    """Return the text with CRLF line ends. Other separators of lines, such as U+2028, are left alone."""
    return re.sub(r"\r\n?|\n", "\r\n", text)


def _quoted_value(text: bytes) -> bytes:
    """Return a value as quoted-printable, on lines of its own in place of the placeholder."""
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
        self.breaks = breaks_in_head(wire)
        self.blocks: list[Pieces] = [  # every second one is a body in base64
            _pieces(binascii.a2b_base64(block) if place % 2 else block)
            for place, block in enumerate(wire.split(_ENCODED.encode()))
        ]
        self.placeholders = frozenset(
            each for block in self.blocks for each in block if isinstance(each, Placeholder)
        )

    def fill(self, values: Mapping[Placeholder, bytes]) -> bytes:
        """Return one recipient's mail. Raises UnsafeHeader if a value changes the lines of the head."""
        quoted = {**values, **{each: _quoted_value(values[each]) for each in _WRITTEN & self.placeholders}}
        wire = b"".join(
            [
                _base64(_filled(block, values)) if place % 2 else _filled(block, quoted)
                for place, block in enumerate(self.blocks)
            ]
        )
        if breaks_in_head(wire) != self.breaks:
            raise UnsafeHeader("a line more, or one less, than the compiled head has")
        return wire
