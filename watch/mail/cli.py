"""Commands for the operator about mail: `flask worker`, `flask outbox …` and `flask mail test`."""

from __future__ import annotations

from collections import Counter

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from watch import jobs
from watch.extensions import db
from watch.mail import recovery, trial
from watch.mail.outbox import WAKE
from watch.mail.progress import ALIVE, sending
from watch.models import LeftOut, OutboxRow, OutboxState, Worker, utcnow

mail = AppGroup("mail", help="The mail server: whether it takes our mail.")
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
REASONS = {
    LeftOut.TOO_LATE: "it came too late",
    LeftOut.ADDRESS: "the address is dead, complained, or is not the reader's any more",
    LeftOut.OVER: "stopped, cancelled, revoked or answered meanwhile",
    LeftOut.READER: "the reader has left, or said no to such mails",
}


def init_app(app: Flask) -> None:
    """Register the commands, and wake the worker after commits that queue mail."""
    app.cli.add_command(worker)
    app.cli.add_command(outbox)
    app.cli.add_command(mail)
    jobs.init_app(app)


@click.command()
@with_appcontext
def worker() -> None:
    """Send mail and keep the clock, in the foreground; SIGTERM or Ctrl-C ends it after the mail in hand."""
    jobs.work()


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a test mail from each sender to ADDRESS and say what worked. Exit code 1 if a step failed."""
    try:
        to = validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise click.ClickException(f"{address!r} is not an e-mail address.") from None
    try:
        for sentence in trial.send_test_mails(to):
            click.echo(f"ok      {sentence}")
    except trial.Failed as failed:
        click.echo(f"failed  {failed}")
        raise click.exceptions.Exit(1) from None
    click.echo("The mail server took everything. Now look whether it arrives, and not among the spam.")


@outbox.command()
def status() -> None:
    """How many rows stand where, since when the oldest is due, how fast it goes, and why some were parked."""
    counts = dict(db.session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state)).all())
    for state, words in WORDS.items():
        if counts.get(state):
            click.echo(f"{counts[state]:>7}  {state.value:<11} {words}")
    if not counts:
        click.echo("Nothing has been queued yet.")
    if oldest := sending().oldest_due:
        click.echo(f"The oldest has been due since {oldest:%Y-%m-%d %H:%M} UTC.")
    _tell_of_left_out()
    _tell_of_workers()
    _tell_of_parked()


def _tell_of_left_out() -> None:
    counted = select(OutboxRow.left_out, func.count()).where(OutboxRow.left_out.is_not(None))
    counts = dict(db.session.execute(counted.group_by(OutboxRow.left_out)).all())
    for why, words in REASONS.items():
        if counts.get(why):
            click.echo(f"{counts[why]:>7}  left out: {words}")


def _tell_of_workers() -> None:
    now = utcnow()
    for worker in db.session.scalars(select(Worker).order_by(Worker.owner)):
        is_alive = worker.seen_at > now - ALIVE
        pace = f"{worker.per_minute} a minute" if is_alive else "not seen any more"
        click.echo(
            f"Worker {worker.owner}: {pace}, {worker.sent} sent, last seen {worker.seen_at:%H:%M:%S} UTC."
        )


def _tell_of_parked() -> None:
    """Print the reasons for parking. They hold no address. They are encrypted, so Python counts them."""
    parked = select(OutboxRow.last_text).where(OutboxRow.state == OutboxState.PARKED)
    for reason, count in Counter(db.session.scalars(parked)).most_common():
        click.echo(f"{count:>7}  parked: {reason or 'no reason kept'}")


@outbox.command()
@click.option("--held", is_flag=True, help="Those held after a restore, not the parked ones.")
def redrive(held: bool) -> None:
    """Send what was parked, once its cause is mended; it is due at once."""
    count = recovery.redrive(OutboxState.HELD if held else OutboxState.PARKED)
    db.session.info[WAKE] = True
    db.session.commit()
    click.echo(f"{count} rows wait to be sent now.")


@outbox.command()
def hold() -> None:
    """Hold what waits: after a restore, before the worker starts, the copy queues what was sent since."""
    count = recovery.hold()
    db.session.commit()
    click.echo(f"{count} rows are held; outbox redrive --held sends them.")


@outbox.command()
def drop() -> None:
    """Leave out what is held after a restore: it was sent before, or nobody wants it any more."""
    count = recovery.drop()
    db.session.commit()
    click.echo(f"{count} rows are left out.")
