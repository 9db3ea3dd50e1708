"""Invitations by e-mail, and the posters."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("invitations", __name__)
