"""Pages for printing letters: coordinators choose flats, police contacts whole stairwells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from flask import redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from watch import language
from watch.access import can, current_person, current_relations, requires
from watch.extensions import db
from watch.groups.labels import FLAT_STATES
from watch.groups.queries import letters as letters_queries
from watch.groups.queries.flats import flats_of_group
from watch.groups.queries.households import FlatState, households_of
from watch.groups.queries.joinable import HAS_LETTERS, OPEN_TO_JOIN
from watch.models import Area, Flat, Group, Language, Letter, LetterPack
from watch.permissions import Permission
from watch.printing.forms import LetterboxesForm, PrintLettersForm
from watch.printing.letter_pages import file_name, pdf_of
from watch.printing.queries import pack_of, places_of
from watch.printing.routes.blueprint import bp
from watch.printing.service import letters as letters_service
from watch.printing.service import packs
from watch.web import ViewAnswer

UNTOUCHED = FlatState.NOT_CONTACTED


@bp.get("/groups/<int:group_id>/letters")
@requires(Permission.PRINT_LETTERS)
def letters(group: Group) -> ViewAnswer:
    return page(group, print_form(group), letterboxes_form(group))


@bp.post("/groups/<int:group_id>/letters")
@requires(Permission.PRINT_LETTERS)
def print_letters(group: Group) -> ViewAnswer:
    if not _has_letters(group):
        return redirect(url_for("printing.letters", group_id=group.id), 303)  # the page explains why
    form = print_form(group, filled=True)
    if not form.validate():
        return page(group, form, letterboxes_form(group)), 422
    stairwells = {flat.stairwell.address for flat in form.chosen}
    name = stairwells.pop() if len(stairwells) == 1 else group.name
    return made(group, form.chosen, form.languages.data or (), name)


def _has_letters(group: Group) -> bool:
    """Return True if the reader can print letters: those of a resting group are printed to wake it."""
    wakes = can(Permission.CHANGE_GROUP_STATE, group)
    return group.state in (HAS_LETTERS if wakes else OPEN_TO_JOIN)


def made(where: Group | Area, flats: Sequence[Flat], languages: Iterable[str], name: str) -> ViewAnswer:
    """Send the letters as one PDF, or redirect to the page of the pack if there are too many."""
    answer = packs.print_or_ask(where, flats, [Language(each) for each in languages], by=current_person())
    db.session.commit()
    if isinstance(answer, LetterPack):
        return redirect(url_for("printing.show_pack", pack_id=answer.id), 303)
    pdf = BytesIO(pdf_of(answer))
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=file_name(name))


def print_form(group: Group, *, filled: bool = False) -> PrintLettersForm:
    """Offer flats to coordinators; whole stairwells to police contacts, who must not see who takes part."""
    relations, form = current_relations(), PrintLettersForm() if filled else PrintLettersForm(None)
    if not _has_letters(group):
        form.offer_nothing()
        return form
    if group.id not in relations.coordinates:
        form.offer_stairwells(flats_of_group(group))
        return form
    flats = flats_of_group(group, relations.stairwells_in(group))
    states = {each.flat_id: each.state for each in households_of(group)}
    contacted = {id_: str(FLAT_STATES[state]) for id_, state in states.items() if state is not UNTOUCHED}
    words = {each.flat_id: _printed(each) for each in letters_queries.unanswered_letters(group)} | contacted
    wanted = {flat.id for flat in flats} & set(request.args.getlist("flats", type=int))
    form.offer_flats(flats, words, None if filled else wanted or states.keys() - contacted.keys())
    return form


def _printed(letter: Letter) -> str:
    return _("brev utskrivet %(day)s", day=language.short_day(letter.printed_at))


def letterboxes_form(group: Group, *, filled: bool = False) -> LetterboxesForm:
    """Return the question whether printed letters lie in the letterboxes, for the reader to answer."""
    form, relations = LetterboxesForm() if filled else LetterboxesForm(None), current_relations()
    if group.id in relations.coordinates:
        mine = relations.stairwells_in(group)
        form.offer(letters_queries.unanswered_letters(group, mine), by_stairwell=False)
    else:
        form.offer(letters_queries.officers_unanswered_letters(group), by_stairwell=True)
    return form


def _said(group: Group) -> list[letters_queries.Said]:
    relations = current_relations()
    if group.id in relations.coordinates:
        return letters_queries.said_of_letters(group, relations.stairwells_in(group))
    return letters_queries.said_by_officers(group)


def page(group: Group, form: PrintLettersForm, letterboxes: LetterboxesForm) -> str:
    """Render the page with both forms."""
    pack = pack_of(current_person(), group)
    return render_template(
        "printing/letters.html", group=group, form=form, days=letters_service.LETTER_DAYS,
        again=letters_service.REPRINT_DAYS, is_open=_has_letters(group),
        is_open_to_join=group.state in OPEN_TO_JOIN,
        pack=pack, places=places_of(pack) if pack else None, letterboxes=letterboxes, said=_said(group),
    )  # fmt: skip
