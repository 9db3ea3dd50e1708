"""The officer's overview and areas."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("followup", __name__)
