"""What is typed stays while its writer reads on, and goes once somebody else may have the phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Phone
from tests.cast import Scene
from watch import tokens
from watch.models import Language, Purpose

both = pytest.mark.parametrize("app", ["plain", "tls"], indirect=True)
NAME, ADDRESS = "Kerstin Ström", "kerstin@example.org"


def begin(phone: Phone, scene: Scene) -> None:
    """Open the poster's page and fill in half of its form."""
    code = tokens.show_code(tokens.code(Purpose.POSTER, scene.stairwell_3.nonce))
    phone.open(f"/j/{code}")
    phone.fill("Ditt namn", NAME)
    phone.fill("Din e-postadress", ADDRESS)


def typed(phone: Phone) -> tuple[str, str]:
    field = phone.page.locator
    return field("main input[name=name]").input_value(), field("main input[name=address]").input_value()


@both
@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("link", ["Läs mer om hur vi skyddar uppgifterna", "Om tjänsten"])
def test_reading_on_and_coming_back_keeps_what_was_typed(
    link: str, javascript: bool, make_phone: Callable[..., Phone], scene: Scene
) -> None:
    phone = make_phone(javascript=javascript)
    begin(phone, scene)
    phone.follow(link)
    phone.page.go_back()
    phone.look()
    assert typed(phone) == (NAME, ADDRESS)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("place", ["main", "footer"])
def test_choosing_a_language_keeps_what_was_typed(
    place: str, javascript: bool, make_phone: Callable[..., Phone], scene: Scene
) -> None:
    phone = make_phone(javascript=javascript)
    begin(phone, scene)
    phone.page.locator(place).get_by_role("button", name="العربية").click()
    phone.look()
    assert phone.page.locator("html").get_attribute("dir") == "rtl"
    assert typed(phone) == (NAME, ADDRESS)
    assert phone.page.locator(".error-summary").count() == 0


@both
def test_on_a_lent_phone_the_next_one_does_not_find_what_was_typed(phone: Phone, scene: Scene) -> None:
    begin(phone, scene)
    phone.page.get_by_role("radio").first.check()
    phone.page.locator("input[name=consent]").check()
    phone.page.locator("main .form-actions button").first.click()
    phone.look()
    assert phone.path.startswith("/join/sent")
    phone.press("Klar, glöm mig på den här telefonen")
    for _ in range(2):
        phone.page.go_back()
        phone.look()
        assert ADDRESS not in phone.page.content()
        for field in phone.page.locator("main input[type=text], main input[type=email]").all():
            assert field.input_value() == ""


@pytest.mark.parametrize("width", [360, 390, 820, 1280])
@pytest.mark.parametrize("language", ["sv-SE", "ar", "so"])
def test_the_header_is_one_row_and_its_menu_needs_no_script(
    language: str, width: int, make_phone: Callable[..., Phone], scene: Scene
) -> None:
    """A wide screen shows the tabs; on a narrow one Tab and Enter open them."""
    for reader in (scene.amina, None):
        size = {"width": width, "height": 740}
        phone = make_phone(language=language, viewport=size, javascript=width != 390)
        if reader:
            reader.language = Language(language[:2])
            phone.sign_in(reader)
        phone.open("/about")
        header = phone.page.locator("header.site-header")
        box = header.bounding_box()
        assert box is not None
        assert box["height"] <= 64
        tabs = header.locator("nav a")
        assert tabs.first.is_visible() == (width == 1280)
        if width < 1280:
            header.locator("summary").focus()
            phone.page.keyboard.press("Enter")
        assert tabs.first.is_visible()
        assert tabs.last.is_visible()
        phone.context.close()
