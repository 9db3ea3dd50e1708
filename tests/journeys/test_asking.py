"""From the poster to an answer, counting screens, fields and presses. The handbook states these counts.

At 360 pixels, with and without script, in Swedish and in Arabic.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import Phone
from tests.cast import Scene
from tests.pages_of_paper import codes_on, pages_of
from tests.post import Post
from watch.models import Building, Group, Person, Stairwell
from watch.printing.queries import poster_code

SMALL = {"width": 360, "height": 740}
WORDS = {
    "sv-SE": {
        "name": "Ditt namn",
        "address": "Din e-postadress",
        "consent": "Jag vill gå med, och gruppen får spara det jag har skrivit här.",
        "ask": "Be att få gå med",
        "yes": "Ja, det stämmer",
        "waiting": "Din anmälan väntar på svar",
    },
    "ar": {
        "name": "اسمك",
        "address": "بريدك الإلكتروني",
        "consent": "أرغب في الانضمام، ويمكن للمجموعة حفظ ما كتبته هنا.",
        "ask": "طلب الانضمام",
        "yes": "نعم، هذا صحيح",
        "waiting": "طلبك ينتظر الرد",
    },
}
EVERY_WAY = pytest.mark.parametrize(
    ("language", "javascript"), [("sv-SE", True), ("sv-SE", False), ("ar", True)]
)


@dataclass
class Counted:
    """A phone that counts its screens and the fields filled in."""

    phone: Phone
    screens: int = 0
    fields: int = 0

    def open(self, address: str) -> None:
        self.phone.open(address)
        self.screens += 1

    def press(self, words: str) -> None:
        self.phone.press(words)
        self.screens += 1

    def fill(self, label: str, text: str) -> None:
        self.phone.fill(label, text)
        self.fields += 1

    def tick(self, label: str) -> None:
        self.phone.tick(label)
        self.fields += 1


@pytest.fixture
def small_phone(make_phone: Callable[..., Phone]) -> Callable[..., Phone]:
    """A phone of 360 pixels."""
    return lambda **more: make_phone(viewport=SMALL, **more)


def fetched_code(phone: Phone, button: str) -> str:
    """Return the code on the only page of the PDF behind a link."""
    with phone.page.expect_download() as fetching:
        phone.page.get_by_role("link", name=button).click()
    (page,) = pages_of(Path(fetching.value.path()).read_bytes())
    (code,) = codes_on(page)
    return code


def code_on_screen(phone: Phone) -> str:
    """Return the code that another phone's camera reads on the page held up to it."""
    found = [code for page in pages_of(phone.page.pdf()) for code in codes_on(page)]
    (code,) = found
    return code


