"""Checks single values of forms and URLs: too long ones are refused before any loop over their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse
from wtforms import Field
from wtforms import Form as PlainForm

from tests.access import Expected, in_parts
from tests.access._expected import EXPECTED
from tests.access._people import People, people_of, signed_in
from tests.access._restoring import restorer
from tests.cast import Scene
from tests.floods.work import MORE, calls_of
from tests.page_client import PageClient
from watch import fields, lengths
from watch.extensions import db
from watch.lengths import most_of
from watch.models import Person, RateCount

PARTS = in_parts(name for name, rows in EXPECTED.items() if rows[0].post)
LONG = 4_000  # characters more than a field reads; six bytes each, and a form has 32 kilobytes
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no matter of the database


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Field]:
    """Return the fields of the forms that pages read."""
    found: list[Field] = []
    cut = lengths.shortened

    def noted(form: Any, sent: Any) -> Any:
        found.extend(form)
        return cut(form, sent)

    monkeypatch.setattr(lengths, "shortened", noted)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_a_value_that_is_too_long_makes_no_work_by_its_length_and_is_not_sent_back_whole(
    part: str,
    client: PageClient,
    scene: Scene,
    things: Mapping[str, object],
    read: list[Field],
) -> None:
    people = people_of(scene)
    mine = signed_in(client, people, things)
    again = restorer()
    for endpoint in PARTS[part]:
        again()
        expected = EXPECTED[endpoint][0]
        role = _who_may(expected, people)
        _send_too_long(SentForm(client, expected, people[role], mine[role]), read)
        client.give_browser(people[role], str(mine[role]["sign_in"]) if people[role] else None)


@dataclass(frozen=True)
class SentForm:
    """A form of an endpoint, and somebody who reaches it."""

    client: PageClient
    expected: Expected
    who: Person | None
    things: Mapping[str, object]

    def sent(self, name: str, value: str) -> tuple[TestResponse, int]:
        """Submit the form with this value; return the response, and the number of calls it took."""
        _forget_limits()
        typed = {k: v.format_map(self.things) for k, v in self.expected.data.items()} | {name: value}
        return calls_of(self.client, self.who, self.expected.address.format_map(self.things), data=typed)


def _send_too_long(form: SentForm, read: list[Field]) -> None:
    read.clear()
    form.sent("x", "y")
    fields_read = {field.name: most_of(field).reads for field in read if field.name != "csrf_token"}
    for name, most in fields_read.items():
        where = form.expected.address, name
        sign = "\u0301" if most < LONG else "a"  # a pile of marks, which has to be looked at sign by sign
        form.sent(name, sign * (most + 1))
        read.clear()
        (long, work), (longer, more_work) = (form.sent(name, sign * (most + more)) for more in (1, LONG))
        assert long.status_code == longer.status_code < 500, where
        assert more_work < work + MORE, where
        if read:  # else the page is one that tells why there is no form any more
            assert len(longer.data) < len(long.data) + 1_000, where
            assert sign * (most + 1) not in longer.text, where


def _who_may(expected: Expected, people: People) -> str:
    """Return a role that reaches the form: nobody signed in, if that is enough."""
    return next((role for role in people if expected.of(role) in {200, 303, 400, 409, 410, 422}), "lead")


def forms() -> Iterator[type[PlainForm]]:
    """Return every form class."""
    kinds = [fields.Form]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        yield kind


def bare_form(kind: type[PlainForm]) -> PlainForm:
    """Return a form without the data that its page gives it."""

    class Bare(kind):
        def __init__(self) -> None:
            PlainForm.__init__(self, None, meta={"csrf": False})

    return Bare()


def shown_to(form: PlainForm) -> dict[str, int]:
    """Return for each field the most characters that one of its filters or validators received."""
    most: dict[str, int] = {}

    def noted(name: str, act: Callable[..., Any], place: int) -> Callable[..., Any]:
        def noting(*given: Any) -> Any:
            value = given[place] if place == 0 else given[place].data
            most[name] = max(most.get(name, 0), len(value) if isinstance(value, str) else 0)
            return act(*given)

        return noting

    for field in form:
        field.filters = [noted(field.name, each, 0) for each in field.filters]
        if getattr(field, "choices", ()) is None:
            field.choices = []
    bare = PlainForm.process
    bare(form, MultiDict({field.name: "a\u0301" * 450_000 for field in form}))
    for field in form:
        field.validators = [noted(field.name, each, 1) for each in field.validators]
        field.validate(form)
    return most


def test_no_filter_and_no_rule_of_any_form_is_shown_more_than_its_field_reads(app: Flask) -> None:
    seen = 0
    with app.test_request_context():
        for kind in forms():
            form = bare_form(kind)
            reads = {field.name: most_of(field).reads for field in form}
            most = shown_to(form)
            assert {
                name: characters for name, characters in most.items() if characters > reads[name]
            } == {}, kind
            assert [field.name for field in form if not field.errors] == [], kind
            texts = {field.name: field.raw_data[0] for field in form if field.raw_data}
            assert {name: len(text) for name, text in texts.items()} == {name: reads[name] for name in texts}
            seen += len(reads)
    assert seen > 60


@pytest.mark.parametrize(
    ("name", "sign"), [("q", "å"), ("code", "é"), ("next", "/"), ("port", "9"), ("how", "a"), ("x", "a")]
)
def test_a_long_question_is_cut_before_it_is_read(
    client: PageClient, scene: Scene, name: str, sign: str
) -> None:
    house = scene.house.id
    for address in ("/", "/j", "/login", f"/buildings/{house}", f"/buildings/{house}/join", "/join/sent"):
        calls_of(client, None, address, query_string={name: sign * 150})
        (long, work), (longer, more_work) = (
            calls_of(client, None, address, query_string={name: sign * many}) for many in (150, 650)
        )
        assert long.status_code == longer.status_code
        assert more_work < work + MORE
        assert len(longer.data) < len(long.data) + 7_000  # the address of the page, to come back to


@pytest.mark.parametrize(
    "path",
    ["/login/", "/j/", "/u/", "/r/", "/a/", "/join/", "/join/confirm/", "/interest/", "/appointment/",
     "/mailbox/", "/"],
)  # fmt: skip
def test_a_long_link_is_a_dead_one_and_a_longer_one_is_not_read(client: PageClient, path: str) -> None:
    calls_of(client, None, path + "a")
    _page, usual = calls_of(client, None, path + "a" * 32)
    page, calls = calls_of(client, None, path + "\u0301" * 1_900)
    assert page.status_code in {404, 410}
    assert calls < usual + MORE
    assert [
        client.get(path + "a" * 8_200).status,
        client.get("/", query_string="q=" + "a" * 8_200).status,
    ] == [414] * 2


def test_of_what_a_browser_asks_for_no_more_is_read_than_people_speak(client: PageClient) -> None:
    calls_of(client, None, "/")
    _page, usual = calls_of(client, None, "/", headers={"Accept-Language": "so, ar;q=0.5"})
    asked = ",".join(f"{a}{b}-{c};q=0.5" for a in "abcdefgh" for b in "abcdefgh" for c in "abcdefgh")
    page, calls = calls_of(client, None, "/", headers={"Accept-Language": asked, "User-Agent": asked})
    assert page.status_code == 200
    assert calls < usual + MORE


def _forget_limits() -> None:
    """Let a form with many fields be sent as often as this needs."""
    db.session.execute(delete(RateCount))
    db.session.commit()
