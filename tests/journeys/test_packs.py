"""The police contact orders a pack of letters, waits with and without script, and downloads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Phone
from tests.cast import Scene
from tests.pages_of_paper import pages_of
from watch import jobs
from watch.printing.service import packs

FILES = {"sv-SE": ("Fil 1", "Fil 2"), "ar": ("الملف 1", "الملف 2")}
WORDS = {
    "sv-SE": ("Hämta breven som PDF", "Breven görs", "Visa hur långt det har kommit", "Breven är klara"),
    "ar": ("تنزيل الرسائل بصيغة PDF", "يجري إعداد الرسائل", "عرض مدى التقدم", "الرسائل جاهزة"),
}


@pytest.mark.parametrize(("language", "javascript"), [("sv-SE", True), ("ar", True), ("sv-SE", False)])
def test_whole_houses_at_once(
    language: str, javascript: bool, scene: Scene, make_phone: Callable[..., Phone],
    app: Flask, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(app.config, "LETTERS_AT_ONCE", 17)
    monkeypatch.setattr(packs, "FILE_LETTERS", 10)
    phone = make_phone(language=language, javascript=javascript)
    make, waits, again, done = WORDS[language]
    if language == "ar":
        scene.gun.language = "ar"
    phone.sign_in(scene.gun)
    phone.open(f"/areas/{scene.group.area.slug}/letters")
    phone.press(f"{make} (18)" if javascript else make)
    assert phone.h1 == waits

    assert jobs.make_letters()
    assert jobs.make_letters()
    if javascript:
        phone.page.get_by_role("heading", name=done).wait_for()
        phone.look()
    else:
        phone.follow(again)
    assert phone.h1 == done
    for words in FILES[language]:
        with phone.page.expect_download() as fetching:
            phone.page.get_by_role("link", name=words).click()
        assert len(pages_of(Path(fetching.value.path()).read_bytes())) == 9
