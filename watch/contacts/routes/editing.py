"""Pages on which officers keep the contact persons of their areas."""

from __future__ import annotations

from flask import abort, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, current_relations, requires
from watch.contacts import queries, service
from watch.contacts.errors import ChangedMeanwhile, ContactRemoved
from watch.contacts.forms import ContactForm
from watch.contacts.queries import Card
from watch.contacts.routes.blueprint import (
    BOTH_CHANGED,
    LOOK_AGAIN,
    bp,
    note_assurance,
    to_list,
    today,
)
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/contacts/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def edit() -> str:
    """Show the cards; first those whose person says that they are it no more, or has changed them."""
    cards = sorted(_cards(), key=queries.urgency_of)
    gone = queries.once_each(queries.kept_by(_areas(), removed=True))
    return render_template("contacts/edit.html", cards=cards, gone=gone)


@bp.get("/contacts/new")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def new() -> str:
    return render_template("contacts/new.html", form=_form())


@bp.post("/contacts/new")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def create() -> ViewAnswer:
    form = _form()
    if not form.validate():
        return render_template("contacts/new.html", form=form), 422
    with saving(_("Kontakten är sparad och syns nu.")):
        card = service.publish_card(form.entry, form.targets, by=current_person(), today=today())
        note_assurance(form, card[0])
    return to_list()


@bp.get("/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def change(contact_id: int) -> str:
    card = _kept(contact_id)
    return _change_page(card, _form(card))


@bp.post("/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def save(contact_id: int) -> ViewAnswer:
    """Save what was typed. If somebody else has saved or removed it meanwhile, show both and ask."""
    card = _kept_in_parts(contact_id)
    form = _form(card)
    if not form.validate():
        return _change_page(card, form), 422
    entry, seen = form.entry, form.seen.data
    try:
        with saving(_("Kontakten är ändrad.")):
            service.change_card(card, entry, form.targets, seen=seen, by=current_person(), today=today())
            note_assurance(form, card[0])
    except (ChangedMeanwhile, ContactRemoved):
        card = _kept_in_parts(contact_id)
        form.form_errors = [BOTH_CHANGED]
        form.see(card)
        return _change_page(card, form, is_both=True), 422
    return to_list()


@bp.post("/contacts/<int:contact_id>/checked")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def check(contact_id: int) -> Response:
    card = _kept(contact_id)
    done = _("%(organisation)s är kontrollerad i dag.", organisation=card[0].organisation)
    with saving(done, unless={ChangedMeanwhile: LOOK_AGAIN}):
        seen = request.form.get("seen", "")
        service.check_card(card, by=current_person(), today=today(), seen=seen)
    return to_list()


@bp.get("/contacts/<int:contact_id>/remove")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def ask_remove(contact_id: int) -> str:
    card = _kept(contact_id)
    return render_template("contacts/ask_remove.html", card=card, contact=card[0])


@bp.post("/contacts/<int:contact_id>/remove")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def remove(contact_id: int) -> Response:
    with saving(_("Kontakten är borttagen. Du kan ångra dig.")):
        service.remove_card(_kept_or_gone(contact_id), by=current_person())
    return to_list()


@bp.post("/contacts/<int:contact_id>/remove/undo")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def bring_back(contact_id: int) -> Response:
    with saving(_("Nu syns kontakten igen.")):
        service.bring_back_card(_kept_or_gone(contact_id), by=current_person())
    return to_list()


def _areas() -> set[int]:
    return current_relations().officer_of


def _cards(*, removed: bool = False) -> list[Card]:
    return queries.cards_of(queries.kept_by(_areas(), removed=removed))


def _kept(contact_id: int) -> Card:
    """Return the card that holds a contact person whom the officer may edit. Answer 404 for any other.

    Raises ContactRemoved if somebody has taken it away.
    """
    card = _kept_or_gone(contact_id)
    if card[0].removed_at is not None:
        raise ContactRemoved
    return card


def _kept_or_gone(contact_id: int) -> Card:
    cards = (*_cards(), *_cards(removed=True))
    return next((card for card in cards if contact_id in {each.id for each in card}), None) or abort(404)


def _kept_in_parts(contact_id: int) -> Card:
    """Return the card as above; of one that was taken away also what still stands, for other targets."""
    card = _kept_or_gone(contact_id)
    same = (each for each in _cards() if queries.facts_of(each[0]) == queries.facts_of(card[0]))
    return card if card[0].is_current else [*card, *next(same, ())]


def _form(card: Card | None = None) -> ContactForm:
    return ContactForm(queries.targets_in(_areas()), card)


def _change_page(card: Card, form: ContactForm, *, is_both: bool = False) -> str:
    others = queries.elsewhere(card)
    return render_template(
        "contacts/change.html", card=card, contact=card[0], form=form, is_both=is_both, others=others,
        keepers=language.together(queries.keepers_of(others)) if others else "",
    )  # fmt: skip
