"""Several people use one browser: what one of them left open is never saved as another's.

Every form of every page that tests/access/ knows is opened as one person and sent after another has signed in
with the same cookies, after signing out, and after signing in again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import pytest
import time_machine

from tests.access._expected import EXPECTED
from tests.cast import Scene
from tests.conftest import Dump
from tests.page_client import BASE, Page, PageClient, address_of, fields
from tests.page_contract import text_of
from watch.extensions import db
from watch.models import Person, SignIn, utcnow

pytestmark = pytest.mark.parametrize(
    "app", ["sqlite"], indirect=True
)  # whose form it is does not depend on the database

TYPED = "Nyckeln ligger hos Åke"
NOT_TYPED = {"hidden", "submit", "button", "checkbox", "radio", "file", "number", "date", "time", "search"}


@dataclass(frozen=True)
class Form:
    """A form as a browser holds it, filled in."""

    page: str
    action: str
    fields: Mapping[str, object]

    @property
    def has_text(self) -> bool:
        return TYPED in self.fields.values()


def forms_of(page: Page) -> list[Form]:
    """Return the forms of a page that post, with some text in every field for text."""
    found = [form for form in page.tree.iter("form") if form.get("method") == "post"]
    return [Form(page.path, urljoin(page.path, address_of(each) or ""), filled(each)) for each in found]


def filled(form: Element) -> dict[str, object]:
    typed = {
        field.get("name"): TYPED
        for field in form.iter()
        if field.tag == "textarea" or (field.tag == "input" and field.get("type", "text") not in NOT_TYPED)
    }
    pressed = [button for button in form.iter("button") if button.get("name")]
    press = {button.get("name"): button.get("value") or "" for button in pressed[:1]}
    return {name: value for name, value in {**fields(form), **typed, **press}.items() if name}


def every_form(client: PageClient, reader: Person | None, things: Mapping[str, object]) -> list[Form]:
    """Return each form that the reader can open, once for each address it is sent to."""
    found: dict[tuple[str, frozenset[str]], Form] = {}
    client.browser(reader)
    for expected in (each for rows in EXPECTED.values() for each in rows if each.get):
        address = expected.address.format_map({**things, "sign_in": "x"})
        page = client.get(address, as_=reader)
        for form in forms_of(page) if page.response.mimetype == "text/html" and page.html else ():
            found.setdefault((form.action, frozenset(form.fields)), form)
    return list(found.values())


def now_signed_in(client: PageClient, jar: Person | None, person: Person | None) -> None:
    """Empty the browser of `jar` and sign somebody else, or nobody, in there."""
    with client.browser(jar).session_transaction(base_url=BASE) as session:
        session.clear()
        if person:
            sign_in = SignIn(id=secrets.token_urlsafe(24), person=person, device="Firefox")
            db.session.add(sign_in)
            db.session.commit()
            session["_user_id"] = sign_in.id


def send(client: PageClient, jar: Person | None, form: Form) -> Page:
    """Send the form with the very token it holds, and check the page that comes."""
    return client.post(form.action, form.fields, as_=jar, csrf=False)


def is_public(client: PageClient, form: Form) -> bool:
    routes = client.app.url_map.bind("127.0.0.1")
    endpoint, _arguments = routes.match(urlsplit(form.action).path, method="POST")
    return client.app.view_functions[endpoint].access == "public"  # type: ignore[attr-defined]  # by @public


READERS = {"carin": "amina", "bengt": "amina", "amina": "bengt", "gun": "amina"}
WAITS = {"carin", "bengt", "gun"}


@pytest.mark.parametrize("name", READERS)
def test_what_one_left_open_is_not_saved_as_anothers_and_waits_for_its_writer(
    name: str, client: PageClient, scene: Scene, things: Mapping[str, object], dump: Dump
) -> None:
    """The same forms, which take long to open, for another and for nobody who is signed in."""
    maker, other = getattr(scene, name), getattr(scene, READERS[name])
    forms = every_form(client, maker, things)
    assert len(forms) > 15
    assert sum(form.has_text for form in forms) >= 3
    pages = sent_by_another(client, maker, other, forms, dump)
    if name == "carin":
        shows_what_was_typed_with_its_labels(pages)
    if name in WAITS:
        before, waiting = sent_by_nobody(client, maker, forms, dump)
        waits_for_its_writer(client, scene, maker, waiting)
        now = dump()
        assert now | {"sign_in": []} == before | {"sign_in": []}


def sent_by_another(
    client: PageClient, maker: Person, other: Person, forms: list[Form], dump: Dump
) -> dict[str, Page]:
    """Check what another gets who sends each form, and return it by the address it was sent to."""
    now_signed_in(client, maker, other)
    before, pages = dump(), {}
    for form in forms:
        page = pages[form.action] = send(client, maker, form)
        assert (page.status, page.h1) == (409, f"Du är inloggad som {other.name} nu"), form
        assert "Det här skrevs av någon annan." in page.text
        assert TYPED in page.text or not form.has_text, form
        assert page.buttons == [], form
        assert maker.name not in page.whole_text, form
    assert dump() == before
    return pages


def shows_what_was_typed_with_its_labels(page: Mapping[str, Page]) -> None:
    """Check that values of buttons are not shown among what was typed."""
    settings = page["/me/settings"]
    shown = [text_of(each) for each in settings.tree.iter("p") if each.get("class") == "typed"]
    assert set(shown) == {TYPED}
    assert "Ditt namn" in settings.text
    answers = next(sent for action, sent in page.items() if action.endswith("/answer"))
    assert "Texten som skrevs" not in answers.text


Waiting = list[tuple[Form, Form]]  # a form, and the one that keeps it for its writer


def sent_by_nobody(
    client: PageClient, maker: Person, forms: list[Form], dump: Dump
) -> tuple[dict[str, list[str]], Waiting]:
    """Check what comes after signing out; return what is stored, and the forms that wait for their writer."""
    now_signed_in(client, maker, None)
    before = dump()
    waiting = []
    for form in forms:
        page = send(client, maker, form)
        if form.action == "/logout":
            assert (page.status, page.location) == (303, "/")
        elif is_public(client, form) and form.action != "/me/security/end-all":  # checks it itself
            assert (page.status, page.h1) == (400, "Skicka en gång till"), form
        else:
            assert (page.status, page.h1) == (401, "Du har blivit utloggad"), form
            assert TYPED in page.text or not form.has_text, form
            waiting.append((form, Form(page.path, form.action, page.form())))
    assert dump() == before
    assert len(waiting) > 5
    return before, waiting


def waits_for_its_writer(client: PageClient, scene: Scene, maker: Person, waiting: Waiting) -> None:
    """Check that another cannot send what waits, and that its writer can."""
    now_signed_in(client, maker, scene.dawit)
    assert {send(client, maker, kept).status for _form, kept in waiting} == {409}
    now_signed_in(client, maker, maker)
    for form, kept in waiting:
        page = send(client, maker, kept)
        assert (page.status, page.h1) == (400, "Skicka en gång till"), form
        assert not form.has_text or TYPED in page.form().values(), form


def test_whoever_signed_in_again_goes_on(client: PageClient, scene: Scene) -> None:
    page = client.get("/me/settings", as_=scene.carin)
    (form,) = (each for each in forms_of(page) if each.action == "/me/settings")
    now_signed_in(client, scene.carin, scene.carin)
    again = client.post(
        form.action, {**form.fields, "phone": "", "name": "Karin"}, as_=scene.carin, csrf=False
    )
    assert (again.status, again.buttons) == (400, ["Skicka igen"])
    assert again.press("Skicka igen").location == "/me/settings"
    db.session.refresh(scene.carin)
    assert scene.carin.name == "Karin"


def test_the_page_to_send_again_is_not_anothers_either(client: PageClient, scene: Scene) -> None:
    """Neither pressing "Skicka igen" nor choosing a language in between makes a form another's."""
    typed = {"name": TYPED, "language": "sv", "phone": ""}
    jar, page = scene.carin, client.get("/me/settings", as_=scene.carin)
    (form,) = (each for each in forms_of(page) if each.action == "/me/settings")
    now_signed_in(client, jar, None)
    waiting = client.post(form.action, {**form.fields, **typed}, as_=jar, csrf=False)
    chosen = waiting.press("English")
    kept = Form(chosen.path, "/me/settings", chosen.form("/me/settings"))
    assert kept.has_text
    for again in (Form(waiting.path, "/me/settings", waiting.form("/me/settings")), kept):
        for other, status in ((scene.bengt, 409), (None, 401), (scene.dawit, 409)):
            now_signed_in(client, jar, other)
            assert send(client, jar, again).status == status
    db.session.expire_all()
    assert TYPED not in {person.name for person in db.session.query(Person)}


