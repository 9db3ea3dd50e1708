"""`flask places import FILE`: the landlord's list into the database."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext

from watch import language
from watch.extensions import db
from watch.places import landlord_list, service
from watch.places.problems import BadLandlordList
from watch.places.words import sentence

places = AppGroup("places", help="Areas, buildings, stairwells and flats.")


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Read a landlord's list (CSV): all of it or, where something is wrong, nothing."""
    try:
        rows = landlord_list.read(_some_of(file))
        with click.progressbar(length=len(rows), label=_("Läser in lägenheter")) as bar:
            imported = service.import_landlord_list(rows, progress=bar.update)
    except BadLandlordList as bad:
        db.session.rollback()
        for error in bad.errors:
            click.echo(sentence(error), err=True)
        click.echo(
            ngettext("%(num)d fel. Inget är sparat.", "%(num)d fel. Inget är sparat.", len(bad.errors)),
            err=True,
        )
        raise SystemExit(1) from None
    db.session.commit()
    click.echo(_told(imported))


def _some_of(file: Path) -> bytes:
    """The file's bytes, and no more than it takes to see that it is too large."""
    with file.open("rb") as opened:
        return opened.read(landlord_list.MOST_BYTES + 1)


def _told(new: service.Imported) -> str:
    if new == service.Imported():
        return _("Inget nytt: alla platser i listan fanns redan.")
    return _(
        "Nya lägenheter: %(flats)s, trappuppgångar: %(stairwells)s, hus: %(buildings)s, "
        "fastigheter: %(properties)s, fastighetsägare: %(landlords)s, områden: %(areas)s.",
        **{what: language.number(count) for what, count in vars(new).items()},
    )


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(places)
