"""Reads a landlord's list from a file, shows what it changes, and applies exactly that."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.bodies import MEGABYTE, takes_file
from watch.extensions import db
from watch.limits import limit_network
from watch.models import Area, ListUpload, UploadState
from watch.permissions import Permission
from watch.places.labels import sentence
from watch.registers import uploads
from watch.registers.errors import RegisterChanged
from watch.registers.forms.lists import ApplyListForm, UploadListForm
from watch.registers.routes.blueprint import bp
from watch.registers.service import importing
from watch.registers.uploads import BadLandlordList, Contents
from watch.web import ViewAnswer

MOST_ERRORS, MOST_SHOWN = 100, 200  # of one list, on the page
FILES = limit_network(  # reading a file may take seconds of processor time
    "120 per hour", "landlords' lists", exempt_when=lambda: not any(request.files.values())
)


@bp.get("/areas/<slug>/import")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def ask_import(area: Area) -> str:
    return _ask(area, UploadListForm(None))


@bp.post("/areas/<slug>/import")
@takes_file("file", 6 * MEGABYTE)
@FILES
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def upload(area: Area) -> ViewAnswer:
    """Read the file and work out what it changes. Nothing is changed yet."""
    form, areas, slug = UploadListForm(), _own_areas(), area.slug
    if not form.validate():
        return _ask(area, form), 422
    db.session.rollback()  # no transaction stays open while a file is read
    try:
        listed = uploads.read(form.file.data.read(), form.file.data.filename or "")
        effect = uploads.take_in(listed.rows, areas, by=current_person())
    except BadLandlordList as bad:
        db.session.rollback()
        return _refused(area, bad), 422
    db.session.rollback()
    if effect.is_nothing():
        flash(_("Listan säger det som redan finns i registret. Inget behöver ändras."), "info")
        return redirect(url_for(".ask_import", slug=slug), 303)
    contents = Contents(listed.rows, effect, listed.personnummer)
    kept = importing.keep(area, contents, by=current_person())
    db.session.commit()
    return _to_preview(kept)


@bp.get("/imports/<int:upload_id>")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def preview(upload: ListUpload) -> ViewAnswer:
    """Show what the list changes, until it is applied or put aside."""
    _demand_own(upload)
    return _back_to_area(upload) if upload.contents is None else _preview(upload)


@bp.post("/imports/<int:upload_id>/apply")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def apply(upload: ListUpload) -> ViewAnswer:
    """Change the register as shown. If it has changed meanwhile, show what the list does by now."""
    _demand_own(upload)
    if upload.contents is None:
        return _back_to_area(upload)
    contents = uploads.unpacked(upload.contents)
    if not ApplyListForm(loses_many=contents.effect.loses_many()).validate():
        return _preview(upload, is_filled=True), 422
    try:
        importing.apply(upload, _own_areas(), by=current_person())
        db.session.commit()
    except (RegisterChanged, IntegrityError):
        db.session.rollback()
        return _show_again(upload, contents), 422
    except BadLandlordList as bad:
        db.session.rollback()
        return _refused(upload.area, bad), 422
    return _back_to_area(upload)


@bp.post("/imports/<int:upload_id>/discard")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def discard(upload: ListUpload) -> Response:
    _demand_own(upload)
    importing.discard(upload)
    db.session.commit()
    return _back_to_area(upload)


def _show_again(upload: ListUpload, seen: Contents) -> str:
    effect = uploads.take_in(seen.rows, _own_areas(), by=current_person())
    db.session.rollback()
    importing.show_again(upload, Contents(seen.rows, effect, seen.personnummer))
    db.session.commit()
    return _preview(
        upload,
        told=_("Registret har ändrats sedan du såg listan. Inget är sparat. Granska och tryck igen."),
    )


def _demand_own(upload: ListUpload) -> None:
    """Let nobody apply a list but who has seen what it changes."""
    if upload.by_id != current_person().id:
        abort(404)


def _own_areas() -> Collection[int]:
    return current_relations().officer_of


def _ask(area: Area, form: UploadListForm, errors: Sequence[str] = (), count: int = 0) -> str:
    return render_template(
        "registers/ask_import.html", area=area, form=form, errors=errors, count=count, columns=uploads.COLUMNS
    )


def _refused(area: Area, bad: BadLandlordList) -> str:
    """Return the page with what is wrong, by row and column; a long list of it is cut."""
    said, form = [sentence(error) for error in bad.errors[:MOST_ERRORS]], UploadListForm(None)
    told = ngettext(
        "%(num)d fel i listan. Inget är sparat.", "%(num)d fel i listan. Inget är sparat.", len(bad.errors)
    )
    form.file.errors = (told,)
    return _ask(area, form, said, len(bad.errors))


def _preview(upload: ListUpload, *, is_filled: bool = False, told: str = "") -> str:
    assert upload.contents is not None, "the callers have seen to it"
    contents = uploads.unpacked(upload.contents)
    form = ApplyListForm(loses_many=contents.effect.loses_many(), filled=is_filled)
    if is_filled:
        form.validate()
    form.form_errors = [told] if told else []
    return render_template(
        "registers/preview.html",
        upload=upload, area=upload.area, form=form, contents=contents, effect=contents.effect,
        most=MOST_SHOWN,
    )  # fmt: skip


def _to_preview(upload: ListUpload) -> Response:
    return redirect(url_for(".preview", upload_id=upload.id), 303)


def _back_to_area(upload: ListUpload) -> Response:
    told = (
        _("Registret är ändrat som listan säger.")
        if upload.state is UploadState.APPLIED
        else _("Listan är lagd åt sidan. Inget är ändrat.")
    )
    flash(told, "done")
    return redirect(url_for(".ask_import", slug=upload.area.slug), 303)
