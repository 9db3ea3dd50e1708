"""Checks addresses as people say them, and their Swedish order."""

from __future__ import annotations

import pytest

from watch.places.addresses import address_of, slug_of, swedish_sort_key
from watch.searching import folded


@pytest.mark.parametrize(
    ("stairwells", "said"),
    [
        ([], ""),
        (["Magasinsgatan 11"], "Magasinsgatan 11"),
        (["Långgata 27", "Långgata 21", "Långgata 25", "Långgata 23"], "Långgata 21–27"),
        (["Långgata 1", "Långgata 2", "Långgata 3"], "Långgata 1–3"),
        (["Långgata 9", "Långgata 11", "Långgata 29"], "Långgata 9–11, 29"),
        (["Långgata 1", "Långgata 3", "Långgata 4"], "Långgata 1–3, 4"),
        (["Långgata 12A", "Långgata 12C", "Långgata 12B", "Långgata 14"], "Långgata 12A–C, 14"),
        (["Östra gatan 2", "Andra gatan 7", "Andra gatan 5"], "Andra gatan 5–7, Östra gatan 2"),
        ([f"Långgata {number}" for number in range(1, 400, 5)], "Långgata 1–396"),
    ],
)
def test_a_building_is_called_by_its_stairwells(stairwells: list[str], said: str) -> None:
    assert address_of(tuple(each.rsplit(" ", 1)) for each in stairwells) == said


def test_an_address_fits_its_column_whatever_happens() -> None:
    assert len(address_of((f"{letter * 40}gatan", "1") for letter in "abcdefgh")) == 200


def test_places_sort_as_swedes_expect() -> None:
    ordered = [
        "Aspgatan 2", "Aspgatan 10", "Aspgatan 10A", "Norrby Långgata 1", "Norrbygatan 1", "Wallgatan",
        "Zatagatan", "Ågatan", "Ängen", "Öst",
    ]  # fmt: skip
    assert sorted(sorted(ordered), key=swedish_sort_key) == ordered
    assert all(set(swedish_sort_key(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789") for name in ordered)


def test_a_sort_key_fits_its_column() -> None:
    assert len(swedish_sort_key("å" * 80, most=160)) == 160


@pytest.mark.parametrize(
    ("name", "slug"), [("Hässleholmen", "hassleholmen"), ("Norra Sjöbo", "norra-sjobo"), ("عمارة", "omrade")]
)
def test_an_area_gets_an_address_on_the_web(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_search_forgives_accents_case_and_punctuation() -> None:
    assert folded("  NORRBY Långgata, 23 ") == "norrby langgata 23"
