"""Visits in a stairwell with a small phone: with and without script, and in Arabic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import flat_of, make_household, make_visit_request
from tests.pages_of_paper import pages_of, words_on
from tests.post import Post
from watch.extensions import db
from watch.models import Channel, Household, HouseholdStatus, JoinRequest, Language, Membership, utcnow

SMALL = {"width": 360, "height": 740}
SWEDISH = {
    "joins": "Går med", "out": "Ej hemma", "no": "Tackar nej", "moved": "Har flyttat", "undo": "Ångra",
    "flat": "lägenhet", "name": "Grannens namn", "address": "Grannens e-postadress (frivilligt)",
    "yes": "Grannen har sagt ja till att vara med och till att vi sparar namn, lägenhet och e-postadress",
    "write": "Lägg till grannen", "receipt": "Kvitto på papper", "confirm": "Ja, det är min adress",
    "lit": "Ditt fönster lyser", "where": "Vilken våning bor du på?", "floor": "Våning 1",
}  # fmt: skip
ARABIC = {
    "joins": "ينضم", "out": "ليس في البيت", "no": "يعتذر", "moved": "انتقل", "undo": "تراجع",
    "flat": "الشقة", "name": "اسم الجار", "address": "عنوان البريد الإلكتروني للجار (اختياري)",
    "yes": "قال الجار نعم للمشاركة ولحفظ الاسم والشقة وعنوان البريد الإلكتروني", "write": "تسجيل الجار",
    "receipt": "إيصال على الورق", "confirm": "نعم، هذا عنواني", "lit": "نافذتك مضيئة",
    "where": "في أي طابق تسكن؟", "floor": "الطابق 1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "javascript", "words"),
    [("sv-SE", True, SWEDISH), ("sv-SE", False, SWEDISH), ("ar", True, ARABIC)],
)
def test_six_doors_in_one_walk(
    language: str, javascript: bool, words: dict[str, str], scene: Scene, post: Post,
    make_phone: Callable[..., Phone],
) -> None:  # fmt: skip
    scene.bengt.language = Language(language[:2])
    make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    invited = make_household(flat_of(scene.stairwell_3, "1101"), HouseholdStatus.INVITED)
    invited.status_at = utcnow() - timedelta(days=8)
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.WANTS_TO_JOIN)  # Farah asked by mail
    phone = make_phone(language=language, javascript=javascript, viewport=SMALL)
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/knock")
    assert _doors(phone) == ["1003", "1201", "1202", "1101", "1103"]

    def press(what: str, flat: str) -> None:
        phone.press(f"{words[what]} {words['flat']} {flat}")

    _joins(phone, words, "1003", name=None)
    press("out", "1201")
    assert _doors(phone) == ["1201", "1202", "1101", "1103"]
    assert phone.page.locator(".pressed").is_visible()  # the list stays where the thumb was
    press("no", "1202")
    press("undo", "1202")
    press("no", "1202")
    _joins(phone, words, "1101", name="Greta", address="greta@example.org", reads=language[:2])
    press("moved", "1103")
    assert _doors(phone) == ["1103", "1201"]
    assert _stands() == {
        "1003": "takes_part", "1101": "takes_part", "1202": "declined", "1201": "not_contacted",
    }  # fmt: skip
    assert db.session.scalars(select(JoinRequest).where(JoinRequest.wants_visit)).one().decided_at is not None

    assert post.deliver() == ["greta@example.org"]
    assert _channels() == {"Knut": Channel.PAPER, "Greta": Channel.PAPER}
    if words is SWEDISH:
        told = " ".join(post.letters("greta@example.org")[-1].text().split())
        assert "Ett kontaktombud har lagt till dig i grannsamverkan" in told
        assert "frågan vidare" not in told  # nobody decides again
    gretas = make_phone(language=language, javascript=javascript, viewport=SMALL)
    gretas.open(post.link("greta@example.org", "/join/confirm/"))
    gretas.choose(words["where"], words["floor"])
    gretas.press(words["confirm"])
    assert gretas.h1 == words["lit"]
    assert _channels() == {"Knut": Channel.PAPER, "Greta": Channel.MAIL}


def _joins(
    phone: Phone, words: dict[str, str], flat: str, *, name: str | None, address: str = "", reads: str = "sv"
) -> None:
    """Three presses; the name of the person who asked for the visit is filled in already."""
    phone.follow(f"{words['joins']} {words['flat']} {flat}")
    if name:
        phone.fill(words["name"], name)
    phone.page.locator("#language").select_option(reads)
    phone.fill(words["address"], address)
    phone.tick(words["yes"])
    phone.press(words["write"])
    receipts = phone.page.get_by_role("link", name=words["receipt"])
    db.session.commit()
    with phone.page.expect_download() as fetching:
        receipts.click()
    pages = pages_of(Path(fetching.value.path()).read_bytes())
    assert any((name or "Knut") in words_on(page) for page in pages)


def _doors(phone: Phone) -> list[str]:
    """Return the numbers of the flats on the list."""
    names = phone.page.locator(".card .doors > li strong:first-of-type").all_inner_texts()
    return [name.split()[-1] for name in names if name.split()[-1].isdigit()]


def _stands() -> dict[str, str]:
    cast = ("1001", "1002", "1102", "1203")
    found = db.session.scalars(select(Household).where(Household.is_current))
    return {
        each.flat.number: each.status.value
        for each in found
        if each.flat.stairwell.number == "3" and each.flat.number not in cast
    }


def _channels() -> dict[str, Channel]:
    db.session.expire_all()
    found = db.session.scalars(select(Membership))
    return {each.person.name: each.channel for each in found if each.person.name in {"Knut", "Greta"}}
