"""Runs web server, worker and mailbox on one's own machine, started and ended together."""

from __future__ import annotations

import os
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from honcho.manager import Manager

HOST = "127.0.0.1"
FLASK = [sys.executable, "-m", "flask", "--app", "watch"]


class PortTaken(Exception):
    """Another program listens on a port. The message says which port, and what to do."""


def demand_free(port: int, setting: str, command: str) -> None:
    """Raise PortTaken if something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise PortTaken(
                f"Port {port} is taken by another program. Choose another one: {setting}={port + 1} {command}"
            ) from None


def commands(port: int) -> dict[str, list[str]]:
    """Return the commands to run, by the name their output begins with."""
    web = [
        sys.executable, "-m", "gunicorn", "watch:create_app()", "--bind", f"{HOST}:{port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "1", "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip
    return {"web": web, "worker": [*FLASK, "worker"], "mailbox": [*FLASK, "mailbox"]}


class Together(Manager):  # type: ignore[misc]  # honcho has no types
    """Processes that start and end together. Calls `welcome` once the web server answers."""

    def __init__(self, port: int, welcome: Callable[[], None]) -> None:
        super().__init__()
        self.port, self.welcome = port, welcome

    def _start(self) -> None:
        super()._start()
        # only after the forks, because forking a process with threads is unsafe
        threading.Thread(target=self._greet, daemon=True).start()

    def _greet(self) -> None:
        for _ in range(300):
            if self._answers():
                self.welcome()
                return
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            socket.create_connection((HOST, self.port), 1).close()
        except OSError:
            return False
        return True


def run(port: int, settings: Mapping[str, str], welcome: Callable[[], None]) -> int:
    """Run everything until one process ends or Ctrl-C. Return the exit code, 0 for Ctrl-C."""
    environment: dict[str, Any] = {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}
    together = Together(port, welcome)
    for name, words in commands(port).items():
        together.add_process(name, f"exec {shlex.join(words)}", env=environment, cwd=str(Path.cwd()))
    together.loop()
    return 0 if together.returncode in {130, 143} else together.returncode or 0
