"""Add many made-up groups and members to a development database.

WATCH_ENV=development .venv/bin/python -m bench.fill --groups 1000 --members 20000
"""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import ScriptInfo, with_appcontext

from bench.fill import filling
from watch import create_app
from watch.email_address import readable_address
from watch.extensions import db

SEED = 2019


@click.command()
@click.option("--groups", type=click.IntRange(1), required=True)
@click.option("--members", type=click.IntRange(1), required=True, help="In all groups together.")
@click.option("--domain", default="example.org", help="Where their addresses are: n1@, n2@ …")
@click.option("--paper", type=click.FloatRange(0, 1), default=0.0, help="The share without an address.")
@click.option("--seed", type=int, default=SEED, help="The same number makes the same people.")
@with_appcontext
def fill(groups: int, members: int, domain: str, paper: float, seed: int) -> None:
    """Add many made-up groups and members, to measure with.

    A million takes minutes. Existing rows stay. All rows are added in one transaction, so interrupting it
    adds none; in SQLite nobody else can write meanwhile. No mail is sent.
    """
    if current_app.config["ENV"] != "development":
        raise click.ClickException("This is for one's own machine: it needs WATCH_ENV=development.")
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


if __name__ == "__main__":
    fill(obj=ScriptInfo(create_app=create_app))
