"""Checks what holds for every response: headers, cookies, hosts, and a readable page for bad input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from tests.cast import Scene
from tests.databases import on_one_database
from tests.page_client import BASE, PageClient, outside
from tests.settings import PRODUCTION
from watch.extensions import db
from watch.models import Person
from watch.permissions import MAY
from watch.relations import Role

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Strict-Transport-Security": None,
}


def test_every_page_carries_its_protection(client: PageClient) -> None:
    headers = client.get("/login").response.headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_pages_for_a_signed_in_person_are_not_kept(client: PageClient, carin: Person) -> None:
    assert client.get("/me", as_=carin).response.headers["Cache-Control"] == "no-store"


def test_answers_to_forms_are_not_kept_either(client: PageClient, scene: Scene) -> None:
    notice = {"audience": "group", "level": "information", "title": "Ny lampa", "body": "Den är på plats."}
    address = f"/groups/{scene.group.id}/notices"
    answers = [
        client.post(f"{address}/preview", notice, as_=scene.amina),
        client.post(f"{address}/preview", {}, as_=scene.amina),
        client.post(address, notice, as_=scene.amina),
    ]
    assert [(page.status, page.response.headers["Cache-Control"]) for page in answers] == [
        (200, "no-store"), (422, "no-store"), (303, "no-store"),
    ]  # fmt: skip


def test_the_session_cookie_is_for_this_site_only(client: PageClient) -> None:
    cookie = client.post("/language", {"language": "so"}).response.headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain=" not in cookie


def test_behind_tls_the_cookie_is_bound_to_host_and_tls(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(**PRODUCTION, DATABASE_URL=f"sqlite:///{tmp_path}/watch.db", WTF_CSRF_ENABLED=False)
    answer = app.test_client().post(
        "/language", base_url="https://grannar.example.org", data={"language": "so"}
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_another_host_is_refused_and_nothing_is_said(client: PageClient) -> None:
    page = client.get("/login", base_url="http://evil.example")
    assert page.status == 400
    assert "Sidan har en annan adress" in page.h1
    assert f"Grannsamverkan finns på {BASE}. Börja där" in page.text
    assert "tecken som inte går att läsa" not in page.text
    assert "evil.example" not in page.html


def test_a_form_without_the_token_is_asked_for_again(client: PageClient, carin: Person) -> None:
    assert client.post("/language", {"language": "so"}, csrf=False).status == 400
    assert client.post("/logout", as_=carin, csrf=False).status == 400
    assert client.get("/me/settings", as_=carin).status == 200


def test_a_token_of_another_browser_is_no_good(client: PageClient, carin: Person, dawit: Person) -> None:
    page = client.get("/me/settings", as_=dawit)
    foreign = next(each.get("value") for each in page.tree.iter("input") if each.get("name") == "csrf_token")
    assert client.post("/logout", {"csrf_token": foreign or ""}, as_=carin, csrf=False).status == 409
    assert client.get("/me/settings", as_=carin).status == 200


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"data": b"x" * (6 * 1024 * 1024 + 1), "content_type": "application/x-www-form-urlencoded"}, 413),
        (
            {
                "data": {"name": "x" * (1024 * 1024 + 1)},
                "content_type": "multipart/form-data",
            },
            413,
        ),
        (
            {
                "data": {f"field{number}": "x" for number in range(1001)},
                "content_type": "multipart/form-data",
            },
            413,
        ),
    ],
    ids=["body", "field", "1001 parts"],
)
def test_too_much_is_a_readable_page(client: PageClient, more: dict[str, object], status: int) -> None:
    browser = client.browser()
    for address in ("/login", "/language"):
        answer = outside(lambda address=address: browser.post(address, base_url=BASE, **more))
        assert answer.status_code == status
        assert_readable(answer.get_data(as_text=True))


@on_one_database
@pytest.mark.parametrize(
    "address",
    [
        "/%00",
        "/buildings/%00",
        "/j/%00",
        "/login/%00",
        "/j/%FF%FE",
        "/login/%FF",
        "/?q=%00",
        "/?q=%FF%FE",
        "/buildings/99999999999999999999999",
        "/buildings/9223372036854775808",
        "/buildings/2147483648",
        "/buildings/2147483648/join",
        "/login/" + "a" * 4000,
        "/login/<script>alert(1)</script>",
        "/no-such-page",
        "/areas/%00",
    ],
)
def test_a_strange_address_is_a_readable_page_and_never_a_fault(client: PageClient, address: str) -> None:
    page = client.get(address)
    assert page.status in {200, 302, 400, 404, 410}
    assert "<script>alert" not in page.html


@on_one_database
@pytest.mark.parametrize(
    "body", [b"language=\xff\xfe", b"language=%FF%FE", b"language=%00", b"email=%00", b"\x00" * 50]
)
@pytest.mark.parametrize("address", ["/language", "/login", "/logout"])
def test_bytes_that_are_no_text_are_never_a_fault(client: PageClient, address: str, body: bytes) -> None:
    browser = client.browser()
    answer = outside(
        lambda: browser.post(
            address, base_url=BASE, data=body, content_type="application/x-www-form-urlencoded"
        )
    )
    assert answer.status_code in {302, 303, 400, 422}


def test_errors_are_in_the_readers_language(client: PageClient) -> None:
    page = client.get("/no-such-page", headers={"Accept-Language": "ar"})
    assert (page.status, page.tree.get("lang"), page.tree.get("dir")) == (404, "ar", "rtl")


def test_a_fault_of_ours_is_a_readable_page_without_its_trace(
    make_app: Callable[..., Flask],
    migrated_apps: Callable[[str], Flask],
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = migrated_apps("sqlite").config["DATABASE_URL"]
    app = make_app(DATABASE_URL=url, TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def broken(token: str) -> str:
        db.session.execute(text("SELECT :name FROM nowhere"), {"name": f"Carin, {BASE}"})
        return ""

    broken.access = "public"
    app.add_url_rule("/broken/<token>", "broken", broken)
    answer = app.test_client().get("/broken/asecretlink", base_url=BASE)
    assert answer.status_code == 500
    assert "nowhere" not in answer.get_data(as_text=True)
    assert "Exception in broken" in caplog.text
    assert "asecretlink" not in caplog.text
    assert f"Carin, {BASE}" not in caplog.text
    assert_readable(answer.get_data(as_text=True))


def assert_readable(html: str) -> None:
    """Check that it is a page with a heading, not a server's bare text."""
    assert "<h1>" in html or "<h1 " in html
    assert "Traceback" not in html


def test_every_page_that_only_officers_may_open_wants_a_second_factor(make_app: Callable[..., Flask]) -> None:
    views = make_app().view_functions
    for_officers = {name for name in views if MAY.get(getattr(views[name], "access", None)) == {Role.OFFICER}}
    assert for_officers == {name for name in for_officers if views[name].second_factor}
    assert "lifecycle.create" in for_officers


def test_the_start_says_that_there_is_no_second_factor_yet(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    make_app(**PRODUCTION)
    assert "There is no second factor yet" in caplog.text


def test_a_static_file_sets_no_cookie(client: PageClient) -> None:
    """The session is changed on every page, and would be stored with the file by whoever stores it."""
    client.get("/login")
    static = Path("watch/static")
    names = [str(each.relative_to(static)) for each in static.rglob("*") if each.is_file()]
    assert len({name.partition("/")[0] for name in names}) >= 3
    for name in names:
        answer = client.get(f"/static/{name}").response
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False), name
