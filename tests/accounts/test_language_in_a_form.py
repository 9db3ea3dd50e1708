"""A press on a language keeps what is typed into the page's form, and saves nothing: on every page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

import pytest

from tests.access._expected import EXPECTED
from tests.accounts.test_whose_form import TYPED, filled
from tests.cast import Scene
from tests.conftest import Dump
from tests.page_client import Page, PageClient, address_of
from tests.page_contract import text_of
from watch.extensions import db
from watch.models import Language

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # nothing is stored
NOT_SHOWN_AGAIN = {"csrf_token", "form_key", "speak"}


def page_forms(page: Page) -> list[Element]:
    return [form for form in page.tree.iter("form") if form.get("id") == "page-form"]


def choose(client: PageClient, page: Page, words: str) -> tuple[dict[str, object], Page]:
    """Fill in the page's own form, press a language, and return what was sent and the page that came."""
    (form,) = page_forms(page)
    press = next(
        each
        for each in page.tree.iter("button")
        if each.get("form") == "page-form" and text_of(each) == words
    )
    sent = {**filled(form), str(press.get("name")): press.get("value") or ""}
    for button in form.iter("button"):
        if button.get("name"):
            sent.pop(str(button.get("name")), None)
    address = urljoin(page.path, address_of(form) or "")
    return sent, client.post(address, sent, as_=page.reader, csrf=False)


@pytest.mark.parametrize("name", [None, "carin", "bengt", "amina", "gun"])
def test_what_is_typed_is_kept_on_every_page(
    name: str | None, client: PageClient, scene: Scene, things: Mapping[str, object], dump: Dump
) -> None:
    reader = getattr(scene, name) if name else None
    if reader:
        reader.language = Language.SOMALI  # as it will be after the press
    client.browser(reader)
    seen: set[str] = set()
    for expected in (each for rows in EXPECTED.values() for each in rows if each.get):
        page = client.get(expected.address.format_map({**things, "sign_in": "x"}), as_=reader)
        forms = page_forms(page) if page.status == 200 and page.html else []
        if not forms or (action := urljoin(page.path, address_of(forms[0]) or "")) in seen:
            continue
        seen.add(action)
        before = dump()
        sent, again = choose(client, page, "Soomaali")
        assert (again.status, again.tree.get("lang")) == (200, "so"), action
        assert again.errors == [], action
        kept = again.form(forms[0].get("action"))
        wanted = {field: typed for field, typed in sent.items() if field not in NOT_SHOWN_AGAIN and typed}
        wanted = {field: typed for field, typed in wanted.items() if not field.endswith("csrf_token")}
        assert {field: kept.get(field) for field in wanted} == wanted, action
        assert dump() == before, action
    assert len(seen) >= 3, seen


def test_a_language_that_is_not_there_sends_nothing(client: PageClient, scene: Scene) -> None:
    typed = {"name": "Karin", "language": "sv", "phone": "", "speak": "fi"}
    assert client.post("/me/settings", typed, as_=scene.carin).status == 400
    db.session.refresh(scene.carin)
    assert scene.carin.name != "Karin"


def test_a_view_that_would_save_without_reading_a_form_saves_nothing(
    client: PageClient, scene: Scene, things: Mapping[str, object], dump: Dump
) -> None:
    """Every address that takes a form, as if a press on a language had sent it."""
    client.browser(scene.amina)
    scene.amina.language = Language.SOMALI
    db.session.commit()
    before, asked = dump(), 0
    for expected in (each for rows in EXPECTED.values() for each in rows if each.post):
        if expected.address in {"/logout", "/language", "/u/{unsubscribe}"}:  # the last is a mail program's
            continue
        address = expected.address.format_map({**things, "sign_in": "x"})
        sent = {**{name: each.format_map(things) for name, each in expected.data.items()}, "speak": "so"}
        page = client.post(address, sent, as_=scene.amina)
        asked += 1
        assert page.status < 500, address
        assert dump() == before, address
    assert asked > 50


def test_a_half_filled_form_is_not_called_wrong(client: PageClient, scene: Scene) -> None:
    page = client.get("/login")
    _sent, again = choose(client, page, "العربية")
    assert (again.status, again.tree.get("dir"), again.errors) == (200, "rtl", [])
    assert again.form("/login")["email"] == TYPED
