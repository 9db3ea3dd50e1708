"""Pages of contact persons: public, of a group, and for officers who edit them."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import audit
from watch.access import Permission, current_person, current_relations, public, requires
from watch.contacts import queries, service
from watch.contacts.forms import ContactForm
from watch.contacts.labels import ROLES
from watch.extensions import db
from watch.groups.queries.members import coordinators_of
from watch.language import STOCKHOLM
from watch.models import ContactPerson, Group
from watch.saving import saving
from watch.web import ViewAnswer

bp = Blueprint("contacts", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    today = _today()
    return {"roles": ROLES, "is_stale": lambda contact: queries.is_stale(contact, today)}


def _today() -> date:
    return datetime.now(STOCKHOLM).date()


@bp.get("/contacts", endpoint="public")
@public
def public_page() -> str:
    can_edit = bool(current_relations().officer_of)
    return render_template("contacts/public.html", areas=queries.public_contacts(), can_edit=can_edit)


@bp.get("/groups/<int:group_id>/contacts")
@requires(Permission.SEE_GROUP)
def of_group(group: Group) -> str:
    relations = current_relations()
    return render_template(
        "contacts/of_group.html",
        group=group,
        coordinators=[each for each in coordinators_of(group) if each.is_current],
        contacts=queries.contacts_for(group),
        belongs=group.id in relations.member_of or group.id in relations.coordinates,
    )


@bp.get("/contacts/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def edit() -> str:
    return render_template("contacts/edit.html", cards=queries.cards_of(_all_kept()))


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
        contact = service.publish_contact(form.entry, by=current_person(), today=_today())
        _note_assurance(form, contact)
    return _to_list()


@bp.get("/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def change(contact_id: int) -> str:
    card = _kept(contact_id)
    return render_template("contacts/change.html", card=card, contact=card[0], form=_form(card))


@bp.post("/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def save(contact_id: int) -> ViewAnswer:
    card = _kept(contact_id)
    form = _form(card)
    if not form.validate():
        return render_template("contacts/change.html", card=card, contact=card[0], form=form), 422
    with saving(_("Kontakten är ändrad.")):
        for contact in card:
            service.change_contact(contact, form.entry_for(contact), by=current_person(), today=_today())
        _note_assurance(form, card[0])
    return _to_list()


def _note_assurance(form: ContactForm, contact: ContactPerson) -> None:
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=contact, by=current_person(), area=contact.area)


@bp.post("/contacts/<int:contact_id>/checked")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def check(contact_id: int) -> Response:
    card = _kept(contact_id)
    with saving(_("%(organisation)s är kontrollerad i dag.", organisation=card[0].organisation)):
        for contact in card:
            service.check_contact(contact, by=current_person(), today=_today())
    return _to_list()


@bp.get("/contacts/<int:contact_id>/remove")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def ask_remove(contact_id: int) -> str:
    card = _kept(contact_id)
    return render_template("contacts/ask_remove.html", card=card, contact=card[0])


@bp.post("/contacts/<int:contact_id>/remove")
@requires(Permission.EDIT_CONTACTS, second_factor=True)
def remove(contact_id: int) -> Response:
    with saving(_("Kontakten är borttagen.")):
        if db.session.get(ContactPerson, contact_id) is not None:  # else pressed again
            for contact in _kept(contact_id):
                service.remove_contact(contact, by=current_person())
    return _to_list()


def _kept(contact_id: int) -> list[ContactPerson]:
    """Return the card that holds a contact person whom the officer may edit. Answer 404 for any other."""
    cards = queries.cards_of(_all_kept())
    return next((card for card in cards if contact_id in {each.id for each in card}), None) or abort(404)


def _all_kept() -> list[ContactPerson]:
    return queries.kept_by(current_relations().officer_of)


def _form(card: list[ContactPerson] | None = None) -> ContactForm:
    targets = queries.targets_in(current_relations().officer_of)
    return ContactForm(targets, card[0] if card else None, several=bool(card) and len(card or []) > 1)


def _to_list() -> Response:
    return redirect(url_for("contacts.edit"), 303)
