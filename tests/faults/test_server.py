"""Checks the test mail server itself, so that what is measured with it can be trusted."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.certificates import self_signed
from tests.faults.processes import HOST, Relay

MAIL = "Message-ID: <{}@example.org>\r\nTo: <{}>\r\n\r\nHello\r\n"
Start = Callable[..., Relay]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a mail server: `start("--refuse")`."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(Relay(tmp_path / "journal.jsonl", options))


@pytest.fixture
def relay(start: Start) -> Relay:
    """Return a mail server that accepts connections."""
    return start()


def send(
    relay: Relay, recipient: str, number: int = 1, client: smtplib.SMTP | None = None
) -> tuple[int, bytes]:
    """Send one message. Returns the last reply's code, -1 if the connection was lost, 0 without a reply."""
    with contextlib.ExitStack() as stack:
        if client is None:
            client = smtplib.SMTP(HOST, relay.port, "me.example.org", timeout=1)
            stack.callback(client.close)
        client.ehlo_or_helo_if_needed()
        client.mail(f"bounce+{number}@example.org")
        code, text = client.rcpt(recipient)
        if code != 250:
            return code, text
        try:
            return client.data(MAIL.format(number, recipient))
        except smtplib.SMTPServerDisconnected as lost:
            return (0, b"") if "timed out" in str(lost) else (-1, b"")


def stored(relay: Relay) -> list[str]:
    """Return the recipients of stored messages, in order."""
    return [entry.recipient for entry in relay.entries()]


def test_what_is_taken_stands_in_the_journal_with_its_facts(relay: Relay) -> None:
    before = time.time()
    assert send(relay, "n1@ok.example.org") == (250, b"2.0.0 taken")
    (entry,) = relay.entries()
    assert before <= entry.at <= time.time()
    assert (entry.recipient, entry.to) == ("n1@ok.example.org", "n1@ok.example.org")
    assert (entry.message_id, entry.sender) == ("<1@example.org>", "bounce+1@example.org")
    assert (
        entry.size == len(MAIL.format(1, "n1@ok.example.org")) - 2
    )  # the last line's end belongs to the dot


@pytest.mark.parametrize(
    ("domain", "reply"),
    [
        ("busy", (450, b"4.3.2 busy, try later")),
        ("full", (452, b"4.2.2 mailbox full")),
        ("dead", (550, b"5.1.1 no such mailbox")),
        ("blocked", (550, b"5.7.1 blocked")),
        ("toolarge", (552, b"5.3.4 message too large")),
        ("garbleddead", (550, b"5.1.1 \xff\xfe\xc3\x28 no such mailbox")),
        ("closing", (421, b"4.3.2 closing")),
        ("hang", (0, b"")),
        ("drop", (-1, b"")),
    ],
)
def test_what_is_not_taken_is_not_stored(relay: Relay, domain: str, reply: tuple[int, bytes]) -> None:
    assert send(relay, f"n1@{domain}.example.org") == reply
    assert send(relay, f"n1@{domain}.example.org") == reply
    assert send(relay, "n2@ok.example.org")[0] == 250
    assert stored(relay) == ["n2@ok.example.org"]


def test_stored_and_dropped_is_stored_and_nobody_hears_of_it(relay: Relay) -> None:
    assert send(relay, "n1@storedrop.example.org") == (-1, b"")
    assert stored(relay) == ["n1@storedrop.example.org"]


def test_garbled_words_mean_taken(relay: Relay) -> None:
    code, text = send(relay, "n1@garbled.example.org")
    assert (code, stored(relay)) == (250, ["n1@garbled.example.org"])
    with pytest.raises(UnicodeDecodeError):
        text.decode()


@pytest.mark.parametrize("domain", ["greylist", "busy-once", "hang-once", "drop-once"])
def test_the_first_time_is_not_like_the_second(relay: Relay, domain: str) -> None:
    first, second = (send(relay, f"n1@{domain}.example.org")[0] for _ in range(2))
    another = send(relay, f"n2@{domain}.example.org")[0]
    assert (first == another, second) == (True, 250)
    assert stored(relay) == [f"n1@{domain}.example.org"]


def test_greylisted_says_so(relay: Relay) -> None:
    assert send(relay, "n1@greylist.example.org") == (450, b"4.2.0 greylisted, try later")


def test_stored_and_dropped_once_is_a_duplicate_later(relay: Relay) -> None:
    assert [send(relay, "n1@storedrop-once.example.org")[0] for _ in range(2)] == [-1, 250]
    assert len(relay.entries()) == 2


def test_slow_is_late_with_each_reply(relay: Relay) -> None:
    before = time.monotonic()
    assert send(relay, "n1@slow.example.org")[0] == 250
    assert 0.85 < time.monotonic() - before < 5


