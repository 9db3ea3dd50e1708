"""A worker's place on this machine: its number, held by a lock of the operating system, and its core."""

from __future__ import annotations

import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import current_app

MOST_WORKERS = 256  # on one machine


@dataclass
class WorkerLock:
    """A place for a worker on this machine, held by an operating system's lock for as long as it lives."""

    number: int
    file: IO[bytes]

    @property
    def owner(self) -> str:
        """The name on its leases."""
        return owner_name(str(self.number))


def owner_name(slot: str) -> str:
    """Machine and slot."""
    host = current_app.config["HOST_NAME"] or socket.gethostname()
    return f"{host}#{slot}"[:80]


def take_worker_lock(folder: Path) -> WorkerLock:
    """The first free slot; whoever held it before is dead. Raises RuntimeError where none is free."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(MOST_WORKERS):
        file = (folder / f"worker-{number}.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        return WorkerLock(number, file)
    raise RuntimeError(f"{MOST_WORKERS} workers run on this machine already")


def keep_to_one_core(number: int) -> None:
    """This thread, and those it starts, run on one core in turns, workers of other slots on others.

    Python runs one thread at a time; where each wakes the next on another core, a message costs half as much
    again. As a batch (sched(7)) none is stopped for another that has just been woken: a sixth less.
    bench/README.md has the figures.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
