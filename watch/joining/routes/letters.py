"""Letters for letterboxes: coordinators print them flat by flat, the police for whole stairwells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from io import BytesIO

from flask import current_app, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language, paper, tokens
from watch.access import Permission, current_person, current_relations, requires
from watch.extensions import db
from watch.groups.queries import FlatState, households_of
from watch.groups.words import FLAT_STATES
from watch.joining import service
from watch.joining.forms.letters import PrintLettersForm
from watch.joining.queries import flats_of_group
from watch.joining.routes.invitations import bp
from watch.joining.words import foot_words, letter_words
from watch.models import Group, Language, Letter

UNTOUCHED = FlatState.NOT_CONTACTED
Page = Response | str | tuple[str, int]


@bp.get("/groups/<int:group_id>/letters")
@requires(Permission.PRINT_LETTERS)
def letters(group: Group) -> Page:
    """Which flats get a letter, and in which languages."""
    return _page(group, _form(group))


@bp.post("/groups/<int:group_id>/letters")
@requires(Permission.PRINT_LETTERS)
def print_letters(group: Group) -> Page:
    """The chosen letters as one PDF, top floor first; printed again they are the same."""
    form = _form(group)
    if not form.validate():
        return _page(group, form), 422
    printed = service.print_letters(group, form.chosen, by=current_person())
    languages = [Language(each) for each in form.languages.data or ()]
    with language.speaking(Language.SWEDISH):  # whoever prints them reads another, perhaps
        facts = _facts(printed, languages)
    db.session.commit()
    pdf = BytesIO(paper.pdf("letters", facts))
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"{_('brev')}.pdf")


def _form(group: Group) -> PrintLettersForm:
    """Coordinators choose flats; the police contact whole stairwells, whoever takes part there."""
    relations, form = current_relations(), PrintLettersForm()
    if group.id not in relations.coordinates:
        form.offer_stairwells(flats_of_group(group))
        return form
    flats = flats_of_group(group, relations.stairwells_in(group))
    states = {each.flat_id: each.state for each in households_of(group)}
    contacted = {id_: str(FLAT_STATES[state]) for id_, state in states.items() if state is not UNTOUCHED}
    wanted = {flat.id for flat in flats} & set(request.args.getlist("flats", type=int))
    form.offer_flats(flats, contacted, wanted or states.keys() - contacted.keys())
    return form


def _page(group: Group, form: PrintLettersForm) -> str:
    return render_template("invitations/letters.html", group=group, form=form, days=service.LETTER_DAYS)


def _facts(letters: Sequence[Letter], languages: Sequence[Language]) -> dict[str, object]:
    return {
        "title": _("Brev om grannsamverkan"),
        "heading": "Grannsamverkan",
        "code_label": _("Kod"),
        "foot": foot_words(),
        "words": [asdict(words) for words in letter_words(languages, letters[0].expires_at)],
        "letters": [_letter(letter) for letter in letters],
    }


def _letter(letter: Letter) -> dict[str, str]:
    code = tokens.show_code(service.code_of(letter))
    address = f"{current_app.config['BASE_URL']}{url_for('joining.poster', code=code)}"
    return {
        "to": _("Till dig som bor på %(address)s, lägenhet %(flat)s",
                address=letter.flat.stairwell.address, flat=letter.flat.number),
        "code": code,
        "address": address.partition("://")[2],
        "qr": paper.qr_for_pdf(address),
        "alt": _("QR-kod till %(address)s", address=address),
    }  # fmt: skip
