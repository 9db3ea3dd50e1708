"""Checks which signs that nobody sees are taken, dropped and refused, and where a refusal says they stand."""

from __future__ import annotations

import pytest

from watch.signs import (
    JOINERS,
    OF_TEXTS,
    before_hidden_sign,
    has_pile,
    plain_line,
    plain_text,
)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Grann\u00adsam\u00adverkan", "Grannsamverkan"),
        ("Ord\u200bmed", "Ordmed"),
        ("a\u2060b\ufeff", "ab"),
        ("ett\u2028två\u2029tre\x0bfyra\x0cfem\x85sex", "ett\ntvå\ntre\nfyra\nfem\nsex"),
        ("a\x1eb\x1fc", "a-bc"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("a\r\nb\tc", "a\r\nb\tc"),
        ("“smart” – it’s… •\u00a0ok", "“smart” – it’s… •\u00a0ok"),
    ],
)
def test_what_means_nothing_is_dropped_from_a_text(pasted: str, kept: str) -> None:
    assert plain_text(pasted) == kept
    assert plain_line(pasted) == (kept.replace("\n", " ") if "\u2028" in pasted else kept.replace("\t", " "))


@pytest.mark.parametrize(
    "text",
    [
        "مرحبا \u200f112 شكرا\u200f",
        "Familjen 👨\u200d👩\u200d👧 hälsar.",
        "علی\u200cرضا",
        "❤\ufe0f\u200d🔥",
        "\u2066a\u2069 b",
        "\u2067أ \u2066112\u2069\u2069",
        "\u061cأ",
        "क\u094d\u200dष",
        "\u200eabc",
        "می\u200c \u200cشود",
    ],
)
def test_what_a_language_needs_is_taken(text: str) -> None:
    assert before_hidden_sign(text, OF_TEXTS) is None


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Ring a\u202eb", "Ring a"),
        ("\u202ea", ""),
        ("x\u2066y", "x"),
        ("x\u2069", "x"),
        ("a \u2066b\nc\u2069", "a"),
        ("tab\x07", "tab"),
        ("rad\n två\x00", "rad två"),
        ("a\ue000", "a"),
        ("En lång rad med många ord och fel\u202d här", "ord och fel"),
    ],
)
def test_a_refusal_says_where(text: str, before: str) -> None:
    assert before_hidden_sign(text, OF_TEXTS + "\n\t") == before


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("علی\u200cرضا", True),
        ("क\u094d\u200dष", True),
        ("Li\u200bna", False),
        ("\u200fLina", False),
        ("Lina\u3164", False),
        ("Li\u2066n\u2069a", False),
        ("Lina\u200c", False),
        ("Lina\u200c Ek", False),
    ],
)
def test_a_name_has_joiners_between_letters_only(name: str, is_taken: bool) -> None:
    assert (before_hidden_sign(name, JOINERS, joins=True) is None) == is_taken


@pytest.mark.parametrize(
    ("text", "is_pile"),
    [
        ("e\u0301" * 1000, False),
        ("a" + "\u0301" * 4, False),
        ("a" + "\u0301" * 5, True),
        ("Nguyễn", False),
        ("שָׁלוֹם", False),
        ("a" + "\u20dd" * 5, True),
        ("བསྒྲུབས", False),
        ("ကြွေး", False),
        ("...... ------ ", False),
    ],
)
def test_a_letter_has_room_for_four_marks(text: str, is_pile: bool) -> None:
    assert has_pile(text) == is_pile
