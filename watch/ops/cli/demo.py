"""Commands for one's own machine: `flask demo run`, `flask demo seed`, `flask demo fill`, `flask mailbox`."""

from __future__ import annotations

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade

from watch.accounts import service as accounts
from watch.accounts.service import mailbox_at
from watch.extensions import db
from watch.fields import readable_address
from watch.models import Person
from watch.ops import demo as sample
from watch.ops import letters, running
from watch.ops.demo import fill as filling

WELCOME = {
    "police contact": "gun@example.org",
    "lead coordinator": "amina@example.org",
    "resident": "carin@example.org",
}

demo = AppGroup("demo", help="Try it on one's own machine, with sample data.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(demo)
    app.cli.add_command(mailbox)


@demo.command()
def seed() -> None:
    """Fill an empty database with sample data."""
    _demand_development()
    if not sample.is_empty():
        raise click.ClickException("There is data here already; nothing was changed.")
    sample.seed()
    db.session.commit()


@demo.command()
def run() -> None:
    """Web server, worker and mailbox with sample data, until Ctrl-C; the data stays for the next time."""
    _demand_development()
    config = current_app.config
    port = _port(os.environ.get("PORT", "8000"))
    if "WATCH_BASE_URL" not in os.environ:
        config["BASE_URL"] = f"http://{running.HOST}:{port}"
    try:
        running.demand_free(port, "PORT", "make run")
        running.demand_free(config["MAIL_PORT"], "WATCH_MAIL_PORT", f"PORT={port} make run")
    except running.PortTaken as taken:
        raise click.ClickException(str(taken)) from None
    upgrade()
    if sample.is_empty():
        click.echo("Filling the database with sample data …")
        sample.seed()
    welcome = _welcome(port)
    db.session.commit()
    db.engine.dispose()  # nothing open is carried into the processes
    settings = {"WATCH_ENV": "development", "WATCH_BASE_URL": config["BASE_URL"]}
    sys.exit(running.run(port, settings, lambda: click.echo(welcome)))


@demo.command()
@click.option("--groups", type=click.IntRange(1), required=True)
@click.option("--members", type=click.IntRange(1), required=True, help="In all groups together.")
@click.option("--domain", default="example.org", help="Where their addresses are: n1@, n2@ …")
@click.option("--paper", type=click.FloatRange(0, 1), default=0.0, help="The share without an address.")
@click.option("--seed", type=int, default=sample.SEED, help="The same number makes the same people.")
def fill(groups: int, members: int, domain: str, paper: float, seed: int) -> None:
    """Add many made-up groups and members, to measure with.

    A million takes minutes. They come beside what is there: all of them, or none where it is stopped
    (one transaction; in SQLite nobody else can write meanwhile). No mail goes out for any of it.
    """
    _demand_development()
    if not groups <= members <= groups * filling.LARGEST_GROUP:
        raise click.ClickException(f"A group has 1 to {filling.LARGEST_GROUP} members here.")
    try:
        readable_address(f"n1@{domain}")
    except ValueError:
        raise click.ClickException(f"{domain!r} is not the domain of an e-mail address.") from None
    wish = filling.Wish(groups, members, domain, paper, seed)
    with click.progressbar(length=groups, label="Groups") as bar:
        for done in filling.fill(wish):
            bar.update(done)
    db.session.commit()


def _demand_development() -> None:
    if current_app.config["ENV"] != "development":
        raise click.ClickException("This is for one's own machine: it needs WATCH_ENV=development.")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise click.ClickException(f"PORT is {text!r}; it needs a number like 8000.")
    return int(text)


def _welcome(port: int) -> str:
    """Where it is, and links that sign in, each once."""
    lines = [
        "",
        f"  Open     http://{running.HOST}:{port}",
        f"  Letters  http://{running.HOST}:{port}/mailbox",
        "",
    ]
    for role, address in WELCOME.items():
        person = db.session.query(Person).filter_by(mailbox_id=mailbox_at(address).id).first()
        if person:
            lines.append(f"  Sign in as {role}, {person.name}:\n    {accounts.operator_link(person)}")
    return "\n".join([*lines, "", "  Ctrl-C ends everything; the data stays.", ""])


@click.command()
@with_appcontext
def mailbox() -> None:
    """A mail server on loopback whose letters are read on the page /mailbox (development only)."""
    _demand_development()
    port = current_app.config["MAIL_PORT"]
    try:
        letters.serve(running.HOST, port)
    except OSError:
        raise click.ClickException(f"Port {port} is taken; choose another WATCH_MAIL_PORT.") from None
