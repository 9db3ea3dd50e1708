"""Signing in and out, one's own settings and signed-in devices."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("accounts", __name__)
