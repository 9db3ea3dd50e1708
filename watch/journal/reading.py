"""Reads the journal of a database from the files of all machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from watch.journal.files import Line, marker

Words = dict[str, dict[str, dict[str, Any] | None]]  # by table and key; None: erased


@dataclass
class Journal:
    """The lines in the order of their transactions, without those made void.

    `hosts` tells from which serial on each machine's journal is complete. `marker` is the highest serial
    known to be committed. `unreadable` counts lines torn by a crash, whose transactions were not committed.
    """

    lines: list[Line] = field(default_factory=list)
    hosts: dict[str, int] = field(default_factory=dict)
    marker: int = 0
    unreadable: int = 0

    @property
    def newest(self) -> int:
        """The highest serial in the journal."""
        return max([self.marker, *(int(line["serial"]) for line in self.lines)])


def read(database: str, places: Iterable[Path]) -> Journal:
    """Read the journal of a database from several folders. Of two copies of a file the longer one counts."""
    folders = list(places)
    found = [path for place in folders for path in (place / database).glob("*.jsonl")]
    paths = {path.name: path for path in sorted(found, key=lambda path: path.stat().st_size)}
    journal, void = Journal(marker=max((marker(database, place) for place in folders), default=0)), set()
    for place in folders:
        journal.hosts |= {path.stem: 0 for path in (place / database).glob("*.marker")}
    whole_from: dict[str, int] = {}
    for name in sorted(paths):
        for line in _lines(paths[name], journal):
            if "void" in line:
                void.add(line["void"])
            elif "journal" in line:
                whole_from[line["host"]] = min(line["from"], whole_from.get(line["host"], line["from"]))
            else:
                journal.lines.append(line)
    journal.hosts |= whole_from
    journal.lines = [line for line in journal.lines if line.get("line") not in void]
    # stable: lines with the same serial keep the order of their file
    journal.lines.sort(key=lambda line: line["serial"])
    return journal


def _lines(path: Path, journal: Journal) -> Iterator[Line]:
    for text in path.read_bytes().splitlines():
        try:
            yield json.loads(text)
        except ValueError:
            journal.unreadable += 1


def last_words(lines: Iterable[Line]) -> Words:
    """Return the latest entry about every row, erased rows in the order of their erasure."""
    words: Words = {}
    for line in lines:
        for table, rows in line.get("rows", {}).items():
            known = words.setdefault(table, {})
            for key, said in rows.items():
                before = known.pop(key, None) if said is None else known.get(key)
                known[key] = None if said is None else (before or {}) | said
    return words
