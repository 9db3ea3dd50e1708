"""Contact persons: for everybody, for a group, and where officers edit them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("contacts", __name__)
