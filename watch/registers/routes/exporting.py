"""The officers' lists, and taking them out as files: the reason is written down."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, render_template, request

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.extensions import db
from watch.groups.queries.areas import areas_by_id
from watch.language import local
from watch.models import Area, utcnow
from watch.permissions import Permission
from watch.registers.forms.lists import TakeOutForm
from watch.registers.labels import FILES, LISTS, Format, Listed
from watch.registers.routes.blueprint import bp
from watch.registers.tables import Table, table_of
from watch.spreadsheets import CONTENT_TYPE, XLSX_TYPE, csv_of, xlsx_of
from watch.web import ViewAnswer


@bp.get("/registers")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def index() -> str:
    return render_template(
        "registers/index.html", areas=areas_by_id(current_relations().officer_of), lists=LISTS
    )


@bp.get("/registers/<name>/export")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def ask_export(name: str) -> str:
    """Ask what a list is taken out for, before the file is made."""
    return _ask(_listed(name), _form())


@bp.post("/registers/<name>/export")
@requires(Permission.KEEP_REGISTERS, second_factor=True)
def take_out(name: str) -> ViewAnswer:
    """Write down why the list is taken out, and return it as a file."""
    listed, form = _listed(name), _form()
    if not form.validate():
        return _ask(listed, form), 422
    chosen = [each for each in _areas() if each.slug in form.areas.data]
    file = _file(listed, table_of(listed, {each.id for each in chosen}), form.kind.data)
    for area in chosen:
        audit.note(f"{listed}-exported", about=area, by=current_person(), area=area, why=form.why.data)
    db.session.commit()
    return file


def _listed(name: str) -> Listed:
    return Listed(name) if name in set(Listed) else abort(404)


def _areas() -> list[Area]:
    return list(areas_by_id(current_relations().officer_of))


def _form() -> TakeOutForm:
    return TakeOutForm(_areas(), request.args.getlist("area"))


def _ask(listed: Listed, form: TakeOutForm) -> str:
    return render_template("registers/ask_export.html", listed=listed, words=LISTS[listed], form=form)


def _file(listed: Listed, table: Table, kind: Format) -> FlaskResponse:
    name = f"{FILES[listed]}-{local(utcnow()).date().isoformat()}.{kind}"
    content = (xlsx_of if kind is Format.XLSX else csv_of)(table.heading, table.rows)
    return FlaskResponse(
        content,
        content_type=XLSX_TYPE if kind is Format.XLSX else CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
