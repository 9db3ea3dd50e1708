"""Fixtures of all tests: both databases, a test browser, the queue of mails, a count of SQL statements.

A test that uses `app` (or a fixture built on it) runs twice, on SQLite and on PostgreSQL. The databases are
made by the migrations and emptied after every test. The test itself has an application context, for services
and queries; requests and commands have contexts of their own.
"""

from __future__ import annotations

import gc
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask, has_request_context
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, select
from sqlalchemy.orm import joinedload

from tests import migrated
from tests.catalogues import compile_catalogues
from tests.databases import empty, fresh_database, postgres, quick_folder
from tests.missing import say_what_was_skipped
from tests.page_client import PageClient, outside
from tests.rows import AllRows
from watch import create_app
from watch.extensions import db
from watch.models import Channel, Mailing, OutboxRow

pytest_plugins = ["tests.cast", "tests.newcomers", "tests.access._things"]

ROOT = Path(__file__).resolve().parent.parent
SERVER = "WATCH_TEST_DATABASE_URL"  # a PostgreSQL of your own, instead of the wheel's
JOURNAL = "TEST_JOURNAL"  # the folder of the journal of the tests' processes
TEMPLATES = "TEST_TEMPLATES"  # the folder of the templates that one process has compiled for all
DATABASES = ("sqlite", "postgresql")
_running = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues and start one PostgreSQL for all xdist workers, by the environment."""
    for name in [name for name in os.environ if name.startswith("WATCH_") and name != SERVER]:
        del os.environ[name]  # the tests must not use the settings of the person who runs them
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        compile_catalogues()
    if not is_worker and not config.option.collectonly and SERVER not in os.environ:
        os.environ[SERVER] = _running.enter_context(postgres())
        _running.callback(os.environ.pop, SERVER)
    if not is_worker and not config.option.collectonly and migrated.PLACE not in os.environ:
        _running.callback(migrated.forget, os.environ[SERVER])
        os.environ[migrated.PLACE] = str(_running.enter_context(quick_folder()))
        _running.callback(os.environ.pop, migrated.PLACE)
    for folder in (JOURNAL, TEMPLATES):
        if not is_worker and folder not in os.environ:
            os.environ[folder] = str(_running.enter_context(quick_folder()))
            _running.callback(os.environ.pop, folder)


def pytest_xdist_auto_num_workers() -> int:
    """Start half as many workers again as there are cores, because tests often wait for a server."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests: one that began last would keep one process busy and the others idle."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Exempt everything loaded so far from garbage collection, and collect seldom, which is faster."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    _running.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests were skipped because a browser or Redis is missing."""
    say_what_was_skipped(terminalreporter)


@pytest.fixture(scope="session")
def make_app() -> Callable[..., Flask]:
    """Makes an application with a test's own settings: `make_app(MAX_FORM_PARTS=3)`.

    Its database is empty and in memory unless a setting says otherwise, never the one of `make run`.
    """
    own = {"ENV": "development", "TESTING": True, "QUEUE_URL": "memory:", "DATABASE_URL": "sqlite://"}

    def make(**settings: Any) -> Flask:
        journal = f"{os.environ[JOURNAL]}/{secrets.token_hex(8)}"
        app = create_app({"JOURNAL": journal, **own, **settings})
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[TEMPLATES])
        return app

    return make


@pytest.fixture(scope="session")
def migrated_apps(make_app: Callable[..., Flask], worker_id: str) -> Iterator[Callable[[str], Flask]]:
    """The application on each database, made by the migrations, one of each per xdist worker."""
    apps: dict[str, Flask] = {}
    with ExitStack() as places:

        def on(database: str) -> Flask:
            if database not in apps:
                url = _place(places, database, worker_id)
                migrated.put(make_app, url)
                apps[database] = _prepared(make_app(DATABASE_URL=url))
            return apps[database]

        yield on
        for app in apps.values():
            with app.app_context():
                db.engine.dispose()


def _place(places: ExitStack, database: str, worker: str) -> str:
    if database == "sqlite":
        return f"sqlite:///{places.enter_context(quick_folder())}/watch.db"
    server = os.environ[SERVER]
    return places.enter_context(fresh_database(server, f"watch_test_{worker}"))


def _prepared(app: Flask) -> Flask:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _reverse_what_has_no_order)
    return app


def _reverse_what_has_no_order(connection: Any, _record: object) -> None:
    """Have SQLite answer backwards where a statement names no order, so that nothing relies on one."""
    connection.execute("PRAGMA reverse_unordered_selects = ON")


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, migrated_apps: Callable[[str], Flask]) -> Iterator[Flask]:
    """The application on an empty database. The test has its application context."""
    app = migrated_apps(request.param)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            empty(db.engine)
            shutil.rmtree(app.config["JOURNAL"], ignore_errors=True)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A test browser: `client.get("/me", as_=carin).text`; see tests/page_client.py."""
    return PageClient(app)


@pytest.fixture
def cli(app: Flask) -> Callable[..., Result]:
    """Runs a command of the operator: `cli("places", "import", path).output`."""
    runner = app.test_cli_runner()
    return lambda *words, **more: outside(lambda: runner.invoke(args=[str(word) for word in words], **more))


@dataclass(frozen=True)
class Outbox:
    """The queued mails."""

    def rows(self) -> list[OutboxRow]:
        """Return every outbox row, mail and paper, oldest first."""
        wanted = select(OutboxRow).options(joinedload(OutboxRow.mailing)).order_by(OutboxRow.id)
        return list(db.session.scalars(wanted.execution_options(populate_existing=True)))

    def names(self) -> list[str]:
        """Return the kind of each mail, once per recipient, oldest first."""
        return [row.mailing.kind for row in self.rows() if row.channel is Channel.MAIL]

    def addressed(self) -> list[tuple[str, str]]:
        """Return kind and address of each mail, oldest first."""
        return [(row.mailing.kind, row.mailbox.address) for row in self.rows() if row.mailbox]

    def mailings(self) -> list[Mailing]:
        """Return each mailing, oldest first."""
        return list(db.session.scalars(select(Mailing).order_by(Mailing.id)))


@pytest.fixture
def outbox(app: Flask) -> Outbox:
    """The queued mails: `outbox.names() == ["join-requested"]`."""
    return Outbox()


Dump = Callable[[], dict[str, list[str]]]
UNWATCHED = {"audit_entry", "rate_count", "journal_state", "journal_host"}


@pytest.fixture
def dump(app: Flask) -> Dump:
    """Returns every row of the database except traces, rate limits and times of last use."""

    return AllRows(UNWATCHED).read


NOT_COUNTED = ("sign_in ", "rate_count", "audit_entry")


@pytest.fixture
def statements(app: Flask) -> Callable[..., AbstractContextManager[list[str]]]:
    """Collects the SQL statements of requests: `with statements() as seen:` and `len(seen) <= 6`.

    BEGIN, SAVEPOINT, the sign-in's own row, rate limits and the audit trail are left out. With `whole=True`
    only rate limits are. `everywhere=True` includes statements outside of requests.
    """

    @contextmanager
    def counted(*, everywhere: bool = False, whole: bool = False) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            words = " ".join(statement.split()) + " "
            is_begin = words.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA"))
            is_left_out = is_begin or any(table in words for table in NOT_COUNTED)
            if whole:
                is_left_out = "rate_count" in words
            if (everywhere or has_request_context()) and not is_left_out:
                seen.append(words.strip())

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counted
