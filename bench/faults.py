"""Is a mail ever lost, or sent again after it was recorded as sent? Processes are killed and halted.

    .venv/bin/python -m bench.faults a b --database sqlite --messages 100000 --kills 200 --seed 7

Without a letter every scenario runs (for hours); few --messages and --kills make a short trial run. The truth
is the journal of our own mail server, which is synced to disk before it answers. For each scenario it prints:

    L   lost: recorded as sent or never settled, and never stored by the mail server
    D   stored more than once; at most one for each open connection and kill
    D0  of those, stored again after the database had recorded it as sent
    W   stored for somebody whom the mailing does not name
    S   not in a final state at the end
    R   seconds from the last restart to the next message
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.scenarios import killing, outages, posts, races
from bench.scenarios.result import Result, table
from bench.scenarios.stage import Asked

Played = Result | list[Result]
SCENARIOS: dict[str, tuple[Callable[[Asked], Played], ...]] = {
    "a": (killing.random_kills,),
    "b": (killing.kill_points,),
    "c": (killing.many_processes,),
    "d": (killing.next_send,),
    "e": (outages.one_never_answers, outages.nasty),
    "f": (outages.database_restarts, outages.mail_server_away, outages.disk_full),
    "g": (killing.late_worker,),
    "h": (races.against_sending,),
    "i": (posts.killed_posts,),
}
ONLY_ON = {
    killing.many_processes: "postgresql", outages.database_restarts: "postgresql", outages.disk_full: "sqlite"
}  # fmt: skip


def parser() -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("scenarios", nargs="*", help=f"of {' '.join(SCENARIOS)}; none is all")
    asked.add_argument("--seed", type=int, help="to play it again; another each time unless given")
    asked.add_argument("--messages", type=int, default=100_000)
    asked.add_argument("--kills", type=int, default=0, help="0: as many as each scenario is meant to have")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--connections", type=int, default=8, help="WATCH_MAIL_CONNECTIONS of each worker")
    asked.add_argument(
        "--hangs-up", action="store_true", help="the mail server hangs up with every twentieth 250"
    )
    asked.add_argument("--keep", type=Path, help="leave databases, journals and logs in this folder")
    return asked


def play(name: str, asked: Asked) -> list[Result]:
    """Run the scenarios of one letter. A scenario that raises an error becomes a result too."""
    results: list[Result] = []
    for scenario in SCENARIOS[name]:
        print(f"{name}: {scenario.__doc__}", flush=True)
        there = replace(asked, database=ONLY_ON.get(scenario, asked.database))
        try:
            played = scenario(there)
        except Exception as broken:
            if asked.keep:
                raise
            played = Result(f"{name} {scenario.__name__}", 0, None, broken=[f"broke off: {broken!r}"])
        results += played if isinstance(played, list) else [played]
    return results


def main() -> int:
    """Run the scenarios and print the table. Return 1 if a promise was broken."""
    for name in [name for name in os.environ if name.startswith("WATCH_")]:
        del os.environ[name]  # our own settings must not reach the processes
    given = vars(parser().parse_args())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends what was started
    names = given.pop("scenarios") or list(SCENARIOS)
    if unknown := set(names) - set(SCENARIOS):
        raise SystemExit(f"There is no scenario {', '.join(sorted(unknown))}: {' '.join(SCENARIOS)}.")
    given["seed"] = secrets.randbelow(10**6) if given["seed"] is None else given["seed"]
    asked = Asked(**given)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}"
    print(f"seed {asked.seed}; {machine}")
    results = [result for name in names for result in play(name, asked)]
    print()
    print(table(results))
    for each in results:
        for words in (*each.broken, *each.notes):
            print(f"{each.name}: {words}")
    print(f"seed {asked.seed}; {machine}")
    return int(any(each.broken for each in results))


if __name__ == "__main__":
    sys.exit(main())
