"""The officers' list of promises, and one promise."""

from __future__ import annotations

from flask import render_template, request

from watch.access import requires
from watch.models import Promise
from watch.permissions import Permission
from watch.promises import queries
from watch.promises.forms import FilterPromisesForm
from watch.promises.routes.blueprint import bp, own_area_ids, own_areas, page_asked
from watch.web import ViewAnswer


@bp.get("/promises/edit")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def manage() -> ViewAnswer:
    """Show every promise of the reader's areas. A filter that makes no sense is explained."""
    form = FilterPromisesForm(request.args, own_areas())
    is_good = form.validate()
    found = queries.promises_of(own_area_ids(), form.filter()) if is_good else []
    page = page_asked(found)
    answer = render_template(
        "promises/manage.html", form=form, page=page, promises=queries.promises_by_id(page.keys),
        has_any=bool(found or form.asked or not is_good), gone=queries.removed_promises(own_area_ids()),
    )  # fmt: skip
    return answer if is_good else (answer, 422)


@bp.get("/promises/<int:promise_id>")
@requires(Permission.KEEP_PROMISES, second_factor=True)
def show(promise: Promise) -> str:
    return render_template("promises/show.html", promise=promise)
