"""Checks that a name tells nothing of anybody, and that names of all kinds stay names."""

from __future__ import annotations

import pytest

from watch.guard import tells_of_somebody


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
