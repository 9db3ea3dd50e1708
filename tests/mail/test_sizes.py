"""Checks that a mail with any text is below 100 kB, with larger texts cut or refused."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from itertools import cycle, islice

import pytest

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_notice
from tests.mail.relay import Relay, Taken
from tests.page_client import Page, PageClient
from watch import paper
from watch.extensions import db
from watch.mail import delivery, outbox
from watch.models import Language, utcnow
from watch.notices.mails import NOTICE

MOST_OCTETS = 100_000
MAX_CHARACTERS, ABOUT_CHARACTERS = 10_000, 2_000  # of a notice, of what a meeting is about

# What is longest in one encoding or another: octets, quoting, markup, lines; and what people write.
WORST = {
    "swedish letters": "ä",
    "arabic": "ع",
    "three octets": "ᄀ",
    "characters of markup": "<",
    "ampersands": "&",
    "quotation marks": '"',
    "equals": "=",
    "lines": "a\n",
    "paragraphs": "a\n\n",
    "lines of three octets": "ᄀ\n",
    "paragraphs of three octets": "ᄀ\n\n",
    "markup among three octets": "ᄀ&",
    "swedish": "Vi ses i cykelrummet, där lampan är trasig. Ta med något att äta! ",
    "written in arabic": "نلتقي في غرفة الدراجات يوم الخميس. ",
}


def filled(words: str, characters: int = MAX_CHARACTERS) -> str:
    """Repeat the words. The last character is no space or line end, which a form would strip."""
    return "".join(islice(cycle(words), characters - 1)) + words[0]


def write(client: PageClient, scene: Scene, body: str, language: str = "ar") -> Page:
    """Write a notice with every field full and this body in two languages. Returns its preview."""
    long = filled("ᄀ", 120)
    said = {
        "audience": "group", "level": "urgent", "source": long, "valid_until": "2099-12-31",
        "title": long, "body": body, f"title_{language}": long, f"body_{language}": body,
    }  # fmt: skip
    new = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    return new.press("Förhandsgranska", said)


class Words(HTMLParser):
    """The text in the body of a page. Other tests parse the same templates strictly; this is quick."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag == "body":
            self.said.clear()

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def words_of(letter: Taken) -> tuple[str, str]:
    """Return all words of the text and the HTML, without spaces."""
    return "".join(letter.text().split()), "".join("".join(Words(letter.text("html")).said).split())


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the sheet out of previews, which takes seconds to draw; see tests/notices/test_sheets.py."""
    monkeypatch.setattr(paper, "pictures", lambda *_what: [])


@pytest.mark.usefixtures("no_pictures")
@on_one_database
@pytest.mark.parametrize("words", WORST.values(), ids=WORST)
def test_the_longest_notice_of_each_script_comes_whole_and_below_100_kb(
    client: PageClient, scene: Scene, relay: Relay, words: str
) -> None:
    scene.carin.name = filled("ᄀ", 60)
    body = filled(words)
    write(client, scene, body).press("Skicka till 4 grannar")
    delivery.run()
    assert sorted(relay.addresses()) == sorted(
        f"{n}@example.org" for n in ("amina", "bengt", "carin", "dawit")
    )
    for letter in relay.taken:
        assert all("".join(body.split()) in form for form in words_of(letter))
        assert len(letter.wire) < MOST_OCTETS
        assert max(map(len, letter.wire.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert {letter.mail["Content-Language"] for letter in relay.taken} == {"sv", "ar"}


@pytest.mark.usefixtures("no_pictures")
@pytest.mark.parametrize("language", ["en", "ar", "so"])
def test_characters_of_four_octets_count_twice_as_in_a_browser(
    client: PageClient, scene: Scene, relay: Relay, language: str
) -> None:
    refused = write(client, scene, "😀" * 5_001, language)
    said = "Texten är för lång. Högst 10000 tecken, och en emoji räknas som två."
    assert (refused.status, refused.errors) == (422, [said, said])
    write(client, scene, "😀" * 5_000, language).press("Skicka till 4 grannar")
    delivery.run()
    assert len(relay.taken) == 4
    assert max(len(letter.wire) for letter in relay.taken) < MOST_OCTETS


@pytest.mark.parametrize("words", ["ᄀ", "a\n", "a\n\n", "😀"])
def test_the_longest_call_is_below_100_kb_with_its_calendar_entry(
    client: PageClient, scene: Scene, relay: Relay, words: str
) -> None:
    plan = {
        "kind": "stairwell", "day": str((utcnow() + timedelta(days=9)).date()), "starts": "18.00",
        "ends": "19.00", "place": filled("ᄀ", 120), "scope": "group",
        "about": filled(words, ABOUT_CHARACTERS),
    }  # fmt: skip
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    new.press("Förhandsgranska", plan).press("Kalla 4 grannar")
    delivery.run()
    assert len(relay.taken) == 4
    for letter in relay.taken:
        assert "".join(plan["about"].split()) in words_of(letter)[1]
        assert len(letter.wire) < MOST_OCTETS


@pytest.mark.parametrize(
    ("language", "encoding"), [(Language.SWEDISH, "quoted-printable"), (Language.ARABIC, "base64")]
)
def test_each_part_is_in_the_shorter_encoding(
    scene: Scene, relay: Relay, language: Language, encoding: str
) -> None:
    scene.carin.language = language
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    delivery.run()
    (letter,) = relay.taken
    plain = letter.mail.get_body(("plain",))
    assert plain
    assert plain["Content-Transfer-Encoding"] == encoding
    assert "Carin Öberg" in letter.text()
    assert "Den är på plats." in letter.text()
