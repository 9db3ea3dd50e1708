"""Commands for one's own machine: `flask demo run`, `flask demo seed`, `flask mailbox`."""

from __future__ import annotations

import os
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade

from watch.accounts.service import signing_in
from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.models import Person
from watch.ops import demo as sample
from watch.ops import letters, running

WELCOME = {
    "police contact": "gun@example.org",
    "lead coordinator": "amina@example.org",
    "resident": "carin@example.org",
    "landlord's contact": "lars@example.org",
}

demo = AppGroup("demo", help="Try it on one's own machine, with sample data.")


def init_app(app: Flask) -> None:
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
    """Run web server, worker and mailbox with sample data, until Ctrl-C. The data is kept."""
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
    db.engine.dispose()  # the forked processes must not share open connections
    settings = {"WATCH_ENV": "development", "WATCH_BASE_URL": config["BASE_URL"]}
    sys.exit(running.run(port, settings, lambda: click.echo(welcome)))


def _demand_development() -> None:
    if current_app.config["ENV"] != "development":
        raise click.ClickException("This is for one's own machine: it needs WATCH_ENV=development.")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise click.ClickException(f"PORT is {text!r}; it needs a number like 8000.")
    return int(text)


def _welcome(port: int) -> str:
    """Return the addresses to open, and sign-in links that work once each."""
    lines = [
        "",
        f"  Open     http://{running.HOST}:{port}",
        f"  Letters  http://{running.HOST}:{port}/mailbox",
        "",
    ]
    for role, address in WELCOME.items():
        person = db.session.query(Person).filter_by(mailbox_id=mailbox_at(address).id).first()
        if person:
            lines.append(f"  Sign in as {role}, {person.name}:\n    {signing_in.operator_link(person)}")
    return "\n".join([*lines, "", "  Ctrl-C ends everything; the data stays.", ""])


@click.command()
@with_appcontext
def mailbox() -> None:
    """Run a mail server on loopback whose mails are shown on the page /mailbox (development only)."""
    _demand_development()
    port = current_app.config["MAIL_PORT"]
    try:
        letters.serve(running.HOST, port)
    except OSError:
        raise click.ClickException(f"Port {port} is taken; choose another WATCH_MAIL_PORT.") from None
