"""Help: the handbook's pages for residents, coordinators, officers and partners."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, send_from_directory, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_relations, public
from watch.handbook.pages import FOLDER, page

bp = Blueprint("handbook", __name__)

READERS = {
    "residents": _l("För boende"),
    "coordinators": _l("För kontaktombud"),
    "officers": _l("För kommunpolis"),
    "partners": _l("För fastighetsägare och kommun"),
}


@bp.get("/help")
@public
def index() -> Response:
    return redirect(url_for("handbook.show", name=_reader()), 302)


@bp.get("/help/<name>")
@public
def show(name: str) -> str:
    if name not in READERS:
        abort(404)
    offered = [(label, url_for(".show", name=each), each == name, None) for each, label in READERS.items()]
    shown = page(name, language.current())
    return render_template(
        "handbook/show.html",
        page=shown,
        direction_of_page=language.direction(shown.language),
        offered=offered,
    )


@bp.get("/help/pictures/<name>.png")
@public
def picture(name: str) -> Response:
    return send_from_directory(FOLDER / "pictures", f"{name}.png", max_age=3600)


def _reader() -> str:
    """Return which page fits the tasks of the person who is signed in; visitors get the residents' page."""
    if not current_user.is_authenticated:
        return "residents"
    relations = current_relations()
    if relations.officer_of:
        return "officers"
    if relations.partner_of:
        return "partners"
    return "coordinators" if relations.coordinates else "residents"
