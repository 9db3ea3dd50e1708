"""Gives each worker on a machine a number, by a file lock, and a processor core."""

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
    """A worker's number on this machine. The operating system frees the lock when the process ends."""

    number: int
    file: IO[bytes]

    @property
    def owner(self) -> str:
        """The name that stands on the worker's leases."""
        return owner_name(str(self.number))


def owner_name(slot: str) -> str:
    """Return the owner's name on a lease: the machine and the worker's number."""
    host = current_app.config["HOST_NAME"] or socket.gethostname()
    return f"{host}#{slot}"[:80]


def take_worker_lock(folder: Path) -> WorkerLock:
    """Take the first free number. Raises RuntimeError if none is free.

    A free lock proves that the worker that held it has died.
    """
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
    """Keep this thread, and those it starts, on one core; other workers use other cores.

    Python runs one thread at a time; if each wakes the next on another core, a message costs half as much
    again. SCHED_BATCH (sched(7)) saves a sixth: waking a thread interrupts no other. Figures:
    bench/README.md.
    """
    if hasattr(os, "sched_setaffinity"):  # Linux
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[number % len(cores)]})
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
