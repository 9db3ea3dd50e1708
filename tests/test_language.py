"""Checks how names, dates and lists come out in the reader's language."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from markupsafe import Markup

from watch import language
from watch.models import Language

THE_MEETING = datetime(2019, 9, 23, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Norrby Långgata 21–27", 'Norrby Långgata <span class="nowrap">21–27</span>'),
        ("Storgatan 1A–3B, gården", 'Storgatan <span class="nowrap">1A–3B</span>, gården'),
        ("Fest – kom", "Fest – kom"),
        ("<b>1–3</b>", '&lt;b&gt;<span class="nowrap">1–3</span>&lt;/b&gt;'),
        (Markup('<a href="/1–3">1–3</a>'), '<a href="/1–3"><span class="nowrap">1–3</span></a>'),
    ],
)
def test_a_range_is_kept_on_one_line(text: str, shown: str) -> None:
    assert language.unbroken(text) == shown


@pytest.mark.parametrize(
    ("reader", "mark"), [(Language.SWEDISH, ","), (Language.ENGLISH, ","), (Language.ARABIC, "،")]
)
def test_a_comma_is_that_of_the_language(app: Flask, reader: Language, mark: str) -> None:
    with app.test_request_context(), language.speaking(reader):
        assert language.listed([1, "3"]) == f"1{mark} 3"
        between = "\u00a0" if reader is Language.SWEDISH else f"{mark} "
        assert re.search(rf"{between}18[.:]00$", language.moment(THE_MEETING))


@pytest.mark.parametrize(
    ("number", "said"),
    [("+46337000000", "033-700 00 00"), ("+4520304050", "+45 20 30 40 50"), ("114 14", "114 14"), ("x", "x")],
)
def test_a_phone_number_reads_as_people_write_it(number: str, said: str) -> None:
    assert language.readable_phone(number) == said


def test_a_sentence_begins_with_a_capital_and_keeps_its_other_letters() -> None:
    begun = [language.capital(words) for words in ("färre än 5 av ÅÄÖ", "åtta", "18 av 20", "أقل من 5", "")]
    assert begun == ["Färre än 5 av ÅÄÖ", "Åtta", "18 av 20", "أقل من 5", ""]
