"""Commands for the operator: copies of the database, and a demo on one's own machine."""

from __future__ import annotations

from flask import Flask

from watch.ops.cli import copies, demo


def init_app(app: Flask) -> None:
    for commands in (demo, copies):
        commands.init_app(app)
