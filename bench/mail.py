"""How fast is the whole way of a notice: press, rows, claims, filling, SMTP, each row settled?

    .venv/bin/python -m bench.mail [--messages 20000] [--database sqlite|postgresql] [--workers 1]

Measured against a sink on loopback (smtp-sink of Debian's package postfix), all in one run and as ratios: raw
smtplib and Flask-Mail's own loop, each over one connection with the same mail. SQLite keeps
synchronous=FULL; PostgreSQL is started with durable settings.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import flask_mail
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import delete, func, insert, select

from tests.databases import DURABLE, fresh_database, postgres_server
from tests.factories import make_area, make_building, make_group, make_landlord, make_notice, make_person
from tests.faults.processes import ROOT, Workers, free_port
from watch import create_app
from watch.crypto import keyring
from watch.extensions import db
from watch.groups.queries import active_member_ids
from watch.mail import outbox
from watch.mail.compose import Reader, prepare
from watch.models import Group, Language, Mailbox, Mailing, Membership, OutboxRow, OutboxState, Person

PEER_MESSAGES = 3000


@contextmanager
def sink(delay_ms: int = 0) -> Iterator[int]:
    """The sink's port."""
    program = shutil.which("smtp-sink")
    if program is None:
        sys.exit("smtp-sink is missing: apt-get install postfix")
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    slow = ["-w", str(delay_ms)] if delay_ms else []
    process = subprocess.Popen([program, *user, *slow, f"127.0.0.1:{port}", "1000"])
    time.sleep(0.3)
    try:
        yield port
    finally:
        process.kill()
        process.wait(10)


def fill(members: int) -> None:
    """A group with so many members, each with a mailbox."""
    group = make_group(make_building(make_area("bench", "Bench"), make_landlord(), "Mätgatan", (1,)))
    make_person("Sender", "sender@example.org")
    start = 1000
    for first in range(0, members, 10_000):
        numbers = range(first, min(first + 10_000, members))
        boxes = [
            {"id": start + n, "address": f"n{n}@example.org",
             "address_index": keyring().blind_index("address", f"n{n}@example.org")} for n in numbers
        ]  # fmt: skip
        people = [{"id": start + n, "name": f"Granne {n}", "mailbox_id": start + n} for n in numbers]
        facts = {"group_id": group.id, "consent_version": "2026-1"}
        for model, rows in (
            (Mailbox, boxes),
            (Person, people),
            (Membership, [{"person_id": start + n, **facts} for n in numbers]),
        ):
            db.session.execute(insert(model), rows)
    db.session.commit()


def press() -> float:
    """A notice to everybody, as the service queues it; seconds until it is committed."""
    group, by = db.session.scalars(select(Group)).one(), db.session.scalars(select(Person).limit(1)).one()
    begun = time.monotonic()
    notice = make_notice(group, by=by)
    outbox.queue_many("notice", people=active_member_ids(group), about=notice)
    db.session.commit()
    return time.monotonic() - begun


def bare_insert(members: int) -> float:
    """Seconds of the plainest INSERT … SELECT of as many rows into the same table; taken back."""
    mailing = db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(1)).one()
    copy = Mailing(kind=mailing.kind, notice_id=mailing.notice_id)
    db.session.add(copy)
    db.session.flush()
    names = [c.name for c in OutboxRow.__table__.columns if c.name not in {"id", "mailing_id"}]
    columns = [getattr(OutboxRow, name) for name in names]
    begun = time.monotonic()
    rows = select(func.abs(copy.id), *columns).where(OutboxRow.mailing_id == mailing.id)
    db.session.execute(insert(OutboxRow).from_select(["mailing_id", *names], rows, include_defaults=False))
    db.session.commit()
    took = time.monotonic() - begun
    db.session.execute(delete(OutboxRow).where(OutboxRow.mailing_id == copy.id))
    db.session.commit()
    return took


def sent() -> int:
    """How many rows have been settled as sent."""
    count = db.session.scalar(select(func.count()).where(OutboxRow.state == OutboxState.SENT)) or 0
    db.session.rollback()
    return count


