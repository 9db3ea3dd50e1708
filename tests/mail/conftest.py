"""The mail server that the application sends to in these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.mail.relay import Relay
from watch.mail.connections import Connections


@pytest.fixture
def send_to(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Relay], None]:
    """Return a function that points the application at a mail server."""

    def point(relay: Relay) -> None:
        monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.1")
        monkeypatch.setattr(app.extensions["mail"], "port", relay.port)
        monkeypatch.setitem(app.config, "MAIL_TIMEOUT", 2)

    return point


@pytest.fixture
def relay(send_to: Callable[[Relay], None]) -> Iterator[Relay]:
    """Yield a mail server that takes everything, until told otherwise."""
    relay = Relay()
    send_to(relay)
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def connections(app: Flask, relay: Relay) -> Iterator[Connections]:
    """Yield a worker's connections, kept between rounds."""
    found = Connections()
    yield found
    found.close()
