"""Sends what a form holds, or says at its field why not."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import audit
from watch.extensions import db
from watch.groups.errors import GroupClosed
from watch.groups.labels import GROUP_IS_CLOSED
from watch.messages.errors import AlreadyWritten, HasCoordinator, NobodyReads, WriterStopped, WroteOften
from watch.messages.forms import AnswerMessageForm, WriteMessageForm, WriteUnseenForm
from watch.models import ContactMessage
from watch.saving import Explanations

NOT_SENT: Explanations = {
    WroteOften: _l("Du har skrivit fem gånger det senaste dygnet. Skriv igen i morgon, eller ring."),
    GroupClosed: GROUP_IS_CLOSED,
    HasCoordinator: _l("Gruppen har ett kontaktombud som går att nå. Ring eller mejla dit."),
    WriterStopped: _l("Det går inte att skicka härifrån. Vänd dig till dem som står under Kontakter."),
    NobodyReads: _l("Det finns ingen att skicka till just nu. Ring i stället."),
}


def sent(
    form: WriteMessageForm | AnswerMessageForm | WriteUnseenForm,
    told: str,
    send: Callable[[], ContactMessage],
) -> bool:
    """Send, commit and say so. If a rule forbids it, say why at the field, which keeps the text."""
    try:
        message = send()
        if form.about_nobody.is_given:
            audit.note(audit.ABOUT_NOBODY, about=message, by=message.sender, group=message.group)
    except AlreadyWritten:
        db.session.rollback()
        flash(_("Det är redan skickat."), "info")
    except tuple(NOT_SENT) as refused:
        db.session.rollback()
        form.text.errors = (NOT_SENT[type(refused)],)
        return False
    else:
        db.session.commit()
        flash(told, "done")
    return True
