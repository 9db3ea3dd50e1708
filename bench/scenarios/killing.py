"""Workers are killed, halted, or never come back."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import select

from bench.scenarios.result import Result
from bench.scenarios.stage import Asked, Stage, addresses, stage, wait_for
from tests.faults.halting import halt
from tests.faults.processes import Process, Web, Workers
from tests.faults.worker import POINTS
from watch.extensions import db
from watch.mail.compose import message_id
from watch.models import OutboxRow, OutboxState

MOST_MEMBERS = 10_000
MAY_DOUBLE = frozenset({"after-dot", "after-250"})
SHORT = {"MAIL_TIMEOUT": "1", "MAIL_LEASE_SECONDS": "5", "MAIL_RETRY_MINUTES": "0.02,0.05,0.1"}


def random_kills(asked: Asked, kills: int | None = None) -> Result:
    """(a) kill -9 at random moments: nothing is lost; at most the open messages are sent twice."""
    kills = kills or asked.kills or 200
    with stage(asked) as here:
        _queue_all(here)
        with Workers(asked.workers, here.settings, here.folder) as workers:
            restarted = _kill_now_and_then(here, workers, kills)
            here.settle(1800)
        return Result(
            f"a {kills} kills, {asked.database}" + ", hangs up" * asked.hangs_up,
            kills,
            here.count(restarted_at=restarted),
            kills * asked.connections,
        ).judge()


def _queue_all(here: Stage) -> None:
    members = min(here.asked.messages, MOST_MEMBERS)
    here.fill(addresses(members))
    for _ in range(max(1, here.asked.messages // members)):
        here.queue()
    here.say(f"{here.acknowledged} rows are queued")


def _kill_now_and_then(here: Stage, workers: Workers, kills: int) -> float:
    """Kill, restart and let it send for a random time; return the time of the last restart."""
    moment = time.time()
    for kill in range(1, kills + 1):
        if here.unsettled() < here.rows_each / 2:
            here.queue()
        before = _journal_size(here)
        wait_for(lambda before=before: _journal_size(here) > before, 60)  # it is sending, so the kill matters
        time.sleep(here.random.uniform(0, 2))
        moment = workers.restart(workers.kill_any(here.random))
        if not kill % 10:
            here.say(f"{kill} kills, {here.unsettled()} rows wait")
    return moment


def _journal_size(here: Stage) -> int:
    return here.relay.journal.stat().st_size


def kill_points(asked: Asked) -> list[Result]:
    """(b) kills at each point of sending: only after the last dot may a message be sent twice.

    This holds for the message at the point, so with one connection; with several, the others can be anywhere.
    """
    several = [replace(asked, connections=number) for number in (1, asked.connections)]
    return [_kill_point(each, point, asked.kills or 40) for each in several for point in POINTS]


def _kill_point(asked: Asked, point: str, kills: int) -> Result:
    with stage(asked) as here:
        here.fill(addresses(500))
        died = 0
        with Workers(1, here.settings, here.folder, kill_at=point) as workers:
            (worker,) = workers.all
            for _ in range(kills):
                died += _dies(here, workers, worker, point)
        with Workers(1, here.settings, here.folder):
            here.settle(600)
        may_double = point in MAY_DOUBLE or asked.connections > 1
        name = f"b {point}, {asked.connections} open, {asked.database}"
        result = Result(name, died, here.count(), kills * asked.connections if may_double else 0)
        result.demand(died == kills, f"it was killed {died} of {kills} times, see {worker.log}")
        return result.judge()


def _dies(here: Stage, workers: Workers, worker: Process, point: str) -> bool:
    """Keep enough queued until the worker kills itself, then start the next; return True if it did."""
    often = 3 if point in {"after-claim", "after-commit"} else 40
    for _ in range(10):
        if here.unsettled() < here.rows_each:
            here.queue()
        if (code := worker.wait(6)) is not None:
            workers.restart(worker, passes=here.random.randint(1, often))
            return code == -signal.SIGKILL
    return False


def many_processes(asked: Asked) -> list[Result]:
    """(c) PostgreSQL, 3 web and 8 worker processes: kills among all of them, and races for claims."""
    kills = asked.kills or 100
    with stage(asked) as here:
        _queue_all(here)
        with Web(3, here.settings, here.folder) as web, Workers(8, here.settings, here.folder) as workers:
            for _ in range(kills // 3):
                web.kill_any(here.random)
                _kill_now_and_then(here, workers, 3)
            here.settle(1800)
        killed = Result(
            f"c 3 web, 8 workers, {kills} kills", kills, here.count(), kills * asked.connections
        ).judge()
    return [killed, _claim_races(asked, 50)]


def _claim_races(asked: Asked, races: int) -> Result:
    """Let eight workers race for the same few rows, again and again."""
    with stage(asked) as here, Workers(8, here.settings, here.folder):
        here.fill(addresses(60))
        for _ in range(races):
            here.queue()
            wait_for(lambda: here.unsettled() == 0, 60, every=0.2)
        here.settle(60)
        return Result(f"c {races} claim races", races, here.count(), 0).judge()


@contextmanager
def _dead_in_the_middle(here: Stage) -> Iterator[tuple[Workers, set[str]]]:
    """Kill a worker of host "here" while it sends; yield the messages whose leases it held."""
    here.fill(addresses(2000), sharing=0)
    here.queue()
    mine = {**here.settings, "WATCH_HOST_NAME": "here"}
    with Workers(1, mine, here.folder) as workers:
        wait_for(lambda: _journal_size(here) > 20_000, 60)
        workers.all[0].kill()
        held = select(OutboxRow.nonce).where(OutboxRow.state == OutboxState.SENDING)
        names = {
            message_id(nonce) for nonce in db.session.scalars(held)
        }  # nobody shares a mailbox, so each row is a head row
        db.session.rollback()
        yield workers, names


def next_send(asked: Asked) -> list[Result]:
    """(d) the next message is sent within 5 s if the host is back, a lost host's within 150 s."""
    return [_next_send(asked, returns=True), _next_send(asked, returns=False)]


