"""Pages of how many have come: one by one, in sums, as a plot and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request

from watch import audit
from watch.access import current_person, requires
from watch.exporting import ExportForm
from watch.extensions import db
from watch.meetings.labels import KINDS
from watch.meetings.queries import attendance
from watch.meetings.queries.attendance import GroupSum, Held
from watch.meetings.routes import cells
from watch.meetings.routes.blueprint import bp
from watch.models import Area, Group, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.spreadsheets import CONTENT_TYPE, csv_of
from watch.web import ViewAnswer


@bp.get("/groups/<int:group_id>/meetings/numbers")
@requires(Permission.SEE_GROUP)
def numbers(group: Group) -> str:
    """Show how many came to a group's meetings."""
    now = utcnow()
    held = attendance.held_meetings(group, now)
    return render_template(
        "meetings/numbers.html", group=group, is_quiet=attendance.is_quiet(group, held, now),
        **_tables(group, held, []),
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/meetings/numbers.csv")
@requires(Permission.SEE_GROUP)
def numbers_as_csv(group: Group) -> Response:
    return _csv(group, attendance.held_meetings(group, utcnow()), [], f"traffar-grupp-{group.id}")


@bp.get("/areas/<slug>/meetings/numbers")
@requires(Permission.SEE_AREA, second_factor=True)
def area_numbers(area: Area) -> str:
    """Show how many came to the meetings of an area and of its groups."""
    now = utcnow()
    held = attendance.held_meetings(area, now)
    groups = attendance.sums_of_groups(area, held, now)
    return render_template(
        "meetings/area_numbers.html", area=area, groups=groups, **_tables(area, held, groups)
    )


@bp.get("/areas/<slug>/meetings/numbers.csv")
@bp.get("/areas/<slug>/meetings/numbers/export")
@requires(Permission.SEE_AREA, second_factor=True)
def area_ask_numbers(area: Area) -> str:
    """Ask what the numbers are taken out for, before the file is made."""
    return _export_page(area, ExportForm(None))


@bp.post("/areas/<slug>/meetings/numbers/export")
@requires(Permission.SEE_AREA, second_factor=True)
def area_take_out_numbers(area: Area) -> ViewAnswer:
    """Write down why the numbers are taken out, and return them as CSV."""
    form, now = ExportForm(), utcnow()
    if not form.validate():
        return _export_page(area, form), 422
    held = attendance.held_meetings(area, now)
    file = _csv(area, held, attendance.sums_of_groups(area, held, now), f"traffar-{area.slug}")
    audit.note("numbers-exported", about=area, by=current_person(), area=area, why=form.why.data)
    db.session.commit()
    return file


def _export_page(area: Area, form: ExportForm) -> str:
    count = len(attendance.held_meetings(area, utcnow()))
    return render_template("meetings/area_ask_numbers.html", area=area, form=form, count=count)


def _tables(place: Group | Area, held: Sequence[Held], groups: Sequence[GroupSum]) -> dict[str, Any]:
    """Return a page of the meetings one by one, and the sums of all of them."""
    page = page_of(
        [each.id for each in held],
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    exact = bool(held) and all(cells.knows_all(place, each) for each in held)
    return {
        "page": page,
        "heading_of_rows": cells.heading(place),
        "rows": _rows(place, [each for each in held if each.id in set(page.keys)], groups),
        "heading_of_sums": cells.sum_heading(exact=exact),
        "kinds": [
            (str(KINDS[kind]), cells.sum_cells(total, exact=exact))
            for kind, total in attendance.sums_by(held, lambda each: each.kind).items()
        ],
        "years": [
            (str(year), cells.sum_cells(total, exact=exact))
            for year, total in attendance.sums_by(held, lambda each: each.year).items()
        ],
        "total": cells.sum_cells(attendance.sum_of(held), exact=exact),
    }


def _rows(place: Group | Area, held: Sequence[Held], groups: Sequence[GroupSum]) -> list[cells.Row]:
    names, flats = {each.group.id: each.group.name for each in groups}, attendance.flats_of(held)
    return [cells.row_of(place, each, names, flats.get(each.id)) for each in held]


def _csv(place: Group | Area, held: Sequence[Held], groups: Sequence[GroupSum], name: str) -> Response:
    """Return all meetings, with the cells of the page."""
    text = csv_of(cells.heading(place), (row.cells for row in _rows(place, held, groups)))
    saved_as = f'attachment; filename="{name}.csv"'
    return Response(text, content_type=CONTENT_TYPE, headers={"Content-Disposition": saved_as})
