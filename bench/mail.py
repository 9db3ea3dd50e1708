"""How fast is a notice, from the press of the button to the last recorded result?

    .venv/bin/python -m bench.mail [--messages 20000] [--database sqlite|postgresql] [--workers 1]

It sends to a sink on loopback. Raw smtplib and Flask-Mail's own loop send the same mail in the same run, each
over one connection, so that ratios can be compared. SQLite keeps synchronous=FULL; PostgreSQL has durable
settings. First it sends to 1,000 recipients, then to `--messages`, then `--tries` times to a building of 120.

Other programs on the same cores change the time it takes, but not its CPU time. So CPU seconds for 1,000
messages stand beside each rate, and the CPU seconds this machine takes to add three million integers.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Select, delete, func, insert, select

from bench.peers import Peer, play_peers, three_million
from bench.sinks import sink
from bench.worker import PARTS, used
from tests.databases import DURABLE, fresh_database, postgres_server
from tests.factories import make_area, make_building, make_group, make_landlord, make_notice, make_person
from tests.faults.processes import ROOT, Workers
from watch import create_app
from watch.crypto import keyring
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox
from watch.mail.compose import prepare
from watch.mail.types import Recipient
from watch.models import Group, Language, Mailbox, Mailing, Membership, OutboxRow, OutboxState, Person
from watch.notices.mails import NOTICE

SMALL, BUILDING = 1000, 120


def fill(members: int) -> None:
    """Make a group with so many members, each with a mailbox."""
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


@dataclass
class Way:
    """The times of one notice, in seconds from the press: `first` and `most` (95 %) sent, `all` recorded."""

    recipients: int
    press: float
    first: float
    most: float
    all: float

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.recipients / self.all


def send(recipients: int) -> Way:
    """Queue a notice to so many, as the service does, while the workers have nothing else to do."""
    group, by = db.session.scalars(select(Group)).one(), db.session.scalars(select(Person).limit(1)).one()
    begun = time.monotonic()
    notice = make_notice(group, by=by)
    some = active_member_ids(group).order_by(Membership.person_id).limit(recipients)
    outbox.queue_many(NOTICE, people=some, about=notice)
    db.session.commit()
    press = time.monotonic() - begun
    mailing = db.session.scalars(select(Mailing.id).order_by(Mailing.id.desc()).limit(1)).one()
    first = select(func.min(OutboxRow.id)).where(OutboxRow.mailing_id == mailing).scalar_subquery()
    of_first = select(OutboxRow.state).where(OutboxRow.id == first)
    to_first = wait(lambda: ask(of_first) == OutboxState.SENT, every=0.01)
    unsent = select(func.count()).where(OutboxRow.mailing_id == mailing, OutboxRow.state != OutboxState.SENT)
    every = 0.02 if recipients <= SMALL else 0.5
    to_most = to_first + wait(lambda: ask(unsent) <= recipients * 0.05, every=every)
    to_all = to_most + wait(lambda: ask(unsent) == 0, every=every)
    return Way(recipients, press, press + to_first, press + to_most, press + to_all)


def ask(question: Select[Any]) -> Any:
    """Return the answer, read in a transaction of its own."""
    answer = db.session.scalar(question)
    db.session.rollback()
    return answer


def wait(is_so: Callable[[], bool], seconds: float = 1200, every: float = 0.05) -> float:
    """Wait until it is so, and return the seconds it took. Raises TimeoutError."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > seconds:
            raise TimeoutError
        time.sleep(every)
    return time.monotonic() - begun


def bare_insert() -> float:
    """Return the seconds of a plain INSERT … SELECT that copies the last mailing's rows; then delete them."""
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
    db.session.delete(copy)
    db.session.commit()
    return took


@dataclass
class Measured(Workers):
    """Workers that report their CPU time."""

    def _words(self) -> Sequence[str]:
        return [sys.executable, "-m", "bench.worker", str(self._file(len(self.all)))]

    def _file(self, number: int) -> Path:
        return self.logs / f"used-{number}.json"

    def used(self) -> dict[str, float]:
        """Return what all workers have used, after a second in which the last round is reported."""
        time.sleep(1)
        each = [used(self._file(number)) for number in range(self.number)]
        return {name: sum(one[name] for one in each) for name in (*PARTS, "all", "sent")}


