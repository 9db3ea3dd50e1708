"""Checks the development mailbox: mails become files, shown on a page, in development only."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.mail.relay import free_port
from tests.mail.test_delivery import tell
from tests.page_client import PageClient
from tests.settings import PRODUCTION
from watch.extensions import db
from watch.mail import delivery
from watch.models import Area, Person
from watch.ops import letters, running

Cli = Callable[..., Result]
ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = (
    b"From: Grannsamverkan <m@example.org>\r\nTo: carin@example.org\r\nSubject: <script>x()</script>\r\n"
    b'Content-Type: text/plain; charset=utf-8\r\n\r\n<b>fet</b> http://127.0.0.1:8000/r/abc "citat"\r\n'
)


KEEP = """
import asyncio, socket, sys
from pathlib import Path
from watch.ops.letters import Keeper, keep_letters
asyncio.run(keep_letters(Keeper(Path(sys.argv[1])), socket.socket(fileno=int(sys.argv[2]))))
"""


def wait_for_greeting(port: int) -> None:
    """Wait until the server greets, which takes a while on a busy machine."""
    with socket.create_connection((running.HOST, port), timeout=120) as caller:
        assert caller.recv(3) == b"220"


@pytest.fixture
def own_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for mails of this test's own."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path / "mailbox"


def test_an_empty_mailbox_says_what_to_do_first(client: PageClient, own_folder: Path) -> None:
    assert "Inga brev än" in client.get("/mailbox").text


def test_a_letter_is_shown_as_text_and_nothing_in_it_runs(client: PageClient, own_folder: Path) -> None:
    own_folder.mkdir()
    name = "20260914T083000000000-0123abcd.eml"
    (own_folder / name).write_bytes(HOSTILE)
    assert f'href="/mailbox/{name}"' in client.get("/mailbox").html
    page = client.get(f"/mailbox/{name}")
    assert "&lt;b&gt;fet&lt;/b&gt;" in page.html
    assert '<a href="http://127.0.0.1:8000/r/abc">http://127.0.0.1:8000/r/abc</a>' in page.html
    assert "<script>x()" not in page.html
    assert page.response.headers["Content-Security-Policy"].endswith("; frame-src 'self'")


@pytest.mark.parametrize("name", ["no.eml", "..%2fwatch.db", "20260914T083000000000-0123abcd.eml"])
def test_what_is_no_letter_is_not_found(client: PageClient, own_folder: Path, name: str) -> None:
    assert client.get(f"/mailbox/{name}").status == 404


def test_what_the_worker_sends_can_be_read_on_the_page(
    app: Flask, scene: Scene, client: PageClient, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((running.HOST, 0)) as door:  # open before there is a server, and nobody else's
        port = door.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-c", KEEP, str(own_folder), str(door.fileno())],
            cwd=ROOT, pass_fds=[door.fileno()],
        )  # fmt: skip
    try:
        wait_for_greeting(port)
        monkeypatch.setattr(app.extensions["mail"], "port", port)
        tell(scene)
        assert delivery.run() == 4
        kept = list(letters.letters())
        assert sorted(str(each.mail["To"]) for each in kept) == [
            f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit")
        ]
        letter = next(each for each in kept if each.mail["To"] == "carin@example.org")
        assert "Ny lampa i cykelrummet" in client.get(f"/mailbox/{letter.name}").text
        look = app.test_client().get(f"/mailbox/{letter.name}?html=1", base_url=app.config["BASE_URL"])
        assert look.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert look.text.startswith('<base target="_blank">'), "a link opens outside of the frame"
        assert "Ny lampa i cykelrummet" in look.text
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.wait(10)


def test_outside_development_there_is_no_mailbox(make_app: Callable[..., Flask]) -> None:
    app = make_app(**PRODUCTION)
    assert [rule.rule for rule in app.url_map.iter_rules() if "mailbox" in rule.rule] == []


def test_a_taken_port_is_said_with_the_way_out() -> None:
    port = free_port()
    running.demand_free(port, "PORT", "make run")
    with socket.socket() as other:
        other.bind((running.HOST, port))
        other.listen()
        with pytest.raises(running.PortTaken, match=f"Port {port} is taken .* PORT={port + 1} make run"):
            running.demand_free(port, "PORT", "make run")


OWN_MACHINE = {
    ("demo", "run"): (),
    ("demo", "seed"): (),
    ("mailbox",): (),
}


@pytest.mark.parametrize("command", OWN_MACHINE)
def test_what_is_for_ones_own_machine_refuses_elsewhere(
    app: Flask, cli: Cli, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    with socket.socket() as taken:  # a mail server that begins after all ends at once
        taken.bind((running.HOST, 0))
        taken.listen()
        monkeypatch.setitem(app.config, "MAIL_PORT", taken.getsockname()[1])
        monkeypatch.setitem(app.config, "ENV", "production")
        result = cli(*command, *OWN_MACHINE[command])
    assert (result.exit_code, "WATCH_ENV=development" in result.output) == (1, True)
    assert (db.session.scalar(select(Person.id)), db.session.scalar(select(Area.id))) == (None, None)


def test_every_such_command_is_among_them(app: Flask) -> None:
    demo = app.cli.commands["demo"]
    assert isinstance(demo, click.Group)
    assert {("demo", name) for name in demo.commands} | {("mailbox",)} == set(OWN_MACHINE)


def test_sample_data_never_mixes_with_what_is_there(scene: Scene, cli: Cli) -> None:
    db.session.commit()
    result = cli("demo", "seed")
    assert (result.exit_code, "nothing was changed" in result.output) == (1, True)
