"""The operator's commands, gathered from the features."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from watch import journal
from watch.accounts import cli as people
from watch.audit import cli as audit
from watch.mail import cli as mail
from watch.ops import cli as ops
from watch.places import cli as places


def init_app(app: Flask) -> None:
    """Register all commands."""
    for feature in (places, people, mail, audit, ops):
        feature.init_app(app)
    _speak_plainly(app.cli)


def _speak_plainly(group: click.Group) -> None:
    """A database that is not made yet, or is away, is one sentence instead of a traceback.

    So is one that is an older copy of itself: of it the command that mends it alone makes use.
    """
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            _speak_plainly(command)
        elif command.callback:
            act = command.callback if name == "restore" else _unless_it_is_a_copy(command.callback)
            command.callback = _in_a_sentence(act)


def _unless_it_is_a_copy(act: Callable[..., Any]) -> Callable[..., Any]:
    @with_appcontext
    @functools.wraps(act)
    def acting(*given: Any, **named: Any) -> Any:
        if sentence := journal.trouble():
            raise click.ClickException(sentence)
        return act(*given, **named)

    return acting


def _in_a_sentence(act: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(act)
    def acting(*given: Any, **named: Any) -> Any:
        try:
            return act(*given, **named)
        except (OperationalError, ProgrammingError) as broken:
            reason = str(broken.orig).partition("\n")[0]
            mend = ". If it is new, make its tables: flask db upgrade" if _lacks_a_table(reason) else "."
            raise click.ClickException(f"The database cannot be used ({reason}){mend}") from broken

    return acting


def _lacks_a_table(reason: str) -> bool:
    return "no such table" in reason or "does not exist" in reason
