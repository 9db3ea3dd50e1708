"""Commands for the operator about places: `flask places …`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from watch import language
from watch.extensions import db
from watch.models import Area, Language
from watch.places import landlord_list, service
from watch.places.labels import sentence
from watch.places.problems import BadLandlordList

MANY = 100  # flats that are gone; perhaps the list is only a part
COUNTED = ("flats", "stairwells", "buildings", "properties", "landlords", "areas")
CHANGED = {  # what the values of a Change are
    "Area name": "area",
    "Landlord name": "landlord",
    "Property designation": "property",
    "Property landlord": "landlord",
    "Building name": "building",
    "Building property": "property",
    "Building address": "name of the building",
    "Stairwell street": "street",
    "Stairwell postcode": "postcode",
    "Stairwell city": "city",
    "Stairwell building": "building",
    "Stairwell north": "N",
    "Stairwell east": "E",
    "Flat landlord_number": "landlord's number",
}

places = AppGroup("places", help="Areas, buildings, stairwells and flats.")


@places.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--new-area", "new", multiple=True, metavar="NAME", help="An area that the list may add.")
@click.option("--dry-run", is_flag=True, help="Say what the list would change, and save nothing.")
@click.option("--yes", is_flag=True, help=f"Save also if {MANY} flats or more are gone.")
def import_file(file: Path, new: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Import a landlord's list (CSV or XLSX). If anything in it is wrong, nothing is saved.

    Flats that the list no longer has are marked, never erased. The list must have all flats of its landlords
    in its areas.
    """
    with language.speaking(Language.ENGLISH):
        imported = _import(file, new)
    for line in _told(imported):
        click.echo(line)
    if dry_run:
        db.session.rollback()
        click.echo("Nothing is saved: this was a dry run.")
        return
    if _size(imported.gone) >= MANY and not yes:
        db.session.rollback()
        raise click.ClickException(
            "So many flats are gone that the list may be only a part. Nothing is saved. "
            "If it is whole, run again with --yes."
        )
    db.session.commit()


def _import(file: Path, new: tuple[str, ...]) -> service.Imported:
    try:
        listed = landlord_list.read_list(_some_of(file), file.name)
        _demand_known_areas(listed.rows, new)
        for column in listed.personnummer:
            click.echo(
                f"The column {column} has personnummer. It is not read. Ask the landlord to leave it out.",
                err=True,
            )
        with click.progressbar(length=len(listed.rows), label="Reading the flats") as bar:
            return service.import_landlord_list(listed.rows, progress=bar.update)
    except BadLandlordList as bad:
        db.session.rollback()
        for error in bad.errors:
            click.echo(sentence(error), err=True)
        count = f"{len(bad.errors)} errors" if len(bad.errors) > 1 else "1 error"
        click.echo(f"{count}. Nothing is saved.", err=True)
        raise SystemExit(1) from None


@places.command("target")
@click.argument("slug", metavar="AREA")
@click.argument("groups", type=click.IntRange(1))
@click.argument("by", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY")
def set_target(slug: str, groups: int, by: datetime) -> None:
    """Set the target of an AREA: GROUPS groups by DAY, like 2027-06-30."""
    area = db.session.scalar(select(Area).where(Area.slug == slug))
    if area is None:
        raise click.ClickException(f"There is no area {slug}. The areas are: {_known(Area.slug)}.")
    service.set_target(area, groups, by.date())
    db.session.commit()
    click.echo(f"Target of {area.name}: {groups} groups by {by.date().isoformat()}.")


@places.command("advise")
@click.argument("slug", metavar="AREA")
@click.argument("percent", type=click.IntRange(0, 100))
def set_advice(slug: str, percent: int) -> None:
    """Advise that PERCENT of the households of an AREA take part when a group becomes active; 0 for none.

    It is advice to the officers, who see it when fewer take part. It forbids nothing.
    """
    area = db.session.scalar(select(Area).where(Area.slug == slug))
    if area is None:
        raise click.ClickException(f"There is no area {slug}. The areas are: {_known(Area.slug)}.")
    service.set_advice(area, percent or None)
    db.session.commit()
    said = f"{percent} percent of the households" if percent else "none"
    click.echo(f"Advisory share of {area.name}: {said}.")


def _demand_known_areas(rows: Sequence[landlord_list.FlatRow], new: tuple[str, ...]) -> None:
    """Refuse areas not named with --new-area: a misspelt area would become a new one without an officer."""
    allowed = {landlord_list.same(name) for name in new}
    unknown = [name for name in service.new_areas(rows) if landlord_list.same(name) not in allowed]
    if unknown:
        options = " ".join(f"--new-area {shlex.quote(name)}" for name in unknown)
        raise click.ClickException(
            f"There are no such areas: {', '.join(unknown)}. The areas are: {_known(Area.name)}. "
            f"Nothing is saved. If they are new, run again with {options}."
        )


def _known(column: InstrumentedAttribute[str]) -> str:
    """Return the values of a column of all areas, in Swedish order."""
    return ", ".join(db.session.scalars(select(column).order_by(Area.sort_key))) or "none"


def _some_of(file: Path) -> bytes:
    """Return the file's bytes, but only one byte more than the limit of a list."""
    with file.open("rb") as opened:
        return opened.read(landlord_list.MOST_BYTES + 1)


def _told(imported: service.Imported) -> Iterator[str]:
    """Yield lines that count and list what is new, changed, gone and back again."""
    if imported.is_nothing():
        yield "Nothing new: the list says what was known."
        return
    for word, flats in (
        ("New", imported.added),
        ("Gone from the list, and marked", imported.gone),
        ("Back in the list, and no longer marked", imported.back),
    ):
        if flats:
            yield f"{word}: {_size(flats)} {'flat' if _size(flats) == 1 else 'flats'}."
            yield from (f"  {address}: {', '.join(numbers)}" for address, numbers in flats.items())
    if imported.changed:
        yield f"Changed: {len(imported.changed)}."
        yield from (
            f"  {each.where}: {CHANGED[each.what]} {each.old} → {each.new}" for each in imported.changed
        )
    counts = {name: getattr(imported, name) for name in COUNTED}
    new = ", ".join(f"{name} {count}" for name, count in counts.items())
    gone, back = _size(imported.gone), _size(imported.back)
    yield f"New: {new}. Changed: {len(imported.changed)}. Gone: {gone}. Back: {back}."


def _size(flats: Mapping[str, Sequence[str]]) -> int:
    return sum(map(len, flats.values()))


def init_app(app: Flask) -> None:
    app.cli.add_command(places)
