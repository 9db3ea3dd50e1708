"""Commands for the operator about the audit trail: `flask audit …`."""

from __future__ import annotations

import re

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import func, select

from watch.audit import verifying
from watch.extensions import db
from watch.models import AuditBlock, AuditEntry, utcnow

Blocks = list[tuple[int, str]]  # numbers and seals

NOTED = re.compile(r"(\d{1,9}):([0-9a-f]{64})")
audit = AppGroup("audit", help="Audit trail: check that nobody has changed it.")


def _noted(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> list[tuple[int, str]]:
    found = [NOTED.fullmatch(text.strip()) for text in texts]
    if not all(found):
        raise click.BadParameter("write it as an earlier check printed it, like 812:4f3c…")
    return [(int(each[1]), each[2]) for each in found if each]


@audit.command("verify")
@click.option(
    "--noted", multiple=True, callback=_noted, metavar="NUMBER:SEAL",
    help="A line that an earlier check printed, kept elsewhere. May be given several times.",
)  # fmt: skip
def verify(noted: Blocks) -> None:
    """Check that the sealed audit trail is as it was written. The exit status is 1 if it is not.

    It finds what was changed, taken out, put in or reordered, and with the journal or --noted also what was
    cut off at the end. It cannot find what was changed before it was sealed, which happens every four hours,
    nor what was changed by somebody who has WATCH_DATA_KEY.
    """
    known = [*verifying.noted_in_journal(), *noted]
    found = list(verifying.faults(known, utcnow()))
    blocks = db.session.scalars(select(AuditBlock).order_by(AuditBlock.number)).all()
    for sentence in verifying.pauses(blocks):
        click.echo(f"Note: {sentence}")
    for sentence in found:
        click.echo(f"Wrong: {sentence}")
    unsealed = db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.block.is_(None)))
    click.echo(
        f"Blocks: {len(blocks)}, compared with {len(known)} noted. Entries not sealed yet: {unsealed}."
    )
    if found:
        raise click.ClickException("The audit trail is not as it was written.")
    click.echo("The audit trail is as it was written.")
    if blocks:
        click.echo(f"To keep elsewhere: --noted {blocks[-1].number}:{blocks[-1].seal.hex()}")


def init_app(app: Flask) -> None:
    app.cli.add_command(audit)
