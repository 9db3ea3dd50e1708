"""The blueprint of the registers."""

from __future__ import annotations

from flask import Blueprint

from watch.registers.labels import CHANGED, DUES, where_said

bp = Blueprint("registers", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"changed_words": CHANGED, "dues": DUES, "where_said": where_said}
