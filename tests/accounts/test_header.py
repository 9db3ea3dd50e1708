"""The header of every page: who is signed in, the same tabs everywhere, and the one that is lit."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

import pytest

from tests.access._expected import EXPECTED
from tests.cast import Scene
from tests.factories import flat_of, make_invitation
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch import tokens
from watch.extensions import db
from watch.models import Language, Purpose, SignIn

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # nothing here depends on the database


def header_of(page: Page) -> Element:
    return next(page.tree.iter("header"))


def tabs_of(page: Page) -> list[tuple[str, bool]]:
    """Return the label of each tab, and whether it is lit as the one that the reader is in."""
    nav = next(each for each in header_of(page).iter("nav"))
    return [(text_of(link), link.get("aria-current") == "page") for link in nav.iter("a")]


@pytest.mark.parametrize("name", ["carin", "bengt", "amina", "gun"])
def test_one_tab_is_lit_on_every_page_and_the_tabs_stay(
    name: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    reader, seen, tabs = getattr(scene, name), 0, set()
    routes = client.app.url_map.bind("127.0.0.1")
    for expected in (each for rows in EXPECTED.values() for each in rows if each.get):
        address = expected.address.format_map({**things, "sign_in": "x"})
        endpoint, _arguments = routes.match(address.partition("?")[0])
        if client.app.view_functions[endpoint].access == "public":  # type: ignore[attr-defined]  # set by @public
            continue
        page = client.get(address, as_=reader)
        if page.status != 200 or page.response.mimetype != "text/html":
            continue
        seen += 1
        assert sum(is_lit for _label, is_lit in tabs_of(page)) == 1, (address, tabs_of(page))
        assert f"Inloggad som {reader.name}" in text_of(header_of(page)), address
        tabs.add(tuple(label for label, _is_lit in tabs_of(page)))
    assert len(tabs) == 1, tabs
    assert seen > 5


def test_everybody_signed_in_is_named_on_public_pages_too(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    for address in ("/", "/about", "/j/x", f"/login/{things['sign_in_link']}", "/no/such/page"):
        page = client.get(address, as_=scene.carin)
        who = next(link for link in header_of(page).iter("a") if link.get("class") == "who")
        assert (text_of(who), who.get("href")) == (f"Inloggad som {scene.carin.name}", "/me"), address
        assert "Logga ut" in text_of(header_of(page))
        assert scene.carin.name not in text_of(header_of(client.get(address)))


def test_a_breadcrumb_says_where_it_leads(client: PageClient, scene: Scene) -> None:
    house, group = f"/groups/{scene.group.id}/house", f"/groups/{scene.group.id}"
    for address, crumb, target in (
        (house, "Gruppen", group),
        (f"/groups/{scene.group.id}/members", "Gruppen", group),
        (f"/stairwells/{scene.stairwell_3.id}/house", "Huset", house),
    ):
        page = client.get(address, as_=scene.amina)
        crumbs = next(nav for nav in page.tree.iter("nav") if nav.get("class") == "crumbs")
        assert (crumb, target) in [(text_of(link), link.get("href")) for link in crumbs.iter("a")], address


WHOSE = "Länken kom i ett mejl till någon annan än dig."
LINKS = {
    "sign_in_link": "/login/{}", "confirm_request": "/join/confirm/{}", "interest": "/interest/{}",
    "invitation_link": "/join/{}", "appointment": "/appointment/{}", "decide": "/a/{}", "answer": "/r/{}",
    "unsubscribe": "/u/{}",
}  # fmt: skip


@pytest.mark.parametrize("link", LINKS)
def test_a_mailed_link_says_that_it_was_for_somebody_else(
    link: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    address = LINKS[link].format(things[link])
    scene.jenny.language = Language.SWEDISH
    page = client.get(address, as_=scene.jenny)
    assert page.status == 200
    assert f"{WHOSE} Du är inloggad som {scene.jenny.name}," in page.text
    assert ("blir du inloggad som den som fick mejlet." in page.text) == (link == "sign_in_link")
    assert ("räknas som svar" in page.text) == (link != "sign_in_link")
    assert WHOSE not in client.get(address).text


def test_ones_own_mailed_link_says_nothing(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    for link, owner in {"answer": scene.carin, "sign_in_link": scene.carin, "decide": scene.bengt}.items():
        page = client.get(LINKS[link].format(things[link]), as_=owner)
        assert (page.status, WHOSE in page.text) == (200, False), link


def test_logging_in_after_joining_ends_the_sign_in_of_somebody_else(client: PageClient, scene: Scene) -> None:
    """Bo opens his invitation where Carin is signed in, and does not land on Carin's page."""
    invitation = make_invitation(
        scene.group, "bo@example.org", flat=flat_of(scene.stairwell_3, "1202"), by=scene.amina
    )
    db.session.commit()
    jar = scene.carin
    page = client.get(f"/join/{tokens.make(Purpose.INVITATION, invitation)}", as_=jar)
    assert WHOSE in page.text
    joined = page.press("Ja, jag vill vara med", {"name": "Bo Ek", "consent": "y"}).follow()
    assert f"{scene.carin.name} är inloggad här." in joined.text
    login = joined.press("Logga in")
    assert (login.location, login.follow().h1) == ("/login", "Logga in")
    assert client.get("/me", as_=jar).location == "/login?next=/me"
    assert [each.ended_at is not None for each in db.session.query(SignIn)] == [True]


def test_logging_in_as_somebody_else_is_asked_about(client: PageClient, scene: Scene) -> None:
    assert client.get("/login", as_=scene.carin).location == "/me"
    page = client.get("/login?other=yes", as_=scene.carin)
    assert (page.h1, page.buttons) == ("Logga in", ["Logga in"])
    assert page.press("Logga in").location == "/login"


OWN = {"name": {"name", "given-name"}, "address": {"email"}, "email": {"email"}, "phone": {"tel"}}
OF_OTHERS = (  # what these pages ask is about somebody else than their reader
    "/flats/", "/households/", "/groups/{group}/coordinators", "/contacts", "/invitations/", "/areas/",
    "/groups/new", "/memberships/", "/buildings/{empty_house}/group", "/groups/{group}/invitations",
    "/groups/{group}/contacts",
)  # fmt: skip


@pytest.mark.parametrize("name", [None, "carin", "amina", "gun"])
def test_fields_about_the_reader_say_what_they_are_for(
    name: str | None, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """WCAG 1.3.5: a browser may fill in the reader's own name, email and phone, and nobody else's."""
    reader, seen = getattr(scene, name) if name else None, 0
    others = tuple(each.format_map(things) for each in OF_OTHERS)
    for expected in (each for rows in EXPECTED.values() for each in rows if each.get):
        page = client.get(expected.address.format_map({**things, "sign_in": "x"}), as_=reader)
        if page.status != 200 or not page.html:
            continue
        for field in (each for each in page.tree.iter("input") if each.get("name") in OWN):
            if field.get("type") in {"radio", "hidden", "checkbox"}:
                continue
            seen += 1
            purpose, wanted = field.get("autocomplete"), OWN[str(field.get("name"))]
            if page.path.startswith(others):
                assert purpose not in wanted, (page.path, field.attrib)
            else:
                assert purpose in wanted, (page.path, field.attrib)
    assert seen > 3
