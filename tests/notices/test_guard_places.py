"""Checks what the guard says of places: a flat is refused, a name is asked about, and squares are fine."""

from __future__ import annotations

import pytest

from watch.guard import names_flat, people_at, tells_flat

FLATS = [
    "lgh 4", "Lgh. 1203", "lägenhet nr 12", "Distansgatan 10, 1203", "12 03", "apt 4", "شقة 12", "guriga 3",
    "2 tr vänster", "våning 3 till höger", "vänster, vån 3", "lgh１２０３",
]  # fmt: skip
NAMES = {
    "Hos Kalle Svensson": ["Kalle", "Svensson"],
    "hos kalle": ["kalle"],
    "Amina": ["Amina"],
    "Olof Palmes plats": ["Olof"],
    "عند محمد": ["محمد"],
    "Guriga Cali": ["Guriga", "Cali"],
}
PLACES = [
    "Hässlehuset", "Torget vid Norrbyhuset", "tvättstugan på Distansgatan 4", "Norrby Långgata 21–27",
    "ICA Kvantum", "utanför Lidl", "Mötesplats Hulta", "Boda marknad 2019", "fotbollsplanen till höger",
    "gården till vänster om hus 4, plan 1", "Solvarvsgatan 12-14, 504 38 Borås", "Fagaaraha",
    "ساحة النور", "غرفة الغسيل",
]  # fmt: skip


@pytest.mark.parametrize("place", FLATS)
def test_a_flat_is_no_place_to_write_down(place: str) -> None:
    assert tells_flat(place)


@pytest.mark.parametrize(("place", "names"), NAMES.items())
def test_what_may_be_a_name_is_found(place: str, names: list[str]) -> None:
    assert (people_at(place), tells_flat(place)) == (names, False)


@pytest.mark.parametrize("place", PLACES)
def test_a_square_a_shop_and_a_house_are_places(place: str) -> None:
    assert (people_at(place), tells_flat(place)) == ([], False)


def test_a_number_alone_may_be_a_year_where_more_than_places_are_written() -> None:
    assert [each for each in FLATS if not names_flat(each)] == ["Distansgatan 10, 1203", "12 03"]
    assert [each for each in (*PLACES, "Brf Boda 1203", "08 30–16 00") if names_flat(each)] == []
