"""Would the tests notice? Faults of permission are planted one at a time, and the tests run on each.

    .venv/bin/python -m bench.planted                    all of bench/permission_faults/
    .venv/bin/python -m bench.planted --only receipt     those whose name holds the word

Each fault is planted in a copy of the tree in a temporary folder. The tests of its rule run first; if none of
them fails, all tests but the journeys run. At the end the failed tests run once without any fault: one that
still fails has noticed nothing. The exit code is 1 if more than one fault in sixty is unnoticed.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from bench.permission_faults import FAULTS, Fault
from tests.databases import postgres

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "instance", ".*_cache")
# test_planted.py fails with any fault, because its text is gone.
ALL_TESTS = ("tests", "--ignore", "tests/journeys", "--ignore", "tests/test_planted.py")
PYTEST = "-m", "pytest", "-q", "-n", "1", "-p", "no:randomly", "-p", "no:cacheprovider"
FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - (.*))?$", re.MULTILINE)
# Errors of a program that does not run at all, so that no test has checked the rule.
BROKEN = ("NameError", "ImportError", "UndefinedError", "SyntaxError")
STARTS = """
from watch import create_app
app = create_app({"ENV": "development", "TESTING": True, "QUEUE_URL": "memory:", "DATABASE_URL": "sqlite://"})
for name in app.jinja_env.list_templates(["html", "txt"]):
    app.jinja_env.get_template(name)
"""


class NoFault(Exception):
    """With the fault the program does not run at all, so failing tests prove nothing."""


@dataclass(frozen=True)
class Outcome:
    """The result for a fault: the failed test and its message, or None and the reason; and the seconds."""

    fault: Fault
    test: str | None
    said: str
    seconds: float


def main() -> int:
    """Plant the chosen faults, print a line for each, then the total."""
    asked = _parser().parse_args()
    chosen = [fault for fault in FAULTS if not asked.only or any(word in fault.name for word in asked.only)]
    if not chosen:
        raise SystemExit("No fault has a name with that in it.")
    for fault in chosen:
        _expect_once(fault)
    servers: Queue[str] = Queue()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # runs the clean-up: databases end
    with ExitStack() as running:
        for _job in range(asked.jobs):
            servers.put(running.enter_context(postgres()))
        jobs = ThreadPoolExecutor(asked.jobs)
        running.callback(jobs.shutdown, cancel_futures=True)
        outcomes = []
        for outcome in jobs.map(lambda fault: _try(fault, servers, quick=asked.quick), chosen):
            print(_line(outcome), flush=True)
            outcomes.append(outcome)
        mistaken = _failing_without_fault({each.test for each in outcomes if each.test}, servers)
    return _sum_up(outcomes, mistaken)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="a part of a fault's name; more than once"
    )
    parser.add_argument(
        "--jobs", type=int, default=1, help="so many at a time, each with a PostgreSQL of its own"
    )
    parser.add_argument("--quick", action="store_true", help="leave it at the tests that tell a fault's rule")
    return parser


def _expect_once(fault: Fault) -> None:
    found = (ROOT / fault.file).read_text().count(fault.old)
    if found != 1:
        raise SystemExit(
            f"“{fault.name}” cannot be planted: its text stands {found} times in {fault.file}, and not once."
        )


def _try(fault: Fault, servers: Queue[str], *, quick: bool) -> Outcome:
    server, began = servers.get(), time.monotonic()
    try:
        test, said = _plant(fault, server, quick=quick)
    except NoFault as no:
        test, said = None, f"no fault, the program does not run: {no}"
    finally:
        servers.put(server)
    return Outcome(fault, test, said, time.monotonic() - began)


def _plant(fault: Fault, server: str, *, quick: bool) -> tuple[str | None, str]:
    """Return the test that fails, or None, and its message. Raises NoFault."""
    with _copy() as tree:
        planted = tree / fault.file
        planted.write_text(planted.read_text().replace(fault.old, fault.new))
        _expect_it_starts(tree)
        told_in = [_place_of(name) for name in fault.tests.split()]
        for tests in (told_in,) if quick else (told_in, ALL_TESTS):
            if failed := _failures(tree, server, "-x", *tests):
                if failed[0][1].startswith(BROKEN):
                    raise NoFault(failed[0][1])
                return failed[0]
    return None, "not noticed"


@contextmanager
def _copy() -> Iterator[Path]:
    """Yield a copy of the working tree, deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="watch-planted-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=NOT_COPIED)
        yield tree


def _place_of(name: str) -> str:
    file, *test = name.split("::")
    return "::".join([f"tests/{file}.py", *test])


def _expect_it_starts(tree: Path) -> None:
    """Raise NoFault if the program does not start."""
    started = subprocess.run(
        [sys.executable, "-c", STARTS], cwd=tree, capture_output=True, text=True, check=False
    )
    if started.returncode:
        raise NoFault(started.stderr.strip().rpartition("\n")[2])


def _failures(tree: Path, server: str, *words: str) -> list[tuple[str, str]]:
    """Return the failing tests with their messages. Raises SystemExit if the tests could not run."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    mine |= {"WATCH_TEST_DATABASE_URL": server, "COLUMNS": "300"}
    run = subprocess.run(
        [sys.executable, *PYTEST, *words], cwd=tree, env=mine, capture_output=True, text=True, check=False
    )
    failed = FAILED.findall(run.stdout)
    if (run.returncode, bool(failed)) in {(0, False), (1, True), (2, True)}:
        return failed
    raise SystemExit(
        f"The tests could not be run ({run.returncode}):\n{run.stdout[-2000:]}{run.stderr[-2000:]}"
    )


def _failing_without_fault(tests: set[str], servers: Queue[str]) -> set[str]:
    """Return those of the tests that fail without any fault."""
    if not tests:
        return set()
    with _copy() as tree:
        return {test for test, _said in _failures(tree, servers.get(), *sorted(tests))}


def _line(outcome: Outcome) -> str:
    by = f"caught by {outcome.test.removeprefix('tests/')}" if outcome.test else outcome.said.upper()
    return f"{outcome.seconds:5.0f} s  {outcome.fault.name}: {by} -- {outcome.said}"


def _sum_up(outcomes: Sequence[Outcome], mistaken: set[str]) -> int:
    unnoticed = [each for each in outcomes if each.test is None or each.test in mistaken]
    print(f"\n{len(outcomes) - len(unnoticed)} of {len(outcomes)} planted faults are noticed.")
    for each in unnoticed:
        why = "its test fails without any fault too" if each.test else each.said
        print(f"{each.fault.name}: {why}.")
    return int(len(unnoticed) > len(outcomes) / 60)


if __name__ == "__main__":
    sys.exit(main())
