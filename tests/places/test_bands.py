"""Checks that small numbers are never exact outside the group."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask
from sqlalchemy import literal, select

from tests.factories import make_area
from watch.bands import banded, banded_part, banded_share, least
from watch.extensions import db
from watch.groups.queries.areas import at_least, number_of_flats
from watch.language import speaking
from watch.models import Group, Language


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
        (4, 5, "färre än 5 eller nästan alla"),
        (5, 5, "färre än 5 eller nästan alla"),
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


@pytest.mark.parametrize(
    ("part", "count", "said"),
    [
        (4, 22, "färre än 5"),
        (17, 22, "17"),
        (18, 22, "nästan alla"),  # none of whom there would be fewer than five others is counted
        (5, 5, "färre än 5 eller nästan alla"),
        (39, 46, "39"),
        (40, 46, "nästan alla"),  # of 44, the least that "nästan alla" of 48 may be
        (4, 4, "färre än 5"),
    ],
)
def test_a_part_is_told_as_part_of_what_is_shown(app: Flask, part: int, count: int, said: str) -> None:
    with speaking(Language.SWEDISH):
        assert str(banded_part(part, count, 48)) == said


def test_the_database_has_the_same_lower_bounds(app: Flask) -> None:
    pairs = list(product(range(14), repeat=2))
    bounds = select(*(at_least(literal(count), literal(total)) for count, total in pairs))
    assert list(db.session.execute(bounds).one()) == [least(count, total) for count, total in pairs]


def test_the_database_tells_of_as_many_flats_as_pages_do(app: Flask) -> None:
    area, known = make_area("norrby", "Norrby"), [None, *range(13)]
    groups = [
        Group(area=area, name="Ågatan", counted_taking_part=count, counted_flats=flats)
        for count, flats in product(range(14), known)
    ]
    db.session.add_all(groups)
    db.session.commit()
    told = dict(db.session.execute(select(Group.id, number_of_flats())).all())
    assert told == {each.id: each.flats_told(0) for each in groups}  # none has a flat
    assert {each.counted_taking_part for each in groups if each.counted_flats == 8 and told[each.id]} == {
        5, 6, 7, 8
    }  # fmt: skip
