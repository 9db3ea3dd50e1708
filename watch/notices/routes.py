"""Notices: write, see who gets it, send, follow."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("notices", __name__)
