"""The commands of whoever runs it: copies of the database, and trying it on one's own machine."""

from __future__ import annotations

from flask import Flask

from watch.ops.cli import copies, demo


def init_app(app: Flask) -> None:
    """Register the commands."""
    for commands in (demo, copies):
        commands.init_app(app)
