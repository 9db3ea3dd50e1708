"""An evening at the doors, written down on a phone of 360 pixels, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_outreach
from watch.extensions import db
from watch.models import OutreachEntry

SMALL = {"width": 360, "height": 740}


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with JavaScript", "without"])
def test_doors_knocked_are_written_down_changed_and_taken_out(
    scene: Scene, make_phone: Callable[..., Phone], has_javascript: bool
) -> None:
    make_outreach(scene.langgatan.property.area, place="Norrbyhuset", by=scene.gun)
    phone = make_phone(viewport=SMALL, javascript=has_javascript)
    phone.sign_in(scene.gun)
    phone.open(f"/groups/{scene.group.id}/lifecycle")
    assert "Ingen har skrivit in något besök här ännu." in phone.text
    phone.follow("Skriv in ett besök")
    assert phone.page.get_by_label("Vilket hus?").input_value() == str(scene.house.id)
    assert phone.page.get_by_label("Polisen").is_checked()
    phone.tick("Volontärer")
    phone.fill("Hur många av er var med?", "4")
    phone.fill("Hur många dörrar knackade ni på?", "18")
    phone.fill("Hur många öppnade?", "81")
    phone.tick("Vi lämnade material")
    phone.tick("العربية")
    phone.press("Spara")
    assert "Fler har öppnat än ni knackade på." in phone.page.locator(".error-summary").inner_text()
    assert phone.page.get_by_label("العربية").is_checked()
    phone.fill("Hur många öppnade?", "11")
    phone.press("Spara")
    assert "Sparat. Tack!" in phone.page.locator("body").inner_text()

    phone.follow("Ändra")
    phone.fill("Hur många öppnade?", "12")
    phone.press("Spara")
    phone.follow("Dörrknackning och besök")
    row = phone.page.locator("main tbody tr").first.inner_text()
    assert ("Våglängdsgatan 1–3" in row, "12" in row, "Norrbyhuset" in phone.text) == (True, True, False)
    phone.page.get_by_label("Område", exact=True).select_option("")
    phone.press("Visa")
    assert "Norrbyhuset" in phone.text

    phone.follow("Ladda ner som CSV")
    phone.tick("Uppföljning av arbetet")
    with phone.page.expect_download() as taken:
        phone.page.get_by_role("button", name="Ladda ner", exact=True).click()
    assert taken.value.path().read_text("utf-8-sig").count("\n") == 3

    phone.open("/areas/hassleholmen")
    assert "Våglängdsgatan 1–3" in phone.text[: phone.text.index("Hus i Hässleholmen")]
    entry = db.session.scalars(select(OutreachEntry).where(OutreachEntry.building == scene.house)).one()
    assert (entry.doors_knocked, entry.doors_opened, entry.material_languages) == (18, 12, "ar")


def test_what_was_taken_away_by_mistake_comes_back(scene: Scene, make_phone: Callable[..., Phone]) -> None:
    entry = make_outreach(scene.group.area, scene.house)
    phone = make_phone(viewport=SMALL)
    phone.sign_in(scene.gun)
    phone.open(f"/outreach/{entry.id}")
    phone.page.locator("main summary", has_text="Ta bort").click()
    phone.press("Ta bort bekräfta")
    assert "raderas efter 30 dagar" in phone.text
    phone.press("Ångra")
    assert "raderas efter 30 dagar" not in phone.text
    phone.open("/outreach")
    assert "Våglängdsgatan 1–3" in phone.text
