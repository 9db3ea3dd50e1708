"""Checks that a link leads to its page whatever mail programs, messengers and people have made of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.access._expected import EXPECTED
from tests.access._rows import rows_of_pages
from tests.cast import Scene
from tests.factories import flat_of, make_invitation, make_person
from tests.newcomers import link_of
from tests.page_client import Page, PageClient
from watch import tokens, urls
from watch.errors import LINKS
from watch.extensions import db
from watch.models import Purpose, SignIn, SignInLink

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # what is read does not depend on it
AFTER = [
    ".", ",", ";", ":", "!", "?", ")", "]", ">", "'", '"', "»", "”", "’", "…", "%3E", "%20", "%0A", "/", "//",
    ".)", ">.", "\u200b", "\u2060", "\ufeff", "\u00a0", "\u00ad", "*", "_", "~", "|", "=", "=20", "\\",
    "&fbclid=x", "&gt;", "<br>", " Hej på dig", "\nHälsningar", "](https://grannar.example.org/join/abc)", "<https://grannar.example.org/x>",
]  # fmt: skip
UNFORGIVEN = r"/(?:.*/pictures/|calendar/|promises/.+\.(?:pdf|csv|json)$)"
MAILED = {  # an address of each purpose, with the names of tests/access/
    "/login/{sign_in_link}", "/join/{invitation_link}", "/join/confirm/{confirm_request}",
    "/join/confirm/{verification}/floor", "/interest/{interest}", "/appointment/{appointment}", "/a/{decide}",
    "/r/{answer}", "/u/{unsubscribe}", "/u/{unsubscribe}/{membership}/leave", "/j/{poster}",
    "/email/{address_change}", "/email/undo/{address_undo}", "/messages/{reply}",
    "/door/{checkin_link}", "/f/{finding_link}", "/c/{contact_question}", "/findings/told/{told}",
    "/messages/interest/{to_interested}", "/groups/{group}", "/meetings/{meeting}", "/notices/{notice}",
    "/m/{public_meeting}",
    "/contacts", "/login",
}  # fmt: skip


@pytest.fixture
def things(scene: Scene) -> Mapping[str, object]:
    return rows_of_pages(scene)


def test_every_purpose_is_tried(app: Flask) -> None:
    """Each address with a token or a code begins like one of those above."""
    rules = {rule.rule for rule in app.url_map.iter_rules() if rule.arguments & {"token", "code"}}
    begins = {address.partition("{")[0] for address in MAILED}
    assert {rule.partition("<")[0] for rule in rules} <= begins
    of_tokens = {rule for rule in rules if "<token>" in rule and "<code>" not in rule}
    assert {rule.partition("<")[0] for rule in of_tokens} == set(LINKS)


@pytest.mark.parametrize("address", sorted(MAILED))
def test_what_stands_after_a_link_is_left_out(
    address: str, client: PageClient, things: Mapping[str, object]
) -> None:
    path = address.format_map(things)
    for more in AFTER:
        page = client.get(quote(path + more, safe="/"))
        assert page.location == path, repr(more)
    assert client.get(path + "?fbclid=x").status in {200, 302}
    assert client.get(path + ".?fbclid=x").location == path + "?fbclid=x"


def test_what_stands_in_a_link_is_left_out(client: PageClient, things: Mapping[str, object]) -> None:
    path = f"/join/{things['invitation_link']}"
    inside = ["=\n", "=\r\n", " ", "\n", "=", "=0D=0A", "<wbr>", "\u200b", "\u00ad", "&shy;", "\n> "]
    changed = [path[:20] + each + path[20:] for each in inside]
    begun = ["/JOIN/", "/join//", "/join/<", "/Join/ ", "/jo=\nin/", "\\join\\", "/join/\u2060"]
    changed += [path.replace("/join/", each) for each in begun]
    assert [client.get(quote(each, safe="/")).location for each in changed] == [path] * len(changed)
    with client.app.test_request_context():
        assert urls.page_meant(f"/{path}") == path


def test_a_capitalised_link_is_served(client: PageClient, things: Mapping[str, object]) -> None:
    path = f"/join/{things['invitation_link']}".upper()
    assert client.get(path).follow().h1 == "Du är inbjuden till grannsamverkan"


def test_one_click_from_a_changed_link_is_answered_without_a_redirect(
    client: PageClient, things: Mapping[str, object]
) -> None:
    """Mail programs that press it follow no redirect (RFC 8058)."""
    for path in (f"/U/{things['unsubscribe']}", f"/u/{things['unsubscribe']}%3E"):
        done = client.post(path, {"List-Unsubscribe": "One-Click"}, csrf=False)
        assert (done.status, "Klart." in done.html) == (200, True)


def test_no_address_of_ours_is_changed(app: Flask, things: Mapping[str, object]) -> None:
    """But pictures, calendars and reports as files: no mail leads to one, so nothing is to be forgiven."""
    addresses = [each.address.partition("?")[0] for rows in EXPECTED.values() for each in rows]
    paths = [address.format_map({**things, "sign_in": "nobodys"}) for address in addresses]
    methods = ["GET" if each.get else "POST" for rows in EXPECTED.values() for each in rows]
    pages = [pair for pair in zip(paths, methods, strict=True) if not re.match(UNFORGIVEN, pair[0])]
    with app.test_request_context():
        assert [urls.page_meant(*each) for each in pages] == [path for path, _method in pages]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["/", "join", "%3E", "groups", "1", ".", "x"])).map("".join)
)
def test_whatever_is_meant_is_a_page_and_stays_what_it_is(app: Flask, text: str) -> None:
    with app.test_request_context():
        try:
            meant = urls.page_meant(f"/{text}")
        except tokens.CutToken:
            return
        if meant is not None:
            assert meant.startswith("/")
            assert not meant.startswith("//")


@pytest.mark.parametrize(
    "path", ["/nothing-here", "/.env", "/login.php", "/groups/1/nothing", "/static/x", "/wp-login"]
)
def test_what_is_no_page_stays_none(path: str, client: PageClient) -> None:
    assert client.get(path).status == 404


DEAD = {
    "/login/": "Länken gäller inte längre. Be om en ny",
    "/join/": "Inbjudan gäller inte längre",
    "/join/confirm/": "Länken till din anmälan gäller inte längre",
    "/interest/": "Länken till ditt intresse gäller inte längre",
    "/appointment/": "Frågan om uppdraget gäller inte längre",
    "/a/": "Länken för att svara grannen gäller inte längre",
    "/r/": "Länken till träffen gäller inte längre",
    "/u/": "Länken för att välja mejl gäller inte längre",
    "/email/": "Länken för att byta e-postadress gäller inte längre",
    "/email/undo/": "Länken för att ångra bytet gäller inte längre",
    "/door/": "Länken för att räkna gäller inte längre",
    "/f/": "Länken till åtgärden gäller inte längre",
    "/c/": "Länken till dina kontaktuppgifter gäller inte längre",
    "/findings/told/": "Länken till åtgärden gäller inte längre",
    "/messages/": "Länken till meddelandet gäller inte längre",
    "/messages/interest/": "Länken till meddelandet gäller inte längre",
}


@pytest.mark.parametrize("begin", LINKS)
def test_a_dead_link_says_what_it_was_for_and_where_to_go(
    begin: str, client: PageClient, scene: Scene
) -> None:
    dead = client.get(begin + "0" * 32)
    assert (dead.status, dead.h1) == (410, DEAD[begin])
    assert dead.links
    signed_in = client.get(begin + "0" * 32, as_=scene.carin)
    assert "Du är inloggad. Gå vidare" in signed_in.links
    assert begin == "/login/" or "logga in" not in signed_in.text.lower()


@pytest.mark.parametrize("begin", LINKS)
@pytest.mark.parametrize("left", [0, 1, 16, 31])
def test_a_link_cut_short_says_so(
    begin: str, left: int, client: PageClient, things: Mapping[str, object]
) -> None:
    cut = client.get(begin + str(things["invitation_link"])[:left])
    if begin == "/login/" and not left:
        assert cut.location == "/login"
        return
    page = cut.follow() if cut.location else cut
    assert (page.status, page.h1) == (410, "Länken kan ha blivit avkortad")
    assert "Kopiera hela länken, till och med sista tecknet" in page.text


CODES = [
    "{}", "{}.", "{}/", "”{}”", "'{}'", "({})", " {} ", "<{}>", "kod: {}", "Kod {}", "Koden är {}.",
    "Code: {}", "grannar.example.org/j/{}", "https://grannar.example.org/j/{}", "http://grannar.example.org/J/{}.",
    "https://grannar.example.org/j/{}?fbclid=abc", "{}, port 3", "port 3: {}", "رمز {}",
]  # fmt: skip
IN_ONE_WORD = ("", "\u00ad")
DASHES = [*IN_ONE_WORD, "-", "–", "—", "\u2011", "\u2212", "\u2010", "_", ".", " ", " - ", "--", "\u200b-"]


@pytest.mark.parametrize("around", CODES)
def test_a_code_is_read_with_what_stands_beside_it(
    around: str, client: PageClient, things: Mapping[str, object]
) -> None:
    code = str(things["poster"])
    is_beside_words = "/j/" not in around.lower() and any(sign.isalpha() for sign in around)
    is_like_a_word = not any(sign.isdigit() for sign in code)
    for dash in DASHES:
        if dash in IN_ONE_WORD and is_beside_words and is_like_a_word:
            continue  # eight letters among other words may be any word
        for typed in (code.replace("-", dash), code.lower().replace("-", dash)):
            found = client.get("/j", query_string={"code": around.format(typed)})
            assert found.location == f"/j/{code}", typed
    if "/j/" not in around.lower():
        assert client.get(f"/j/{quote(around.format(code))}").status in {200, 302}
    searched = client.get("/", query_string={"q": around.format(code)})
    assert searched.location == f"/j/{code}"


@pytest.mark.parametrize("code", ["YTZM-FT8E", "9FV4-DF2H", "K7TF-E83H"])
def test_a_code_that_ends_like_a_number_of_a_house_is_a_code(
    code: str, client: PageClient, things: Mapping[str, object]
) -> None:
    for typed in (f"{code}, port 3", f"port 3: {code}"):
        assert client.get("/", query_string={"q": typed}).location == f"/j/{code}", typed
    for address in ("Våglängdsgatan 3", "Våglängdsgatan 1-3"):
        assert "Våglängdsgatan 1–3" in client.get("/", query_string={"q": address}).text


def test_a_readable_code_is_no_wrong_try(client: PageClient, things: Mapping[str, object]) -> None:
    code = things["poster"]
    for _ in range(12):
        assert (
            client.get("/j", query_string={"code": f"grannar.example.org/j/{code}."}).follow().status == 200
        )
        assert client.get(f"/J/{code}.").follow().status == 200


def test_digits_of_another_script_and_wide_letters_are_read(app: Flask) -> None:
    assert tokens.tidy_code("GZA٠-YXXD") == tokens.tidy_code("ＧＺＡ０－ＹＸＸＤ") == "GZA0YXXD"
    assert tokens.tidy_code("kod HX7K 29QD 4M8T") == "HX7K29QD4M8T"


# Pressing twice, and opening an old link when one is in


def _link(scene: Scene) -> str:
    flat = flat_of(scene.stairwell_3, "1203")
    return link_of(make_invitation(scene.group, "lina@example.org", flat=flat, by=scene.bengt))


def test_an_accepted_invitation_leads_its_owner_on_and_nobody_else(
    app: Flask, client: PageClient, scene: Scene
) -> None:
    link = _link(scene)
    client.get(link).press("Ja, jag vill vara med", {"name": "Lina", "consent": "y"})
    assert client.get(link).location == "/join/joined"
    lina = make_person("Lina Ek", "lina@example.org")
    assert PageClient(app).get(link, as_=scene.carin).status == 410
    assert PageClient(app).get(link).h1 == "Inbjudan gäller inte längre"
    assert client.get(link, as_=lina).location == f"/groups/{scene.group.id}"


def test_a_robot_that_presses_every_button_of_an_invitation_says_no_to_nothing(
    client: PageClient, scene: Scene, dump: Callable[[], object]
) -> None:
    page = client.get(_link(scene))
    before = dump()
    for button in ("Ja, jag vill vara med", "Nej tack"):
        page.press(button)
    assert dump() == before
    told = client.get(page.path).flashes
    assert told == [("warn", "Kryssa i rutan vid knappen först, så vet vi att det är du som svarar.")]


def _signed_in(page: Page) -> bool:
    return page.status == 303 and page.location == "/me"


def test_the_same_press_within_a_minute_signs_in_once(app: Flask, client: PageClient, scene: Scene) -> None:
    client.get("/login").press("Skicka länken", {"email": "carin@example.org"})
    link = "/login/" + tokens.make(Purpose.SIGN_IN, db.session.scalars(select(SignInLink)).one())
    page = client.get(link)
    data = page.form()
    first = client.post(link, data, csrf=False)
    again = client.post(link, data, csrf=False)  # with the token of the session before
    assert (_signed_in(first), again.location) == (True, "/me")
    assert len(db.session.scalars(select(SignIn)).all()) == 1
    old = client.get(link)
    assert (old.status, old.h1, old.links) == (200, "Du är inloggad", {"Gå vidare": "/me"})
    stranger = PageClient(app)
    assert (stranger.get(link).status, stranger.post(link).status) == (410, 410)


def test_the_owner_of_another_account_is_not_told_that_they_are_in(client: PageClient, scene: Scene) -> None:
    client.get("/login").press("Skicka länken", {"email": "carin@example.org"})
    link = "/login/" + tokens.make(Purpose.SIGN_IN, db.session.scalars(select(SignInLink)).one())
    client.get(link).press("Logga in")
    assert client.get(link, as_=scene.ivan).h1 == "Länken gäller inte längre. Be om en ny"
