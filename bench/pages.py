"""What do pages cost, beside a page with one query and a template? Measured on the demo data.

    WATCH_ENV=development .venv/bin/python -m bench.pages [--rounds 12]

All run in this process, in turns: in every round each page is made several times, and so is the reference, a
page of a small Flask application (`reference`). It prints medians of the rounds: CPU time for a page, also as
a multiple of the reference, the page's size, and its SQL statements without BEGIN and without traces. Then it
prints the cost of searches with 100 groups and with 10,000 (`--groups`), which bench.fill makes (SQLite).
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, render_template
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import event, select

from bench.fill import filling
from watch import create_app
from watch.extensions import db
from watch.models import Area, Coordinator, Group, Membership, Officer, SignIn, Stairwell
from watch.ops import demo

ROOT = Path(__file__).resolve().parent.parent
WANTED = {"group": 12, "me": 9, "house": 20, "front": 4}  # times the reference
SEED = 2019
TIMES = 20  # a page is made at least so many times in a round
SPAN = 0.03  # and for at least so many seconds
HOST = "127.0.0.1:8000"
REFERENCE = """<!doctype html>
<html lang="sv"><head><title>Grupper</title></head>
<body><h1>Grupper</h1>
<ul>{% for group in groups %}<li>{{ group.name }}: {{ group.state }}</li>{% endfor %}</ul>
</body></html>"""


@dataclass(frozen=True)
class Page:
    """A page of an application, with the cookie of the browser that asks for it."""

    app: Flask
    path: str
    cookie: str = ""

    def get(self) -> bytes:
        """Make the page once, without a server."""
        path, _, query = self.path.partition("?")
        environment = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_COOKIE": self.cookie,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": HOST, "REMOTE_ADDR": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }  # fmt: skip
        statuses: list[str] = []

        def start(status: str, _headers: Any, _exception: Any = None, /) -> Any:
            statuses.append(status)

        body = self.app(environment, start)
        text = b"".join(body)
        body.close()  # type: ignore[attr-defined]  # Werkzeug's body has it
        assert statuses == ["200 OK"], (self.path, statuses)
        return text

    def cost(self) -> float:
        """Return the CPU time of the page in milliseconds, the mean of several times."""
        begun, made = time.process_time(), 0
        while made < TIMES or time.process_time() - begun < SPAN:
            self.get()
            made += 1
        return (time.process_time() - begun) / made * 1000


def reference(database: str) -> Page:
    """Return a page of plain Flask: one query for a few columns of ten groups, listed by a template."""
    app = Flask("reference")
    app.jinja_env.loader = DictLoader({"groups.html": REFERENCE})
    app.config["SQLALCHEMY_DATABASE_URI"] = database
    plain = SQLAlchemy(app)

    @app.get("/")
    def groups() -> str:
        rows = plain.session.execute(select(Group.id, Group.name, Group.state).limit(10)).all()
        return render_template("groups.html", groups=rows)

    return Page(app, "/")


def application(database: str, folder: Path) -> Flask:
    """Return the application on a database."""
    return create_app({"DATABASE_URL": database, "QUEUE_URL": "memory:", "JOURNAL": str(folder / "journal")})


def sign_in(app: Flask, person_id: int) -> str:
    """Return the cookie of a browser in which the person is signed in."""
    row = SignIn(id=secrets.token_urlsafe(24), person_id=person_id, device="bench")
    db.session.add(row)
    db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    return f"{app.config['SESSION_COOKIE_NAME']}=" + str(signer.dumps({"_user_id": row.id, "_fresh": True}))


def pages(app: Flask) -> dict[str, Page]:
    """Return the measured pages, each with its usual reader: a member, the lead, the police, a stranger."""
    with app.app_context():
        lead = db.session.scalars(
            select(Coordinator).where(Coordinator.is_lead).order_by(Coordinator.id)
        ).first()
        assert lead
        group = f"/groups/{lead.group_id}"
        member = db.session.scalars(
            select(Membership)
            .where(Membership.group_id == lead.group_id, Membership.is_current)
            .order_by(Membership.id)
        ).first()
        officer = db.session.scalars(select(Officer).order_by(Officer.id)).first()
        assert member
        assert officer
        by_member, by_lead = sign_in(app, member.person_id), sign_in(app, lead.person_id)
        return {
            "group": Page(app, group, by_member),
            "me": Page(app, "/me", by_member),
            "notices": Page(app, f"{group}/notices", by_member),
            "house": Page(app, f"{group}/house", by_lead),
            "members": Page(app, f"{group}/members", by_lead),
            "overview": Page(app, "/overview", sign_in(app, officer.person_id)),
            "front": Page(app, "/"),
        }


def searches(app: Flask) -> dict[str, Page]:
    """Return searches of a database that bench.fill has made: for a building, and in an officer's area."""
    with app.app_context():
        area = db.session.scalars(select(Area).order_by(Area.id)).first()
        street = db.session.scalars(select(Stairwell.street).order_by(Stairwell.id)).first()
        officer = db.session.scalars(select(Officer).order_by(Officer.id)).first()
        assert area
        assert street
        assert officer
        followed, cookie = f"/areas/{area.slug}", sign_in(app, officer.person_id)
        misspelt = f"{street[:3]}{street[4:]}"
        return {
            "house: address": Page(app, f"/?q={quote(street)}+17"),
            "house: part of a street": Page(app, f"/?q={quote(street[:4])}"),
            "house: misspelt": Page(app, f"/?q={quote(misspelt)}+17"),
            "house: nothing found": Page(app, "/?q=storgatan+1"),
            "area's list: address": Page(app, f"{followed}?q={quote(street)}+17", cookie),
            "area's list: part of a street": Page(app, f"{followed}?q={quote(street[:4])}", cookie),
        }


