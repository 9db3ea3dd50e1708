"""Checks what fields refuse, and that no text, however long or strange, is slow to refuse."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, ValidationError

from tests.mail import hostile
from watch import fields, names, personnummer, phones, signs
from watch.field_rules import no_encoded_word
from watch.fields import LanguageField, LineField, LinkField, NameField, TextField
from watch.guard import people, plates, pointers, telling
from watch.invitations import pasting
from watch.invitations.forms import inviting, preview
from watch.invitations.forms.inviting import InviteForm
from watch.joining import forms
from watch.mail import message
from watch.personnummer import has_personnummer
from watch.signs import MOST_MARKS, composed

ROOT = Path(__file__).resolve().parent.parent
EVERYTHING_WRONG = "=?UTF-8?Q?=0A?= 19811218-9876 \u200b "
TOO_LONG = "Texten är för lång. Högst 50 tecken."


class Typed(fields.Form):
    """A form with a field of each kind that has a maximum length."""

    name = NameField("Namn")
    line = LineField("Rad", most=50)
    text = TextField("Text", most=50)


class Chosen(fields.Form):
    """A form with a choice and a link."""

    language = LanguageField("Språk")
    link = LinkField("Länk")


@pytest.fixture(scope="module")
def plain_app(make_app: Callable[..., Flask]) -> Flask:
    """The application without a database."""
    return make_app(DATABASE_URL="sqlite://", WTF_CSRF_ENABLED=False)


def test_what_is_too_long_is_read_by_no_other_rule(plain_app: Flask) -> None:
    with plain_app.test_request_context():
        form = Typed(MultiDict(dict.fromkeys(("name", "line", "text"), EVERYTHING_WRONG * 10)))
        assert not form.validate()
        assert form.errors == {
            "name": ["Namnet är för långt. Högst 60 tecken."], "line": [TOO_LONG], "text": [TOO_LONG],
        }  # fmt: skip
        form = Typed(MultiDict(dict.fromkeys(("name", "line", "text"), EVERYTHING_WRONG)))
        assert not form.validate()
        assert [len(each.errors) for each in (form.name, form.line, form.text)] == [3, 2, 1]


def test_what_is_somewhat_too_long_is_kept_whole_and_what_is_much_too_long_is_cut(plain_app: Flask) -> None:
    with plain_app.test_request_context():
        form = Typed(MultiDict({"name": "e\u0301" * 60, "line": "a" * 51, "text": " " * 70 + "b" * 50}))
        assert not form.validate()
        assert form.errors == {"line": [TOO_LONG]}
        assert (form.name.data, form.line.data, form.text.data) == ("é" * 60, "a" * 51, "b" * 50)
        form = Typed(MultiDict({"name": "Bo" + " " * 400 + "x", "line": "a" * 90_000, "text": "b" * 351}))
        assert not form.validate()
        assert form.errors == {
            "name": ["Namnet är för långt. Högst 60 tecken."], "line": [TOO_LONG], "text": [TOO_LONG],
        }  # fmt: skip
        assert (form.name.data, form.line.data, form.text.data) == ("Bo", "a" * 350, "b" * 350)


def test_no_text_has_an_address_that_runs_a_script(plain_app: Flask) -> None:
    with plain_app.test_request_context():
        form = Typed(MultiDict({"name": "Bo", "line": "javascript:x()", "text": "Se JavaScript : x"}))
        assert not form.validate()
        told = ["Länken går inte att skicka. Använd en adress som börjar med https://."]
        assert form.errors == {"line": told, "text": told}


def test_an_address_or_a_phone_that_is_too_long_says_so(plain_app: Flask) -> None:
    class Reached(fields.Form):
        email = fields.AddressField("E-post")
        phone = fields.PhoneField("Telefon")
        day = fields.DayField("Dag")
        asked = HiddenField()

    with plain_app.test_request_context():
        for many in (300, 30_000):
            long = {
                "email": "a" * many + "@example.org",
                "phone": "0" * many,
                "day": "1" * many,
                "asked": "y" * many,
            }
            form = Reached(MultiDict(long), meta={"csrf": False})
            assert not form.validate()
            assert form.errors == {
                "email": ["E-postadressen är för lång. Högst 254 tecken."],
                "phone": ["Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67."],
                "day": ["Det datumet finns inte. Skriv till exempel 2026-09-23."],
                "asked": ["Det är för långt. Ladda om sidan och försök igen."],
            }


@pytest.mark.parametrize("family", hostile.FAMILIES)
def test_a_hostile_text_of_any_length_makes_no_work_by_its_length(plain_app: Flask, family: str) -> None:
    class Hostile(fields.Form):
        name = NameField("Namn")
        line = LineField("Rad", most=120)
        text = TextField("Text", most=10_000)
        email = fields.AddressField("E-post")
        phone = fields.PhoneField("Telefon")

    def work(text: str, many: int) -> int:
        calls = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event == "call"

        long = (text * (many // len(text) + 1))[:many]
        form = Hostile(
            MultiDict(dict.fromkeys(("name", "line", "text", "email", "phone"), long)), meta={"csrf": False}
        )
        sys.setprofile(count)
        form.validate()
        sys.setprofile(None)
        assert set(form.errors) == {"name", "line", "text", "email", "phone"}
        return calls

    with plain_app.test_request_context():
        for text in hostile.FAMILIES[family]:
            work(text, 31_000)
            assert work(text, 200_000) < work(text, 31_000) + 1_000


def test_no_mark_is_a_letter_so_that_piles_are_looked_for_where_none_is() -> None:
    every = map(chr, range(sys.maxunicode + 1))
    assert [sign for sign in every if signs.is_mark_on_letter(sign) and not re.match(r"\W", sign)] == []


def test_addresses_that_are_too_many_signs_are_not_taken_apart(
    plain_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = {"addresses": "carin@example.org\n" * 15_000, "language": "sv"}
    with plain_app.test_request_context():
        form = InviteForm(MultiDict(typed))
        form.offer([], set())
        monkeypatch.setattr(inviting, "list_of_text", lambda _text: pytest.fail("was read"))
        assert not form.validate()
        assert form.addresses.errors == ["Texten är för lång. Högst 500 rader: dela den i två."]


def test_no_form_has_a_length_that_lets_other_rules_read_on() -> None:
    """WTForms' own Length reports too long a text and goes on to the next rule; AtMost stops."""
    named = [
        path.name
        for path in (ROOT / "watch").rglob("*.py")
        if re.search(r"\bLength\b", path.read_text(encoding="utf-8"))
    ]
    assert named == ["lengths.py"]