def wait(is_so: Callable[[], bool], seconds: float = 1200, every: float = 0.05) -> float:
    """Until it is so; the seconds it took."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > seconds:
            raise TimeoutError
        time.sleep(every)
    return time.monotonic() - begun


def whole_way(members: int) -> dict[str, float]:
    """Press, first message, all messages, with workers that were idle before."""
    before = sent()
    begun = time.monotonic()
    took = press()
    first = took + wait(lambda: sent() > before, every=0.02)
    wait(lambda: sent() >= before + members, every=0.2)
    return {"press": took, "first": first, "rate": members / (time.monotonic() - begun)}


def peers(port: int, wire: bytes) -> tuple[float, float]:
    """Messages a second of raw smtplib with prepared bytes, and of Flask-Mail's own loop."""
    with smtplib.SMTP("127.0.0.1", port) as raw:
        begun = time.monotonic()
        for _ in range(PEER_MESSAGES):
            raw.sendmail("a@example.org", ["b@example.org"], wire)
        smtp = PEER_MESSAGES / (time.monotonic() - begun)
    app = Flask("peer")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
    theirs = flask_mail.Mail(app)
    text = wire.decode("ascii")
    with app.app_context(), theirs.connect() as connection:
        begun = time.monotonic()
        for number in range(PEER_MESSAGES):
            connection.send(
                flask_mail.Message(
                    "Nytt meddelande", [f"n{number}@example.org"], text, sender="a@example.org"
                )
            )
        return smtp, PEER_MESSAGES / (time.monotonic() - begun)


def one_mail() -> bytes:
    """A filled mail of the last mailing."""
    mailing = db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(1)).one()
    letter = prepare(mailing, Language.SWEDISH, greets=True)
    return letter.seal(Reader(1, "n1@example.org", ("Granne 1",))).wire


def memory_of(workers: Workers) -> float:
    """The peak of the largest worker, in MB."""
    peaks = []
    for each in workers.all:
        assert each.process
        status = Path(f"/proc/{each.process.pid}/status").read_text()
        peaks.append(int(status.split("VmHWM:")[1].split()[0]) / 1024)
    return max(peaks)


def play(given: argparse.Namespace, stack: ExitStack) -> None:
    """One database, from a small mailing to the large one."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
    port = stack.enter_context(sink(given.delay_ms))
    url = f"sqlite:///{folder}/watch.db"
    if given.database == "postgresql":
        server = stack.enter_context(postgres_server(DURABLE))
        url = stack.enter_context(fresh_database(server.url, "bench_mail"))
    facts: dict[str, Any] = {
        "ENV": "development", "DATABASE_URL": url, "QUEUE_URL": f"sqlite:///{folder}/queue.db",
        "MAIL_PORT": port, "MAIL_CONNECTIONS": given.connections,
    }  # fmt: skip
    app = create_app(facts)
    stack.enter_context(app.app_context())
    upgrade(str(ROOT / "migrations"))
    fill(given.messages)
    settings = {f"WATCH_{name}": str(value) for name, value in facts.items()}
    workers = stack.enter_context(Workers(given.workers, settings, folder))
    press()
    wait(lambda: sent() >= given.messages, every=0.5)  # started and warm
    smtp, flask = peers(port, one_mail())
    found = whole_way(given.messages)
    after = peers(port, one_mail())
    smtp, flask = (smtp + after[0]) / 2, (flask + after[1]) / 2
    bare = bare_insert(given.messages)
    print(
        f"{given.database}, {given.workers} worker(s), {given.connections} lines, {given.messages} messages: "
        f"{found['rate']:.0f}/s = {found['rate'] / smtp:.2f} x smtplib ({smtp:.0f}/s), "
        f"{found['rate'] / flask:.1f} x Flask-Mail ({flask:.0f}/s); press {found['press']:.2f} s "
        f"= {found['press'] / bare:.2f} x bare INSERT ({bare:.2f} s); first sent after "
        f"{found['first']:.2f} s; worker's peak {memory_of(workers):.0f} MB",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    for name in [name for name in os.environ if name.startswith("WATCH_")]:
        del os.environ[name]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=20_000)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--connections", type=int, default=8)
    arguments.add_argument(
        "--delay-ms", type=int, default=0, help="the sink waits so long before each answer to DATA"
    )
    arguments.add_argument("--folder", help="where the SQLite file lies: a real disk, not memory")
    given = arguments.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}; {given}")
    with ExitStack() as stack:
        play(given, stack)


if __name__ == "__main__":
    main()
