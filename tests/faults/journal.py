"""The test mail server's journal of stored messages, on disk before a reply is sent."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A stored message: when (time.time()), for whom, which, from whom, how large.

    `recipient` is from the envelope, `to` from the message itself.
    """

    recipient: str
    message_id: str
    sender: str
    to: str
    size: int
    at: float = field(default_factory=time.time)


class Journal:
    """Appends entries. All that wait at one moment share one fsync, and are told after it."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.writer = ThreadPoolExecutor(1)
        self.waiting: list[tuple[Entry, Callable[[], None]]] = []
        self.committing: asyncio.Task[None] | None = None

    def store(self, entry: Entry, stored: Callable[[], None]) -> None:
        """Write an entry; `stored` is called when it is on disk."""
        self.waiting.append((entry, stored))
        if self.committing is None:
            self.committing = asyncio.get_running_loop().create_task(self._commit())

    async def _commit(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            batch, self.waiting = self.waiting, []
            lines = b"".join(json.dumps(vars(entry)).encode() + b"\n" for entry, _stored in batch)
            await loop.run_in_executor(self.writer, self._write, lines)
            for _entry, stored in batch:
                stored()
        self.committing = None

    def _write(self, lines: bytes) -> None:
        while lines:
            lines = lines[os.write(self.file, lines) :]
        os.fsync(self.file)


def read(path: Path) -> list[Entry]:
    """Return all entries, oldest first. An unfinished last line was never acknowledged and is left out."""
    if not path.exists():
        return []
    whole, _newline, _torn = path.read_text().rpartition("\n")
    return [Entry(**json.loads(line)) for line in whole.splitlines()]


def next_after(journal: Iterable[Entry], moment: float) -> float | None:
    """Return the seconds from a moment to the next entry, or None if there is none."""
    return min((entry.at - moment for entry in journal if entry.at >= moment), default=None)
