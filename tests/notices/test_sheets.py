"""Checks the A4 for the notice board: a page in each language, and a code that leads to the house."""

from __future__ import annotations

from tests.cast import Scene
from tests.factories import make_notice
from tests.page_client import BASE, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.models import Area, Language, NoticeText

PRESS = "Skriv ut för anslagstavlan (PDF)"
NAMES = "Amina", "Bengt", "Carin"


def test_a_notice_is_a_page_in_each_language_with_a_code_to_the_house(
    client: PageClient, scene: Scene
) -> None:
    notice = make_notice(scene.group, "Ny belysning", "Nu lyser det igen.\n\nTack!", by=scene.bengt)
    notice.texts.append(NoticeText(language=Language.ARABIC, title="إضاءة", body="مرحبا"))
    db.session.commit()
    answer = client.get(f"/notices/{notice.id}", as_=scene.carin).click(PRESS)
    swedish, arabic = pages_of(answer.response.data)
    assert "Ny belysning" in words_on(swedish)
    assert "Nu lyser det igen." in words_on(swedish)
    assert "Pågående brott: ring 112." in words_on(swedish)
    assert "Pågående" not in words_on(arabic)
    assert "polisen.se" in words_on(arabic)
    assert codes_on(swedish) == codes_on(arabic) == [f"{BASE}/buildings/{scene.house.id}"]
    assert [name for name in NAMES if name in words_on(swedish)] == []


def test_a_notice_to_an_area_leads_to_the_front_page(
    client: PageClient, scene: Scene, hassleholmen: Area
) -> None:
    notice = make_notice(hassleholmen, by=scene.gun)
    (page,) = pages_of(client.get(f"/notices/{notice.id}/sheet.pdf", as_=scene.gun).response.data)
    assert codes_on(page) == [f"{BASE}/"]


def test_the_longest_text_goes_on_on_further_pages(client: PageClient, scene: Scene) -> None:
    notice = make_notice(scene.group, "Lång", "Ett ord till.\n\n" * 640 + "Sist.", by=scene.bengt)
    pages = pages_of(client.get(f"/notices/{notice.id}/sheet.pdf", as_=scene.carin).response.data)
    assert len(pages) > 1
    assert "Sist." in words_on(pages[-1])
