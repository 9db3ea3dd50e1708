"""The development mailbox: what the local mail server was given, readable on a page."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mailbox", __name__)
