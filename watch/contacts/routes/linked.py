"""The mailed page on which a contact person says whether their own entry is right. It shows nobody else."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import audit, tokens
from watch.access import public
from watch.contacts import asking, queries, service
from watch.contacts.errors import ChangedMeanwhile
from watch.contacts.forms import CorrectContactForm
from watch.contacts.queries import Card
from watch.contacts.routes.blueprint import LOOK_AGAIN, bp, today
from watch.errors import LinkExpired
from watch.limits import limit_network
from watch.models import ContactQuestion, Purpose, utcnow
from watch.saving import saving
from watch.sure import is_sure
from watch.web import ViewAnswer, sent_to


@bp.get("/c/<token>")
@public
def open_link(token: str) -> str:
    """Show what is published. Mail programs open links to examine them, so this changes nothing."""
    question = _question(token)
    cards = queries.cards_of(asking.contacts_of(question))
    return render_template(
        "contacts/open_link.html", token=token, cards=cards, today=today(), expires_at=question.expires_at,
        has_resigned=any(each.resigned_at for card in cards for each in card),
    )  # fmt: skip


@bp.post("/c/<token>/right")
@public
@limit_network("60 per hour")
def confirm(token: str) -> Response:
    with saving(_("Tack! Nu vet grannarna att uppgifterna stämmer."), unless={ChangedMeanwhile: LOOK_AGAIN}):
        service.confirm(_question(token), seen=request.form.get("seen", ""), today=today())
    return _back(token)


@bp.get("/c/<token>/change")
@public
def ask_change(token: str) -> ViewAnswer:
    """Show the form for one card; an officer may have made several of what once was one."""
    card = _card(_question(token))
    return _change_page(token, card, CorrectContactForm(card)) if card else _look_again(token)


@bp.post("/c/<token>/change")
@public
@limit_network("60 per hour")
def correct(token: str) -> ViewAnswer:
    """Publish what the contact person has corrected, unless somebody has changed it since they saw it."""
    question = _question(token)
    card = _card(question)
    if card is None:
        return _look_again(token)
    form = CorrectContactForm(card)
    if not form.validate():
        return _change_page(token, card, form), 422
    try:
        with saving(_("Tack! Ändringen syns nu. Den som följer området får veta det.")):
            seen = form.seen.data
            (contact, *_others) = service.correct(question, card, form.correction, seen=seen, today=today())
            if form.about_nobody.is_given:
                audit.note(audit.ABOUT_NOBODY, about=contact, by=None, group=contact.group, area=contact.area)
    except ChangedMeanwhile:
        card = _card(question)
        if card is None:
            return _look_again(token)
        form.form_errors = [LOOK_AGAIN]
        form.see(card)
        return _change_page(token, card, form, is_both=True), 422
    return _back(token)


@bp.post("/c/<token>/resign")
@public
@limit_network("60 per hour")
def resign(token: str) -> Response:
    question = _question(token)
    if is_sure():
        with saving(_("Tack för att du säger till. Den som följer området tar bort dina uppgifter.")):
            service.resign(question)
    return _back(token)


def _question(token: str) -> ContactQuestion:
    """Return the link's question. Raises BadToken, and LinkExpired if there is nothing to ask any more."""
    question = tokens.row_of(Purpose.CONTACT, ContactQuestion, token)
    if not asking.can_answer(question, utcnow()):
        raise LinkExpired
    sent_to(person_id=None, mailbox_id=question.mailbox_id)
    return question


def _back(token: str) -> Response:
    return redirect(url_for("contacts.open_link", token=token), 303)


def _card(question: ContactQuestion) -> Card | None:
    """Return the question's card that the address names by one of its contacts, if there is one still."""
    return asking.card_of(question, request.args.get("card", type=int))


def _look_again(token: str) -> Response:
    flash(str(LOOK_AGAIN), "warn")
    return _back(token)


def _change_page(token: str, card: Card, form: CorrectContactForm, *, is_both: bool = False) -> str:
    cards = queries.cards_of(asking.contacts_of(_question(token)))
    return render_template(
        "contacts/ask_change.html", token=token, form=form, card=card, is_both=is_both,
        others=[each for each in cards if each != card],
    )  # fmt: skip
