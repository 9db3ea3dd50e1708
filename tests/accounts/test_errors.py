"""Checks that every error becomes a page in the reader's language that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.databases import on_one_database
from tests.page_client import Page, PageClient, _forgery_token
from tests.page_contract import broken_promises
from tests.settings import PRODUCTION
from watch.access import public
from watch.errors import DomainError
from watch.extensions import db
from watch.models import Mailbox

DIRECTIONS = {"sv": "ltr", "en": "ltr", "ar": "rtl", "so": "ltr"}
MEGABYTE = 1024 * 1024


@on_one_database
@pytest.mark.parametrize(
    ("status", "send"),
    [
        (404, lambda client, **more: client.get("/no/such/page", **more)),
        (405, lambda client, **more: client.post("/about", **more)),
        (410, lambda client, **more: client.get("/login/old", **more)),
        (400, lambda client, **more: client.post("/login", {"email": "a@example.org"}, csrf=False, **more)),
        (400, lambda client, **more: client.get("/login?q=%ff", **more)),
        (413, lambda client, **more: client.post("/login", {"email": "a" * 2 * MEGABYTE}, **more)),
        (422, lambda client, **more: client.post("/login", {"email": "a"}, **more)),
    ],
    ids=["404", "405", "410", "forged", "unreadable", "413", "422"],
)
def test_error_pages_are_in_the_readers_language(client, status, send):
    pages = [send(client, headers={"Accept-Language": language}) for language in DIRECTIONS]
    assert {page.status for page in pages} == {status}
    assert {page.tree.get("lang"): page.tree.get("dir") for page in pages} == DIRECTIONS


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/no/such/page", "Sidan finns inte"),
        ("/login/x", "Länken kan ha blivit avkortad"),
        ("/login/" + "x" * 32, "Länken gäller inte längre. Be om en ny"),
    ],
)
def test_each_error_has_its_own_words(client, path, title):
    assert client.get(path).h1 == title


def test_an_address_that_is_no_page_has_words_of_its_own(client):
    assert client.post("/about").h1 == "Så går det inte att komma hit"


def test_a_form_opened_anew_at_the_address_it_was_sent_to_leads_to_a_page(app, client):
    """Reload, Back and bookmarks use GET. A refused form stays at the address it was sent to."""
    values = {"slug": "hassleholmen", "token": "x", "code": "x", "step": "x", "name": "x"}
    sent_to = set()
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and "GET" not in rule.methods:
            _domain, address = rule.build({name: values.get(name, 1) for name in rule.arguments})
            sent_to.add(address)
    pages = app.url_map.bind("localhost")
    assert len(sent_to) > 50
    for address in sent_to - {each for each in sent_to if pages.test(each, "GET")}:
        page = client.get(address)
        assert page.status == 303, address
        assert address.startswith(page.location.rstrip("/"))
        assert pages.test(page.location, "GET"), f"{address} leads to {page.location}, which is no page"


def test_what_someone_may_not_see_says_so(client, scene):
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.carin)
    assert (page.status, page.h1) in {
        (403, "Du har inte behörighet till den här sidan"),
        (404, "Sidan finns inte"),
    }


def test_an_officer_is_led_back_to_their_areas(client, scene):
    page = client.get(f"/groups/{scene.group.id}/house", as_=scene.gun)
    assert (page.status, page.h1) == (403, "Du har inte behörighet till den här sidan")
    assert "Dina områden finns i översikten." in page.text
    assert "ditt kontaktombud" not in page.text
    assert page.links == {"Till översikten": "/overview"}
    assert client.get("/nothing-here", as_=scene.gun).links == {"Till översikten": "/overview"}
    assert client.get("/nothing-here", as_=scene.carin).links == {
        "Till Min sida": "/me",
        "Till startsidan": "/",
    }


def test_a_method_that_is_not_there_names_those_that_are(client):
    allowed = client.post("/about").response.headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    "overrides",
    [{"PATH_INFO": "/buildings/\xff"}, {"PATH_INFO": "/a\x00b"}, {"QUERY_STRING": "q=%ff"},
     {"QUERY_STRING": "q=%00"}, {"QUERY_STRING": "q=a%C3"}],
)  # fmt: skip
def test_an_address_that_is_no_text_is_refused_readably(client, overrides):
    page = client.get("/", environ_overrides=overrides)
    assert (page.status, page.h1) == (400, "Vi kunde inte läsa det du skickade")


@pytest.mark.parametrize("raw", [b"email=%ff%fe", b"email=\xff", b"email=a%00b", b"%00=a", b"email=%C3"])
def test_a_form_that_is_no_text_is_refused_readably(client, raw):
    page = client._open("/login", "POST", None, data=raw, content_type="application/x-www-form-urlencoded")
    assert (page.status, page.h1) == (400, "Vi kunde inte läsa det du skickade")


@pytest.mark.parametrize("raw", [b"\xff", b"a\0b"])
def test_a_form_in_parts_that_is_no_text_is_refused_readably(client, raw):
    body = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + raw + b"\r\n--x--\r\n"
    page = client._open("/login", "POST", None, data=body, content_type="multipart/form-data; boundary=x")
    assert (page.status, page.h1) == (400, "Vi kunde inte läsa det du skickade")


STRANGE = {"email": 5}, {"email": {"a": 1}}, {"email": ["a@example.org"]}, {"email": "a\ud800@example.org"}
KINDS = "application/json", "application/vnd.api+json", "text/plain", "application/octet-stream", ""


def send_as(client: PageClient, kind: str, body: bytes) -> Page:
    token = {"X-CSRFToken": _forgery_token(client.app, client.browser())}
    return client._open("/login", "POST", None, data=body, content_type=kind, headers=token)


def test_what_no_form_sends_is_refused_before_anything_reads_it(client, outbox):
    for kind, answers in product(KINDS, (*STRANGE, [], "a", {"email": "nils@example.org"})):
        page = send_as(client, kind, json.dumps(answers).encode())
        assert (page.status, page.h1) == (415, "Vi kunde inte läsa det du skickade")
    assert outbox.rows() == []


def test_a_body_of_no_kind_in_pieces_is_no_form_either(client):
    more = {"input_stream": BytesIO(b'{"email": 5}'), "environ_overrides": {"wsgi.input_terminated": True}}
    headers = {"Transfer-Encoding": "chunked"}
    assert client._open("/login", "POST", None, headers=headers, **more).status == 415


def test_a_post_without_a_body_is_an_empty_form(client):
    token = {"X-CSRFToken": _forgery_token(client.app, client.browser())}
    assert client._open("/login", "POST", None, headers=token).status == 422


@pytest.mark.parametrize("name", ["email", "csrf_token", "x"])
def test_a_file_where_none_is_asked_for_is_refused(client, outbox, name):
    token = _forgery_token(client.app, client.browser())
    parts = {"email": "nils@example.org", "csrf_token": token}
    file = {name: (BytesIO(b"nils@example.org"), "a.txt")}
    page = client._open("/login", "POST", None, data=parts | file, content_type="multipart/form-data")
    assert (page.status, page.h1, outbox.rows()) == (400, "Vi kunde inte läsa det du skickade", [])


def test_a_form_in_parts_is_a_form(client, outbox):
    parts = {"email": "nils@example.org", "csrf_token": _forgery_token(client.app, client.browser())}
    page = client._open("/login", "POST", None, data=parts, content_type="multipart/form-data")
    assert (page.status, outbox.addressed()) == (303, [("sign-in-unknown", "nils@example.org")])


def test_a_form_that_reads_well_still_arrives_whole(client, ask, outbox):
    ask("nils+hus@example.org")
    assert outbox.addressed() == [("sign-in-unknown", "nils+hus@example.org")]


def test_too_many_parts_are_too_large(client):
    parts = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % number for number in range(1001)
    )
    page = client._open(
        "/login", "POST", None, data=parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert (page.status, page.h1) == (413, "Det är för stort")


def test_a_plain_form_has_the_same_limits(client):
    sent = [("email", "a" * MEGABYTE)], [(f"a{number}", "1") for number in range(1001)]
    pages = [client.post("/login", dict(fields)) for fields in sent]
    assert [(page.status, page.h1) for page in pages] == [(413, "Det är för stort")] * 2


def test_another_host_gets_a_page_and_no_links_to_it(client):
    page = client.get("/login", base_url="http://evil.example")
    assert (page.status, page.h1) == (400, "Sidan har en annan adress")
    assert "evil" not in page.html


TYPED = {
    "name": "Carin <b> Ö",
    "language": "en",
    "phone": "070-123 45 67",
    "shows_phone": "y",
    "about": "Rad ett\nRad två",
    "password": "secret",
}


def test_a_form_without_a_good_token_keeps_its_answers_and_can_be_sent_again(client, carin):
    page = client.post("/me/settings", {**TYPED, "csrf_token": "stale"}, csrf=False, as_=carin)
    assert (page.status, page.h1) == (400, "Skicka en gång till")
    kept = {name: typed for name, typed in page.form().items() if name != "csrf_token"}
    assert kept == {name: typed for name, typed in TYPED.items() if name != "password"}
    assert "secret" not in page.html
    assert page.press("Skicka igen").location == "/me/settings"
    db.session.refresh(carin)
    assert (carin.name, carin.phone) == ("Carin <b> Ö", "+46701234567")


def test_a_form_that_another_site_sent_is_not_offered_again(client, carin):
    page = client.post(
        "/me/settings", TYPED, csrf=False, headers={"Origin": "https://evil.example"}, as_=carin
    )
    assert (page.status, page.buttons) == (400, [])
    assert "Carin" not in page.html


@pytest.fixture
def broken(app: Flask, make_app: Callable[..., Flask]) -> PageClient:
    """Return an application with three pages that fail, on the test's database."""
    other = make_app(DATABASE_URL=app.config["DATABASE_URL"], PROPAGATE_EXCEPTIONS=False)

    @other.get("/broken")
    @public
    def broken() -> str:
        raise RuntimeError("the secret reason")

    @other.get("/refused")
    @public
    def refused() -> str:
        raise DomainError("the secret rule")

    @other.get("/torn")
    @public
    def torn() -> Any:
        mailbox = db.session.scalars(select(Mailbox)).first()
        assert mailbox is not None
        db.session.add(Mailbox(address="x", address_index=mailbox.address_index))
        db.session.flush()

    return PageClient(other)


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [("/broken", 500, "Något gick fel hos oss"), ("/torn", 500, "Något gick fel hos oss"),
     ("/refused", 409, "Något har ändrats")],
)  # fmt: skip
def test_a_failure_says_what_to_do_and_nothing_of_its_reason(broken, carin, path, status, title):
    page = broken.get(path, headers={"Accept-Language": "sv"}, as_=carin)
    assert (page.status, page.h1) == (status, title)
    assert "secret" not in page.html
    assert "Traceback" not in page.html


def test_a_database_that_is_gone_is_a_page_in_the_readers_language(make_app):
    app = make_app(DATABASE_URL="sqlite:////nonexistent/watch.db", PROPAGATE_EXCEPTIONS=False)
    browser = app.test_client()
    with browser.session_transaction(base_url="http://127.0.0.1:8000") as session:
        session["_user_id"] = "somebody"
    answer = browser.get("/me/settings", base_url="http://127.0.0.1:8000", headers={"Accept-Language": "ar"})
    assert answer.status_code == 500
    assert broken_promises(answer.text, 500) == []
    assert '<html lang="ar" dir="rtl">' in answer.text


def test_pages_tell_browsers_to_be_careful(client, carin):
    headers = client.get("/me/settings", as_=carin).response.headers
    assert {name: headers[name] for name in CAREFUL} == CAREFUL
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


CAREFUL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def test_behind_https_the_cookie_is_secure(make_app):
    app = make_app(**PRODUCTION)
    answer = app.test_client().get("/login", base_url=PRODUCTION["BASE_URL"])
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
