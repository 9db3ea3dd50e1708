"""Commands for the operator about places: `flask places …`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from watch import language
from watch.extensions import db
from watch.models import Area
from watch.places import landlord_list, service
from watch.places.labels import sentence
from watch.places.problems import BadLandlordList

places = AppGroup("places", help="Areas, buildings, stairwells and flats.")


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--new-area", "new", multiple=True, metavar="NAME", help="An area that the list may add.")
def import_file(file: Path, new: tuple[str, ...]) -> None:
    """Import a landlord's list (CSV). If anything in it is wrong, nothing is saved."""
    try:
        rows = landlord_list.read(_some_of(file))
        _demand_known_areas(rows, new)
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


@places.command("target")
@click.argument("slug", metavar="AREA")
@click.argument("groups", type=click.IntRange(1))
@click.argument("by", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY")
def set_target(slug: str, groups: int, by: datetime) -> None:
    """Set the target of an AREA: GROUPS groups by DAY, like 2027-06-30."""
    area = db.session.scalar(select(Area).where(Area.slug == slug))
    if area is None:
        raise click.ClickException(
            _("Området %(name)s finns inte. Områdena är: %(known)s.", name=slug, known=_known(Area.slug))
        )
    service.set_target(area, groups, by.date())
    db.session.commit()
    click.echo(
        _("Mål för %(area)s: %(groups)s grupper till %(day)s.", area=area.name,
          groups=language.number(groups), day=by.date().isoformat())
    )  # fmt: skip


def _demand_known_areas(rows: Sequence[landlord_list.FlatRow], new: tuple[str, ...]) -> None:
    """Refuse areas not named with --new-area: a misspelt area would become a new one without an officer."""
    allowed = {landlord_list.same(name) for name in new}
    unknown = [name for name in service.new_areas(rows) if landlord_list.same(name) not in allowed]
    if unknown:
        raise click.ClickException(
            _("De här områdena finns inte: %(unknown)s. Områdena är: %(known)s. Inget är sparat. "
              "Är de nya, kör igen med %(options)s.", unknown=", ".join(unknown), known=_known(Area.name),
              options=" ".join(f"--new-area {shlex.quote(name)}" for name in unknown))
        )  # fmt: skip


def _known(column: InstrumentedAttribute[str]) -> str:
    """Return the values of a column of all areas, in Swedish order."""
    return ", ".join(db.session.scalars(select(column).order_by(Area.sort_key))) or _("inga än")


def _some_of(file: Path) -> bytes:
    """Return the file's bytes, but only one byte more than the limit of a list."""
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
    app.cli.add_command(places)
