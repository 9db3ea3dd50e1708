"""Checks that every reply, in every manner, at each point of the dialogue counts exactly once.

Expectations are rules and not a list, so that a new point or manner is checked by itself.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.behaviours import MANNERS, POINTS
from tests.faults.certificates import self_signed
from tests.faults.processes import HOST, Relay
from watch.mail.connections import Connections
from watch.mail.types import Claim, Envelope, Lease, Result
from watch.models import Language, utcnow

SERVERS = {"in one go": (), "one by one": ("--no-pipelining",), "over TLS": ("--auth",)}
REPLIES = ("", "421 4.3.2 closing", "450 4.3.0 not now", "550 5.1.1 no such mailbox")
OPENING = ("greeting", "ehlo", "starttls", "auth")
SHORT, LONG = 0.3, 20.0  # seconds of patience: where there will be no reply, and where there will
WIRE = b"Message-ID: <%d@example.org>\r\nTo: <%s>\r\n\r\nHello\r\n"
WHOLE = {"plainly", "torn", "late"}
ENDLESS = {"never", "drips"}
UNHEARD = {"half"} | ENDLESS
numbers = itertools.count(1)


class Sending:
    """An application that sends one message after the other to a mail server."""

    def __init__(self, app: Flask, relay: Relay) -> None:
        self.app, self.relay = app, relay
        self.connections = Connections()

    def send(self, domain: str = "ok.example.org") -> tuple[str, str]:
        """Send one message. Returns its result in words and its recipient."""
        to = self.begin(domain)
        return self.outcome(), to

    def begin(self, domain: str = "ok.example.org") -> str:
        """Start sending one message, and return its recipient."""
        number, now = next(numbers), utcnow()
        to = f"n{number}@{domain}"
        envelope = Envelope(f"bounce+{number}@example.org", to, WIRE % (number, to.encode()))
        with self.app.app_context():
            claim = Claim(
                Lease(), number, (number,), 1, 0, "notice", Language.SWEDISH, None, 1, 1, now, now, None
            )
            self.connections.begin(claim, envelope)
        return to

    def outcome(self) -> str:
        """Return the result of what was started."""
        while not self.connections.ended:
            self.connections.wait(30)
        ((_thread, _claim, result),) = self.connections.ended
        self.connections.release()
        return in_words(result)

    def cut(self) -> None:
        """Cut off what takes too long."""
        with self.app.app_context():
            self.app.config["MAIL_TIMEOUT"] = 0.01
            self.connections.cut_endless()

    def fault(self, fault: str, *, patience: float = LONG) -> None:
        """Activate a fault, for a new connection."""
        self.connections.close()
        self.relay.fault(fault)
        self.app.config["MAIL_TIMEOUT"] = patience

    def stored(self) -> Counter[str]:
        """Return how often a message was stored for a recipient."""
        return Counter(entry.recipient for entry in self.relay.entries())


def in_words(result: Result) -> str:
    """Return `sent`, `not tried`, `uncertain`, or the server's code with its meaning."""
    if result.is_sent:
        return "sent"
    if result.not_tried or result.is_uncertain:
        return "not tried" if result.not_tried else "uncertain"
    assert result.meaning
    return f"{result.code or ''} {result.meaning.name.lower()}".strip()


@contextmanager
def sending(make_app: Callable[..., Flask], folder: Path, server: str, *more: str) -> Iterator[Sending]:
    """Return the application sending to a mail server."""
    folder.mkdir()
    options, secret, is_tls = [*SERVERS[server], *more], {}, server == "over TLS"
    with ExitStack() as stack:
        if is_tls:
            certificate = str(self_signed(folder / "server.pem", HOST))
            options += ["--certificate", certificate]
            stack.enter_context(pytest.MonkeyPatch.context()).setenv("SSL_CERT_FILE", certificate)
            secret = {"MAIL_USERNAME": "watch", "MAIL_PASSWORD": "secret"}
        relay = stack.enter_context(Relay(folder / "journal.jsonl", options))
        app = make_app(MAIL_SERVER=HOST, MAIL_PORT=relay.port, MAIL_USE_TLS=is_tls, **secret)
        found = Sending(app, relay)
        stack.callback(lambda: found.connections.close())
        yield found


