"""The operator's commands for mail: `flask worker`, `flask outbox status`."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from watch import jobs
from watch.extensions import db
from watch.models import OutboxRow, OutboxState

outbox = AppGroup("outbox", help="The mails that wait, are sent, or could not be.")

WORDS = {
    OutboxState.QUEUED: "wait",
    OutboxState.SENDING: "are being sent",
    OutboxState.UNCERTAIN: "got no answer from the mail server; tried again",
    OutboxState.SENT: "delivered to the mail server",
    OutboxState.BOUNCED: "refused: could not be reached",
    OutboxState.CANCELLED: "left out: no longer wanted",
    OutboxState.EXPIRED: "left out: too late",
    OutboxState.PARKED: "stopped: could not be made, look at the log",
    OutboxState.HELD: "held after a restore: waiting for you",
    OutboxState.TO_PRINT: "to print",
    OutboxState.PRINTED: "printed",
    OutboxState.HANDED_OUT: "handed out on paper",
}


def init_app(app: Flask) -> None:
    """Register the commands, and ring the worker after commits that queue mail."""
    app.cli.add_command(worker)
    app.cli.add_command(outbox)
    jobs.init_app(app)


@click.command()
@with_appcontext
def worker() -> None:
    """Send mail and keep the clock, in the foreground; SIGTERM or Ctrl-C ends it after the mail in hand."""
    jobs.work()


@outbox.command()
def status() -> None:
    """How many rows stand where, and since when the oldest waits."""
    counts = dict(db.session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all())
    for state, words in WORDS.items():
        if counts.get(state):
            click.echo(f"{counts[state]:>7}  {state.value:<11} {words}")
    if not counts:
        click.echo("Nothing has been queued yet.")
    oldest = db.session.scalar(
        select(func.min(OutboxRow.created_at)).where(OutboxRow.state == OutboxState.QUEUED)
    )
    if oldest:
        click.echo(f"The oldest waits since {oldest:%Y-%m-%d %H:%M} UTC.")
