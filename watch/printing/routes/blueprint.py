"""The blueprint of letters, posters and receipts."""

from __future__ import annotations

from flask import Blueprint

from watch import paper

bp = Blueprint("printing", __name__)
bp.add_app_template_filter(paper.qr, "qr")
