"""What a name, an address or a postcode in the register may be: the same as in a landlord's list."""

from __future__ import annotations

from flask_babel.speaklater import LazyString

from watch.places.labels import PROBLEMS, TABLE_PROBLEMS
from watch.places.list_cells import ADDRESS, MAX_CHARACTERS, POSTCODE, Column, cell_problem, same, tidy
from watch.tables import TableProblem

__all__ = ["MAX_CHARACTERS", "Column", "postcode_of", "same", "street_and_number", "tidy", "what_is_wrong"]


def what_is_wrong(column: Column, text: str) -> LazyString | None:
    """Return how to mend a value, or None if it is right."""
    problem = cell_problem(column, text)
    if problem is None:
        return None
    return TABLE_PROBLEMS[problem] if isinstance(problem, TableProblem) else PROBLEMS[problem]


def street_and_number(text: str) -> tuple[str, str]:
    """Return street and number of an address that is right: ("Norrby Långgata", "21B")."""
    found = ADDRESS.fullmatch(tidy(text))
    assert found, "what_is_wrong has seen to it"
    return found["street"], found["number"] + found["letter"].upper()


def postcode_of(text: str) -> str:
    """Return a postcode that is right as it is written: "504 34"."""
    found = POSTCODE.fullmatch(tidy(text))
    assert found, "what_is_wrong has seen to it"
    return f"{found[1]} {found[2]}"
