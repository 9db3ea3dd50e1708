"""Do pages still answer while strangers send large forms? Measured on the demo data, on this machine.

    .venv/bin/python bench/flood.py [--seconds 30] [--clients 4] [--code /a/checkout/of/another/version]

gunicorn starts as in the unit file, with two processes (`--more` adds to its command). Clients that are not
signed in send forms, some of one megabyte, as fast as they are answered, while another client reads /healthz
ten times a second. It prints the times within which half, 95 of 100 and all of these reads were answered, and
what the senders were answered. Each sender has a network of its own (X-Forwarded-For). "Half a head" opens so
many connections (`--slow`) that never end their request and send a character a second. `--port` is the port
of a proxy in front; gunicorn listens on the next port.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import multiprocessing
import os
import platform
import re
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
MARKS = "e\u0301"  # a letter and its accent apart, which have to be composed
WANTED = 0.5  # seconds, for 95 of 100 answers of /healthz
Fill = Callable[[str], dict[str, str]]
FLOODS: dict[str, tuple[str, Fill]] = {
    "1 MB in the name": ("interest", lambda token: {"csrf_token": token, "name": "a" * 950_000}),
    "1 MB in the address": ("interest", lambda token: {"csrf_token": token, "address": "a" * 950_000}),
    "1 MB of letters with marks apart": (
        "interest",
        lambda token: {"csrf_token": token, "name": MARKS * 100_000, "address": "a@example.org"},
    ),
    "as large as a form may be": (
        "interest", lambda token: {"csrf_token": token, "name": MARKS * 2_800, "address": "a" * 800},
    ),
    "many small fields": (
        "interest", lambda token: {"csrf_token": token, **{f"name{n}": "a" for n in range(990)}},
    ),
    "good forms of other addresses": (
        "login", lambda token: {"csrf_token": token, "email": f"n{time.monotonic_ns()}@example.org"},
    ),
}  # fmt: skip


def command(code: Path, port: int, more: str) -> list[str]:
    """Return how the unit file of that version starts gunicorn, on a port of this machine."""
    text = (code / "deploy/watch-web.service").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = [word.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for word in shlex.split(line)]
    return [sys.executable, "-m", "gunicorn", *words[1:-1], *shlex.split(more), words[-1]]


@contextmanager
def served(asked: argparse.Namespace, folder: Path) -> Iterator[tuple[int, int, list[int]]]:
    """Serve that version with the demo data; yield the port, a building without a group, and process ids."""
    code = asked.code
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WATCH_")},
        "WATCH_ENV": "development", "WATCH_DATABASE_URL": f"sqlite:///{folder}/watch.db",
        "WATCH_TRUSTED_PROXIES": "1", "PYTHONPATH": str(code),
    }  # fmt: skip
    flask = [sys.executable, "-m", "flask", "--app", "watch"]
    for words in (["db", "upgrade"], ["demo", "seed"]):
        subprocess.run([*flask, *words], cwd=code, env=settings, check=True, capture_output=True)
    port = asked.port + 1 if asked.port else free_port()
    server = subprocess.Popen(
        command(code, port, asked.more), cwd=code, env=settings, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        yield port, empty_building(folder / "watch.db"), [server.pid, *map(int, children)]
    finally:
        server.terminate()
        server.wait(60)


def empty_building(database: Path) -> int:
    """Return a building without a group; its page offers the form for interest."""
    import sqlite3

    found: int = (
        sqlite3.connect(database).execute("SELECT id FROM building WHERE group_id IS NULL").fetchone()[0]
    )
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until the server answers on that port."""
    for _ in range(600):
        try:
            ask(port, "GET", "/healthz")
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("gunicorn does not answer")


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, str]:
    """Send one request on a connection of its own; return status, body and cookie of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {
        "Host": "127.0.0.1",
        "Connection": "close",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it answered and closed before reading all
            connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        return answer.status, answer.read(), (answer.getheader("Set-Cookie") or "").partition(";")[0]
    finally:
        connection.close()


def send(port: int, pages: dict[str, str], kind: str, number: int, until: float, results: Any) -> None:
    """Send a kind of form again and again, from a network of its own."""
    where, fill = FLOODS[kind]
    path, network, answers = pages[where], f"198.51.{number}.7", collections.Counter[str]()
    status, page, cookie = ask(port, "GET", path, X_Forwarded_For=network)
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert status == 200
    assert token
    characters = 0
    while time.monotonic() < until:
        body = urlencode(fill(token[1].decode())).encode()
        try:
            status, page, _ = ask(
                port, "POST", path, body, Cookie=cookie, X_Forwarded_For=network,
                Content_Type="application/x-www-form-urlencoded",
            )  # fmt: skip
            answers[str(status)] += 1
            characters += len(page)
        except (OSError, http.client.HTTPException):
            answers["cut off"] += 1
    results.put((answers, characters))


def look(port: int, until: float, results: Any) -> None:
    """Read /healthz ten times a second and record the times; without an answer, a minute."""
    times = []
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            ask(port, "GET", "/healthz", X_Forwarded_For="192.0.2.1")
            times.append(time.monotonic() - begun)
        except OSError:
            times.append(60.0)
        time.sleep(max(0.0, begun + 0.1 - time.monotonic()))
    results.put(times)


def trickle(port: int, number: int, until: float) -> None:
    """Hold connections with half a request head open, and send one more character a second."""
    held: list[socket.socket] = []
    while time.monotonic() < until:
        for _ in range(number - len(held)):
            one = socket.create_connection(("127.0.0.1", port), timeout=5)
            one.sendall(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            held.append(one)
        time.sleep(1)
        for one in list(held):
            try:
                one.sendall(b"a")
            except OSError:
                held.remove(one)
    for one in held:
        one.close()


def cpu_seconds(pids: list[int]) -> float:
    """Return the CPU seconds that these processes have used."""
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


def measure(kind: str, port: int, building: int, pids: list[int], asked: argparse.Namespace) -> str:
    """Run one kind of flood and return its line of the table."""
    pages = {"interest": f"/buildings/{building}/interest", "login": "/login"}
    seen, told = multiprocessing.SimpleQueue(), multiprocessing.SimpleQueue()
    until, before = time.monotonic() + asked.seconds, cpu_seconds(pids)
    if kind == "half a head":
        senders = [multiprocessing.Process(target=trickle, args=(port, asked.slow, until))]
    else:
        senders = [
            multiprocessing.Process(target=send, args=(port, pages, kind, number, until, told))
            for number in range(asked.clients)
        ]
    looker = multiprocessing.Process(target=look, args=(port, until, seen))
    for process in (*senders, looker):
        process.start()
    times = seen.get()
    answers, characters = collections.Counter[str](), 0
    for _ in senders if kind != "half a head" else ():
        more, read = told.get()
        answers, characters = answers + more, characters + read
    for process in (*senders, looker):
        process.join()
    used = cpu_seconds(pids) - before
    half, most = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
    said = ", ".join(f"{status} × {count}" for status, count in sorted(answers.items()))
    mark = "" if most <= WANTED else "  (too slow)"
    took = f"{half * 1000:.0f} ms | {most * 1000:.0f} ms{mark} | {max(times) * 1000:.0f} ms"
    return f"| {kind} | {took} | {len(times)} | {used:.1f} s | {said} | {characters / MEGABYTE:.0f} MB |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=30)
    arguments.add_argument("--clients", type=int, default=4)
    arguments.add_argument("--slow", type=int, default=10)
    arguments.add_argument("--more", default="")
    arguments.add_argument("--port", type=int, help="of a proxy in front")
    arguments.add_argument("--code", type=Path, default=HERE)
    arguments.add_argument("--kinds", nargs="*", default=[*FLOODS, "half a head"])
    asked = arguments.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}, {asked.code}")
    print(f"load before: {os.getloadavg()[0]:.1f}; {asked.clients} clients, {asked.seconds:.0f} s each")
    print("| flood | half below | 95 % below | all below | looks | CPU | answers | sent back |")
    for kind in asked.kinds:
        with tempfile.TemporaryDirectory() as folder, served(asked, Path(folder)) as (port, building, pids):
            print(measure(kind, asked.port or port, building, pids, asked), flush=True)


if __name__ == "__main__":
    main()
