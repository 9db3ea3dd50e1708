"""Checks that nobody is called by the title of a role, and that people with such surnames have a way."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.page_client import PageClient
from watch.extensions import db
from watch.titles import is_title

TITLES = [
    "Kommunpolisen Borås", "Polisen", "polis", "Kontaktombudet", "Hyresvärden", "Kommunen", "Borås Stad",
    "Huvudkontaktombudet Anna", "Police", "The Police", "Landlord", "Contact person", "الشرطة", "شرطة بوروس",
    "منسّق الجيران", "مالك العقار", "البلدية", "Booliska", "Booliis", "Qofka xiriirka", "Mulkiilaha guriga",
    "Anna (polis)", "Anna, Polisen", "Anna - polis", "Polis Anna Ek", "Borås polis", "P o l i s e n",
    "P0lisen", "P\u043elisen", "kommun-polisen", "Bostäder i Borås",
]  # fmt: skip
NAMES = [
    "Nikos Polis", "Anna Borås", "Borås", "Kim Stad", "مالك", "عبد المالك", "Anna Polišenský",
    "John Landlord", "Anna Ek-Polis", "Jan Bovard", "Boda Ek", "Dr. Polis", "Marie Police", "Lina/Kim",
    "Per:s", "Kommendör Ek",
]  # fmt: skip


@pytest.mark.parametrize("name", TITLES)
def test_a_title_is_no_name(name: str) -> None:
    assert is_title(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_surname_that_is_a_title_too_is_a_name_behind_a_first_name(name: str) -> None:
    assert not is_title(name)


def test_a_member_is_told_how_to_write_their_name(client: PageClient, scene: Scene) -> None:
    page = client.get("/me/settings", as_=scene.carin)
    refused = page.press("Spara", {"name": "Kommunpolisen Borås"})
    assert refused.status == 422
    assert refused.errors == [
        "Skriv ett eget namn, inte en roll. Är det ett efternamn? Skriv förnamnet först."
    ]
    assert "Kommunpolisen Borås" in refused.html
    db.session.refresh(scene.carin)
    assert scene.carin.name == "Carin Öberg"
    assert page.press("Spara", {"name": "Carin Polis"}).status == 303
