"""Real processes to be killed: the test mail server, workers and the web server, all on loopback.

Each is started with settings as environment variables (`{"WATCH_ENV": "development", …}`), logs to a file of
its own in `logs`, and is ended by its id when its `with` block ends.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from tests.faults.journal import Entry, read

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
FLASK_WORKER = (sys.executable, "-m", "flask", "--app", "watch", "worker")
FRAGILE_WORKER = (sys.executable, "-m", "tests.faults.worker")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return a process's environment, without the WATCH_ settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WATCH_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "WATCH_JOURNAL": os.environ.get("TEST_JOURNAL", ""), **settings}


def children(pid: int) -> list[int]:
    """Return the ids of the processes that a process has started."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@dataclass
class Process:
    """A process that can be ended, killed, stopped and started again. Its output is appended to `log`."""

    words: Sequence[str]
    settings: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. It may take a while to become ready."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.words, cwd=ROOT, env=environment(self.settings), stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, process_group=0,
            )  # fmt: skip

    @property
    def is_running(self) -> bool:
        """True if it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def signal(self, what: signal.Signals) -> None:
        """Send SIGSTOP, SIGCONT or another signal."""
        if self.process is not None and self.is_running:
            self.process.send_signal(what)

    def kill(self) -> None:
        """Kill it and its children at once, like a power cut."""
        if self.process is not None:
            for pid in children(self.process.pid):
                os.kill(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait(10)

    def wait(self, seconds: float) -> int | None:
        """Return its exit code (-9 if killed), or None if it still runs after so many seconds."""
        assert self.process
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def end(self, patience: float = 20) -> None:
        """Ask it to end, and kill it if it does not, or what it has left behind."""
        if self.process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if self.wait(patience) is None:
            self.kill()
        with suppress(ProcessLookupError):  # a web server that refuses to start ends before its workers
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Workers:
    """Several workers. With `kill_at` they kill themselves at that point, see `worker.py`."""

    number: int
    settings: Mapping[str, str]
    logs: Path
    kill_at: str | None = None
    all: list[Process] = field(default_factory=list)

    def __enter__(self) -> Self:
        for number in range(self.number):
            self.all.append(Process(self._words(), self._settings(1), self.logs / f"worker-{number}.log"))
            self.all[-1].start()
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        for each in self.all:
            each.signal(signal.SIGCONT)
            each.signal(signal.SIGTERM)
        for each in self.all:
            each.end()

    def _words(self) -> Sequence[str]:
        return FRAGILE_WORKER if self.kill_at else FLASK_WORKER

    def _settings(self, passes: int) -> dict[str, str]:
        if not self.kill_at:
            return dict(self.settings)
        return {**self.settings, "WATCH_KILL_AT": self.kill_at, "WATCH_KILL_COUNT": str(passes)}

    def kill_any(self, random: Random) -> Process:
        """Kill a random worker."""
        victim = random.choice(self.all)
        victim.kill()
        return victim

    def restart(self, each: Process, *, passes: int = 1) -> float:
        """Start a worker again, to die at another pass of its point. Returns the time (time.time())."""
        each.settings = self._settings(passes)
        now = time.time()
        each.start()
        return now


@dataclass
class Web:
    """The web server on `port`, with so many processes."""

    number: int
    settings: Mapping[str, str]
    logs: Path
    port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "gunicorn", "--workers", str(self.number), "--worker-class", "gthread",
                 "--threads", "1", "--no-control-socket", "--bind", f"{HOST}:{self.port}",
                 "--log-level", "info", "watch:create_app()"]  # fmt: skip
        self.process = Process(words, self.settings, self.logs / "web.log")
        self.process.start()
        try:
            self.wait_until_it_listens()
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        self.process.end()

    def wait_until_it_listens(self, seconds: float = 60) -> None:
        """Wait for the port. Raises TimeoutError, and RuntimeError if the process ended."""
        _wait_for_port(self.port, self.process, seconds)

    def kill_any(self, random: Random) -> bool:
        """Kill a random process of it; gunicorn starts another. Returns False if there is none."""
        assert self.process.process
        victims = children(self.process.process.pid)
        if not victims:
            return False
        try:
            os.kill(random.choice(victims), signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True


@dataclass
class Relay:
    """The test mail server (`server.py`); `options` as on its command line."""

    journal: Path
    options: Sequence[str] = ()
    port: int = 0

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "tests.faults.server", "--port", str(self.port),
                 "--journal", str(self.journal), *self.options]  # fmt: skip
        self.process = subprocess.Popen(
            words, cwd=ROOT, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.port = int(self._answer().split()[1])
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _at: TracebackType | None) -> None:
        self.process.kill()  # everything it acknowledged is on disk
        self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def start(self) -> None:
        """Listen again."""
        self._tell("start")

    def stop(self) -> None:
        """Stop listening, and end every connection at once."""
        self._tell("stop")

    def drop(self) -> None:
        """End every connection at once, and keep listening."""
        self._tell("drop")

    def fault(self, fault: str = "") -> None:
        """Activate this fault (behaviours.py), or none."""
        self._tell(f"fault {fault}")

    def connections(self) -> int:
        """Return the number of connections so far."""
        return int(self._tell("connections").split()[1])

    def entries(self) -> list[Entry]:
        """Return what it has stored."""
        return read(self.journal)

    def _tell(self, word: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n".encode())
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout
        answer = self.process.stdout.readline().decode().strip()
        if not answer:
            raise RuntimeError("the test mail server has ended; its reason stands above")
        return answer


def _wait_for_port(port: int, process: Process, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if not process.is_running:
            raise RuntimeError(f"ended while starting, see {process.log}")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port} after {seconds} s, see {process.log}")