def is_refused(refuse: Callable[[str], object], text: str) -> bool:
    try:
        refuse(text)
    except (ValidationError, message.UnsafeHeader):
        return True
    return False


def test_an_encoded_word_is_found_wherever_it_stands(plain_app: Flask) -> None:
    """The search is linear: trying anew from every "=?" would take quadratic time."""
    texts = ["".join(signs) for length in range(7) for signs in product("=?a ", repeat=length)]
    wanted = [text for text in texts if re.search(r"=\?.*\?=", text)]

    def by_field(text: str) -> None:
        no_encoded_word(Form(), type("Filled", (), {"data": text})())

    with plain_app.test_request_context():
        assert [text for text in texts if is_refused(by_field, text)] == wanted
    assert [text for text in texts if is_refused(message.line, text)] == wanted
    assert is_refused(by_field, "=?\n?=")


def test_no_pattern_over_typed_text_tries_every_end_from_every_start() -> None:
    modules = (
        fields,
        names,
        people,
        phones,
        plates,
        pointers,
        telling,
        personnummer,
        signs,
        forms,
        pasting,
        preview,
        message,
    )
    read = [each for module in modules for each in vars(module).values()]
    compiled = [each for each in read if isinstance(each, re.Pattern) and isinstance(each.pattern, str)]
    patterns = [each.pattern for each in compiled]
    assert personnummer.PERSONNUMMER.pattern in patterns
    assert [pattern for pattern in patterns if re.search(r"\.[*+]", pattern)] == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoe\u0308", "Zoë"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("e\u0301" * 1000, "é" * 1000),  # many marks, but only one on each letter
        ("a" + "\u0323\u0301" * (MOST_MARKS // 2), "ạ" + "\u0323" * 14 + "\u0301" * 15),
        ("a" + "\u0301\u0323" * MOST_MARKS, "a" + "\u0301\u0323" * MOST_MARKS),
        # one character that decomposes into two marks
        ("\u0f73" * (MOST_MARKS + 1), "\u0f73" * (MOST_MARKS + 1)),
    ],
)
def test_a_text_is_composed_but_not_where_marks_are_piled_up(typed: str, kept: str) -> None:
    assert composed(typed) == kept


