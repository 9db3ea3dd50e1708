"""Asking to join: poster, address, confirmation, the coordinator's answer."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("joining", __name__)