def for_a_thousand(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Return CPU seconds for 1,000 messages, by part."""
    sent = (after["sent"] - before["sent"]) / 1000
    return {name: (after[name] - before[name]) / sent for name in (*PARTS, "all")}


def one_mail() -> bytes:
    """Return a rendered mail of the last mailing."""
    mailing = db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(1)).one()
    letter = prepare(mailing, Language.SWEDISH, greets=True)
    return letter.render_for(Recipient(1, b"nonce", "n1@example.org", ("Granne 1",))).wire


def memory_of(workers: Workers) -> float:
    """Return the peak memory so far of the largest worker, in MB."""
    peaks = []
    for each in workers.all:
        assert each.process
        status = Path(f"/proc/{each.process.pid}/status").read_text()
        peaks.append(int(status.split("VmHWM:")[1].split()[0]) / 1024)
    return max(peaks)


def play(given: argparse.Namespace, stack: ExitStack) -> None:
    """Measure one database: a small mailing, the large one, then the building."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
    port = stack.enter_context(sink(given.delay_ms))
    url = f"sqlite:///{folder}/watch.db"
    if given.database == "postgresql":
        server = stack.enter_context(postgres_server(DURABLE))
        url = stack.enter_context(fresh_database(server.url, "bench_mail"))
    facts: dict[str, Any] = {
        "ENV": "development", "DATABASE_URL": url, "MAIL_PORT": port, "MAIL_CONNECTIONS": given.connections,
        "QUEUE_URL": url if given.database == "postgresql" else f"sqlite:///{folder}/queue.db",
    }  # fmt: skip
    app = create_app(facts)
    stack.enter_context(app.app_context())
    upgrade(str(ROOT / "migrations"))
    fill(max(given.messages, SMALL))
    settings = {f"WATCH_{name}": str(value) for name, value in facts.items()}
    workers = stack.enter_context(Measured(given.workers, settings, folder))
    send(SMALL)  # warms up
    raw, loop = Peer([], []), Peer([], [])
    play_peers(port, one_mail(), raw, loop)
    small = [send(SMALL) for _ in range(5)]
    little_memory, before = memory_of(workers), workers.used()
    large = send(given.messages)
    costs = for_a_thousand(before, workers.used())
    bare = bare_insert()
    play_peers(port, one_mail(), raw, loop)
    rate = statistics.median(way.rate for way in small)
    top, within = three_million()
    print(
        f"{given.database}, {given.workers} worker(s), {given.connections} connections, {large.recipients} "
        f"messages: {large.rate:.0f}/s = {large.rate / raw.rate:.2f} x smtplib ({raw} for 1,000), "
        f"{large.rate / loop.rate:.1f} x Flask-Mail ({loop} for 1,000)\n"
        f"  seconds of the processor for 1,000: {costs['all']:.3f} = "
        + ", ".join(f"{part} {costs[part]:.3f}" for part in PARTS)
        + f"; adding three million integers takes {top:.3f} s (in a function {within:.3f} s): where it takes "
        f"0.5 s, that is {costs['all'] * 0.5 / top:.2f} s ({costs['all'] * 0.5 / within:.2f} s)\n"
        f"  beside {SMALL} messages: {large.rate / rate:.2f} of their {rate:.0f}/s; worker's peak "
        f"{memory_of(workers):.0f} MB, {memory_of(workers) - little_memory:+.0f} MB\n"
        f"  press {large.press:.2f} s = {large.press / bare:.2f} x bare INSERT ({bare:.2f} s); "
        f"press of {SMALL}: {statistics.median(way.press for way in small):.3f} s\n"
        f"  first sent after {large.first:.2f} s; after small presses "
        + " ".join(f"{way.first:.2f}" for way in small),
        flush=True,
    )
    if given.tries:
        building = sorted(send(BUILDING).most for _ in range(given.tries))
        print(f"  95 % of {BUILDING} after {building[0]:.2f} to {building[-1]:.2f} s, {given.tries} tries")


def main() -> None:
    for name in [name for name in os.environ if name.startswith("WATCH_")]:
        del os.environ[name]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=20_000)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--connections", type=int, default=8)
    arguments.add_argument("--delay-ms", type=float, default=0, help="the sink takes so long for a message")
    arguments.add_argument("--tries", type=int, default=20)
    arguments.add_argument("--folder", help="where the SQLite file lies: a real disk, not memory")
    given = arguments.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}; {given}")
    with ExitStack() as stack:
        play(given, stack)


if __name__ == "__main__":
    main()
