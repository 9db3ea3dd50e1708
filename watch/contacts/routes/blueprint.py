"""The blueprint of contact persons, with the words that its pages and mails share."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person
from watch.contacts import asking, queries
from watch.contacts.entry import line_of
from watch.contacts.errors import ContactRemoved
from watch.contacts.forms import CardForm
from watch.contacts.labels import ROLES, whom_said
from watch.contacts.queries import Card
from watch.language import STOCKHOLM
from watch.models import ContactPerson, ContactQuestion, ContactRole

bp = Blueprint("contacts", __name__)
bp.add_app_template_filter(whom_said, "contact_whom")
bp.add_app_template_filter(line_of, "contact_line")
BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
LOOK_AGAIN = _l("Någon annan ändrade just kontakten. Titta igenom den igen.")


@bp.context_processor
def _words() -> dict[str, object]:
    day = today()
    return {
        "roles": ROLES, "is_stale": lambda contact: queries.is_stale(contact, day),
        "mark_of": queries.mark_of, "asked_since": asking.asked_since,
    }  # fmt: skip


@bp.app_template_filter("contact_role")
def contact_role(role: ContactRole) -> LazyString:
    return ROLES[role]


@bp.app_template_global("cards_asked_about")
def cards_asked_about(question: ContactQuestion) -> list[Card]:
    """Return what a yearly question is about, for its mail: one card, unless an officer has split it."""
    return queries.cards_of(asking.contacts_of(question))


@bp.app_template_global("corrected_card")
def corrected_card(contact: ContactPerson) -> Card:
    """Return the card of a contact that was corrected, for its mail: with its other areas."""
    return [contact, *queries.elsewhere([contact])]


@bp.errorhandler(ContactRemoved)
def _say_that_it_is_gone(_error: ContactRemoved) -> Response:
    """Lead to the list, where the contact can be brought back; by a link, to its page, which is dead now."""
    here = request.view_args or {}
    if "token" in here:
        return redirect(url_for("contacts.open_link", token=here["token"]), 303)
    flash(_("Kontakten är borttagen."), "info")
    return to_group(here["group_id"]) if "group_id" in here else to_list()


def today() -> date:
    return datetime.now(STOCKHOLM).date()


def note_assurance(form: CardForm, contact: ContactPerson) -> None:
    if form.about_nobody.is_given:
        audit.note(
            audit.ABOUT_NOBODY, about=contact, by=current_person(), group=contact.group, area=contact.area
        )


def to_list() -> Response:
    return redirect(url_for("contacts.edit"), 303)


def to_group(group_id: int) -> Response:
    return redirect(url_for("contacts.of_group", group_id=group_id), 303)