def _next_send(asked: Asked, *, returns: bool) -> Result:
    host, limit = ("here", 5.0) if returns else ("there", 150.0)
    with stage(asked, relay=("--delay-ms", "20")) as here, _dead_in_the_middle(here) as (workers, held):
        workers.settings = {**here.settings, "WATCH_HOST_NAME": host}
        moment = workers.restart(workers.all[0])
        here.settle(limit + 120)
        counts = here.count(restarted_at=moment)
        again = [e.at - moment for e in here.relay.entries() if e.message_id in held and e.at > moment]
        result = Result(
            f"d next send, host {'back' if returns else 'gone'}, {asked.database}",
            1,
            counts,
            asked.connections,
        )
        first = min(again, default=None)
        result.notes.append(f"{len(held)} rows were held; the first of them went out after {first} s")
        result.demand(bool(held), "the worker held nothing when it was killed")
        waited = counts.resumed if returns else first  # rows taken back come after those that waited already
        result.demand(waited is not None and waited <= limit, f"the next has to go out within {limit} s")
        return result.judge()


def late_worker(asked: Asked) -> Result:
    """(g) halted past its lease and woken: only open messages may come twice, before they are recorded."""
    with stage(asked, relay=("--delay-ms", "50"), **SHORT) as here:
        here.fill(addresses(3000))
        here.queue()
        with Workers(1, {**here.settings, "WATCH_HOST_NAME": "slow"}, here.folder) as slow:
            wait_for(lambda: _journal_size(here) > 20_000, 60)
            halt(slow.all[0], asked.connections)
            with Workers(1, {**here.settings, "WATCH_HOST_NAME": "quick"}, here.folder):
                here.settle(240)
                slow.all[0].signal(signal.SIGCONT)
                time.sleep(15)
        return Result(f"g a late worker, {asked.database}", 1, here.count(), asked.connections).judge()
