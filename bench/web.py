"""How many processes and threads should serve the pages, and do many groups make them slower?

    WATCH_ENV=development .venv/bin/python bench/web.py [--seconds 6]
    WATCH_ENV=development .venv/bin/python bench/web.py --groups 100 100000 [--database sqlite|postgresql]

Without `--groups`, each setting of gunicorn serves a member's group page of the demo data to four clients on
kept connections. It prints pages a second, and the time within which 95 of 100 pages came.

With `--groups`, an officer's pages are measured in turns on a database with few groups and on one with many
(bench/many_groups.py). `--folder` keeps SQLite's files for the next time.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import platform
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETTINGS = [(1, 1), (2, 1), (3, 1), (4, 1), (1, 8), (2, 4), (2, 8)]
CLIENTS = 4


def prepare(folder: Path) -> tuple[str, str]:
    """Make a database with the demo data; return a page's address and the cookie of one of its readers."""
    from flask.sessions import SecureCookieSessionInterface
    from flask_migrate import upgrade

    from watch import create_app
    from watch.extensions import db
    from watch.models import Membership, SignIn
    from watch.ops import demo

    app = create_app(
        {"DATABASE_URL": os.environ["WATCH_DATABASE_URL"], "QUEUE_URL": f"sqlite:///{folder}/queue.db"}
    )
    with app.app_context():
        upgrade()
        demo.seed()
        db.session.commit()
        membership = db.session.scalars(db.select(Membership).where(Membership.is_current)).first()
        assert membership
        sign_in = SignIn(id=secrets.token_urlsafe(24), person_id=membership.person_id, device="bench")
        db.session.add(sign_in)
        db.session.commit()
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer
        cookie = f"{app.config['SESSION_COOKIE_NAME']}=" + str(
            signer.dumps({"_user_id": sign_in.id, "_fresh": True})
        )
        return f"/groups/{membership.group_id}", cookie


def client(
    port: int, path: str, cookie: str, seconds: float, results: multiprocessing.Queue[list[float]]
) -> None:
    """Ask for the page again and again. If a connection was closed, the repeated request counts in full."""
    times: list[float] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    end = time.monotonic() + seconds
    begun = time.monotonic()
    while begun < end:
        try:
            connection.request("GET", path, headers={"Cookie": cookie, "Host": "127.0.0.1"})
            answer = connection.getresponse()
            answer.read()
        except ConnectionError:  # a server may close a kept connection at any time
            connection.close()
            continue
        assert answer.status == 200, answer.status
        now = time.monotonic()
        times.append(now - begun)
        begun = now
    results.put(times)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def measure(workers: int, threads: int, path: str, cookie: str, seconds: float) -> tuple[float, float]:
    """Return pages a second, and the milliseconds within which 95 of 100 pages came."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", str(threads),
               "--worker-class", "gthread", "--no-control-socket", "--bind", f"127.0.0.1:{port}",
               "--log-level", "error", "watch:create_app()"]  # fmt: skip
    server = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        for span in (1.0, seconds):  # the first round warms up
            results: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
            clients = [
                multiprocessing.Process(target=client, args=(port, path, cookie, span, results))
                for _ in range(CLIENTS)
            ]
            for each in clients:
                each.start()
            times = [took for _ in clients for took in results.get()]
            for each in clients:
                each.join()
        return len(times) / seconds, statistics.quantiles(times, n=20)[-1] * 1000
    finally:
        server.terminate()
        server.wait(10)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=6)
    arguments.add_argument("--groups", type=int, nargs=2, help="few and many")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--folder", type=Path)
    given = arguments.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}\n")
    with tempfile.TemporaryDirectory() as folder:
        if given.groups:
            from bench import many_groups

            many_groups.main(given.groups, given.database, given.folder or Path(folder), given.rounds)
        else:
            _settings(Path(folder), given.seconds)


def _settings(folder: Path, seconds: float) -> None:
    """Print how fast each setting of gunicorn is."""
    os.environ["WATCH_DATABASE_URL"] = f"sqlite:///{folder}/watch.db"
    path, cookie = prepare(folder)
    print("processes  threads  pages/s  95 % below")
    for workers, threads in SETTINGS:
        rate, slow = measure(workers, threads, path, cookie, seconds)
        print(f"{workers:9}  {threads:7}  {rate:7.0f}  {slow:7.1f} ms", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
