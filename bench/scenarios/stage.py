"""The setting of a scenario: a database with a group, our mail server, and settings for processes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from tests.databases import DURABLE, PostgresServer, fresh_database, postgres_server
from tests.factories import (
    flat_of,
    make_area,
    make_building,
    make_coordinator,
    make_group,
    make_landlord,
    make_member,
    make_notice,
    make_person,
)
from tests.faults import truth
from tests.faults.processes import ROOT, Relay
from tests.faults.truth import Counts
from watch import create_app
from watch.crypto import keyring
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox
from watch.models import Channel, Group, Mailbox, Membership, OutboxRow, Person
from watch.notices.mails import NOTICE
from watch.recipients import reached_by_mail

HANGS_UP = "--per-connection", "20", "--limit", "abrupt"
SHARING = 50  # after every so many addresses, a second person shares the last one


@dataclass(frozen=True)
class Asked:
    """The options of a run."""

    seed: int
    messages: int
    kills: int
    database: str
    workers: int
    connections: int
    keep: Path | None = None
    hangs_up: bool = False


@dataclass
class Stage:
    """The setting of a scenario; `app` has an application context while the stage is open."""

    asked: Asked
    folder: Path
    settings: dict[str, str]
    relay: Relay
    app: Flask
    random: Random
    postgres: PostgresServer | None = None
    group_id: int = 0
    lead_id: int = 0
    acknowledged: int = 0
    rows_each: int = field(default=0)

    def say(self, words: str) -> None:
        print(f"    {words}", flush=True)

    def fill(self, addresses: Sequence[str], *, sharing: int = SHARING) -> None:
        """Make a group with a lead and members with these addresses."""
        house = make_building(make_area("faults", "Faults"), make_landlord(), "Felgatan", (1,))
        group, flat = make_group(house), flat_of(house.stairwells[0], "1001")
        lead = make_person("Lead", "lead@ok.example.org")
        make_member(lead, group, flat)
        make_coordinator(lead, group, lead=True)
        boxes = _mailboxes(addresses)
        of_people = [box for place, box in enumerate(boxes) for _ in range(1 + _shares(place, sharing))]
        people = _ids(
            Person, [{"name": f"Neighbour {place}", "mailbox_id": box} for place, box in enumerate(of_people)]
        )
        facts = {"group_id": group.id, "stairwell_id": house.stairwells[0].id, "consent_version": "2026-01"}
        _ids(Membership, [{"person_id": person, **facts} for person in people])
        self.group_id, self.lead_id, self.rows_each = group.id, lead.id, 1 + len(people)
        db.session.commit()

    def queue(self, *, not_after: datetime | None = None) -> int:
        """Queue a notice to the whole group as the service does, and commit; return the mailing's id."""
        group, lead = db.session.get_one(Group, self.group_id), db.session.get_one(Person, self.lead_id)
        notice = make_notice(group, by=lead)
        people = reached_by_mail(active_member_ids(group))
        mailing = outbox.queue_many(NOTICE, people=people, about=notice, not_after=not_after)
        id_ = mailing.id
        db.session.commit()
        self.acknowledged += self.rows_each
        return id_

    def unsettled(self) -> int:
        """Return how many mail rows are not in a final state."""
        wanted = select(func.count(OutboxRow.id)).where(
            OutboxRow.channel == Channel.MAIL, OutboxRow.state.not_in(truth.FINAL)
        )
        count = db.session.scalar(wanted) or 0
        db.session.rollback()
        return count

    def settle(self, seconds: float) -> bool:
        """Wait until every row is in a final state; return False if some are not after so many seconds."""
        return wait_for(lambda: self.unsettled() == 0, seconds, every=1.0)

    def count(self, *, restarted_at: float | None = None) -> Counts:
        """Return the counts of the run."""
        return truth.count(
            truth.load_rows(), self.relay.entries(), seed=self.asked.seed,
            acknowledged=self.acknowledged, restarted_at=restarted_at,
        )  # fmt: skip


def wait_for(is_so: Callable[[], bool], seconds: float, *, every: float = 0.05) -> bool:
    """Wait up to so many seconds; return True if it became so."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(every)
    return is_so()


def addresses(count: int, domain: str = "ok.example.org") -> list[str]:
    """Return so many addresses at one domain."""
    return [f"n{number}@{domain}" for number in range(count)]


def _shares(place: int, sharing: int) -> int:
    return int(bool(sharing) and place % sharing == sharing - 1)


def _mailboxes(addresses: Sequence[str]) -> list[int]:
    index = keyring().blind_index
    return _ids(Mailbox, [{"address": each, "address_index": index("address", each)} for each in addresses])


def _ids(model: type, values: Sequence[dict[str, object]]) -> list[int]:
    """Insert many rows through the model's types; return their ids in order."""
    found: list[int] = []
    for start in range(0, len(values), 5000):
        many = insert(model).returning(model.id, sort_by_parameter_order=True)
        found += db.session.scalars(many, values[start : start + 5000])
    return found


@contextmanager
def stage(
    asked: Asked, *, relay: Sequence[str] = (), disk: Path | None = None, **settings: str
) -> Iterator[Stage]:
    """Set up a scenario; `settings` have no WATCH_ prefix, and `relay` are options of the test mail server.

    SQLite's files lie on `disk` if it is given, but the journal never does.
    """
    with ExitStack() as stack:
        place = _folder(stack, asked.keep)
        files = disk or place
        url, postgres = _database(stack, asked.database, files)
        options = (*relay, *HANGS_UP) if asked.hangs_up else relay
        mail_server = stack.enter_context(Relay(place / "journal.jsonl", options))
        given = {
            "ENV": "development", "DATABASE_URL": url, "MAIL_SERVER": "127.0.0.1",
            "QUEUE_URL": url if postgres else f"sqlite:///{files}/queue.db",
            "MAIL_PORT": str(mail_server.port), "MAIL_CONNECTIONS": str(asked.connections), **settings,
        }  # fmt: skip
        app = create_app(given)
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        stack.callback(db.session.remove)
        upgrade(str(ROOT / "migrations"))
        of_processes = {f"WATCH_{name}": value for name, value in given.items()}
        yield Stage(asked, place, of_processes, mail_server, app, Random(asked.seed), postgres)


def _folder(stack: ExitStack, keep: Path | None) -> Path:
    if keep is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="watch-faults-")))
    keep.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=keep))


def _database(stack: ExitStack, kind: str, folder: Path) -> tuple[str, PostgresServer | None]:
    if kind == "sqlite":
        return f"sqlite:///{folder}/watch.db", None
    server = stack.enter_context(postgres_server(DURABLE))
    return stack.enter_context(fresh_database(server.url, f"watch_faults_{os.getpid()}")), server
