"""Checks whole requests: each counts against its limit before its form is read; large ones are not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.access._expected import EXPECTED
from tests.cast import Scene
from tests.page_client import BASE, PageClient, outside

POSTS = sorted(name for name, rows in EXPECTED.items() if rows[0].post)
pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no matter of the database


class Unread:
    """A body that must not be read."""

    def read(self, *_more: Any) -> bytes:
        """Fail the test."""
        raise AssertionError("the body was read")

    readline = readlines = __iter__ = read


TOO_LARGE = {
    "wsgi.input": Unread(), "CONTENT_LENGTH": str(1024 * 1024),
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
}  # fmt: skip


def is_public(app: Flask, endpoint: str) -> bool:
    return getattr(app.view_functions[endpoint], "access", "") == "public"


def addresses(app: Flask) -> dict[str, str]:
    """Return an address for every endpoint with POST; its rows need not exist."""
    found: dict[str, str] = {}
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            found[rule.endpoint] = str(
                rule.build(dict.fromkeys(rule.arguments, "1"), append_unknown=False)[1]
            )
    return found


def test_every_form_is_counted_whatever_becomes_of_it(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FORMS_IN_TEN_MINUTES", 10)
    got = {}
    for place, (endpoint, address) in enumerate(addresses(app).items()):
        network = {"REMOTE_ADDR": f"198.51.100.{place}"}
        many = [client.post(address, csrf=False, environ_overrides=network) for _ in range(9)]
        many += [client.post("/no-such-page", environ_overrides=network)]
        over = client.post(address, environ_overrides=network)
        got[endpoint] = {page.status for page in many} & {429}, over.status, over.h1
    assert sorted(got) == POSTS
    assert set(got) == {name for name, each in got.items() if each == (set(), 429, "Vänta en stund")}


def test_public_forms_are_counted_together_by_network_however_many_it_has(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FORMS_IN_TEN_MINUTES", 10)
    doors = [address for name, address in addresses(app).items() if is_public(app, name)]

    def sent(number: int, network: str) -> int:
        page = PageClient(app).post(doors[number % len(doors)], environ_overrides={"REMOTE_ADDR": network})
        return page.status

    assert [sent(n, "192.0.2.1") == 429 for n in range(12)] == [False] * 10 + [True] * 2
    assert [sent(n, f"2001:db8:1:1::{n}") == 429 for n in range(12)] == [False] * 10 + [True] * 2
    assert [sent(n, f"2001:db8:2:{n}::1") == 429 for n in range(52)] == [False] * 50 + [True] * 2
    assert [sent(n, f"::ffff:192.0.2.{n}") == 429 for n in range(2, 14)] == [False] * 12  # IPv4 as such
    assert [sent(n, f"no{n} address") == 429 for n in range(12)] == [False] * 10 + [True] * 2
    assert sent(0, "192.0.2.99") != 429


def test_a_flood_is_answered_without_reading_it_and_is_not_counted_on(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch, statements: Callable[..., Any]
) -> None:
    monkeypatch.setitem(app.config, "FORMS_IN_TEN_MINUTES", 10)
    typed = {"email": "carin@example.org"}
    pages = [client.post("/login", typed) for _ in range(25)]
    assert [page.status for page in pages][10:] == [429] * 15
    kind, short = pages[12], pages[22]
    assert kind.form()["email"] == "carin@example.org"  # can be sent again
    assert "Du kan försöka igen efter kl." in kind.text
    assert (short.h1, "carin" in short.html) == ("Vänta en stund", False)
    unread = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000"}
    answer = outside(lambda: client.browser().post("/login", base_url=BASE, environ_overrides=unread))
    assert answer.status_code == 429
    app.config["FORMS_IN_TEN_MINUTES"] = 20  # and no flood yet
    large = outside(lambda: client.browser().post("/login", base_url=BASE, environ_overrides=TOO_LARGE))
    assert large.status_code == 429
    app.config["FORMS_IN_TEN_MINUTES"] = 10
    with statements() as seen:
        client.post("/login", typed)
    assert [each for each in seen if not each.startswith("SELECT")] == []


def test_who_is_signed_in_is_not_slowed_by_others_on_the_network_but_by_themselves(
    app: Flask, client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FORMS_IN_TEN_MINUTES", 10)
    assert [client.post("/language").status for _ in range(11)][-1] == 429
    swedish = {"language": "sv"}
    assert [client.post("/language", swedish, as_=scene.carin).status for _ in range(11)] == [303] * 10 + [
        429
    ]
    assert client.post("/language", swedish, as_=scene.bengt).status == 303


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
def test_no_body_larger_than_a_form_is_read_from_whoever_is_not_signed_in(
    app: Flask, client: PageClient, kind: str
) -> None:
    body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(32 * 1024 + 1), "CONTENT_TYPE": kind}
    got = {
        endpoint: outside(
            lambda address=address: client.browser().post(address, base_url=BASE, environ_overrides=body)
        )
        for endpoint, address in addresses(app).items()
    }
    assert {name for name, answer in got.items() if answer.status_code == 413} == set(POSTS)
    assert {name for name, answer in got.items() if len(answer.data) > 10_000} == set()


def test_a_page_that_needs_more_says_so_and_takes_it_from_who_is_signed_in(
    app: Flask, client: PageClient, scene: Scene
) -> None:
    larger = {
        name: view.most_bytes for name, view in app.view_functions.items() if hasattr(view, "most_bytes")
    }
    assert larger == {
        "accounts.choose_language": 1 << 20,
        "est.preview": 2 << 20, "est.apply": 2 << 20,
        "invitations.preview": 6 << 20, "registers.upload": 6 << 20, "invitations.send": 1 << 20,
        "meetings.preview": 1 << 17, "meetings.call": 1 << 17, "meetings.save_draft": 1 << 17,
        "meetings.area_preview": 1 << 17, "meetings.area_call": 1 << 17,
        "meetings.write_down_in_area": 1 << 17,
        "meetings.start_preview": 1 << 17, "meetings.start_call": 1 << 17,
        "meetings.area_save_draft": 1 << 17, "meetings.start_save_draft": 1 << 17,
        "meetings.preview_change": 1 << 17, "meetings.change": 1 << 17,
        "meetings.cancel": 1 << 17, "meetings.correct": 1 << 17, "meetings.save_notes": 1 << 20,
        "report.save_text": 1 << 16,
        "notices.preview": 1 << 19, "notices.send": 1 << 19,
        "notices.area_preview": 1 << 19, "notices.area_send": 1 << 19,
    }  # fmt: skip
    notice = {"title": "Ny lampa", "body": "å" * 9_990, "body_ar": "ش" * 9_990, "title_ar": "ش",
              "audience": "group", "level": "information"}  # fmt: skip
    address = f"/groups/{scene.group.id}/notices/preview"
    assert client.post(address, notice, as_=scene.amina).status == 200
    assert client.post(address, notice | {"body_so": "a" * (1 << 19)}, as_=scene.amina).status == 413
    assert client.post("/me/settings", {"name": "a" * 40_000}, as_=scene.amina).status == 413
