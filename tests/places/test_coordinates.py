"""Checks the coordinates of a landlord's list: three systems, one place, and what can be wrong with them."""

from __future__ import annotations

import pytest

from tests.places.damage import FIRST, HEADER, SECOND, listed
from watch.extensions import db
from watch.models import Stairwell
from watch.places import landlord_list
from watch.places.coordinates import LOCAL, TM
from watch.places.labels import sentence
from watch.places.problems import BadLandlordList
from watch.places.service import import_landlord_list

WITH_PLACE = f"{HEADER};N;E"
PLACE = (6_399_403, 377_297)  # latitude 57.72, longitude 12.94, by PROJ
POINTS = (  # latitude, longitude, and by PROJ north and east: of the whole country, and of the zone
    (57.72, 12.94, (6399402.800, 377297.363), (6400235.506, 116627.738)),
    (66.0, 24.0, (7349217.668, 907351.981), (7362745.577, 624957.149)),
    (55.4, 13.1, (6140946.885, 379679.713), (6141834.012, 124657.703)),
)


def with_places(*places: str) -> bytes:
    """Return a list of two rows, the first two with these coordinates ("N;E")."""
    rows = (f"{row};{place}" for row, place in zip((FIRST, SECOND), places, strict=True))
    return listed(*rows, header=WITH_PLACE)


@pytest.mark.parametrize(("latitude", "longitude", "whole", "zone"), POINTS)
def test_projections_agree_with_proj(
    latitude: float, longitude: float, whole: tuple[float, float], zone: tuple[float, float]
) -> None:
    assert TM.plane(latitude, longitude) == pytest.approx(whole, abs=0.001)
    assert LOCAL.plane(latitude, longitude) == pytest.approx(zone, abs=0.001)
    assert LOCAL.sphere(*zone) == pytest.approx((latitude, longitude), abs=1e-7)
    assert TM.sphere(*whole) == pytest.approx((latitude, longitude), abs=1e-7)


@pytest.mark.parametrize(
    "said",
    ["6399403;377297", "6 399 402,8;377 297.36", "6400235.5;116627.7", "57,72000;12,94", "57.72;12.94"],
)
def test_each_system_means_the_same_place(said: str) -> None:
    first, second = landlord_list.read(with_places(said, ";"))
    assert (first.north, first.east, second.north, second.east) == (*PLACE, None, None)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("norr;377297", "Koordinaten ska vara ett tal, till exempel 6399403 eller 57,7203."),
        ("-1;377297", "Koordinaten ska vara ett tal, till exempel 6399403 eller 57,7203."),
        ("1e9;377297", "Koordinaten ska vara ett tal, till exempel 6399403 eller 57,7203."),
        ("6399403;", "Adressen har bara den ena koordinaten. Fyll i både N och E, eller ingen."),
        (";12.94", "Adressen har bara den ena koordinaten. Fyll i både N och E, eller ingen."),
        ("377297;6399403", "N och E har bytt plats. N är den norra koordinaten, E den östra."),
        ("12.94;57.72", "N och E har bytt plats. N är den norra koordinaten, E den östra."),
        ("0;0", "Koordinaterna ligger inte i Sverige. De ska vara i SWEREF 99 TM, "),
        ("48.85;2.35", "Koordinaterna ligger inte i Sverige. De ska vara i SWEREF 99 TM, "),
    ],
)  # fmt: skip
def test_a_wrong_coordinate_is_named_with_its_cure(said: str, error: str) -> None:
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(with_places("6399403;377297", said))
    (line,) = map(sentence, bad.value.errors)
    assert line.startswith("Rad 3, kolumn ")
    assert error in line


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("6399403;377297", "6399410;377297", "Rad 3, kolumn N, ”6399410” (se rad 2): "),
        ("6399403;377297", ";", "Rad 3, kolumn N (se rad 2): "),
        (";", "6399403;377297", "Rad 3, kolumn N, ”6399403” (se rad 2): "),
    ],
)
def test_an_address_has_one_place(first: str, second: str, place: str) -> None:
    again = FIRST.replace("1001", "1002").replace("N-1", "N-3")
    file = listed(f"{FIRST};{first}", f"{again};{second}", header=WITH_PLACE)
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(file)
    (line,) = map(sentence, bad.value.errors)
    assert line == (
        f"{place}Samma adress har inte samma koordinater på en tidigare rad. "
        "Skriv dem lika på alla adressens rader."
    )


def test_a_list_sets_places_says_so_and_without_the_columns_leaves_them(app: object) -> None:
    def imported(file: bytes) -> list[tuple[str, str, str]]:
        done = import_landlord_list(landlord_list.read(file))
        db.session.commit()
        return [(each.what, each.old, each.new) for each in done.changed]

    imported(listed(FIRST, SECOND))
    placed = with_places("6399403;377297", ";")
    assert imported(placed) == [("Stairwell east", "–", "377297"), ("Stairwell north", "–", "6399403")]
    assert imported(placed) == []
    assert imported(listed(FIRST, SECOND)) == []
    assert imported(with_places("6399404;377297", ";")) == [("Stairwell north", "6399403", "6399404")]
    stairwells = db.session.query(Stairwell).order_by(Stairwell.sort_key)
    assert [(each.north, each.east) for each in stairwells] == [(6_399_404, 377_297), (None, None)]
