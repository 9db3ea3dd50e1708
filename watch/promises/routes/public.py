"""The page of what is promised to the citizens, for everybody."""

from __future__ import annotations

from flask import render_template, request

from watch.access import public
from watch.promises import queries
from watch.promises.forms import FilterForm
from watch.promises.routes.blueprint import bp, own_area_ids, page_asked
from watch.web import ViewAnswer


@bp.get("/promises")
@public
def index() -> ViewAnswer:
    """Show the promises that are published, with what became of them.

    The published reports stand below, from a template of the reports' own feature.
    """
    form = FilterForm(request.args, queries.all_areas())
    is_good = form.validate()
    found = queries.published_promises(form.filter()) if is_good else []
    page = page_asked(found)
    answer = render_template(
        "promises/index.html", form=form, page=page, promises=queries.promises_by_id(page.keys),
        has_any=bool(found or form.asked or not is_good), is_officer=bool(own_area_ids()),
    )  # fmt: skip
    return answer if is_good else (answer, 422)
