"""Something around the worker fails: recipients' mail servers, the database, our mail server, the disk."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.scenarios.posts import Browser
from bench.scenarios.result import Result
from bench.scenarios.stage import Asked, Stage, addresses, stage, wait_for
from tests.faults import truth
from tests.faults.processes import Web, Workers, free_port
from watch.extensions import db

TIMEOUT = 2  # seconds for each step with the mail server
NASTY = {"MAIL_TIMEOUT": str(TIMEOUT), "MAIL_RETRY_MINUTES": "0.05,0.1,0.2", "MAIL_UNCERTAIN_MINUTES": "0.05",
         "MAIL_GIVE_UP_HOURS": "0.08", "MAIL_LEASE_SECONDS": "20"}  # fmt: skip
SHORT = {"MAIL_TIMEOUT": str(TIMEOUT), "MAIL_LEASE_SECONDS": "20"}  # a lease that ends during the scenario
# The state in which the row of each kind of recipient must end.
ENDS = {
    "ok": "sent", "slow": "sent", "garbled": "sent", "greylist": "sent", "hang-once": "sent",
    "drop-once": "sent", "storedrop-once": "sent", "closing-once": "sent", "busy": "bounced",
    "full": "bounced", "dead": "bounced", "garbleddead": "bounced", "blocked": "bounced",
    "closing": "bounced", "drop": "bounced", "toolarge": "parked", "hang": "bounced",
    "ok-hangup": "sent", "busy-hangup-once": "sent", "dead-hangup": "bounced",
    "blocked-hangup": "bounced", "toolarge-hangup": "parked",
}  # fmt: skip
SELDOM = frozenset(
    {"hang", "hang-once", "slow", "drop", "drop-once", "closing", "closing-once", "storedrop-once"}
)


def nasty(asked: Asked) -> Result:
    """(e) mixed recipients: each row in its right state, good ones hardly later than without the others."""
    many = min(asked.messages, 5000)
    mixed = _mixed(many)
    quiet, _here_rows, _doubles = _run(asked, addresses(many), patience=300)
    loud, rows, doubles = _run(asked, mixed, patience=1200)
    wrong_end = [
        (row.address, row.state.value) for row in rows if row.state.value != ENDS[_label(row.address)]
    ]
    limit = 2 * quiet + TIMEOUT
    result = Result(f"e {many} mixed recipients, {asked.database}", many, None)
    once = sum(_label(each) == "storedrop-once" for each in mixed)
    result.notes.append(
        f"95 % of the good ones: {loud:.1f} s, without the others {quiet:.1f} s; {doubles} twice"
    )
    result.notes += [f"{address} ended as {state}" for address, state in wrong_end[:10]]
    result.demand(not wrong_end, f"{len(wrong_end)} of {len(rows)} ended in a wrong state")
    result.demand(loud <= limit, f"95 % of the good ones have to be out after {limit:.1f} s")
    result.demand(doubles <= once, f"D has to be {once} at most: those that were stored without an answer")
    return result


def _mixed(many: int) -> list[str]:
    """Return addresses: of 100, 57 good ones, one of each kind that blocks, and the other kinds in turn."""
    quick = [kind for kind in ENDS if kind not in SELDOM and kind != "ok"]
    hundred = ["ok"] * 57 + sorted(SELDOM)
    hundred += [quick[place % len(quick)] for place in range(100 - len(hundred))]
    return [f"n{number}@{hundred[number % 100]}.example.org" for number in range(many)]


def _label(address: str) -> str:
    return address.partition("@")[2].partition(".")[0]


def _run(asked: Asked, whom: list[str], *, patience: float) -> tuple[float, list[truth.Row], int]:
    """Send to these; return the seconds until 95 % of the good ones were sent, the rows, and the doubles."""
    with stage(asked, **NASTY) as here:
        here.fill(whom, sharing=0)
        with Workers(1, here.settings, here.folder):
            time.sleep(5)  # it has started
            here.queue()
            begun = time.time()
            here.settle(patience)
            time.sleep(5)
        journal = here.relay.entries()
        good = [entry.at - begun for entry in journal if _label(entry.recipient) == "ok"]
        rows = truth.load_rows()
        return statistics.quantiles(good, n=20)[-1], rows, len(truth.duplicates(journal))


def one_never_answers(asked: Asked) -> Result:
    """(e) a fifth of the recipients are at a new destination that never answers."""
    many, hanging = 1900, 386
    every = many / hanging
    silent = {round(number * every) for number in range(hanging)}
    whom = [f"n{number}@{'hang' if number in silent else 'ok'}.example.org" for number in range(many)]
    limit = 2 * _last_good(asked, [each for each in whom if _label(each) == "ok"]) + TIMEOUT
    last = _last_good(asked, whom)
    result = Result(f"e one of two destinations never answers, {asked.database}", many, None)
    result.notes.append(f"the last of the others: {last:.1f} s, wanted at most {limit:.1f} s")
    result.demand(last <= limit, "the others wait for one that never answers")
    return result


def _last_good(asked: Asked, whom: list[str]) -> float:
    """Return the seconds until the last good one was sent, with the usual time limits."""
    good = sum(_label(each) == "ok" for each in whom) + 1  # the lead too
    with stage(asked) as here:
        here.fill(whom, sharing=0)
        with Workers(1, here.settings, here.folder):
            time.sleep(5)  # it has started
            here.queue()
            begun = time.time()
            wait_for(lambda: len(here.relay.entries()) >= good, 300)
            return max(entry.at for entry in here.relay.entries()) - begun


def database_restarts(asked: Asked) -> Result:
    """(f) PostgreSQL is stopped as in a crash, and started again, every 20 seconds."""
    restarts = asked.kills or 6
    with stage(asked, relay=("--delay-ms", "40"), MAIL_RETRY_MINUTES="0.02,0.05") as here:
        assert here.postgres
        here.fill(addresses(min(asked.messages, 20_000)))
        here.queue()
        with Workers(2, here.settings, here.folder):
            for _ in range(restarts):
                time.sleep(20)
                here.postgres.stop()
                time.sleep(here.random.uniform(0, 2))
                here.postgres.start()
            db.engine.dispose()
            here.settle(900)
        most = restarts * 2 * asked.connections
        return Result("f PostgreSQL restarted", restarts, here.count(), most).judge()


def mail_server_away(asked: Asked) -> Result:
    """(f) the mail server is down for longer than every step of the back-off, then back."""
    steps = {"MAIL_RETRY_MINUTES": "0.02,0.05,0.1,0.2", "MAIL_TIMEOUT": "2"}
    with stage(asked, **steps) as here:
        here.fill(addresses(min(asked.messages, 5000)))
        here.queue()
        with Workers(1, here.settings, here.folder):
            wait_for(lambda: here.relay.journal.stat().st_size > 20_000, 60)
            here.relay.stop()
            time.sleep(45)
            here.relay.start()
            moment = time.time()
            here.settle(300)
        counts = here.count(restarted_at=moment)
        result = Result(f"f mail server away, {asked.database}", 1, counts, asked.connections)
        is_back = counts.resumed is not None and counts.resumed < 60
        result.demand(is_back, "it has to go on by itself within a minute")
        return result.judge()


def disk_full(asked: Asked) -> Result:
    """(f) the disk fills up while mail is sent: pages still answer readably, and it recovers by itself."""
    with _small_disk(64) as disk:
        if disk is None:
            return Result("f disk full", 0, None, broken=["a tmpfs cannot be mounted here: it takes root"])
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        with stage(asked, relay=("--delay-ms", "20"), disk=disk, BASE_URL=base, **SHORT) as here:
            here.fill(addresses(2000))
            with Workers(1, here.settings, here.folder), Web(1, here.settings, here.folder, port):
                answers = _fill_up(here, disk)
                here.settle(300)
            result = Result("f disk full", 1, here.count(), asked.connections)
        result.notes.append(f"answers while it was full: {answers}")
        is_readable = all(status and heading for status, heading in answers)
        result.demand(is_readable, "each answer while it is full has to be a page with a heading")
        return result.judge()


def _fill_up(here: Stage, disk: Path) -> list[tuple[int, str]]:
    """Fill the disk while mail is sent, ask for pages, then make room; return the answers."""
    browser = Browser(here)
    form = browser.form()
    here.queue()
    wait_for(lambda: here.relay.journal.stat().st_size > 20_000, 60)
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            here.say("the disk is full")
    answers = [browser.ask("GET", f"/groups/{here.group_id}/notices"), browser.send(form)]
    time.sleep(10)
    filler.unlink()
    return [(answer.status, answer.heading) for answer in answers]


@contextmanager
def _small_disk(megabytes: int) -> Iterator[Path | None]:
    """Mount a small disk; yield None if that is not permitted."""
    with tempfile.TemporaryDirectory(prefix="watch-faults-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)
