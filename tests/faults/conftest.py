"""A mail server whose journal records what it stored, and the settings of worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.processes import Relay
from watch.extensions import db

CONNECTIONS = 4


@pytest.fixture
def mail_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Relay]:
    """Start a mail server that journals before it replies. Its options are the fixture's parameter."""
    with Relay(tmp_path / "journal.jsonl", getattr(request, "param", ())) as server:
        yield server


@pytest.fixture
def settings(app: Flask, mail_server: Relay, tmp_path: Path) -> dict[str, str]:
    """Return a worker process's settings: this test's database, and short times."""
    return {
        "WATCH_ENV": "development",
        "WATCH_DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "WATCH_QUEUE_URL": f"sqlite:///{tmp_path}/queue.db",
        "WATCH_HOST_NAME": tmp_path.name,
        "WATCH_MAIL_PORT": str(mail_server.port),
        "WATCH_MAIL_CONNECTIONS": str(CONNECTIONS),
        "WATCH_MAIL_TIMEOUT": "1",
        "WATCH_MAIL_LEASE_SECONDS": "5",
        "WATCH_MAIL_RETRY_MINUTES": "0.02,0.05",
        "WATCH_MAIL_UNCERTAIN_MINUTES": "0.02",
    }
