"""Who coordinates: appoint, accept, end."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("coordinators", __name__)