def test_each_message_takes_as_long_as_asked(start: Start) -> None:
    relay = start("--delay-ms", "200")
    before = time.monotonic()
    assert send(relay, "n1@ok.example.org")[0] == 250
    assert 0.18 < time.monotonic() - before < 0.75


def test_each_reply_takes_as_long_as_asked(start: Start) -> None:
    relay = start("--delay-ms", "150", "--delay-of", "reply")
    before = time.monotonic()
    assert send(relay, "n1@ok.example.org")[0] == 250
    assert time.monotonic() - before > 0.85  # greeting, EHLO, MAIL, RCPT, DATA, the end


def read_lines(client: socket.socket, count: int) -> list[bytes]:
    """Read so many reply lines."""
    lines = b""
    while lines.count(b"\r\n") < count:
        lines += client.recv(4096) or pytest.fail(f"ended after {lines!r}")
    return lines.split(b"\r\n")[:-1]


def test_commands_may_come_many_at_once_and_in_pieces(relay: Relay) -> None:
    talk = b"EHLO me\r\n"
    for number, domain in enumerate(["ok", "dead", "ok"], 1):
        to = f"n{number}@{domain}.example.org"
        talk += f"MAIL FROM:<b+{number}@x.org>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode()
        talk += (MAIL.format(number, to) + ".\r\n").encode() if domain == "ok" else b""
    with socket.create_connection((HOST, relay.port), 5) as client:
        read_lines(client, 1)
        for place in range(0, len(talk), 7):
            client.sendall(talk[place : place + 7])
        replies = [line[:3] for line in read_lines(client, 4 + 4 + 3 + 4)[4:]]
    assert replies == [b"250", b"250", b"354", b"250", b"250", b"550", b"503", b"250", b"250", b"354", b"250"]
    assert stored(relay) == ["n1@ok.example.org", "n3@ok.example.org"]


def test_it_offers_what_a_client_may_use(relay: Relay) -> None:
    with smtplib.SMTP(HOST, relay.port, timeout=5) as client:
        client.ehlo()
        assert sorted(client.esmtp_features) == ["8bitmime", "enhancedstatuscodes", "pipelining"]


def test_a_message_has_one_recipient(relay: Relay) -> None:
    with smtplib.SMTP(HOST, relay.port, timeout=5) as client:
        client.ehlo()
        client.mail("b@example.org")
        assert client.rcpt("n1@ok.example.org")[0] == 250
        assert client.rcpt("n2@ok.example.org") == (452, b"4.5.3 one recipient a message")


def test_dots_and_empty_messages_end_where_they_end(relay: Relay) -> None:
    with smtplib.SMTP(HOST, relay.port, timeout=5) as client:
        for body in ("", "a\r\n.b\r\n.\r\nc\r\n"):
            client.ehlo_or_helo_if_needed()
            client.mail("b@example.org")
            client.rcpt("n1@ok.example.org")
            assert client.data(body)[0] == 250
    assert [entry.size for entry in relay.entries()] == [0, 13]


def test_the_journal_is_on_disk_before_the_answer(relay: Relay) -> None:
    """Killed right after each reply, the server has lost no entry."""
    with smtplib.SMTP(HOST, relay.port, timeout=5) as client:
        for number in range(1, 51):
            assert send(relay, f"n{number}@ok.example.org", number, client)[0] == 250
            assert len(relay.entries()) == number
        relay.process.kill()
    assert len(relay.entries()) == 50


def test_it_can_be_away_and_come_back(relay: Relay) -> None:
    open_one = smtplib.SMTP(HOST, relay.port, timeout=5)
    relay.stop()
    with pytest.raises(smtplib.SMTPServerDisconnected):
        open_one.noop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(HOST, relay.port, timeout=5)
    relay.start()
    assert send(relay, "n1@ok.example.org")[0] == 250


def test_a_connection_may_be_refused_or_never_greeted(start: Start) -> None:
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP(HOST, start("--refuse").port, timeout=5)
    assert refused.value.smtp_code == 554
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        smtplib.SMTP(HOST, start("--banner-hang").port, timeout=0.5)


def test_a_bad_certificate_is_bad_and_a_good_one_good(start: Start, tmp_path: Path) -> None:
    good = self_signed(tmp_path / "good.pem", HOST)
    trusting = ssl.create_default_context(cafile=str(good))
    with (
        smtplib.SMTP(HOST, start("--bad-certificate").port, timeout=5) as client,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        client.starttls(context=trusting)
    relay = start("--certificate", str(good))
    with smtplib.SMTP(HOST, relay.port, timeout=5) as client:
        assert client.starttls(context=trusting)[0] == 220
        assert send(relay, "n1@ok.example.org", 1, client)[0] == 250
        assert "starttls" not in client.esmtp_features
