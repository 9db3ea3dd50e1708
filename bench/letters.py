"""How long does a pack of letters take, how much memory, and how long the same letters one by one?

    .venv/bin/python -m bench.letters [--sizes 40 500 3486] [--database sqlite|postgresql] [--languages sv en]

Each size has an empty database, buildings with three stairwells of 16 flats, and a process of its own that
does the worker's work: give each flat its letter and code, then draw, encrypt and store file by file. The
kernel measures memory: how much the worker's peak grew, and the peak of the largest drawing process, read
every 5 ms. Only the encryption is random.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from flask_migrate import upgrade
from sqlalchemy import func, select

from tests.databases import DURABLE, fresh_database, postgres_server
from tests.factories import make_area, make_building, make_group, make_landlord, make_officer, make_person
from tests.faults.processes import ROOT
from watch import create_app, jobs, paper
from watch.extensions import db
from watch.models import Area, Flat, Group, Language, LetterFile, Person, Stairwell
from watch.printing.letter_pages import pages_of, pdf_of
from watch.printing.service import letters as letters_service
from watch.printing.service import packs

PORT = [f"{floor}{door:02}" for floor in range(10, 14) for door in range(1, 5)]
EMPTY = 27  # MB of a drawing process before it draws
ALONE = 40  # letters made one by one for comparison


@dataclass(frozen=True)
class Made:
    """The result for one pack, in seconds and MB."""

    letters: int
    longest: int  # letters in its longest file
    files: int
    press: float
    seconds: float
    one_by_one: float
    megabytes: float
    grown: float
    drawing: float

    @property
    def rate(self) -> float:
        """Letters a second, from the press of the button to the last file."""
        return self.letters / (self.press + self.seconds)

    def told(self) -> str:
        """Return a row of the table in bench/README.md."""
        rates = f"{self.rate:.0f}/s | {self.one_by_one:.0f}/s | {self.rate / self.one_by_one:.1f}"
        size = f"{self.megabytes:.1f} MB | {self.megabytes / self.letters * 1000:.1f} kB"
        a_page = (self.drawing - EMPTY) / self.longest * 1000
        times = f"{self.press:.2f} s | {self.seconds:.2f} s"
        memory = f"{self.grown:+.0f} MB | {self.drawing:.0f} MB | {a_page:.0f} kB"
        cells = (f"{self.letters:,}", self.files, times, rates, size, memory)
        return "| " + " | ".join(map(str, cells)) + " |"


def peak() -> float:
    """Return this process's peak memory so far, in MB."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


class Watcher(threading.Thread):
    """Reads the peak memory of the drawing processes every few milliseconds, in MB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0

    def run(self) -> None:
        while True:
            for task in Path("/proc/self/task").iterdir():
                for child in (task / "children").read_text().split():
                    self.look(Path("/proc", child))
            time.sleep(0.005)

    def look(self, process: Path) -> None:
        """Read one process, which may have ended already."""
        with suppress(OSError, IndexError):
            status, command = (process / "status").read_text(), (process / "cmdline").read_text()
            if paper.PROGRAM in command:
                self.most = max(self.most, int(status.split("VmHWM:")[1].split()[0]) / 1024)


def fill(letters: int) -> tuple[Area, Person]:
    """Make an area with enough flats, in buildings with a group each; return it and its police contact."""
    area, landlord = make_area("bench", "Bench"), make_landlord()
    for house in range(ceil((letters + ALONE) / (3 * len(PORT)))):
        first = 6 * house + 1
        make_group(make_building(area, landlord, "Mätgatan", range(first, first + 6, 2), flats=PORT))
    officer = make_person("Gun", "gun@example.org")
    make_officer(officer, area)
    db.session.commit()
    return area, officer


def one_by_one(flats: list[Flat], languages: list[Language], by: Person) -> float:
    """Return letters a second if each is made within a request, as a short pack is."""
    begun = time.monotonic()
    for flat in flats:
        group = db.session.get_one(Group, flat.stairwell.building.group_id)
        pages = pages_of(letters_service.print_letters(group, [flat], by=by), languages)
        db.session.commit()
        pdf_of(pages)
    return len(flats) / (time.monotonic() - begun)


def play(url: str, letters: int, languages: list[Language]) -> Made:
    """Make a pack of so many letters in this process."""
    with create_app({"ENV": "development", "DATABASE_URL": url, "QUEUE_URL": "memory:"}).app_context():
        upgrade(str(ROOT / "migrations"))
        area, by = fill(letters)
        wanted = select(Flat).join(Flat.stairwell).order_by(Stairwell.id, Flat.number.desc())
        flats = list(db.session.scalars(wanted.limit(letters + ALONE)))
        alone = one_by_one(flats[letters:], languages, by)
        (watcher := Watcher()).start()
        flats, before = flats[:letters], peak()
        begun = time.monotonic()
        packs.ask_for_letters(area, flats, languages, by=by)
        db.session.commit()
        press = time.monotonic() - begun
        del flats
        db.session.remove()
        while jobs.make_letters():
            db.session.remove()
        seconds = time.monotonic() - begun - press
        grown = peak() - before
        sizes = list(db.session.scalars(select(func.length(LetterFile.pdf))))
        longest = max(len(file.flat_ids) for file in db.session.scalars(select(LetterFile)))
        assert all(sizes), "a file was not made"
    megabytes = sum(sizes) / 1e6
    return Made(letters, longest, len(sizes), press, seconds, alone, megabytes, grown, watcher.most)


def main() -> None:
    for name in [name for name in os.environ if name.startswith("WATCH_")]:
        del os.environ[name]
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[40, 500, 3486])
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--languages", nargs="+", default=[each.value for each in Language])
    arguments.add_argument("--folder", help="where the SQLite file lies: a real disk, not memory")
    given = arguments.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}; {given}")
    print("letters, files, press, making, rate, alone, ratio, PDF, a page, worker, drawing, a page")
    languages = [Language(each) for each in given.languages]
    spawning = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        server = stack.enter_context(postgres_server(DURABLE)) if given.database == "postgresql" else None
        for letters in given.sizes:
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder))
            url = f"sqlite:///{folder}/watch.db"
            if server:
                url = stack.enter_context(fresh_database(server.url, f"bench_letters_{letters}"))
            with spawning.Pool(1) as alone:
                print(alone.apply(play, (url, letters, languages)).told(), flush=True)


if __name__ == "__main__":
    main()
