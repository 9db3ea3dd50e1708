"""The police contact starts a group and follows its first steps."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("start", __name__)
