"""The operator's commands, gathered from the features."""

from __future__ import annotations

from flask import Flask

from watch.accounts import cli as people
from watch.mail import cli as mail
from watch.ops import cli as ops
from watch.places import cli as places


def init_app(app: Flask) -> None:
    """Register all commands."""
    for feature in (places, people, mail, ops):
        feature.init_app(app)
