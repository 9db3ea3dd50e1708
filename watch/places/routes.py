"""The front page, finding a building, and what the product says about itself."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("places", __name__)
