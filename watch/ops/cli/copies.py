"""Commands for copies of the database: `flask backup FILE`, `flask restore FILE`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from watch import jobs, journal, presence
from watch.extensions import db
from watch.journal import files
from watch.journal.state import name_and_serial
from watch.language import local
from watch.models import JournalHost
from watch.ops.copies import checking, postgres, sqlite
from watch.ops.copies.facts import Facts, Unusable
from watch.ops.copies.reconcile import Report, reconcile

ASK = (
    "What was written since the copy was made will be gone; what was taken away since stays away. "
    "Is the copy to become the database?"
)
LEAVING = 3  # seconds in which PostgreSQL ends the connections of a program that was just stopped
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


def init_app(app: Flask) -> None:
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command()
@click.argument("file", type=FILE)
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database into a new FILE, while everything runs."""
    try:
        _kind().make(file)
    except Unusable as reason:
        raise click.ClickException(str(reason)) from None
    journal.beat()  # the marker shows from now on that the database is newer than this copy
    db.session.commit()
    click.echo(f"The copy is {file} ({file.stat().st_size:,} bytes). Keep it encrypted, 30 days at most.")


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--in-place", is_flag=True, help="The copy stands in the database's place already.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--journal", "more", type=FOLDER, multiple=True, help="Another machine's journal; repeatable.")
@click.option("--without-journal", is_flag=True, help="Though whoever has left since is in again then.")
@with_appcontext
def restore(
    file: Path | None, in_place: bool, yes: bool, more: Sequence[Path], without_journal: bool
) -> None:
    """Replace the database by the copy FILE, and repeat what was taken away since it was made."""
    if (file is None) != in_place:
        raise click.UsageError("Say which FILE, or --in-place.")
    places = [files.folder(), *more]
    try:
        with presence.alone():
            _demand_nobody_else()
            report = _restore(file, places, yes=yes, may_miss=without_journal)
    except presence.Busy:
        raise click.ClickException(
            "A web server or a worker runs on this machine: stop them first."
        ) from None
    except Unusable as reason:
        raise click.ClickException(str(reason)) from None
    _tell(report)


def _kind() -> ModuleType:
    return sqlite if db.engine.dialect.name == "sqlite" else postgres


def _demand_nobody_else() -> None:
    """Check that no process on another machine is connected to PostgreSQL. Raises Unusable.

    The server needs a moment to end the connections of a program that was just stopped.
    """
    if db.engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    until = monotonic() + LEAVING
    while count := db.session.scalar(others):
        db.session.remove()
        if monotonic() > until:
            raise Unusable(f"{count} others are connected to the database: stop what runs, on every machine.")
        sleep(0.1)
    db.session.remove()


def _restore(file: Path | None, places: Sequence[Path], *, yes: bool, may_miss: bool) -> Report:
    own = _own()
    if not files.can_write():
        raise Unusable(f"WATCH_JOURNAL is {files.folder()}; nothing can be written there.")
    with _kind().opened(file) if file else nullcontext() as copy:
        if copy:
            checking.demand_ours(copy.facts)
        facts: Facts = copy.facts if copy else own
        name = checking.name_of(facts, own.database, places)
        known = checking.journal_of(name, facts, places, may_miss=may_miss)
        if known.unreadable:
            click.echo(
                f"{known.unreadable} lines of the journal were torn by a crash, and count for nothing."
            )
        if not yes:
            _ask()
        with copy.in_place() if copy else nullcontext():
            upgrade()
            made_at = db.session.scalar(select(func.max(JournalHost.seen_at)))
            report = reconcile(known, name, facts.serial, jobs.JOBS)
            files.append(name, report.line["serial"], report.line)
            db.session.commit()
    files.raise_marker(name, report.line["serial"])
    if made_at:
        click.echo(f"The copy was made at {local(made_at):%Y-%m-%d %H:%M}, or up to a minute later.")
    return report


def _ask() -> None:
    """Ask the operator to confirm. Raises Unusable if they do not."""
    try:
        click.confirm(ASK, abort=True)
    except click.Abort:
        raise Unusable(
            "Nobody said yes, and nothing was changed; where there is no terminal, add --yes."
        ) from None


def _own() -> Facts:
    """Return the facts of the current database; empty ones if it is missing or broken."""
    try:
        known = name_and_serial()
        hosts = db.session.scalars(select(JournalHost.name)) if known else ()
        return Facts(None, known[0] if known else None, known[1] if known else 0, frozenset(hosts), ())
    except SQLAlchemyError:
        return Facts(None, None, 0, frozenset(), ())
    finally:
        db.session.remove()


def _tell(report: Report) -> None:
    """Print what was done, and what is left to do."""
    click.echo("The copy is the database now. Ended, played again, erased:")
    for words, count in sorted(report.counts.items()):
        if count:
            click.echo(f"{count:>7}  {words}")
    click.echo("What is left to do (the handbook's page for operators says it word by word):")
    for count, words in report.left_to_do():
        click.echo(f"{count:>7}  {words}")
    click.echo("Then start web server and worker.")
