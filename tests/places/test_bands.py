"""Checks that small numbers are never exact outside the group."""

from __future__ import annotations

import pytest
from flask import Flask

from watch.bands import banded, banded_share
from watch.language import speaking
from watch.models import Language


@pytest.mark.parametrize(
    ("count", "total", "said"),
    [
        (0, 48, "färre än 5"),
        (1, 48, "färre än 5"),
        (4, 48, "färre än 5"),
        (5, 48, "5"),
        (22, 48, "22"),
        (43, 48, "43"),
        (44, 48, "nästan alla"),
        (48, 48, "nästan alla"),
        (1950, 3486, "1\N{NO-BREAK SPACE}950"),
        (0, 0, "färre än 5"),
        (4, 4, "färre än 5"),
        (5, 8, "nästan alla"),
        (5, 10, "5"),
        (9, 0, "nästan alla"),
    ],
)
def test_none_few_and_all_are_never_told_apart(app: Flask, count: int, total: int, said: str) -> None:
    with speaking(Language.SWEDISH):
        assert str(banded(count, total)) == said


def test_a_number_comes_out_in_the_language_of_the_page(app: Flask) -> None:
    words = banded(1950, 3486)
    with speaking(Language.ENGLISH):
        assert str(words) == "1,950"


@pytest.mark.parametrize("total", [0, 1, 4, 5, 8, 9, 10, 11, 48, 3486])
def test_a_meter_gives_away_no_more_than_the_words(app: Flask, total: int) -> None:
    with speaking(Language.SWEDISH):
        by_words: dict[str, set[float]] = {}
        for count in range(total + 1):
            by_words.setdefault(str(banded(count, total)), set()).add(banded_share(count, total))
    assert all(len(widths) == 1 for widths in by_words.values())
    assert all(0 <= width <= 1 for widths in by_words.values() for width in widths)
