"""Statements: built once, upserts for both databases, and counts of changed rows.

A second name of a table (`aliased`) is declared at the top of its module. Made anew with each statement it
costs ten times as long as the rest of the statement.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVarTuple

from sqlalchemy import CompoundSelect, Delete, Insert, Result, Select, Update, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from watch.extensions import db

P = ParamSpec("P")
Columns = TypeVarTuple("Columns")


def prepared(
    build: Callable[P, Select[*Columns] | CompoundSelect[*Columns]],
) -> Callable[P, Result[*Columns]]:
    """Decorate a function that builds a SELECT, so that it runs the SELECT and builds it only once.

    Building a statement in Python takes several times as long as running it. `build` gets a placeholder for
    each positional argument, and may only put it into the statement (a collection into `in_`). Keyword-only
    arguments come as they are; each combination has a statement of its own.
    """
    parameters = signature(build).parameters.values()
    names = [each.name for each in parameters if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    built = cache(lambda **shape: build(*map(bindparam, names), **shape))  # type: ignore[arg-type]  # parameters stand for values

    @wraps(build)
    def run(*values: P.args, **shape: P.kwargs) -> Result[*Columns]:
        statement = built(**shape)  # type: ignore[arg-type]  # flags can be hashed
        return db.session.execute(statement, dict(zip(names, values, strict=True)))

    return run


def upsert(model: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT in the database's dialect, which offers ON CONFLICT."""
    insert: postgresql.Insert | sqlite.Insert
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(model)
    return insert


def changed(statement: Update | Delete | Insert) -> int:
    """Run an UPDATE, DELETE or INSERT and return the number of rows it changed.

    Of several concurrent requests the database lets one change the row; the others get 0.
    """
    count: int = db.session.execute(statement).rowcount  # type: ignore[attr-defined]  # the type is of any result
    return count
