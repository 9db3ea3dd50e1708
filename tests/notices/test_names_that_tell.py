"""Checks that a name tells nothing of anybody, that names stay names, and that lists of people are found."""

from __future__ import annotations

import pytest

from watch.guard import people_listed, tells_of_somebody


@pytest.mark.parametrize(
    "name",
    [
        "Khalid F säljer knark i 1402", "khalid säljer knark", "ABC123 stod här", "ABC 12D", "Mörda Khalid",
        "Döda Khalid", "Kill Khalid", "Hata Khalid", "Tjuven Khalid", "Khalid är tjuv", "Langarn",
        "1402 langare", "Kim 1 4 0 2", "Kim ١٤٠٢", "Кhalid säljer knark", "خالد لص", "Khalid tuug",
        "Khalid deals drugs", "Horan i huset", "Khalid tjallar", "Pedofilen",
    ],
)  # fmt: skip
def test_what_tells_of_somebody_is_no_name(name: str) -> None:
    assert tells_of_somebody(name)


@pytest.mark.parametrize(
    "name",
    [
        "Gun", "Frank", "Mark", "Rob", "Bo Ek", "Saga Ros", "Kim 3", "Kim, 2 tr.", "Dörr 2: Kim", "12 b",
        "Per:s", "Gun Tagg", "Rasmus Stål", "Ali Modig", "Lars Skott", "Eva Brand", "Mona Hot Lind",
        "Kim Killing", "Nguyễn Thị Mai", "Ng", "Ö", "李", "أحمد", "علي رضا", "Магомед", "Γιώργος",
        "Ayaan Cabdi", "Siv och Sven", "Familjen Ek", "O'Brien", "Anna-Lena af Trolle",
    ],
)  # fmt: skip
def test_a_name_stays_one(name: str) -> None:
    assert not tells_of_somebody(name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Närvarande: Ahmed G, Alva E (lägenhet 1402)", ["Ahmed G", "Alva E"]),
        ("Närvarande:\n- Ahmed Gustafsson\n- Alva", ["Ahmed Gustafsson", "Alva"]),
        ("På träffen kom Ahmed och Alva.", ["Ahmed", "Alva"]),
        ("- Ahmed G\n- Alva E\n- Karin O", ["Ahmed G", "Alva E", "Karin O"]),
        ("Present: Ahmed and Zorbo K", ["Ahmed", "Zorbo K"]),
        ("الحاضرون: أحمد، علي", ["أحمد", "علي"]),
        ("Närvarande: Bostäder i Borås, Kommunpolisen, Hyresgästföreningen", []),
        ("Närvarande: grannar från port 1, 3 och 5", []),
        ("Närvarande var 14 personer.", []),
        ("Ansvariga: Amina och Bengt", []),
        ("Hässleholmen, Boda, Norrby. Måndag, Tisdag, Onsdag", []),
        ("Tvättstugan, Källaren, Gården", []),
    ],
)
def test_a_list_of_people_is_found(text: str, found: list[str]) -> None:
    assert people_listed(text) == found
