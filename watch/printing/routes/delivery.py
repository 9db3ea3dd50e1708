"""Saying whether printed letters lie in the letterboxes, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.database import LARGEST_NUMBER
from watch.groups.queries import letters as letters_queries
from watch.models import Group, Letter
from watch.permissions import Permission
from watch.printing.routes.blueprint import bp
from watch.printing.routes.letters import letterboxes_form, page, print_form
from watch.printing.service import delivery
from watch.printing.service.delivery import NothingToAnswer
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

ANSWERED: Explanations = {NothingToAnswer: _l("Det är redan besvarat. Så här står det nu.")}


@bp.post("/groups/<int:group_id>/letters/letterboxes")
@requires(Permission.PRINT_LETTERS)
def say_delivered(group: Group) -> ViewAnswer:
    """Record which of the letters shown lie in the letterboxes."""
    form = letterboxes_form(group, filled=True)
    if not form.number:
        flash(str(ANSWERED[NothingToAnswer]), "info")
        return _to_letters(group)
    if not form.validate():
        return page(group, print_form(group), form), 422
    chosen, is_out = form.chosen, form.answer.data != "none"
    with saving(_told(len(chosen)) if is_out else _("Antecknat: breven kom inte ut."), already=ANSWERED):
        record = delivery.put_in_letterboxes if is_out else delivery.leave_out
        record(group, chosen, by=current_person())
    return _to_letters(group)


def _told(letters: int) -> str:
    return ngettext("%(num)d lägenhet har fått frågan.", "%(num)d lägenheter har fått frågan.", letters)


@bp.post("/groups/<int:group_id>/letters/letterboxes/undo")
@requires(Permission.PRINT_LETTERS)
def take_back_delivered(group: Group) -> ViewAnswer:
    with saving(_("Svaret är borttaget. Frågan om brevlådorna ställs igen."), already=ANSWERED):
        delivery.take_back(group, _said_together(group), by=current_person())
    return _to_letters(group)


def _said_together(group: Group) -> Sequence[Letter]:
    """Return the letters of the answer to take back, those of the reader's stairwells."""
    relations, number = current_relations(), request.form.get("letter", 0, type=int)
    if not 0 < number <= LARGEST_NUMBER:
        return []
    if group.id in relations.coordinates:
        return letters_queries.letters_said_with(group, number, relations.stairwells_in(group))
    return letters_queries.officers_letters_said_with(group, number)


def _to_letters(group: Group) -> Response:
    return redirect(url_for("printing.letters", group_id=group.id), 303)
