"""Checks that every table keyed by an enum has all its members; a missing one would break a page."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import pytest
from jinja2 import Environment, nodes

import watch

ROOT = Path(__file__).resolve().parent.parent
PARTIAL = {  # tables that may be incomplete, by the last two parts of their names, with the reason
    "permissions.ONLY": "most permissions ask for the role alone",
    "labels.TASKS": "those after a closing are an officer's",
    "labels.TICKED": "those after a closing are an officer's",
    "labels.NEEDS": "the reasons that a group has",
    "labels.SET_ASIDE": "those of a lead; an officer has others",
    "labels.AREA_AUDIENCES": "an area's notice is for no single stairwell or group",
    "links.REPORT_BY_LINK": "coordinators and the police sign in",
    "tasks.HOLDS_FOR": "the others do not come back with time",
    "joint.SAID": "a group that is asked has not answered",
    "joint.SAID_AFTER": "a group that is asked has not answered",
    "list_cells.FORMS": "columns of free text have no form",
    "notices/_fields.html": "the languages that a notice can be written in besides Swedish",
}
MODULES = [import_module(each.name) for each in walk_packages(watch.__path__, "watch.")]


def own_names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Return the names that a module defines itself, in full."""
    yield from ((f"{module.__name__}.{name}", value) for name, value in vars(module).items())


ENUMS = {
    value
    for _name, value in chain.from_iterable(map(own_names, MODULES))
    if isinstance(value, type) and issubclass(value, Enum) and value.__module__.startswith("watch.")
}


def in_modules() -> Iterator[tuple[str, set[Any]]]:
    """Return every dictionary keyed by an enum, nested ones included: its name and its keys."""
    seen: set[int] = set()
    found = list(chain.from_iterable(map(own_names, sorted(MODULES, key=_labels_first))))
    for name, value in found:  # the list grows inside the loop
        if not isinstance(value, dict) or id(value) in seen:
            continue
        seen.add(id(value))
        found += [(f"{name}[{key!r}]", each) for key, each in value.items()]
        if any(isinstance(key, Enum) for key in value):
            yield name, set(value)


def _labels_first(module: ModuleType) -> bool:
    """Sort modules so that a table gets its name where it is defined, not where it is imported."""
    return not module.__name__.endswith(".labels")


def in_templates() -> Iterator[tuple[str, set[Any]]]:
    """Return every dictionary in a template keyed by values of an enum, unless it is read with a default."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        tree = Environment(extensions=["jinja2.ext.i18n"]).parse(path.read_text())
        asked = [call.node.node for call in tree.find_all(nodes.Call) if _has_default(call)]
        for table in tree.find_all(nodes.Dict):
            keys = {item.key.value for item in table.items if isinstance(item.key, nodes.Const)}
            if len(keys) > 1 and table not in asked and any(keys <= set(enum) for enum in ENUMS):
                yield str(path.relative_to(ROOT / "templates")), keys


def _has_default(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Getattr) and call.node.attr == "get" and len(call.args) == 2


TABLES = [*in_modules(), *in_templates()]


def short(name: str) -> str:
    """Return the last two parts of a table's name."""
    return ".".join(name.split(".")[-2:])


@pytest.mark.parametrize(("name", "keys"), TABLES, ids=[name for name, _keys in TABLES])
def test_a_table_has_every_member_of_its_enum(name: str, keys: set[Any]) -> None:
    missing = [set(enum) - keys for enum in ENUMS if keys <= set(enum)]
    assert missing, "its keys are of no single enum"
    assert bool(min(missing, key=len)) is (short(name) in PARTIAL), missing


def test_the_tables_are_found() -> None:
    found = {short(name) for name, _keys in TABLES}
    assert len(found) > 20
    assert {"components/house.html", "labels.SENDERS", *PARTIAL} <= found
