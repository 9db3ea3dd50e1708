"""Checks with hostile texts, one by one, that nothing reaches a header that should not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import Any

import pytest
from flask import Flask

from tests.mail import hostile
from watch.mail import message as headers
from watch.mail.compose import Prepared
from watch.mail.message import CompiledMail, Message, Placeholder, UnsafeHeader
from watch.mail.smtp import commands_of
from watch.mail.types import Calendar, Envelope, Recipient
from watch.models import Language

Facts = dict[str, Any]
# Everything that comes into a header or the envelope, and how a text comes there.
FREE_TEXT: dict[str, Callable[[str], Facts]] = {
    "subject": lambda text: {"subject": text},
    "sender's name": lambda text: {"sender": (text, "m@example.org")},
}
ONE_ADDRESS: dict[str, Callable[[str], Facts]] = {
    "recipient": lambda text: {"recipient": text},
    "recipient's mailbox": lambda text: {"recipient": f"{text}@example.org"},
    "recipient's domain": lambda text: {"recipient": f"a@{text}.org"},
    "sender's address": lambda text: {"sender": ("Grannsamverkan", text)},
    "envelope sender": lambda text: {"envelope_sender": text},
    "envelope sender's token": lambda text: {"envelope_sender": f"bounce+{text}@example.org"},
}
OWN_FORM: dict[str, Callable[[str], Facts]] = {
    "message id": lambda text: {"message_id": text},
    "message id, inside": lambda text: {"message_id": f"<{text}@example.org>"},
    "list id": lambda text: {"list_id": text},
    "list id, inside": lambda text: {"list_id": f"<{text}.example.org>"},
    "unsubscribe link": lambda text: {"unsubscribe": text},
    "unsubscribe link, at its end": lambda text: {"unsubscribe": f"https://example.org/u/{text}"},
    "language": lambda text: {"language": text},
    "calendar's method": lambda text: {"calendar": Calendar("BEGIN:VCALENDAR\r\n", text)},
}
FIELDS = FREE_TEXT | ONE_ADDRESS | OWN_FORM
PART = ["Content-Transfer-Encoding", "Content-Type"]
HEADERS = [
    "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "List-Id", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Message-ID", "Subject", "To", "X-Auto-Response-Suppress",
]  # fmt: skip


def make(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "subject": "Träff", "recipient": "carin@example.org", "sender": ("Grannsamverkan", "m@example.org"),
        "envelope_sender": "bounce+x@example.org", "message_id": "<1@example.org>",
        "sent_at": datetime(2026, 9, 23, 16, tzinfo=UTC), "language": "sv", "text": "Hej\n",
        "html": "<p>Hej</p>",
    }  # fmt: skip
    return Message(**facts | more)


def full(**more: Any) -> Message:
    """Return a mail with every header."""
    calendar = Calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "REQUEST")
    listed = {"list_id": "<1.example.org>", "unsubscribe": "https://example.org/u/1"}
    return make(**{"calendar": calendar, **listed, **more})


def read_again(wire: bytes, recipient: str, *, text: bytes = b"Hej\r\n") -> None:
    """Check by two parsers and by lines: the intended headers once each, one recipient, the same body."""
    head = wire.partition(b"\r\n\r\n")[0].decode()
    assert sorted(re.findall(r"^([^\s:]+):", head, re.MULTILINE)) == HEADERS
    assert head.count("\r") == head.count("\n") == head.count("\r\n")
    for each in (policy.default, policy.compat32):
        mail: Any = message_from_bytes(wire, policy=each)
        assert sorted(mail.keys()) == HEADERS
        assert [address for _name, address in getaddresses(map(str, mail.get_all("To")))] == [recipient]
        assert [address for _name, address in getaddresses(map(str, mail.get_all("From")))][1:] == []
        parts = mail.get_payload()
        kinds = [part.get_content_type() for part in parts]
        assert kinds == ["text/plain", "text/html", "text/calendar"]
        assert [sorted(part.keys()) for part in parts] == [PART] * 3
        assert parts[0].get_payload(decode=True) == text
    assert max(map(len, wire.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


def commands_are_three(envelope: Envelope) -> None:
    """Check that the commands are MAIL, RCPT and DATA, without anything typed by somebody."""
    mail, rcpt, data, nothing = b"".join(commands_of(envelope)).split(b"\r\n")
    assert (mail, rcpt, data, nothing) == (
        f"MAIL FROM:<{envelope.sender}>".encode(), f"RCPT TO:<{envelope.recipient}>".encode(), b"DATA", b"",
    )  # fmt: skip
    assert not re.search(rb"[\s<>\x00-\x1f\x7f-\xff]", mail[11:-1] + rcpt[9:-1])


def decoded(wire: bytes, name: str) -> str:
    """Decode a header by RFC 2047, which joins adjacent encoded words."""
    return str(make_header(decode_header(message_from_bytes(wire)[name])))


def values_are_as_given(message: Message, wire: bytes) -> None:
    """Check that accepted values stand there as given, except for invisible spaces."""
    given, found = message.subject, decoded(wire, "Subject")
    assert found.split() == given.split()
    name = message_from_bytes(wire, policy=policy.default)["From"].addresses[0].display_name
    assert "".join(name.split()) == "".join(message.sender[0].split())


def test_the_corpus_is_as_large_as_was_promised() -> None:
    assert len({text for _family, text in hostile.texts()}) >= 600


@pytest.mark.parametrize("field", FIELDS)
def test_a_hostile_text_is_refused_or_stands_where_it_was_meant(app_context: None, field: str) -> None:
    for family, text in hostile.texts():
        with naming(field, family, text):
            try:
                message = full(**FIELDS[field](text))
                envelope = Envelope(message.envelope_sender, message.recipient, message.as_bytes())
            except UnsafeHeader:
                continue
            read_again(envelope.wire, envelope.recipient)
            commands_are_three(envelope)
            values_are_as_given(message, envelope.wire)


@pytest.mark.parametrize("field", FREE_TEXT)
@pytest.mark.parametrize("family", hostile.NEVER_IN_A_LINE)
def test_what_can_end_a_line_or_hide_in_it_is_refused(app_context: None, field: str, family: str) -> None:
    for text in hostile.FAMILIES[family]:
        with naming(field, family, text), pytest.raises(UnsafeHeader):
            full(**FIELDS[field](text))


@pytest.mark.parametrize("field", ["recipient", "envelope sender", "sender's address"])
@pytest.mark.parametrize("family", hostile.NO_ADDRESS)
def test_an_address_is_one_address_and_nothing_else(app_context: None, field: str, family: str) -> None:
    for text in hostile.ADDRESSES[family]:
        with naming(field, family, text), pytest.raises(UnsafeHeader):
            full(**FIELDS[field](text))


@pytest.mark.parametrize("field", OWN_FORM)
def test_what_the_program_makes_itself_has_one_form(app_context: None, field: str) -> None:
    for family in hostile.NEVER_IN_A_LINE:
        for text in hostile.FAMILIES[family]:
            with naming(field, family, text), pytest.raises(UnsafeHeader):
                full(**FIELDS[field](text))


@pytest.mark.parametrize("signature", ["Vi", "جيرانك في تعاون الجيران"])  # quoted-printable, base64
def test_a_prepared_letter_is_filled_with_nothing_but_its_reader(app_context: None, signature: str) -> None:
    words = f"Hej {Placeholder.NAMES}!\n{signature}\n"
    letter = CompiledMail(full(recipient=Placeholder.ADDRESS, text=words).as_bytes())

    def said(name: str) -> bytes:
        return f"Hej {name}!\r\n{signature}\r\n".encode()

    prepared = Prepared(letter, "notice", Language.SWEDISH, "m@example.org")
    for family, text in hostile.texts():
        with naming("reader's address", family, text):
            try:
                envelope = prepared.render_for(Recipient(1, b"nonce", text, ("Carin",)))
            except UnsafeHeader:
                continue
            read_again(envelope.wire, envelope.recipient, text=said("Carin"))
            commands_are_three(envelope)
    for family, text in hostile.texts():
        if hostile.is_half_a_sign(text):  # cannot be stored as a name
            continue
        with naming("reader's name", family, text):
            envelope = prepared.render_for(Recipient(1, b"nonce", "carin@example.org", (text,)))
            read_again(envelope.wire, "carin@example.org", text=said(text))


@pytest.mark.parametrize("text", hostile.HONEST)
def test_what_people_write_arrives_as_they_wrote_it(app_context: None, text: str) -> None:
    wire = full(subject=text, sender=(f"{text}, Borås", "m@example.org"), text=f"{text}\n").as_bytes()
    read_again(wire, "carin@example.org", text=f"{text}\r\n".encode())
    assert decoded(wire, "Subject") == text
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail["Subject"] == text
    (sender,) = mail["From"].addresses
    assert sender.addr_spec == "m@example.org"
    assert "".join(sender.display_name.split()) == "".join(f"{text}, Borås".split())
    assert max(map(len, wire.split(b"\r\n"))) <= 900


@pytest.mark.parametrize(
    "text", ["a@example.org", "a.b+c@sub.example.org", "o'connor@example.org", "a_b-c@xn--bors-poa.se"]
)
def test_an_honest_address_is_taken(text: str) -> None:
    assert headers.address(text) == text


@contextmanager
def naming(field: str, family: str, text: str) -> Iterator[None]:
    """Name the text that failed, among hundreds."""
    try:
        yield
    except (Exception, pytest.fail.Exception) as broken:
        broken.add_note(f"{field}, {family}: {text[:80]!a}, {len(text)} characters")
        raise


def test_a_body_cannot_become_a_header_or_end_the_message(app_context: None) -> None:
    body = "\r\n.\r\nBcc: x@example.org\r\n\r\nSubject: y\r\n" + "Å" * 2000
    calendar = Calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "REQUEST")
    wire = make(text=body, html=f"<p>{body}</p>", calendar=calendar).as_bytes()
    mail = message_from_bytes(wire, policy=policy.default)
    assert sorted(mail.keys()) == [
        "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "Subject", "To", "X-Auto-Response-Suppress",
    ]  # fmt: skip
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert all(len(line) <= 76 for line in wire.partition(b"\r\n\r\n")[2].split(b"\r\n"))


def test_a_finished_mail_with_one_header_more_is_not_sent(app_context: None) -> None:
    wire = make().as_bytes()
    names = [*message_from_bytes(wire).keys()]
    headers.check(wire, headers=names, sender="m@example.org", recipient="carin@example.org")
    with pytest.raises(UnsafeHeader):
        headers.check(
            b"Bcc: x@example.org\r\n" + wire,
            headers=names,
            sender="m@example.org",
            recipient="carin@example.org",
        )
    with pytest.raises(UnsafeHeader):
        headers.check(wire, headers=names, sender="somebody.else@example.org", recipient="carin@example.org")
    with pytest.raises(UnsafeHeader):
        headers.check(
            b"To: x@example.org\r\n" + wire,
            headers=names,
            sender="m@example.org",
            recipient="carin@example.org",
        )
    with pytest.raises(UnsafeHeader):
        headers.check(wire, headers=names, sender="m@example.org", recipient="someone.else@example.org")


def test_a_domain_with_letters_of_its_own_goes_as_smtp_wants_it() -> None:
    assert headers.address("carin@blåbär.example") == "carin@xn--blbr-noae.example"


@pytest.fixture(scope="module")
def app_without_data(make_app: Any) -> Flask:
    app: Flask = make_app(DATABASE_URL="sqlite://")
    return app


@pytest.fixture
def app_context(app_without_data: Flask) -> Any:
    """Push an application context, which tokens need. No database is used."""
    with app_without_data.app_context():
        yield