@pytest.fixture(scope="module")
def to_server(
    make_app: Callable[..., Flask], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Sending]]:
    """Return a function for sending to one of several mail servers, each started on demand."""
    folder = tmp_path_factory.mktemp("dialogue")
    with ExitStack() as stack:
        yield cache(
            lambda server: stack.enter_context(sending(make_app, folder / server.replace(" ", "-"), server))
        )


def expected(point: str, manner: str, reply: str, *, once: bool, is_tls: bool) -> set[str]:
    """Return the possible results of a message if the server does this once or always, usually one.

    A reset may come a moment later or sooner, and replies out of step may be noticed anywhere.
    """
    code, is_heard, again = reply[:3], manner not in UNHEARD, "sent" if once else "later"
    if point == "quit":
        return {"sent"}
    if point == "rset":  # after a refusal, which counts whatever comes then
        return {"550 dead_address"}
    if point in OPENING:
        if manner == "twice":
            return {"not tried", "sent", "later"}
        if manner in WHOLE and (not code or (point == "ehlo" and not is_tls)):
            return {"sent"}  # without EHLO it is asked by HELO
        return {"not tried", again} if manner == "reset" and not code else {"not tried"}
    if not is_heard and point == "end":
        return {"uncertain"}
    if is_heard and code in {"450", "550"}:
        meaning = {"450": "later", "550": "dead_address"}[code]
        return {f"{code} {'our_fault' if point == 'mail' else meaning}"}
    if is_heard and code == "421" and not once:
        return {"not tried"} if point == "mail" else {"421 later"}
    if manner in ENDLESS:
        return {"later"}
    if point == "data" and manner == "reset" and not code:
        return {again, "uncertain"}
    return {"sent"} if (is_heard and code) or point == "end" or manner in WHOLE else {again}


CASES = [
    (server, point, manner)
    for server in SERVERS for point in POINTS for manner in MANNERS
    if server == "over TLS" or point not in {"starttls", "auth"}
]  # fmt: skip


@pytest.mark.parametrize(("server", "point", "manner"), CASES)
def test_what_the_server_says_counts_however_it_says_it(
    to_server: Callable[[str], Sending], server: str, point: str, manner: str
) -> None:
    here, is_tls = to_server(server), server == "over TLS"
    patience = SHORT if manner in ENDLESS else LONG
    domain = "dead.example.org" if point == "rset" else "ok.example.org"
    replies = REPLIES[:1] if manner in UNHEARD else REPLIES
    for reply, once in itertools.product(replies, (True, False)):
        here.fault(f"{point}/{manner}{'/' if reply else ''}{reply}{'*1' if once else ''}", patience=patience)
        came, to = here.send(domain)
        said = f"{reply or 'the usual reply'}, {'once' if once else 'always'}"
        assert came in expected(point, manner, reply, once=once, is_tls=is_tls), said
        stored = here.stored()[to]
        assert stored <= 1, said
        assert came == "uncertain" or stored == (came == "sent"), said
        if once:  # and it was that message, not the next
            assert here.send()[0] == "sent", said
    here.fault("")
    assert here.send()[0] == "sent"


@pytest.mark.parametrize("limit", ["polite", "abrupt", "silent"])
@pytest.mark.parametrize("server", SERVERS)
def test_so_many_messages_a_connection_cost_no_message_anything(
    make_app: Callable[..., Flask], tmp_path: Path, server: str, limit: str
) -> None:
    for most in (1, 3):
        options = "--per-connection", str(most), "--limit", limit
        with sending(make_app, tmp_path / str(most), server, *options) as here:
            came = [here.send() for _ in range(10)]
            assert {words for words, _to in came} == {"sent"}
            assert here.stored() == Counter(to for _words, to in came)
            assert here.relay.connections() == -(-10 // most)


def test_a_message_that_takes_longer_than_all_replies_may_is_cut(
    to_server: Callable[[str], Sending],
) -> None:
    here = to_server("in one go")
    here.fault("end/never")
    here.begin()
    here.connections.wait(0.5)
    assert here.connections.busy
    here.cut()  # as if its replies had come in drips
    assert here.outcome() == "uncertain"
    here.fault("")
    assert here.send()[0] == "sent"
