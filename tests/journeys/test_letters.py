"""A letter is printed and its code used to join: with and without script, in Arabic too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.pages_of_paper import codes_on, pages_of, words_on
from tests.post import Post
from watch.extensions import db
from watch.models import Group, Membership, Person, Stairwell

CONSENT = {
    "sv-SE": "Jag vill gå med, och gruppen får spara det jag har skrivit här.",
    "ar": "أرغب في الانضمام، ويمكن للمجموعة حفظ ما كتبته هنا.",
}
WORDS = {
    "sv-SE": ("Ditt namn", "Din e-postadress", "Gå med", "Ja, det stämmer", "Ditt fönster lyser"),
    "ar": ("اسمك", "بريدك الإلكتروني", "الانضمام", "نعم، هذا صحيح", "نافذتك مضيئة"),
}


@pytest.mark.parametrize(("language", "javascript"), [("sv-SE", True), ("sv-SE", False), ("ar", True)])
def test_a_letter_opens_the_door(
    language: str, javascript: bool, group: Group, amina: Person, stairwell_3: Stairwell, post: Post,
    make_phone: Callable[..., Phone],
) -> None:  # fmt: skip
    pages = _amina_prints(make_phone(javascript=javascript), amina, group)
    (letter,) = [page for page in pages if f"{stairwell_3.address}, lägenhet 1202" in words_on(page)]
    (code,) = codes_on(letter)

    phone = make_phone(language=language, javascript=javascript)
    name, address, join, yes, lit = WORDS[language]
    phone.open(code)
    assert "1202" in phone.text
    phone.fill(name, "Samira")
    phone.fill(address, "samira@example.org")
    phone.tick(CONSENT[language])
    phone.press(join)
    assert post.deliver() == ["samira@example.org"]
    phone.open(post.link("samira@example.org", "/join/confirm/"))
    phone.press(yes)
    assert phone.h1 == lit
    assert _flats_of_members() == {"Amina Yusuf": "1001", "Samira": "1202"}
    assert post.deliver() == ["samira@example.org"]  # the welcome; no coordinator is asked


def _amina_prints(phone: Phone, amina: Person, group: Group) -> list[object]:
    """The flats not contacted are selected at first, so it takes one press."""
    phone.sign_in(amina)
    phone.open(f"/groups/{group.id}/letters")
    with phone.page.expect_download() as fetching:
        phone.page.get_by_role("button", name="Hämta breven som PDF").click()
    assert fetching.value.suggested_filename == "brev-vaglangdsgatan-1-3.pdf"
    pages = pages_of(Path(fetching.value.path()).read_bytes())
    assert len(pages) == 17  # of eighteen flats all but Amina's
    return pages


def _flats_of_members() -> dict[str, str]:
    found = db.session.scalars(select(Membership).where(Membership.is_current))
    return {each.person.name: each.household.flat.number for each in found if each.household}


def test_the_number_of_letters_follows_the_ticks(
    amina: Person, group: Group, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone()
    phone.sign_in(amina)
    phone.open(f"/groups/{group.id}/letters")
    get, stairwell = (
        phone.page.get_by_role("button", name="Hämta breven som PDF"),
        phone.page.locator("details"),
    )
    assert get.inner_text().split()[-1] == "(17)"
    assert "Våglängdsgatan 3: 9 av 9" in stairwell.last.inner_text()
    stairwell.last.locator("summary").click()
    stairwell.last.get_by_role("button", name="Ingen i porten").click()
    assert "Våglängdsgatan 3: 0 av 9" in stairwell.last.inner_text()
    assert get.inner_text().split()[-1] == "(8)"
    stairwell.last.get_by_label("1202").check()
    assert "Våglängdsgatan 3: 1 av 9" in stairwell.last.inner_text()
    assert get.inner_text().split()[-1] == "(9)"
    phone.look()


def test_a_whole_stairwell_counts_with_all_its_letters(
    gun: Person, group: Group, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone()
    phone.sign_in(gun)
    phone.open(f"/groups/{group.id}/letters")
    phone.tick("Våglängdsgatan 3 (9 lägenheter)")
    get = phone.page.get_by_role("button", name="Hämta breven som PDF")
    assert get.inner_text().split()[-1] == "(9)"