@EVERY_WAY
def test_from_the_poster_to_waiting_in_four_screens_and_three_fields_and_a_yes_in_two_presses(
    language: str, javascript: bool, bengt: Person, stairwell_3: Stairwell, post: Post,
    small_phone: Callable[..., Phone],
) -> None:  # fmt: skip
    bengts = small_phone(javascript=javascript)
    bengts.sign_in(bengt)
    bengts.open(f"/stairwells/{stairwell_3.id}/poster")
    code = fetched_code(bengts, "Hämta affischen som PDF")

    words = WORDS[language]
    linas = Counted(small_phone(language=language, javascript=javascript))
    linas.open(code)
    linas.fill(words["name"], "Lina")
    linas.fill(words["address"], "lina@example.org")
    linas.tick(words["consent"])
    linas.press(words["ask"])
    assert post.deliver() == ["lina@example.org"]
    linas.open(post.link("lina@example.org", "/join/confirm/"))
    linas.press(words["yes"])
    assert linas.phone.h1 == words["waiting"]
    assert (linas.screens, linas.fields) == (4, 3)

    assert post.deliver() == ["bengt@example.org"]
    from_the_mail = Counted(small_phone(javascript=javascript))
    from_the_mail.open(post.link("bengt@example.org", "/a/"))
    from_the_mail.press("Ja, välkommen in")
    assert "Lina är med i gruppen. Vi mejlar besked." in from_the_mail.phone.text
    assert (from_the_mail.screens, from_the_mail.fields) == (2, 0)
    assert post.deliver() == ["lina@example.org"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_wrong_address_is_changed_where_one_waits(
    javascript: bool, bengt: Person, stairwell_3: Stairwell, post: Post, small_phone: Callable[..., Phone]
) -> None:
    phone, words = small_phone(javascript=javascript), WORDS["sv-SE"]
    phone.open(f"/j/{poster_code(stairwell_3)}")
    phone.fill(words["name"], "Lina")
    phone.fill(words["address"], "lina@exmaple.org")
    phone.tick(words["consent"])
    phone.press(words["ask"])
    assert post.deliver() == ["lina@exmaple.org"]

    phone.page.get_by_text("Fel adress? Ändra").click()
    phone.fill(words["address"], "lina@example.org")
    phone.press("Skicka till den här adressen")
    assert "Adressen är ändrad." in phone.text
    assert post.deliver() == ["lina@example.org"]
    stranger = small_phone()
    stranger.open(post.link("lina@exmaple.org", "/join/confirm/"))
    assert "Länken till din anmälan gäller inte längre" in stranger.text
    phone.open(post.link("lina@example.org", "/join/confirm/"))
    phone.press(words["yes"])
    assert phone.h1 == words["waiting"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_poster_that_has_leaked_is_renewed(
    javascript: bool, bengt: Person, stairwell_3: Stairwell, small_phone: Callable[..., Phone]
) -> None:
    phone = small_phone(javascript=javascript)
    phone.sign_in(bengt)
    phone.open(f"/stairwells/{stairwell_3.id}/poster")
    old = fetched_code(phone, "Hämta affischen som PDF")
    phone.page.locator("summary", has_text="Ge porten en ny kod").click()
    assert "Porten får en ny kod" in phone.text
    phone.press("Ge porten en ny kod bekräfta")
    new = fetched_code(phone, "Hämta affischen som PDF")

    reader = small_phone(javascript=javascript)
    reader.open(old)
    assert "Affischens kod gäller inte längre." in reader.text
    assert "Port Våglängdsgatan 3" in reader.text
    reader.open(new)
    assert "gäller inte längre" not in reader.text


def test_the_search_answers_while_typing_in_spite_of_a_slip(
    langgatan: Building, group: Group, bengt: Person, small_phone: Callable[..., Phone]
) -> None:
    phone = small_phone()
    phone.open("/")
    phone.page.get_by_role("searchbox").press_sequentially("vaglangdsgaten 3")
    phone.page.get_by_role("link", name=re.compile("Våglängdsgatan 1–3")).click()
    phone.follow("Gå med")
    assert "Port Våglängdsgatan 3" in phone.text


def test_the_search_answers_without_a_script(
    langgatan: Building, group: Group, bengt: Person, small_phone: Callable[..., Phone]
) -> None:
    phone = small_phone(javascript=False)
    phone.open("/")
    phone.page.get_by_role("searchbox").fill("norby")
    phone.press("Sök")
    phone.follow("Norrby Långgata 21–27")
    phone.follow("Jag är intresserad")


def test_a_member_shows_a_neighbour_the_code(scene: Scene, small_phone: Callable[..., Phone]) -> None:
    phone = small_phone(color_scheme="dark")
    phone.sign_in(scene.carin)
    phone.open(f"/groups/{scene.group.id}")
    phone.follow("Bjud in en granne med din telefon")
    assert poster_code(scene.stairwell_3) in phone.text
    neighbours = small_phone(language="ar")
    neighbours.open(code_on_screen(phone))
    assert neighbours.page.locator("html").get_attribute("dir") == "rtl"