def test_a_form_of_a_public_page_stays_usable_after_somebody_has_signed_in(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    forms = every_form(client, None, things)
    assert {"/login", f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_1.id}"} & {
        form.action for form in forms
    }
    now_signed_in(client, None, scene.bengt)
    for form in forms:
        page = send(client, None, form)
        assert (page.status, page.h1, page.buttons[:1]) == (400, "Skicka en gång till", ["Skicka igen"]), form


def test_ones_own_form_is_not_refused(client: PageClient, scene: Scene) -> None:
    for page in ("/me/settings", "/me/security"):
        for form in forms_of(client.get(page, as_=scene.carin)):
            if form.action not in {"/logout", "/me/security/end-all"}:
                assert send(client, scene.carin, form).status in {303, 422}, form


def test_where_signing_in_leads(client: PageClient, scene: Scene) -> None:
    """Nobody lands on an address that only takes a form, or on a page for signing in."""
    for wanted, page in {
        "/me/settings": "/me/settings", "/logout": "/me", "/login/used": "/me", "/login?sent=yes": "/me",
        "/me/security/end-all": "/me", "//other.example": "/me", "/no/such/page": "/me", "": "/me",
    }.items():  # fmt: skip
        opened = client.get("/login", query_string={"next": wanted}, as_=scene.carin)
        if opened.location == "/logout":  # it leads on, and signs nobody out
            opened = opened.follow()
        assert (wanted, opened.location) == (wanted, page)


def test_an_officer_is_told_why_she_is_signed_out(client: PageClient, scene: Scene) -> None:
    """Tested where she comes back: by a link, by the page for signing in, and with a form in hand."""
    (form,) = (
        each for each in forms_of(client.get("/me/settings", as_=scene.gun)) if each.action == "/me/settings"
    )
    why = "Du loggades ut efter 30 minuter"
    with time_machine.travel(utcnow() + timedelta(minutes=31)):
        led = client.get("/overview", as_=scene.gun)
        assert why in led.follow().text
        assert why in client.get("/login", as_=scene.gun).text
        assert why in send(client, scene.gun, form).text
        assert why not in client.get("/login").text
