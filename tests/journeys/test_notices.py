"""A notice is written, counted, sent, read by each in their language, and followed by its sender."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_member, make_person
from tests.post import Post
from watch.extensions import db
from watch.models import Audience, Language, Notice, Person

SWEDISH = ("Inbrott i källaren", "Lås förrådet.\n\nFråga Amina.")
ARABIC = ("سرقة في القبو", "أقفل المخزن.")


@pytest.fixture
def noor(scene: Scene) -> Person:
    """A member in flat 1203 of stairwell 1 who reads English."""
    person = make_person("Noor Lindqvist", "noor@example.org", language=Language.ENGLISH)
    make_member(person, scene.group, flat_of(scene.stairwell_1, "1203"))
    db.session.commit()
    return person


def write(phone: Phone, title: str, body: str) -> None:
    """Fill in the Swedish text."""
    phone.fill("Rubrik", title)
    phone.fill("Meddelande", body)


def states(outbox: Outbox) -> Counter[str]:
    return Counter(row.state.value for row in outbox.rows())


def test_a_coordinator_tells_the_group_in_two_languages(
    phone: Phone, scene: Scene, noor: Person, post: Post, outbox: Outbox
) -> None:
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/house")
    phone.follow("Meddelanden")
    phone.follow("Skriv ett meddelande")
    phone.tick("Hela gruppen")
    phone.tick("Viktigt")
    write(phone, *SWEDISH)
    phone.page.get_by_text("Arabiska", exact=True).click()
    phone.fill("Rubrik på arabiska", ARABIC[0])
    phone.fill("Meddelande på arabiska", ARABIC[1])
    phone.press("Förhandsgranska")

    assert "5 personer får ett mejl." in phone.text
    assert "1 hushåll behöver det på papper" in phone.text
    assert phone.page.locator("[lang=ar][dir=rtl]").all_inner_texts() == [*ARABIC]

    phone.press("Ändra")
    kept = [phone.page.get_by_label(label, exact=True).input_value() for label in ("Rubrik", "Meddelande")]
    assert kept == [*SWEDISH]
    assert phone.page.get_by_label("Rubrik på arabiska", exact=True).input_value() == ARABIC[0]
    assert phone.page.get_by_label("Viktigt", exact=True).is_checked()
    assert outbox.rows() == []
    phone.press("Förhandsgranska")
    phone.press("Skicka till 5 grannar")

    assert "Så många väntar: 5." in phone.text
    assert states(outbox) == {"queued": 5, "to_print": 1}
    post.deliver()
    db.session.commit()
    phone.page.locator("#waiting").wait_for(state="detached", timeout=20_000)  # the page asks by itself
    phone.look()
    assert "Skickade 5" in phone.text
    assert "Väntar" not in phone.text
    assert states(outbox) == {"sent": 5, "to_print": 1}

    read = {name: post.letters(f"{name}@example.org")[-1] for name in ("amina", "carin", "dawit", "noor")}
    assert {name: letter.mail["Content-Language"] for name, letter in read.items()} == {
        "amina": "sv", "carin": "sv", "dawit": "ar", "noor": "en",
    }  # fmt: skip
    assert SWEDISH[0] in read["carin"].text()
    assert ARABIC[0] in read["dawit"].text()
    assert SWEDISH[0] not in read["dawit"].text()
    assert SWEDISH[0] in read["noor"].text()
    assert "Noor Lindqvist" in read["noor"].text()
    assert "Hej" not in read["noor"].text()
    assert SWEDISH[0] not in str(read["carin"].mail["Subject"])


def test_who_opens_the_letter_signs_in_and_reads_it_in_arabic(
    phone: Phone, scene: Scene, make_phone: Callable[..., Phone], post: Post
) -> None:
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    write(phone, *SWEDISH)
    phone.page.get_by_text("Arabiska", exact=True).click()
    phone.fill("Rubrik på arabiska", ARABIC[0])
    phone.fill("Meddelande på arabiska", ARABIC[1])
    phone.press("Förhandsgranska")
    phone.press("Skicka till 4 grannar")
    post.deliver()

    dawits = make_phone(language="ar")
    dawits.open(post.link("dawit@example.org", "/notices/"))
    dawits.page.get_by_role("textbox").fill("dawit@example.org")
    dawits.page.locator("main form button").click()
    dawits.look()
    post.deliver()
    dawits.open(post.link("dawit@example.org", "/login/"))
    dawits.page.locator("main form button").click()
    dawits.look()

    notice = db.session.scalars(select(Notice)).one()
    assert (dawits.path, dawits.h1) == (f"/notices/{notice.id}", ARABIC[0])
    assert dawits.page.evaluate("document.documentElement.dir") == "rtl"
    assert SWEDISH[0] not in dawits.text


def test_each_coordinator_sees_which_of_their_own_flats_need_paper(
    phone: Phone, scene: Scene, make_phone: Callable[..., Phone], post: Post
) -> None:
    make_member(make_person("Gösta Ek"), scene.group, flat_of(scene.stairwell_1, "1202"))
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    write(phone, *SWEDISH)
    phone.press("Förhandsgranska")
    assert "2 hushåll behöver det på papper" in phone.text
    phone.press("Skicka till 4 grannar")
    report = phone.path
    phone.follow("Visa dina 2 lägenheter")
    flats = phone.page.locator("tbody tr").all_inner_texts()
    assert [("1202" in flat, "1001" in flat) for flat in flats] == [(True, False), (False, True)]

    bengts = make_phone()
    bengts.sign_in(scene.bengt)
    bengts.open(report)
    bengts.follow("Visa lägenheten")
    assert "Våglängdsgatan 3" in bengts.text
    assert "1001" in bengts.text
    assert "1202" not in bengts.text


def test_with_the_mail_server_down_the_writer_sees_waiting_and_then_delivered(
    phone: Phone, scene: Scene, post: Post, outbox: Outbox
) -> None:
    post.relay.stop()
    phone.sign_in(scene.bengt)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    phone.tick("Port 3")
    write(phone, *SWEDISH)
    phone.press("Förhandsgranska")
    assert "2 personer får ett mejl." in phone.text
    phone.press("Skicka till 2 grannar")
    post.deliver()
    phone.open(phone.path)
    assert "Så många väntar: 2." in phone.text
    assert states(outbox) == {"queued": 2, "to_print": 1}

    post.relay.start()
    post.deliver()
    phone.open(phone.path)
    assert "väntar" not in phone.text
    assert "2 av 2 är skickade" in phone.text
    assert sorted(post.relay.addresses()) == ["bengt@example.org", "carin@example.org"]


def test_a_letter_that_bounces_is_told(phone: Phone, scene: Scene, post: Post) -> None:
    post.relay.answers["carin@example.org"] = "550 5.1.1 no such user"
    post.relay.answers["dawit@example.org"] = "451 later"
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    write(phone, *SWEDISH)
    phone.press("Förhandsgranska")
    phone.press("Skicka till 4 grannar")
    post.deliver()
    phone.open(phone.path)
    assert "Det går inte att skicka mejl just nu. Vi försöker igen av oss själva" in phone.text
    assert "Väntar 1 Skickade 2 Kom inte fram 1" in phone.text


def test_what_cannot_be_said_is_refused_and_kept(phone: Phone, scene: Scene, outbox: Outbox) -> None:
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    write(phone, "Bil i natt", "En vit bil, ABC 123, stod här")
    phone.press("Förhandsgranska")
    assert "Det ser ut som ett registreringsnummer." in phone.page.locator(".error-summary").inner_text()
    phone.follow("Det ser ut som ett registreringsnummer.")
    assert phone.page.evaluate("document.activeElement.value") == "En vit bil, ABC 123, stod här"
    assert phone.page.get_by_label("Rubrik", exact=True).input_value() == "Bil i natt"
    assert outbox.rows() == []


@pytest.mark.parametrize(
    ("whom", "preview", "button", "readers"),
    [
        ("Alla som är med", "I området är minst 5 hushåll med.", "Skicka till minst 5 hushåll",
         ["amina", "bengt", "carin", "dawit"]),
        ("Bara kontaktombuden", "2 personer får ett mejl.", "Skicka till 2 kontaktombud",
         ["amina", "bengt"]),
    ],
    ids=["all members", "coordinators only"],
)  # fmt: skip
def test_the_police_contact_writes_to_an_area_and_sees_counts_only(
    phone: Phone,
    scene: Scene,
    make_phone: Callable[..., Phone],
    post: Post,
    whom: str,
    preview: str,
    button: str,
    readers: list[str],
) -> None:
    phone.sign_in(scene.gun)
    phone.open("/overview")
    phone.follow("Skriv ett meddelande Hässleholmen")
    phone.tick(whom)
    write(phone, *SWEDISH)
    phone.press("Förhandsgranska")
    assert preview in phone.text
    phone.press(button)
    post.deliver()
    phone.open(phone.path)

    source = re.sub(r"/\d+", "", phone.page.content())  # ids in links are no flats
    for told in ("Carin", "Dawit", "Elsa", "Bengt", "Amina", "@example.org", "1001", "1102"):
        assert told not in source.replace(scene.gun.name, "")
    assert phone.page.get_by_role("link", name="lägenhet").count() == 0
    assert sorted(post.relay.addresses()) == [f"{name}@example.org" for name in readers]
    notice = db.session.scalars(select(Notice)).one()
    assert notice.audience is (Audience.AREA_MEMBERS if len(readers) == 4 else Audience.AREA_COORDINATORS)

    carins = make_phone()
    carins.sign_in(scene.carin)
    carins.open(f"/notices/{notice.id}")
    assert (SWEDISH[0] in carins.text) is ("carin" in readers)
