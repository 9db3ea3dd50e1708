"""Every table of labels names all members of its enum: a missing one would fail on the page that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PARTIAL = {"watch.notices.labels.AREA_AUDIENCES": "an area's notice is for no single stairwell or group"}


def tables() -> Iterator[tuple[str, dict[Enum, Any]]]:
    """Every dictionary in a `labels` module whose keys are members of an enum, by its full name."""
    for file in sorted((ROOT / "watch").glob("*/labels.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for variable, value in vars(import_module(name)).items():
            if isinstance(value, dict) and value and all(isinstance(key, Enum) for key in value):
                yield f"{name}.{variable}", value


TABLES = dict(tables())


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_labels_has_every_member_of_its_enum(name: str) -> None:
    kinds = {type(key) for key in TABLES[name]}
    missing = {member for kind in kinds for member in kind} - TABLES[name].keys()
    assert bool(missing) is (name in PARTIAL), missing


def test_the_tables_are_found() -> None:
    assert len(TABLES) > 15
    assert PARTIAL.keys() <= TABLES.keys()
