"""Officers give a contact person a page of their own, and end it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.accounts.errors import CoordinatorNeverFollows
from watch.contacts.queries import cards_of, kept_by
from watch.models import ContactPerson, Partner
from watch.partners import queries, service
from watch.partners.routes.blueprint import bp, may_have_page
from watch.permissions import Permission
from watch.saving import Explanations, saving

NEVER_BOTH: Explanations = {  # and not why: officers of another area would learn who coordinates
    CoordinatorNeverFollows: _l("Den här adressen kan inte få en egen sida. Be om en annan adress.")
}


@bp.get("/contacts/<int:contact_id>/partner")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def ask_give(contact_id: int) -> str:
    """Say what a contact person will see, before they get a page of their own."""
    card = _card(contact_id)
    places = _places(card)
    return render_template("partners/ask_give.html", contact=card[0], places=places)


@bp.post("/contacts/<int:contact_id>/partner")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def give(contact_id: int) -> Response:
    card = _card(contact_id)
    with saving(unless=NEVER_BOTH) as saved:
        is_mailed = service.give_page(card[0], _places(card), by=current_person())
    if saved:
        flash(_("Sidan är klar. Ett mejl om den är på väg.") if is_mailed else _("Sidan är klar."), "done")
    return _to_list()


@bp.get("/partners/given")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def given() -> str:
    """Show who has a page in the officer's areas, and whose was ended today."""
    pages, listed = queries.given_in(current_relations().officer_of), queries.addresses_of_entries()
    unlisted = [each for each in pages if queries.address_of(each) not in listed]
    return render_template("partners/given.html", pages=pages, unlisted=unlisted)


@bp.post("/partners/given/<int:partner_id>/end")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def end(partner: Partner) -> Response:
    with saving(_("Sidan är avslutad. Du kan ångra dig i dag.")):
        service.end_page(partner, by=current_person())
    return _to_list()


@bp.post("/partners/given/<int:partner_id>/again")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def give_again(partner: Partner) -> Response:
    with saving(_("Sidan är tillbaka."), unless=NEVER_BOTH):
        service.give_again(partner, by=current_person())
    return _to_list()


def _card(contact_id: int) -> list[ContactPerson]:
    """Return the card of a contact person in the officer's areas who may have a page; else answer 404."""
    cards = cards_of(kept_by(current_relations().officer_of))
    found = (card for card in cards if contact_id in {each.id for each in card} and may_have_page(card[0]))
    return next(found, None) or abort(404)


def _places(card: list[ContactPerson]) -> list[queries.Properties]:
    """Return what the contact person would see in the officer's areas; maybe nothing."""
    return queries.properties_for(card, current_relations().officer_of)


def _to_list() -> Response:
    return redirect(url_for("partners.given"), 303)
