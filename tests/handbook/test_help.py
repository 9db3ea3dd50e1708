"""Everybody finds help that fits what they do, in their language as far as it is translated."""

from __future__ import annotations

import re

import pytest

from tests.cast import Scene
from tests.factories import make_partner, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.handbook.pages import FOLDER, page
from watch.models import Language

READERS = "residents", "coordinators", "officers", "partners"
TRANSLATED = [(language, reader) for language in Language for reader in READERS]


def test_the_footer_of_every_page_leads_to_the_help_for_ones_own_task(
    client: PageClient, scene: Scene
) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area)
    db.session.commit()
    expected = {
        None: "residents",
        scene.carin: "residents",
        scene.bengt: "coordinators",
        scene.gun: "officers",
        lena: "partners",
    }
    for who, reader in expected.items():
        assert '<a href="/help">Hjälp</a>' in client.get("/contacts", as_=who).html
        assert client.get("/help", as_=who).location == f"/help/{reader}"


def test_a_page_of_help_leads_to_its_sections_and_to_the_other_pages(client: PageClient) -> None:
    shown = client.get("/help/residents")
    assert shown.h1 == "För dig som bor i huset"
    for name in re.findall(r'href="#(section-\d+)"', shown.html):
        assert f'<h2 id="{name}">' in shown.html
    assert "section-1" in shown.html
    assert shown.click("För kontaktombud").h1 == "För kontaktombud"
    assert client.get("/help/developers").status == 404


def test_its_pictures_are_shown(client: PageClient) -> None:
    for name in re.findall(r'<img src="([^"]+)"', client.get("/help/residents").html):
        assert client.get(f"/help/{name}").status == 200
    assert client.get("/help/pictures/..%2Foperators.md").status == 404


@pytest.mark.parametrize(("language", "reader"), TRANSLATED)
def test_a_translated_page_has_the_sections_of_the_swedish_one(language: Language, reader: str) -> None:
    swedish, translated = page(reader, Language.SWEDISH), page(reader, language)
    assert [name for name, _ in translated.contents] == [name for name, _ in swedish.contents]
    for mark in ("<li>", "<tr>", "<img"):
        assert translated.body.count(mark) == swedish.body.count(mark), mark


def test_what_is_not_translated_says_so(client: PageClient) -> None:
    missing = [each for each in TRANSLATED if not (FOLDER / each[0].value / f"{each[1]}.md").exists()]
    for language, reader in missing:
        if language is not Language.SWEDISH:
            shown = client.get(f"/help/{reader}", headers={"Accept-Language": language.value})
            assert '<article class="card prose" lang="sv" dir="ltr">' in shown.html
