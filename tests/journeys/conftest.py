"""Journeys: whole stories in a real browser at phone width, each on a server with its own database.

Here `app` is the served application, so the cast, `outbox` and `client` of the other tests work too.
`@pytest.mark.parametrize("app", ["tls"], indirect=True)` serves it behind TLS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Playwright

from tests import migrated
from tests.browser import FLAGS, PHONE, Phone, Server, chromium, own_chromium, serving
from tests.conftest import ROOT
from tests.databases import empty, quick_folder
from tests.mail.relay import Relay
from tests.missing import CHROMIUM, skip_or_fail
from tests.post import Post
from watch.extensions import db


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a journey."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], playwright: Playwright
) -> dict[str, Any]:
    """Use Debian's Chromium, or the one that Playwright installed."""
    path = chromium() or own_chromium(playwright)
    if path is None:
        skip_or_fail(CHROMIUM)
    return {**browser_type_launch_args, "executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def servers(make_app: Callable[..., Flask]) -> Iterator[Callable[[str], Server]]:
    """Return a function for the server with or without TLS; each test process has one of each."""
    running: dict[str, Server] = {}
    with ExitStack() as places:

        def on(kind: str) -> Server:
            if kind not in running:
                database = f"sqlite:///{places.enter_context(quick_folder())}/watch.db"
                migrated.put(make_app, database)
                server = serving(make_app, database, str(ROOT / "migrations"), tls=kind == "tls")
                running[kind] = places.enter_context(server)
            return running[kind]

        yield on


@pytest.fixture
def server(request: pytest.FixtureRequest, servers: Callable[[str], Server]) -> Server:
    """Return the server of this test: plain, unless `app` is parametrised otherwise."""
    given = getattr(request.node, "callspec", None)
    return servers(given.params.get("app", "plain") if given else "plain")


@pytest.fixture
def app(request: pytest.FixtureRequest, server: Server) -> Iterator[Flask]:
    """Yield the served application with an empty database, in an application context."""
    server.faults.clear()
    with server.app.app_context():
        try:
            yield server.app
        finally:
            db.session.remove()
            empty(db.engine)


@pytest.fixture
def make_phone(
    app: Flask, server: Server, new_context: Callable[..., BrowserContext]
) -> Callable[..., Phone]:
    """Return a function: `make_phone(language="ar", javascript=False, color_scheme="dark")`."""

    def make(*, language: str = "sv-SE", javascript: bool = True, **more: Any) -> Phone:
        context = new_context(
            **{
                "locale": language,
                "viewport": PHONE,
                "java_script_enabled": javascript,
                "ignore_https_errors": True,
                "reduced_motion": "reduce",
                **more,
            }
        )
        context.set_default_timeout(10_000)
        return Phone(context, server, has_javascript=javascript)

    return make


@pytest.fixture
def phone(make_phone: Callable[..., Phone]) -> Phone:
    """Return a phone with nobody signed in, in Swedish."""
    return make_phone()


@pytest.fixture
def post(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """Yield a mail server on loopback that the worker's code sends to: see tests/post.py."""
    relay = Relay()
    monkeypatch.setattr(app.extensions["mail"], "server", "127.0.0.1")
    monkeypatch.setattr(app.extensions["mail"], "port", relay.port)
    relay.start()
    yield Post(relay)
    relay.stop()
