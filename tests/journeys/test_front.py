"""The front page, for somebody who has just heard of the product."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Phone
from tests.cast import Scene
from watch.models import Area, Building


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_stranger_finds_their_house(
    langgatan: Building, javascript: bool, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(javascript=javascript)
    phone.open("/?q=Norrby+Långgata+21")
    phone.follow(langgatan.address)
    assert langgatan.address in phone.h1
    assert phone.path == f"/buildings/{langgatan.id}?stairwell={langgatan.stairwells[0].id}"


def test_the_front_page_reads_from_right_to_left(make_phone: Callable[..., Phone], norrby: Area) -> None:
    phone = make_phone(language="ar")
    phone.open("/")
    assert phone.page.evaluate(
        "[document.documentElement.lang, getComputedStyle(document.body).direction]"
    ) == ["ar", "rtl"]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_front_page_is_readable_by_day_and_by_night(
    make_phone: Callable[..., Phone], norrby: Area, color_scheme: str
) -> None:
    make_phone(color_scheme=color_scheme).open("/")


@pytest.mark.parametrize("app", ["tls"], indirect=True)
def test_behind_tls_a_form_is_taken(phone: Phone, scene: Scene) -> None:
    phone.sign_in(scene.carin)
    phone.open("/contacts")
    phone.press("Soomaali")
    assert phone.page.evaluate("document.documentElement.lang") == "so"
    assert [cookie["name"] for cookie in phone.context.cookies()] == ["__Host-session"]
