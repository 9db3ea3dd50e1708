"""Checks that a coordinator of several stairwells chooses the stairwell once for all rows without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.newcomers import cures_of, invitations, rows_of
from tests.page_client import Page
from watch.models import Person, Stairwell

LISTED = (
    "Namn\tLägenhet\tE-post",
    "Lina\t1203\tlina@example.org",
    "Kim\t1202\tkim@example.org",
    "Mio\t9999\tm@x.se",
)


@pytest.mark.parametrize("stairwell", ["1", "3"])
def test_the_stairwell_is_chosen_once(
    stairwell: str, look: Callable[..., Page], amina: Person, stairwell_1: Stairwell, stairwell_3: Stairwell
) -> None:
    seen = look(amina, *LISTED)
    assert "På 2 rader står lägenheter som finns i flera portar, utan port." in seen.text
    assert "eller lämna lägenheten tom" in cures_of(seen)["rows-0-flat"]
    chosen = {"1": stairwell_1, "3": stairwell_3}[stairwell]
    again = seen.press("Granska igen", {"stairwell": str(chosen.id)})
    flat = f"Våglängdsgatan {stairwell}, "
    assert [row[3] for row in rows_of(again)] == [f"{flat}1203", f"{flat}1202", "9999"]
    assert list(cures_of(again)) == ["rows-2-flat"]
    assert "utan port" not in again.text
    again.press("Skicka till 2 grannar")
    assert [each[2] for each in invitations()] == ["1203", "1202"]


def test_or_the_flats_are_left_out(look: Callable[..., Page], amina: Person) -> None:
    again = look(amina, *LISTED).press("Granska igen", {"stairwell": "none"})
    assert [row[3] for row in rows_of(again)] == ["–", "–", "9999"]


def test_another_groups_stairwell_is_no_choice(
    look: Callable[..., Page], amina: Person, bengt: Person
) -> None:
    again = look(amina, *LISTED).press("Granska igen", {"stairwell": "999999"})
    assert list(cures_of(again)) == ["rows-0-flat", "rows-1-flat", "rows-2-flat"]
    assert "utan port" not in look(bengt, *LISTED).text  # who has one stairwell is not asked
