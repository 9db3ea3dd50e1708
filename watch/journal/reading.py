"""Reading the journal of a database, as its machines have kept it."""

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
    """The lines in the order of their transactions, without those that were made void.

    `hosts` says from which serial on the journal of a machine is whole. `marker` is the highest serial that
    is known to have been kept, `unreadable` the number of lines that were torn by a crash: none of them is
    of a transaction that was kept.
    """

    lines: list[Line] = field(default_factory=list)
    hosts: dict[str, int] = field(default_factory=dict)
    marker: int = 0
    unreadable: int = 0

    @property
    def newest(self) -> int:
        """The highest serial that anything here knows of."""
        return max([self.marker, *(int(line["serial"]) for line in self.lines)])


def read(database: str, places: Iterable[Path]) -> Journal:
    """The journal of a database from several folders; of the same file in two of them the longer."""
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
    journal.lines.sort(key=lambda line: line["serial"])  # of equal ones the order of their file stays
    return journal


def _lines(path: Path, journal: Journal) -> Iterator[Line]:
    for text in path.read_bytes().splitlines():
        try:
            yield json.loads(text)
        except ValueError:
            journal.unreadable += 1


def last_words(lines: Iterable[Line]) -> Words:
    """What was said last of every row. Of those that were erased, the first to go stands first."""
    words: Words = {}
    for line in lines:
        for table, rows in line.get("rows", {}).items():
            known = words.setdefault(table, {})
            for key, said in rows.items():
                before = known.pop(key, None) if said is None else known.get(key)
                known[key] = None if said is None else (before or {}) | said
    return words
