"""Pages for ordering packs of letters and downloading their files."""

from __future__ import annotations

from io import BytesIO

from flask import abort, flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person, requires
from watch.extensions import db
from watch.groups.queries.flats import flats_of_groups
from watch.groups.queries.letters import groups_with_letters, officers_unanswered_letters
from watch.models import Area, Group, LetterPack, utcnow
from watch.permissions import Permission
from watch.pressed import unless_done
from watch.printing.forms import ChooseHousesForm
from watch.printing.letter_pages import file_name
from watch.printing.queries import groups_to_write_to, is_kept, pack_of, places_of, progress_of
from watch.printing.routes.blueprint import bp
from watch.printing.routes.letters import made
from watch.printing.service import letters, packs
from watch.web import ViewAnswer


@bp.get("/areas/<slug>/letters")
@requires(Permission.PRINT_LETTERS)
def choose_houses(area: Area) -> str:
    return _page(area, _form(area))


@bp.post("/areas/<slug>/letters")
@requires(Permission.PRINT_LETTERS)
def ask_for_letters(area: Area) -> ViewAnswer:
    form = _form(area)
    if not form.validate():
        return _page(area, form), 422
    return made(area, form.chosen, form.languages.data or (), area.name)


def _form(area: Area) -> ChooseHousesForm:
    form = ChooseHousesForm()
    form.offer(flats_of_groups(groups_to_write_to(area)))
    return form


def _page(area: Area, form: ChooseHousesForm) -> str:
    pack = pack_of(current_person(), area)
    return render_template(
        "printing/choose_houses.html", area=area, form=form, days=letters.LETTER_DAYS,
        again=letters.REPRINT_DAYS, pack=pack, places=places_of(pack) if pack else None,
        unanswered=_unanswered(area),
    )  # fmt: skip


def _unanswered(area: Area) -> list[tuple[Group, int]]:
    """Return the groups without a coordinator whose printed letters the police contact has to answer for."""
    groups = [(group, len(officers_unanswered_letters(group))) for group in groups_with_letters(area)]
    return [(group, number) for group, number in groups if number]


@bp.get("/packs/<int:pack_id>")
@requires(Permission.FETCH_PACK)
def show_pack(pack: LetterPack) -> str:
    _expect_kept(pack)
    progress = progress_of(pack, utcnow())
    return render_template("printing/show_pack.html", pack=pack, progress=progress, places=places_of(pack))


@bp.get("/packs/<int:pack_id>/<int:place>")
@requires(Permission.FETCH_PACK)
def fetch_file(pack: LetterPack, place: int) -> Response:
    _expect_kept(pack)
    file = next((file for file in pack.files if file.place == place), None)
    if file is None or file.pdf is None:
        abort(404)
    name = file_name(file.first, place if len(pack.files) > 1 else None)
    return send_file(BytesIO(file.pdf), "application/pdf", as_attachment=True, download_name=name)


@bp.post("/packs/<int:pack_id>/again")
@requires(Permission.FETCH_PACK)
def try_again(pack: LetterPack) -> Response:
    _expect_kept(pack)
    packs.try_again(pack)
    db.session.commit()
    return redirect(url_for(".show_pack", pack_id=pack.id), 303)


def _has_removed(pack_id: int) -> Response | None:
    gone = db.session.get(LetterPack, pack_id) is None and current_user.is_authenticated
    removed = audit.done_by(current_person(), "letter-pack-removed", pack_id) if gone else None
    if removed is None:
        return None
    area = db.session.get(Area, removed.area_id) if removed.area_id else None
    return _removed(removed.group_id, area)


def _removed(group_id: int | None, area: Area | None) -> Response:
    flash(_("Filerna är borttagna. Brev som du har skrivit ut gäller ändå."), "done")
    place = url_for("printing.letters", group_id=group_id) if group_id else None
    return redirect(place or url_for(".choose_houses", slug=area.slug if area else ""), 303)


@bp.post("/packs/<int:pack_id>/remove")
@unless_done(_has_removed)
@requires(Permission.FETCH_PACK)
def remove_pack(pack: LetterPack) -> Response:
    _expect_kept(pack)
    group, area = pack.group, pack.area
    packs.remove(pack, by=current_person())
    db.session.commit()
    return _removed(group.id if group else None, area)


def _expect_kept(pack: LetterPack) -> None:
    """Answer 404 once a pack is older than 24 hours."""
    if not is_kept(pack, utcnow()):
        abort(404)