def in_turns(measured: Mapping[Any, Page], rounds: int) -> dict[Any, float]:
    """Return the median of the rounds for each page, in milliseconds, after a warm-up."""
    costs: dict[Any, list[float]] = {name: [] for name in measured}
    for page in [*measured.values(), *measured.values()]:
        page.cost()
    for _ in range(rounds):
        for name, page in measured.items():
            costs[name].append(page.cost())
    return {name: statistics.median(each) for name, each in costs.items()}


def statements(page: Page) -> int:
    """Return the number of a page's statements, without BEGIN and without those that store a trace."""
    seen: list[str] = []
    with page.app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "INSERT INTO audit_entry")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    page.get()
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def filled(folder: Path, groups: int) -> Flask:
    """Return the application with so many groups of 20 members."""
    app = application(f"sqlite:///{folder}/{groups}.db", folder / str(groups))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        for _ in filling.fill(filling.Wish(groups, groups * 20, "example.org", 0.0, SEED)):
            pass
        db.session.commit()
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--groups", type=int, nargs=2, default=[100, 10_000], help="0 0: no searches")
    asked = parser.parse_args()
    logging.disable(logging.INFO)  # from the migrations
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}\n")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _pages(folder, asked.rounds)
        if all(asked.groups):
            _searches(folder, asked.groups, asked.rounds)


def _pages(folder: Path, rounds: int) -> None:
    database = f"sqlite:///{folder}/watch.db"
    app = application(database, folder)
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        demo.seed()
        db.session.commit()
    measured = pages(app)
    took = in_turns({**measured, "reference": reference(database)}, rounds)
    print("| page | CPU | × the reference | wanted | statements | HTML |\n|---|---|---|---|---|---|")
    for name, page in measured.items():
        times, wanted = took[name] / took["reference"], WANTED.get(name, "")
        size = len(page.get()) / 1000
        print(
            f"| {name} | {took[name]:.2f} ms | {times:.1f} | {wanted} | {statements(page)} | {size:.0f} kB |"
        )
    print(f"| reference | {took['reference']:.3f} ms | 1 | | 1 | |\n", flush=True)


def _searches(folder: Path, sizes: Sequence[int], rounds: int) -> None:
    measured: dict[tuple[str, int], Page] = {}
    for groups in sizes:
        for name, page in searches(filled(folder, groups)).items():
            measured[name, groups] = page
    took = in_turns(measured, rounds)
    few, many = sizes
    print(f"| search | {few:,} groups | {many:,} groups | × |\n|---|---|---|---|")
    for name in dict.fromkeys(name for name, _groups in measured):
        one, other = took[name, few], took[name, many]
        print(f"| {name} | {one:.2f} ms | {other:.2f} ms | {other / one:.2f} |")


if __name__ == "__main__":
    main()
