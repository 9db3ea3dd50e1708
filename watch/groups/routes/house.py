"""The coordinator's house: stairwells, flats, households, members."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("house", __name__)
