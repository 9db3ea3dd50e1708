"""A member's own pages: my groups, one group, leaving it."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("groups", __name__)
