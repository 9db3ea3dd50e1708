"""Checks that poster, letter, receipt and notice say who stands behind them, and whom to ask."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.cast import Scene
from tests.factories import make_contact, make_letter, make_notice
from tests.page_client import Page, PageClient
from tests.pages_of_paper import pages_of, words_on
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.models import ContactRole, Language
from watch.printing.letter_pages import pages_of as letter_pages
from watch.printing.letter_pages import pdf_of

BEHIND = "I samarbete med Borås stad, polisen och AB Bostäder i Borås."
FREE = "Det kostar inget, du förbinder dig inte till något, och du kan lämna när du vill."


def words_of(pages: list[object]) -> str:
    """Return the text of all pages in one line, with plain spaces."""
    return " ".join(" ".join(map(words_on, pages)).replace("\u2066", "").replace("\u2069", "").split())


def of_page(page: Page) -> str:
    return " ".join(page.text.replace("\u2066", "").replace("\u2069", "").split())


@pytest.fixture
def contacts(scene: Scene) -> None:
    """Persons to ask: the nearest is the landlord's, then the area's police; and some nobody should get."""
    make_contact(ContactRole.POLICE, "Polisen", scene.group.area, phone="+4633123456")
    make_contact(ContactRole.MUNICIPALITY, "Borås stad", phone="+4633357000")
    make_contact(
        ContactRole.DISTURBANCE, "Störningsjouren", scene.house.property.landlord, phone="+4633111111"
    )
    make_contact(ContactRole.GROUP, "Gruppen", scene.group, phone="+46701740699")
    make_contact(ContactRole.POLICE, "Polisen", scene.langgatan.property.area, phone="+4633999999")
    db.session.commit()


@pytest.mark.usefixtures("contacts")
def test_a_poster_says_it_in_four_languages_on_one_page(client: PageClient, scene: Scene) -> None:
    answer = client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt)
    pages = pages_of(answer.response.data)
    assert len(pages) == 1
    words = words_of(pages)
    for said in (BEHIND, FREE, "Frågor: Kommunpolis, 033-12 34 56.", "Ditt kontaktombud",
                 "In cooperation with", "It costs nothing", "Iyadoo lala kaashanayo"):  # fmt: skip
        assert said in words
    for not_said in ("033-11 11 11", "070-174 06 99", "033-99 99 99"):
        assert not_said not in words, "a disturbance line, a contact of residents only, another area's"


@pytest.mark.usefixtures("contacts")
@pytest.mark.parametrize("languages", [[Language.SWEDISH], list(Language)])
def test_a_letter_says_it_on_its_one_page(scene: Scene, languages: list[Language]) -> None:
    letter = make_letter(scene.stairwell_1.flats[6], scene.group, by=scene.amina)
    pages = pages_of(pdf_of(letter_pages([letter], languages)))
    assert len(pages) == 1
    words = words_of(pages)
    for said in (BEHIND, FREE, "Frågor: Kommunpolis, 033-12 34 56.", "Ditt kontaktombud"):
        assert said in words


@pytest.mark.usefixtures("contacts")
def test_a_receipt_and_a_notice_name_the_groups_own_contact_first(client: PageClient, scene: Scene) -> None:
    membership = active_membership(scene.carin, scene.group)
    assert membership
    receipt = client.get(f"/memberships/{membership.id}/receipt", as_=scene.bengt)
    notice = make_notice(scene.group, by=scene.amina)
    db.session.commit()
    page = client.get(f"/notices/{notice.id}", as_=scene.carin)
    for words in (words_of(pages_of(receipt.response.data)), of_page(page)):
        assert BEHIND in words
        assert "Frågor: Gruppen, 070-174 06 99." in words
    assert "huvudkontaktombudet" in of_page(page)


def test_without_settings_and_contacts_it_is_said_in_the_readers_words(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(current_app.config, "MUNICIPALITY", "")
    monkeypatch.setitem(current_app.config, "POLICE", "Polisregion Väst")
    answer = client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt)
    words = words_of(pages_of(answer.response.data))
    assert "I samarbete med kommunen, Polisregion Väst och AB Bostäder i Borås." in words
    assert "In cooperation with the municipality, Polisregion Väst" in words
    assert "Frågor" not in words
