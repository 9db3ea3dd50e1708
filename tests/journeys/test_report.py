"""A report from its first line to what a stranger reads on a phone of 360 pixels, in Arabic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_open_meeting
from watch.extensions import db
from watch.models import Counting

SMALL = {"width": 360, "height": 740}


def test_a_police_contact_publishes_a_report_and_a_stranger_reads_it(
    scene: Scene, make_phone: Callable[..., Phone]
) -> None:
    for month, came in ((3, 12), (9, 31)):
        met = make_open_meeting(scene.group.area, starts_at=datetime(2025, month, 10, 17, tzinfo=UTC))
        met.called_at, met.counting, met.head_count = met.starts_at, Counting.COUNTED, came
    db.session.commit()
    gun = make_phone(viewport=SMALL)
    gun.sign_in(scene.gun)
    gun.open("/overview")
    gun.follow("Rapporter")
    gun.follow("Börja på en rapport")
    gun.fill("Rubrik", "Löftet 2025: så blev det")
    gun.fill("Från och med", "2025-12-31")
    gun.fill("Till och med", "2025-01-01")
    gun.press("Börja")
    assert "Perioden slutar innan den börjar." in gun.page.locator(".error-summary").inner_text()
    gun.fill("Från och med", "2025-01-01")
    gun.fill("Till och med", "2025-12-31")
    gun.press("Börja")
    gun.follow("Skriv en text , Kort sagt")
    gun.page.get_by_label("Texten").fill("Fler kommer till mötena.")
    gun.press("Spara")
    gun.follow("Läs igenom och publicera")
    gun.tick("Jag har läst igenom rapporten. Ingen person går att känna igen.")
    gun.press("Publicera")
    gun.follow("Så ser alla den")
    path = gun.page.url.partition("/promises/")[2]

    stranger = make_phone(viewport=SMALL)
    stranger.open(f"/promises/{path}")
    stranger.page.locator("footer button[lang=ar]").click()
    main = stranger.page.locator("main")
    assert main.locator("[lang=sv]", has_text="Fler kommer till mötena.").get_attribute("dir") == "ltr"
    assert main.locator("svg.chart .column text").all_text_contents() == ["12", "31"]
    assert "31" in main.locator("table", has_text="12").first.inner_text()
    stranger.page.wait_for_load_state()  # the button led to another page; its style comes a moment later
    assert stranger.page.evaluate("document.documentElement.scrollWidth") == SMALL["width"]
