"""Pages for stairwells' posters: print, preview, renew after a leak, and show on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language, paper
from watch.access import current_person, current_relations, requires
from watch.contacts.queries import backing_of
from watch.extensions import db
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.queries.members import active_membership
from watch.models import Group, Language, Stairwell
from watch.permissions import Permission
from watch.printing.labels import poster_words
from watch.printing.letter_pages import behind_words, foot_words
from watch.printing.queries import poster_code, poster_of
from watch.printing.routes.blueprint import bp
from watch.printing.service import posters as service


@bp.get("/groups/<int:group_id>/posters")
@requires(Permission.PRINT_POSTERS)
def posters(group: Group) -> str:
    rows = [(stairwell, poster_code(stairwell)) for stairwell in _stairwells(group)]
    return render_template("printing/posters.html", group=group, rows=rows)


@bp.get("/groups/<int:group_id>/posters.pdf")
@requires(Permission.PRINT_POSTERS)
def print_posters(group: Group) -> Response:
    stairwells = _stairwells(group)
    return _pdf(stairwells, _("affischer")) if stairwells else abort(404)


def _stairwells(group: Group) -> list[Stairwell]:
    """Return the stairwells of a coordinator, or all of the group for a police contact."""
    relations = current_relations()
    coordinates = group.id in relations.coordinates
    return stairwells_of_group(group, relations.stairwells_in(group) if coordinates else None)


@bp.get("/stairwells/<int:stairwell_id>/poster")
@requires(Permission.PRINT_POSTERS)
def show_poster(stairwell: Stairwell) -> str:
    return render_template("printing/show_poster.html", stairwell=stairwell, code=poster_code(stairwell))


@bp.get("/stairwells/<int:stairwell_id>/poster.pdf")
@requires(Permission.PRINT_POSTERS)
def print_poster(stairwell: Stairwell) -> Response:
    return _pdf([stairwell], _("affisch %(address)s", address=stairwell.address))


@bp.get("/stairwells/<int:stairwell_id>/poster.png")
@requires(Permission.PRINT_POSTERS)
def poster_picture(stairwell: Stairwell) -> Response:
    return send_file(BytesIO(paper.picture("posters", _facts([stairwell]))), "image/png")


def _pdf(stairwells: Sequence[Stairwell], name: str) -> Response:
    pdf = BytesIO(paper.pdf("posters", _facts(stairwells)))
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"{name}.pdf")


def _facts(stairwells: Sequence[Stairwell]) -> dict[str, object]:
    backing = backing_of([each.building for each in stairwells])
    behind = {number: behind_words(each) for number, each in backing.items()}
    with language.speaking(Language.SWEDISH):  # the browser of the person who prints may use another language
        return {
            "title": _("Affisch om grannsamverkan"),
            "heading": "Grannsamverkan",
            "foot": foot_words(),
            "words": poster_words(),
            "posters": [_poster(each, behind[each.building_id]) for each in stairwells],
        }


def _poster(stairwell: Stairwell, behind: list[dict[str, str]]) -> dict[str, object]:
    poster = poster_of(stairwell)
    return {
        "stairwell": _("Port %(address)s", address=stairwell.address),
        "behind": behind,
        "code": poster.code,
        "address": poster.link.partition("://")[2],
        "qr": paper.qr_for_pdf(poster.link),
        "alt": _("QR-kod till %(address)s", address=poster.link),
    }


@bp.post("/stairwells/<int:stairwell_id>/poster/new-code")
@requires(Permission.RENEW_POSTERS)
def renew_poster(stairwell: Stairwell) -> Response:
    leaked = request.form.get("leaked", "")
    if service.renew_poster(stairwell, leaked, by=current_person()):
        flash(_("Porten har en ny kod. Skriv ut affischen och byt den som hänger."), "done")
    db.session.commit()
    return redirect(url_for(".show_poster", stairwell_id=stairwell.id), 303)


@bp.get("/groups/<int:group_id>/share")
@requires(Permission.SEE_GROUP)
def share(group: Group) -> str:
    """Show the posters' codes on a phone: of the member's own stairwell, or of each. No person is named."""
    membership = active_membership(current_person(), group)
    own = membership.stairwell if membership else None
    stairwells = [own] if own else stairwells_of_group(group)
    posters = [poster_of(each) for each in stairwells]
    return render_template("printing/share.html", group=group, posters=posters)
