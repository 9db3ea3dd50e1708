"""Commands for the operator about people: `flask people …`."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from watch.accounts import queries
from watch.accounts.errors import AlreadyOfficer, CoordinatorNeverFollows
from watch.accounts.service import officers as officers_service
from watch.accounts.service.people import mailbox_at, person_at, works_again
from watch.accounts.service.signing_in import operator_link
from watch.crypto import keyring
from watch.email_address import readable_address
from watch.extensions import db
from watch.models import Area, Language, Mailbox, Organisation, Person
from watch.names import is_same_name

NEVER_BOTH = (
    "{name}, or somebody with the same address, is coordinator of a group and knows who takes part there. "
    "Whoever follows an area never sees that: end the appointment first, or use another person's address."
)

STILL_CONTACT = (
    "What stands on the page /contacts is kept apart from this. Look whether {name} still stands there for "
    "{area}; whoever follows the area now changes it under /contacts/edit."
)

people = AppGroup("people", help="People: appoint the police contact, print a sign-in link.")


@people.command("appoint-officer")
@click.argument("email")
@click.option("--area", "slug", required=True, help="The area's name in addresses, like norrby.")
@click.option("--name", help="Display name; made from the address where left out.")
@click.option(
    "--organisation",
    type=click.Choice([each.value for each in Organisation]),
    default=Organisation.POLICE.value,
)
def appoint_officer(email: str, slug: str, name: str | None, organisation: str) -> None:
    """Let EMAIL follow an area, as its police contact or the municipality's officer."""
    area = _area(slug)
    person = _officer_to_be(_address(email), name)
    try:
        officers_service.appoint_officer(area, person, Organisation(organisation))
    except AlreadyOfficer:
        click.echo(f"{person.name} follows {area.name} already.")
        return
    except CoordinatorNeverFollows:
        raise click.ClickException(NEVER_BOTH.format(name=person.name)) from None
    db.session.commit()
    click.echo(f"{person.name} follows {area.name} from now on.")


@people.command("end-officer")
@click.argument("email")
@click.option("--area", "slug", required=True, help="The area's name in addresses, like norrby.")
@click.option("--name", help="Who of those that share the address.")
def end_officer(email: str, slug: str, name: str | None) -> None:
    """End EMAIL's office in an area. They cannot see the area any more."""
    area, person = _area(slug), _one_at(email, name)
    if not officers_service.end_office(area, person):
        raise click.ClickException(f"{person.name} does not follow {area.name}.")
    db.session.commit()
    click.echo(f"{person.name} follows {area.name} no more.")
    click.echo(STILL_CONTACT.format(name=person.name, area=area.name))


@people.command("officers")
def officers() -> None:
    """List the officers of every area."""
    for officer in queries.officers():
        person, mailbox = officer.person, officer.person.mailbox
        address = mailbox.address if mailbox else "no address"
        click.echo(f"{officer.area.slug}: {person.name}, {address} ({officer.organisation.value})")


@people.command("sign-in-link")
@click.argument("email")
@click.option("--name", help="Who of those that share the address.")
def sign_in_link(email: str, name: str | None) -> None:
    """Print a sign-in link for EMAIL. It works once, in any browser."""
    link = operator_link(_one_at(email, name))
    db.session.commit()
    click.echo(link)


@people.command("address-works")
@click.argument("email")
def address_works(email: str) -> None:
    """Let mail go to EMAIL again, after it came back as undeliverable. What came back stays known."""
    address = _address(email)
    mailbox = _mailbox_of(address)
    if mailbox is None:
        raise click.ClickException(f"Nobody here has the address {address}.")
    if not works_again(mailbox, by=None):
        click.echo(f"Mail goes to {address} already.")
        return
    db.session.commit()
    click.echo(f"Mail goes to {address} again.")


def _area(slug: str) -> Area:
    area = db.session.scalar(select(Area).where(Area.slug == slug))
    if area is None:
        known = ", ".join(db.session.scalars(select(Area.slug).order_by(Area.slug))) or "none yet"
        raise click.ClickException(f"There is no area {slug!r}; the areas are: {known}.")
    return area


def _one_at(email: str, name: str | None) -> Person:
    address = _address(email)
    sharing = [person for person in _people_at(address) if name is None or is_same_name(person.name, name)]
    if not sharing:
        raise click.ClickException(f"Nobody here has the address {address}.")
    if len(sharing) > 1:
        names = ", ".join(person.name for person in sharing)
        raise click.ClickException(f"Several share {address}; say which with --name: {names}.")
    return sharing[0]


def _address(text: str) -> str:
    try:
        return readable_address(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is not an e-mail address.") from None


def _people_at(address: str) -> list[Person]:
    mailbox = _mailbox_of(address)
    return list(queries.people_at(mailbox.id)) if mailbox else []


def _mailbox_of(address: str) -> Mailbox | None:
    index = keyring().blind_index("address", address)
    return db.session.scalar(select(Mailbox).where(Mailbox.address_index == index))


def _officer_to_be(address: str, name: str | None) -> Person:
    """Return the named person at the address, made where new; without a name, the only one there."""
    if name is None and len(known := _people_at(address)) == 1:
        return known[0]
    name = name or address.partition("@")[0].replace(".", " ").title()
    return person_at(mailbox_at(address), name, Language.SWEDISH)


def init_app(app: Flask) -> None:
    app.cli.add_command(people)
