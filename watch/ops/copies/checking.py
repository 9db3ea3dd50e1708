"""Checks that a copy may replace the database: it is ours, and its journal is complete."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from alembic.script import ScriptDirectory
from flask import current_app

from watch.accounts.queries import is_sealed_with_our_key
from watch.journal import files
from watch.journal.reading import Journal, read
from watch.ops.copies.facts import Facts, Unusable

OPTION = "--without-journal"


def demand_ours(facts: Facts) -> None:
    """Check that a copy has a known version and our data key. Raises Unusable."""
    folder = current_app.extensions["migrate"].directory
    known = {
        each.revision for each in ScriptDirectory(f"{current_app.root_path}/../{folder}").walk_revisions()
    }
    if facts.revision is None:
        raise Unusable("The copy holds no tables of this program.")
    if facts.revision not in known:
        raise Unusable(f"The copy is of a younger version of this program (migration {facts.revision}).")
    if not is_sealed_with_our_key(facts.sealed):
        raise Unusable("WATCH_DATA_KEY is another one than the copy was written with.")


def name_of(facts: Facts, own: str | None, places: Sequence[Path]) -> str:
    """Return the name of the copy's database; a new one if nobody knows it.

    A copy made before anything was journaled does not hold the name.
    """
    if known := facts.database or own:
        return known
    lying = set[str]().union(*(files.databases(place) for place in places))
    return lying.pop() if len(lying) == 1 else secrets.token_hex(8)


def journal_of(name: str, facts: Facts, places: Sequence[Path], *, may_miss: bool) -> Journal:
    """Return the journal of every machine since the copy was made. Raises Unusable if it is incomplete."""
    journal = read(name, places)
    missing = sorted(host for host in facts.hosts if host not in journal.hosts)
    late = sorted(host for host, begins in journal.hosts.items() if begins > facts.serial)
    where = ", ".join(map(str, places))
    if not may_miss:
        if not any(name in files.databases(place) for place in places):
            raise Unusable(f"No journal of the copy's database lies in {where}: {_without()}")
        if missing:
            raise Unusable(f"The journal of {', '.join(missing)} does not lie in {where}: {_without()}")
        if journal.newest < facts.serial:
            raise Unusable(f"The journal in {where} is older than the copy: {_without()}")
        if late:
            raise Unusable(f"The journal of {', '.join(late)} begins after the copy was made: {_without()}")
    return journal


def _without() -> str:
    return (
        "whoever has left since would be in again. Bring it (--journal FOLDER), "
        f"or restore nevertheless with {OPTION}."
    )
