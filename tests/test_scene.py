"""Checks what the tests rest on: both databases, the cast, the contexts of requests."""

from __future__ import annotations

import pytest
from flask import Flask, g
from sqlalchemy import func, select

from tests.cast import Scene
from tests.page_client import outside
from tests.page_contract import CAST, broken_promises, shape_of
from watch.extensions import db
from watch.models import Flat, Household, Person

GOOD_PAGE = """<!doctype html><html lang="sv" dir="ltr"><head><meta charset="utf-8">
<title>Hej – Grannsamverkan</title></head>
<body><main><h1>Hej</h1><label for="a">Namn</label><input id="a" name="a"></main>
<footer>Pågående brott: ring 112.</footer></body></html>"""


def test_the_scene_has_everybody_and_their_flats(scene: Scene) -> None:
    names = {person.name for person in db.session.scalars(select(Person))}
    assert names == set(CAST)
    assert db.session.scalar(select(func.count(Household.id))) == 6
    assert db.session.scalar(select(func.count(Flat.id))) == 9 * 8


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_finds_an_empty_database(app: Flask, time: int) -> None:
    assert db.session.scalar(select(func.count(Person.id))) == 0
    db.session.add(Person(name="Amina"))
    db.session.commit()


def test_what_a_test_made_is_there_for_a_request_and_no_context_is_shared(app: Flask, amina: Person) -> None:
    def look() -> tuple[int, bool]:
        with app.app_context():
            return db.session.scalar(select(func.count(Person.id))) or 0, "seen" in g

    g.seen = True
    assert outside(look) == (1, False)
    assert amina.name == "Amina Yusuf"


def test_a_good_page_keeps_the_contract() -> None:
    assert broken_promises(GOOD_PAGE) == []


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("<h1>Hej</h1>", "<h1>Hej</h1><h1>Igen</h1>", "one h1"),
        ("<title>Hej", "<title>Hallå", "title begins"),
        ("<title>Hej", "<title>Hej Carin Öberg", "names nobody"),
        ('<label for="a">Namn</label>', "", "no label"),
        ('name="a">', 'name="a"><p id="a"></p>', "2 times"),
        ("</main>", "</div></main>", "line 3"),
        ('lang="sv"', "", "language and direction"),
        ('dir="ltr"', 'dir="rtl"', "language and direction"),
        ("<main>", '<main style="color:red">', "inline style"),
        ("<main>", '<main onclick="x()">', "inline onclick"),
        ("<main>", "<main><script>x()</script>", "script stands"),
        ("<main>", '<main><img alt="" src="https://cdn.example/x.png">', "another host"),
        ("Namn", "Watch", "name of the code"),
        ("112", "någon", "ring 112"),
        ("<main>", '<main><a href="/x"></a>', "has no name"),
    ],
)
def test_a_page_that_breaks_the_contract_is_named(good: str, bad: str, says: str) -> None:
    (broken,) = [words for words in broken_promises(GOOD_PAGE.replace(good, bad)) if says in words]
    assert says in broken


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("ring 112", "ring &112 &nej", "expected"),
        ("ring 112", "ring <112", "expected"),
        ("ring 112", "ring 112\x0b", "codepoint"),
        ('name="a"', 'name="&nej"', "entity"),
        ('name="a"', 'name="a" name="b"', "duplicate"),
        ("<tr><td>Carin</td></tr>", "<p>Carin</p>", "table"),
    ],
)
def test_one_page_without_errors_hides_no_error_of_the_next(good: str, bad: str, says: str) -> None:
    """Pages of one shape are parsed once, so what makes an error must make another shape."""
    page = GOOD_PAGE.replace("</main>", "<table><tr><td>Carin</td></tr></table></main>")
    other = page.replace("Carin", "Amina").replace('name="a"', 'name="b"').replace("Hej", "Hallå")
    assert broken_promises(page) == broken_promises(other) == []
    assert shape_of(page) == shape_of(other)
    assert shape_of(page) != shape_of(page.replace(good, bad))
    assert [words for words in broken_promises(page.replace(good, bad)) if says in words.lower()]


def test_a_heading_that_names_somebody_has_a_title_that_does_not() -> None:
    named = GOOD_PAGE.replace("<h1>Hej</h1>", "<h1><bdi>Var bor <bdi>Carin Öberg</bdi>?</bdi></h1>")
    assert broken_promises(named) == []
    (broken,) = broken_promises(named.replace("<title>Hej", "<title>Var bor Carin Öberg?"))
    assert "names nobody" in broken


def test_a_refused_form_needs_a_summary_whose_links_lead_to_fields() -> None:
    assert broken_promises(GOOD_PAGE, 422) == ["a form that was refused (422) begins with an error summary"]
    summary = '<main><div class="error-summary"><ul><li><a href="#{}">Fel</a></li></ul></div>'
    assert broken_promises(GOOD_PAGE.replace("<main>", summary.format("a")), 422) == []
    assert broken_promises(GOOD_PAGE.replace("<main>", summary.format("b")), 422) == [
        "the error summary links to nothing: #b"
    ]