def test_a_name_is_kept_composed(plain_app: Flask) -> None:
    with plain_app.test_request_context():
        assert Typed(MultiDict({"name": " Zoe\u0308 "})).name.data == "Zoë"


@pytest.mark.parametrize(
    "text",
    ["811218-9876", "8112189876", "19811218-9876", "198112189876", "811218+9876", "811278-9873",
     "811218-9875",  # mistyped
     "070123-4569", "200701234569", "0701234569"],  # born 2007: the check digit is right
)  # fmt: skip
def test_a_personnummer_is_one_however_it_is_written(text: str) -> None:
    assert has_personnummer(f"Lina {text}, 3 tr")


@pytest.mark.parametrize("text", ["0701234567", "0730123450", "070-123 45 67", "+46701234567"])
def test_a_mobile_number_is_no_personnummer(text: str) -> None:
    assert not has_personnummer(f"Ring mig på {text}.")


def test_a_number_that_could_be_a_phone_says_how_to_write_one(plain_app: Flask) -> None:
    with plain_app.test_request_context():
        form = Typed(MultiDict({"name": "Lina", "line": "0701234569", "text": "811218-9876"}))
        assert not form.validate()
        assert form.errors == {
            "line": ["Det ser ut som ett personnummer. Är det ett telefonnummer? Skriv det så här: "
                     "070-123 45 67."],
            "text": ["Det ser ut som ett personnummer. Skriv aldrig personnummer här. Är det ett annat "
            "nummer, skriv vilket före och siffrorna i ett: OCR, bankgiro, plusgiro, kundnummer "
            "eller ärendenummer 1234567890."],
        }  # fmt: skip


@pytest.mark.parametrize("sent", ["Klingonska", "", "sv\x00"])
def test_a_choice_that_no_page_offers_is_refused_in_our_words(plain_app: Flask, sent: str) -> None:
    with plain_app.test_request_context():
        form = Chosen(MultiDict({"language": sent}))
        assert not form.validate()
        assert form.language.errors == ["Välj ett av alternativen i listan."]


@pytest.mark.parametrize(
    ("link", "is_refused"),
    [
        ("https://khalid-1402-saljer-knark.example", True),
        ("https://meet.example/khalid_%C3%A4r_tjuv", True),
        ("https://zoom.us/j/1234567890?pwd=abc123StalMin", False),
        ("https://teams.microsoft.com/l/meetup-join/19%3ameeting_ABC123@thread.v2/0", False),
        ("https://meet.jit.si/Amina-Yusuf-traff", False),
    ],
)
def test_a_link_points_at_nobody(plain_app: Flask, link: str, is_refused: bool) -> None:
    with plain_app.test_request_context():
        form = Chosen(MultiDict({"language": "sv", "link": link}))
        assert form.validate() is not is_refused
