"""Checks how names are typed, compared and found."""

from __future__ import annotations

import pytest

from watch.names import has_letter, is_like_link, is_same_name, tidy_name
from watch.searching import is_found

ALIKE = ["Kim Ek", "Kim  Ek", "Kim\u00a0Ek", " kim ek ", "KIM EK", "Kim\tEk", "Kim\u2009Ek"]


def test_names_that_look_alike_are_the_same() -> None:
    assert {tidy_name(each).casefold() for each in ALIKE} == {"kim ek"}
    assert all(is_same_name(one, other) for one in ALIKE for other in ALIKE)
    assert is_same_name("A\u030asa O\u0308berg", "åsa öberg")
    assert is_same_name("علی\u200cرضا", "علیرضا")
    assert is_same_name("STRASSE", "Straße")
    assert is_same_name("Kim O'Brien", "Kim O’Brien")
    assert is_same_name("Ann-Marie", "Ann\u2011Marie")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Åsa", "Asa"),
        ("Kim Ek", "KimEk"),
        ("Kim Ek", "Kim Ek Berg"),
        ("Ali", "علي"),
        ("", "Kim"),
        ("Jon", "Jón"),
    ],
)
def test_names_of_different_people_are_not(one: str, other: str) -> None:
    assert not is_same_name(one, other)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Dr.Ek", "Dr. Ek"),
        ("Dr. Ek", "Dr. Ek"),
        ("J.R.", "J.R."),
        ("J.R. Öberg", "J.R. Öberg"),
        ("J.R.Öberg", "J.R. Öberg"),
        ("A.Öberg", "A. Öberg"),
        ("St.Clair", "St. Clair"),
        ("evil.se", "evil.se"),
        ("Zoe\u0308", "Zoë"),
        ("a\nb", "a\nb"),
        ("\u2068Åsa Ek\u2069", "Åsa Ek"),
        ("\u202bأحمد\u202c", "أحمد"),
        ("\u2067أحمد", "أحمد"),
        (" \u200fأحمد\u200f ", "أحمد"),
        ("a\u2066b", "a\u2066b"),
        ("\u202eanna", "\u202eanna"),
    ],
)
def test_a_name_is_kept_tidy(typed: str, kept: str) -> None:
    assert tidy_name(typed) == kept


@pytest.mark.parametrize(
    "name", ["O'Brien", "Ng", "Ö", "李", "Per:s", "ذ", "ⴰ", "ß", "12 b", "א", "ま", "J.R."]
)
def test_a_name_has_a_letter_of_any_script(name: str) -> None:
    assert has_letter(name)
    assert not is_like_link(name)


@pytest.mark.parametrize(
    "name", ["12", "-", ".", "\u3164", "\u2800", "🌻", "\u0301", "¾", "", "\u115f\uffa0", "…"]
)
def test_what_has_none_is_no_name(name: str) -> None:
    assert not has_letter(name)


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "evil。se",
        "8.8.8.8",
        "tel:112",
        "http://x",
        "//evil",
        "a@b",
        "a\\b",
        "www.x",
        "hxxps:evil",
        "evil．se",
        "Lina evil.se/x",
        "mailto:x12",
        "Anna:Bosse",
    ],
)
def test_what_a_mail_program_links_is_a_link(name: str) -> None:
    assert is_like_link(tidy_name(name))


@pytest.mark.parametrize(
    "name", ["Lina/Kim", "Lina / Kim", "Dr. Ek", "Per:s", "S:t Cyr", "Dörr 2: Kim", "Kim, 2 tr."]
)
def test_what_it_does_not_link_is_none(name: str) -> None:
    assert not is_like_link(tidy_name(name))


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("akesson", "Carin Åkesson"),
        ("asa", "Åsa"),
        ("A\u030asa", "Åsa"),
        ("åsa", "A\u030asa"),
        ("oberg", "Öberg"),
        ("andre", "André"),
        ("carin  akesson", "Carin Åkesson"),
        ("åkesson carin", "Carin Åkesson"),
        ("ÅSA", "åsa"),
        ("soren", "Søren"),
        ("lukasz", "Łukasz"),
        ("على", "على"),
        ("strasse", "Straße"),
        ("", "Anna"),
        ("o'b", "O'Brien"),
        ("anna@a.e", "anna@a.example Anna"),
        ("Kim\u00a0Ek", "Kim Ek"),
        ("öberg, carin", "Carin Öberg"),
        ("Öberg,Carin", "Carin Öberg"),
        ("carin.", "Carin Öberg"),
        ("”Carin”", "Carin Öberg"),
        ("«carin»!", "Carin Öberg"),
        ("obrien", "O’Brien"),
        ("annmarie", "Ann-Marie Ek"),
        ("ann-marie", "Ann Marie Ek"),
        ("عبدالله", "عبد الله"),
        ("احمد", "أحمد"),
        ("أحمد", "احمد"),
        ("ابراهيم", "إبراهيم"),
        ("امنة", "آمنه"),
        ("على", "علي"),
        ("علی", "علي"),
        ("فاطمه", "فاطمة"),
        ("محمد", "مُحَمَّد"),
        ("محـــمد", "محمد"),
        ("کریم", "كريم"),
        ("٣", "Kim 3"),
        ("ｃａｒｉｎ", "Carin"),
        ("<a@x.se>", "a@x.se"),
        ("mailto:a@x.se", "a@x.se Anna"),
        ("🌻", "Kim 🌻"),
    ],
)
def test_a_name_is_found_without_rings_and_dots(search: str, name: str) -> None:
    assert is_found(search, name)


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("åsa", "Lisa"),
        ("kim berg", "Kim Ek"),
        ("ek", "E K"),
        ("x", ""),
        ("a@x.se", "a@y.x.se"),
        ("🌻", "Kim"),
        ("!", "Kim"),
        ("نور", "نار"),
    ],
)
def test_others_are_not_found(search: str, name: str) -> None:
    assert not is_found(search, name)
