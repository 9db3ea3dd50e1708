"""A person's own data: a page to read, and a file to take along (GDPR, articles 15 and 20)."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template

from watch.access import current_person, signed_in
from watch.models import utcnow
from watch.retention import queries
from watch.retention.labels import TABLES, facts_of
from watch.web import leave_trace

bp = Blueprint("retention", __name__)


@bp.get("/me/data")
@signed_in
def own_data() -> str:
    held = [each for each in queries.own_data(current_person()) if each.table in TABLES]
    parts = [(TABLES[each.table], [facts_of(row) for row in each.rows]) for each in held]
    return render_template("retention/own_data.html", parts=parts)


@bp.get("/me/data.json")
@signed_in
def download() -> Response:
    """Give everything held about the reader as a file, which the audit trail records."""
    person = current_person()
    held = queries.own_data(person)
    leave_trace("own-data-downloaded", about=person)
    parts = [{"table": each.table, "by": each.by, "rows": each.rows} for each in held]
    text = json.dumps(
        {"made_at": utcnow(), "data": parts}, default=queries.plain, ensure_ascii=False, indent=2
    )
    disposition = {"Content-Disposition": 'attachment; filename="grannsamverkan.json"'}
    return Response(text, mimetype="application/json", headers=disposition)
