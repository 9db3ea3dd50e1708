"""Nothing reaches a header that was not meant to: hostile texts, one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask

from watch.mail import guard
from watch.mail.guard import UnsafeHeader
from watch.mail.smtp import Calendar, Message

HOSTILE = (
    "a =?UTF-8?Q?=0A?=Bcc: x@example.org",
    "=?utf-8?b?QmNjOiB4?=",
    "a\nBcc: x@example.org",
    "a\r\nBcc: x@example.org",
    "a\rBcc: x@example.org",
    "a\r\n\r\nbody",
    "a\r\n folded",
    "a\x00b",
    "a\tb",
    "a\x0bb",
    "a\x0cb",
    "a\x1bb",
    "a\x7fb",
    "a\x85Bcc: x@example.org",
    "a\u2028Bcc: x@example.org",
    "a\u2029Bcc: x@example.org",
    "a\u202egnp.exe",
    "a\u2066b\u2069",
    "a\u200fb",
    "a\u061cb",
    "a\udc0ab",
    "=?UTF-8?Q?a?= =?UTF-8?Q?=0D=0ABcc:x?=",
    "=?a\n?=",
)
HOSTILE_ADDRESSES = (
    "a@example.org, b@example.org",
    "a@example.org\nBcc: b@example.org",
    "a@example.org>\r\nRCPT TO:<b@example.org",
    "a@example.org b@example.org",
    "<a@example.org>",
    "Carin <a@example.org>",
    '"a b"@example.org',
    "a@b@example.org",
    "group: a@example.org;",
    "a@example.org;b@example.org",
    "åsa@example.org",
    "a@exam\u202eple.org",
    "=?utf-8?q?a?=@example.org",
    "a@",
    "",
)
GOOD = (
    "Träff med grannar",
    "Ändrad tid!",
    "تعاون الجيران",
    "100 % säkert?",
    "50 = 50?",
    "A" * 300,
    "Å" * 300,
)


def make(**more: Any) -> Message:
    facts: dict[str, Any] = {
        "subject": "Träff", "recipient": "carin@example.org", "sender": ("Grannsamverkan", "m@example.org"),
        "envelope_sender": "bounce+x@example.org", "message_id": "<1@example.org>",
        "sent_at": datetime(2026, 9, 23, 16, tzinfo=UTC), "language": "sv", "text": "Hej\n",
        "html": "<p>Hej</p>",
    }  # fmt: skip
    return Message(**facts | more)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["subject", "sender", "message_id", "list_id", "language"])
def test_a_hostile_text_is_refused_wherever_it_would_reach_a_header(
    app_context: None, where: str, text: str
) -> None:
    value = (text, "m@example.org") if where == "sender" else text
    with pytest.raises(UnsafeHeader):
        make(**{where: value})


@pytest.mark.parametrize("text", HOSTILE_ADDRESSES)
@pytest.mark.parametrize("where", ["recipient", "envelope_sender", "sender"])
def test_an_address_is_one_address_and_nothing_else(app_context: None, where: str, text: str) -> None:
    value = ("Grannsamverkan", text) if where == "sender" else text
    with pytest.raises(UnsafeHeader):
        make(**{where: value})


@pytest.mark.parametrize("text", GOOD)
def test_what_people_write_arrives_as_they_wrote_it(app_context: None, text: str) -> None:
    wire = make(subject=text, sender=(f"{text[:15]}, Borås", "m@example.org")).as_bytes()
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail["Subject"] == text
    assert mail["From"].addresses[0].display_name == f"{text[:15]}, Borås"
    assert max(len(line) for line in wire.split(b"\r\n")) <= 900


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
    guard.check(wire, headers=names, recipient="carin@example.org")
    with pytest.raises(UnsafeHeader):
        guard.check(b"Bcc: x@example.org\r\n" + wire, headers=names, recipient="carin@example.org")
    with pytest.raises(UnsafeHeader):
        guard.check(b"To: x@example.org\r\n" + wire, headers=names, recipient="carin@example.org")
    with pytest.raises(UnsafeHeader):
        guard.check(wire, headers=names, recipient="someone.else@example.org")


def test_a_domain_with_letters_of_its_own_goes_as_smtp_wants_it() -> None:
    assert guard.address("carin@blåbär.example") == "carin@xn--blbr-noae.example"


@pytest.fixture
def app_context(make_app: Any) -> Any:
    """Flask-Mail's message wants an application; no database is touched."""
    app: Flask = make_app(DATABASE_URL="sqlite://")
    with app.app_context():
        yield
