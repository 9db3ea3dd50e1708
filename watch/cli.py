"""The operator's commands, gathered from the features."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from watch.accounts import cli as people
from watch.mail import cli as mail
from watch.ops import cli as ops
from watch.places import cli as places


def init_app(app: Flask) -> None:
    """Register all commands."""
    for feature in (places, people, mail, ops):
        feature.init_app(app)
    _speak_plainly(app.cli)


def _speak_plainly(group: click.Group) -> None:
    """A database that is not made yet, or is away, is one sentence instead of a traceback."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            _speak_plainly(command)
        elif command.callback:
            command.callback = _in_a_sentence(command.callback)


def _in_a_sentence(act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def acting(*given: Any, **named: Any) -> Any:
        try:
            return act(*given, **named)
        except (OperationalError, ProgrammingError) as broken:
            reason = str(broken.orig).partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used ({reason}). If it is new, make its tables: flask db upgrade"
            ) from broken

    return acting
