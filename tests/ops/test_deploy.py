"""Checks that the files in deploy/ work, and that no log has an address, a link or a person's whereabouts."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.processes import ROOT, Process, environment

DEPLOY = ROOT / "deploy"
BACKUP = "watch-backup.service"
LINK = "a-secret-link"
REFUSED = {
    "version": f"GET /a/{LINK} HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "short": f"GET /a/{LINK}\r\n\r\n",
    "line": f"GET /a/{LINK} and more HTTP/1.1\r\n\r\n",
    "method": f"g@t /a/{LINK} HTTP/1.1\r\n\r\n",
    "header": f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nReferer\x00: /a/{LINK}\r\n\r\n",
    "folding": f"GET /a/{LINK} HTTP/1.1\r\nHost: 127.0.0.1\r\n folded\r\n\r\n",
    "chunk": f"POST /a/{LINK} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: {LINK}\r\n\r\n",
}


def of_unit() -> Sequence[str]:
    """Return the command of the web service's unit file."""
    text = (DEPLOY / "watch-web.service").read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    return shlex.split(line.removeprefix("ExecStart="))


def of_procfile() -> Sequence[str]:
    """Return the command of the Procfile."""
    (line,) = re.findall(r"^web: (.*)$", (DEPLOY / "Procfile").read_text(encoding="utf-8"), re.MULTILINE)
    return shlex.split(line)


@contextmanager
def running(words: Sequence[str], folder: Path) -> Iterator[tuple[Path, Path]]:
    """Run the web server by a command, in this checkout and on a socket of its own. Yields its log."""
    door, log = folder / "web.sock", folder / "web.log"
    words = list(words)
    words[0] = str(ROOT / ".venv/bin/gunicorn")
    words[words.index("--bind") + 1] = f"unix:{door}"
    settings = {"WATCH_ENV": "development", "WATCH_DATABASE_URL": f"sqlite:///{folder}/watch.db"}
    process = Process(words, settings, log)
    process.start()
    try:
        yield door, log
    finally:
        process.end()


def say(door: Path, words: str) -> bytes:
    """Send a request through a socket that may not be open yet. Returns the first bytes of the response."""
    ends = time.monotonic() + 60
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        while client.connect_ex(str(door)):
            assert time.monotonic() < ends, "nobody answers"
            time.sleep(0.05)
        client.sendall(words.encode("latin-1"))
        return client.recv(100)


@pytest.mark.parametrize("words", [of_unit(), of_procfile()], ids=["unit", "Procfile"])
def test_what_is_no_request_leaves_nothing_in_the_web_servers_log(
    words: Sequence[str], tmp_path: Path
) -> None:
    with running(words, tmp_path) as (door, log):
        answers = {kind: say(door, sent).split()[1] for kind, sent in REFUSED.items()}
        page = say(door, f"GET /static/{LINK} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").split()[1]
    assert answers == dict.fromkeys(REFUSED, b"400") | {"chunk": b"501"}
    assert page == b"404"
    written = log.read_text(encoding="utf-8")
    assert LINK not in written
    assert "ip=" not in written


def test_the_proxy_logs_no_address_and_no_link_whatever_happens() -> None:
    """With the server down, or before TLS, a careless configuration would log the whole address."""
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    servers = text.split("server {")[1:]
    assert [re.findall(r"listen (\d+)", each) for each in servers] == [["443"], ["80"]]
    for server in servers:
        logs = re.findall(r"^ *((?:access|error)_log [^;]*);", server, re.MULTILINE)
        assert logs == ["access_log off", "error_log /dev/null crit"]


def orders_of(unit: str, name: str) -> list[list[str]]:
    """Return the values of a unit's settings of that name, split as systemd does."""
    text = (DEPLOY / unit).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
    return [[word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line)] for line in lines]


def test_the_nightly_copy_is_made_and_the_last_thirty_days_are_kept(tmp_path: Path) -> None:
    place, data = tmp_path / "backup", tmp_path / "data"
    place.mkdir()
    data.mkdir()
    old, young, foreign = (place / name for name in ("watch-old.copy", "watch-young.copy", "notes.txt"))
    for path, days in ((old, 31), (young, 28), (foreign, 99)):
        path.touch()
        os.utime(path, (time.time() - days * 86400,) * 2)
    settings = environment(
        {
            "WATCH_ENV": "development",
            "WATCH_DATABASE_URL": f"sqlite:///{data}/watch.db",
            "WATCH_JOURNAL": f"{tmp_path}/journal",
        }
    )
    upgrade = [str(ROOT / ".venv/bin/flask"), "--app", "watch", "db", "upgrade"]
    orders = [order for name in ("ExecStart", "ExecStartPost") for order in orders_of(BACKUP, name)]
    for order in (upgrade, *orders):
        words = [word.replace("/srv/watch", str(ROOT)).replace("/backup", str(place)) for word in order]
        subprocess.run(words, cwd=ROOT, env=settings, check=True, capture_output=True)
    names = sorted(path.name for path in place.iterdir())
    assert names[:1] + names[2:] == ["notes.txt", "watch-young.copy"]
    assert re.fullmatch(r"watch-\d{4}-\d\d-\d\d-\d{4}\.copy", names[1])


def test_each_unit_may_write_where_it_has_to() -> None:
    units = "watch-web.service", "watch-worker.service", BACKUP
    own = ["/srv/watch/instance", "/srv/watch/journal"]
    assert [orders_of(unit, "ReadWritePaths") for unit in units] == [[own], [own], [[*own, "/backup"]]]
    assert orders_of("watch-backup.timer", "OnCalendar") == [["*-*-*", "02:00:00"]]
