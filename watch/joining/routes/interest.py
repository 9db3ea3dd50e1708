"""Interest in a building that has no group yet."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("interest", __name__)
