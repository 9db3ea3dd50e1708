"""Measures how long the operator's commands take, beside a program that only imports Flask and SQLAlchemy.

Usage: `.venv/bin/python -m bench.commands [--rounds 5]`. An empty database is made in a temporary folder.
Each round runs the reference and then every command, so that other programs slow down all of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

REFERENCE = [sys.executable, "-c", "import flask, sqlalchemy"]
FLASK = [sys.executable, "-m", "flask", "--app", "watch"]
COMMANDS = (
    "--help",
    "people officers",
    "people sign-in-link nobody@example.org",
    "outbox status",
    "mail --help",
)
Times = tuple[float, float]  # seconds of the processor, and until it ended


def run(words: list[str], environment: dict[str, str]) -> Times:
    """Return the times of one run. A command that refuses counts, too."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, env=environment, capture_output=True, check=False)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "WATCH_ENV": "development", "WATCH_DATABASE_URL": f"sqlite:///{folder}/watch.db",
            "WATCH_JOURNAL": f"{folder}/journal",
        }  # fmt: skip
        subprocess.run([*FLASK, "db", "upgrade"], env=environment, capture_output=True, check=True)
        words = {"reference": REFERENCE} | {name: [*FLASK, *name.split()] for name in COMMANDS}
        times: dict[str, list[Times]] = {name: [] for name in words}
        for _round in range(rounds):
            for name, each in words.items():
                times[name].append(run(each, environment))
    alone = statistics.median(cpu for cpu, _wall in times["reference"])
    for name, taken in times.items():
        cpu, wall = (statistics.median(column) for column in zip(*taken, strict=True))
        print(f"{name:<40} {cpu:.2f} s CPU = {cpu / alone:.1f} x, {wall:.2f} s")


if __name__ == "__main__":
    main()
