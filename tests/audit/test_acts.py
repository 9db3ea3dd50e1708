"""Checks that every act in the code has a sentence, and that somebody has decided who sees it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from watch.audit.acts import IN_THE_OPEN, INSIDE_THE_GROUP, ON_ONES_OWN, Kind, seen_by_officers
from watch.audit.labels import EVENTS
from watch.models import HouseholdStatus
from watch.registers.labels import Listed

CODE = Path(__file__).resolve().parents[2] / "watch"
WRITING = {  # which of its arguments is the name
    "note": 0, "entry": 0, "leave_trace": 0, "note_home": 0, "_note": 0, "_trace": 0, "note_if": 1,
    "_become": 2,
}  # fmt: skip
HOUSEHOLDS = {"note_household", "note_households", "change_household"}
# whose first argument is handed on to one of these; the names come from the callers below
HANDED_ON = {
    "audit/__init__.py", "web.py", "groups/service/members.py", "groups/service/households.py",
    "printing/service/delivery.py", "contacts/service.py", "findings/service/__init__.py",
    "lifecycle/service/steps.py", "records/service/addresses.py", "handouts/service.py",
    "promises/service.py", "report/service.py",
    "registers/service/signs.py", "registers/service/stickers.py",
}  # fmt: skip
COMPOSED = {  # names that are made of parts, by the file that makes them
    "invitations/service/inviting.py": ["household-invited-by-mail"],
    "groups/service/households.py": [f"household-{each.value.replace('_', '-')}" for each in HouseholdStatus],
    "records/service/correcting.py": [f"member-{each}-corrected" for each in ("name", "details", "flat")],
    "registers/routes/exporting.py": [f"{each.value}-exported" for each in Listed],
    "records/service/addresses.py": [f"member-address-{each}" for each in ("asked", "dropped", "works")],
}
NO_ACTS = {"mail/connections.py", "mail/delivery.py", "invitations/cards.py", "groups/routes/picture.py",
           "calendar.py", "meetings/routes/calendars.py"}  # fmt: skip  # call something else so


def names_in(file: Path) -> Iterator[str]:
    """Yield the names of acts that a file writes: first arguments, and `what` of a household."""
    constants = {
        target.id: value.value
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.Assign)
        for targets, values in _pairs(node)
        for target, value in zip(targets, values, strict=True)
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant)
    }
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            for argument in _said(node):
                yield from _names(argument, constants)


def _pairs(node: ast.Assign) -> Iterator[tuple[list[ast.expr], list[ast.expr]]]:
    for target in node.targets:
        many = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
        yield (target.elts, node.value.elts) if many else ([target], [node.value])  # type: ignore[attr-defined]  # both tuples


def _said(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in WRITING:
        yield from call.args[WRITING[name] :][:1]
    if name in HOUSEHOLDS:
        yield from (each.value for each in call.keywords if each.arg == "what")


def _names(said: ast.expr, constants: dict[str, object]) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(name)):
            yield name
        case ast.Constant(value=None):
            pass
        case ast.IfExp(body=one, orelse=other):
            yield from _names(one, constants)
            yield from _names(other, constants)
        case ast.Attribute(attr="ABOUT_NOBODY"):
            yield "said-about-nobody"
        case ast.Name(id=name) if isinstance(constants.get(name), str):
            yield str(constants[name])
        case _:
            yield "?"


def written() -> dict[str, set[str]]:
    """Return the names of the acts that the code writes, each with the files."""
    found: dict[str, set[str]] = {}
    for file in sorted(CODE.rglob("*.py")):
        place = str(file.relative_to(CODE))
        names = [] if place in NO_ACTS else [*names_in(file), *COMPOSED.get(place, ())]
        for name in names:
            found.setdefault(name, set()).add(place)
    return found


def test_every_act_that_the_code_writes_is_known_and_none_besides() -> None:
    found = written()
    unknown = found.pop("?", set())
    assert unknown <= HANDED_ON | set(COMPOSED), "say in COMPOSED which names these are made to"
    found = {name: places for name, places in found.items() if "-" in name}  # "name" is a part of one
    assert sorted(found) == sorted(EVENTS), "watch/audit/acts.py and labels.py want every act, once"


def test_of_every_act_it_is_decided_who_sees_it_once() -> None:
    decided = Counter(
        name for acts in (IN_THE_OPEN, INSIDE_THE_GROUP) for names in acts.values() for name in names
    )
    decided.update(ON_ONES_OWN)
    assert decided == Counter(EVENTS.keys())


def test_officers_see_no_act_on_a_household_and_no_look_at_one() -> None:
    assert IN_THE_OPEN[Kind.HOUSEHOLD] == ()
    begins = ("household-", "member-", "join-", "invitation-", "interest-")
    assert {name for name in seen_by_officers() if name.startswith(begins)} == set()
    assert {name for name in seen_by_officers() if name.endswith("-seen")} == {"coordinator-details-seen"}


@pytest.mark.parametrize("language", ["en", "ar", "so"])
def test_every_sentence_is_translated_and_none_stands_for_two_acts(app: Flask, language: str) -> None:
    swedish = {name: str(sentence) for name, sentence in EVENTS.items()}
    assert [name for name, times in Counter(swedish.values()).items() if times > 1] == []
    with force_locale(language):
        said = {name: str(sentence) for name, sentence in EVENTS.items()}
    assert [name for name in said if said[name] == swedish[name]] == []
