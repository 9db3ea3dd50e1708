"""A test browser: a cookie jar per person, and every page checked against the page contract."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextvars import Context
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urldefrag, urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import inspect
from werkzeug.test import TestResponse

from tests.page_contract import broken_promises, parse, text_of
from watch.extensions import db
from watch.models import Person, SignIn

BASE = "http://127.0.0.1:8000"
T = TypeVar("T")


class BrokenPage(AssertionError):
    """A page breaks the page contract; the message names every way in which it does."""


def outside(work: Callable[[], T]) -> T:
    """Run something as another process would: after a commit, without the test's application context.

    Flask would otherwise use the test's context for the request, and with it `g`, the signed-in person and
    the database session of the request before.
    """
    db.session.commit()
    return Context().run(work)


class Page:
    """A response: status, redirect, text, links, messages and forms."""

    def __init__(self, client: PageClient, response: TestResponse, reader: Person | None) -> None:
        self.client, self.response, self.reader = client, response, reader
        self.status: int = response.status_code
        self.path: str = response.request.path
        is_text = (response.mimetype or "").startswith("text/")  # a 304 has no type
        self.html: str = response.get_data(as_text=True) if is_text else ""

    @property
    def location(self) -> str | None:
        """The path that a redirect leads to."""
        return self.response.headers.get("Location", "").removeprefix(BASE) or None

    @cached_property
    def tree(self) -> Element:
        return parse(self.html)

    @cached_property
    def text(self) -> str:
        """The text of the main part, with single spaces."""
        return text_of(next(self.tree.iter("main"), self.tree))

    @property
    def whole_text(self) -> str:
        """The text of the whole page."""
        return text_of(next(self.tree.iter("body")))

    @property
    def h1(self) -> str:
        return text_of(next(self.tree.iter("h1")))

    @property
    def links(self) -> dict[str, str]:
        """The URLs of the main part's links, by their text."""
        main = next(self.tree.iter("main"), self.tree)
        return {text_of(link): link.get("href") or "" for link in main.iter("a")}

    @property
    def flashes(self) -> list[tuple[str, str]]:
        """The messages as (kind, text); kind is done, info, warn or error."""
        return [
            (next(name[6:] for name in classes if name.startswith("flash-")), text_of(each))
            for each in self.tree.iter()
            if "flash" in (classes := (each.get("class") or "").split())
        ]

    @property
    def errors(self) -> list[str]:
        """The messages of the error summary, in order."""
        return [
            text_of(line)
            for each in self.tree.iter()
            if "error-summary" in (each.get("class") or "").split()
            for line in each.iter("li")
        ]

    @property
    def buttons(self) -> list[str]:
        """The texts of the main part's buttons that post."""
        main = next(self.tree.iter("main"), self.tree)
        return [text_of(button) for form in main.iter("form") for button in form.iter("button")]

    @property
    def main_actions(self) -> list[str]:
        """The texts of links and buttons in the main colour; a page has one (look.md)."""
        main = next(self.tree.iter("main"), self.tree)
        filled = [each for each in main.iter() if "button-primary" in (each.get("class") or "").split()]
        return [text_of(each) for each in filled]

    def follow(self) -> Page:
        """Return the page that a redirect leads to, for the same reader."""
        assert self.location, f"{self.path} answered {self.status} and leads nowhere"
        return self.client.get(urljoin(self.path, self.location), as_=self.reader)

    def click(self, words: str) -> Page:
        """Return the page behind the link with this text."""
        assert words in self.links, f"no link {words!r}, only {sorted(self.links)}"
        return self.client.get(urljoin(self.path, self.links[words]), as_=self.reader)

    def form(self, action: str | None = None) -> dict[str, Any]:
        """Return what the form with this action (by default the main part's first) would send unchanged."""
        return fields(self._form(lambda form, _button: action in {None, form.get("action")}, str(action))[0])

    def press(self, button: str, data: Mapping[str, Any] | None = None) -> Page:
        """Fill in the form of the button with this text, and submit it."""
        form, pressed = self._form(lambda _form, each: each is not None and text_of(each) == button, button)
        sent = fields(form) | dict(data or {})
        if pressed is not None and pressed.get("name"):
            sent[pressed.get("name") or ""] = pressed.get("value") or ""
        action = (pressed.get("formaction") if pressed is not None else None) or form.get("action")
        address = urljoin(self.path, action or self.path)
        if (form.get("method") or "get").lower() == "get":
            return self.client.get(address, query_string=sent, as_=self.reader)
        return self.client.post(address, sent, as_=self.reader)

    def _form(
        self, wanted: Callable[[Element, Element | None], bool], name: str
    ) -> tuple[Element, Element | None]:
        root = next(self.tree.iter("main"), self.tree)
        for form in [*root.iter("form"), *self.tree.iter("form")]:
            for button in [*form.iter("button")] or [None]:
                if wanted(form, button):
                    return form, button
        raise AssertionError(f"no form with {name!r}, only the buttons {self.buttons}")


class PageClient:
    """Sends requests as a stranger or as a person; `as_` signs them in by a row and a cookie."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browsers: dict[int | None, FlaskClient] = {}

    def get(self, path: str, *, as_: Person | None = None, **more: Any) -> Page:
        return self._open(path, "GET", as_, **more)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        as_: Person | None = None,
        csrf: bool = True,
        **more: Any,
    ) -> Page:
        """Submit a form, with a CSRF token unless `csrf` is False."""
        browser = self.browser(as_)
        sent = dict(data or {})
        if csrf:
            sent["csrf_token"] = _forgery_token(self.app, browser)
        return self._open(path, "POST", as_, data=sent, **more)

    def browser(self, person: Person | None = None) -> FlaskClient:
        """Return the cookie jar of a person; None is a stranger."""
        key = _number_of(person) if person else None
        if key not in self.browsers:
            sign_in = None
            if person:
                sign_in = SignIn(id=secrets.token_urlsafe(24), person=person, device="Firefox")
                db.session.add(sign_in)
                db.session.commit()
            self.give_browser(person, sign_in.id if sign_in else None)
        return self.browsers[key]

    def give_browser(self, person: Person | None, sign_in_id: str | None) -> None:
        """Give a person an empty cookie jar, or one that holds this sign-in of theirs."""
        browser = self.browsers[_number_of(person) if person else None] = self.app.test_client()
        if sign_in_id:
            with browser.session_transaction(base_url=BASE) as session:
                session["_user_id"] = sign_in_id
                session["_fresh"] = True

    def _open(self, path: str, method: str, reader: Person | None, **more: Any) -> Page:
        browser = self.browser(reader)
        split = urlsplit(path)
        address = path if not split.netloc else path.removeprefix(f"{split.scheme}://{split.netloc}")
        more.setdefault("base_url", BASE)
        response = outside(lambda: browser.open(address, method=method, **more))
        page = Page(self, response, reader)
        is_part = "HX-Request" in dict(more.get("headers") or {})
        if response.mimetype != "text/html" or 300 <= page.status < 400 or is_part:
            return page
        if broken := broken_promises(page.html, page.status):
            raise BrokenPage(f"{method} {path} ({page.status}):\n  " + "\n  ".join(broken))
        return page


def _number_of(person: Person) -> int:
    """Return the id of a person, without reading the row again after each commit."""
    return (inspect(person).identity or (person.id,))[0]


def _forgery_token(app: Flask, browser: FlaskClient) -> str:
    """Return the CSRF token that a form in this browser would hold."""
    with browser.session_transaction(base_url=BASE) as session:
        secret = session.setdefault("csrf_token", secrets.token_hex(20))
    key = app.config.get("WTF_CSRF_SECRET_KEY") or app.secret_key
    return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(secret))


def address_of(form: Element) -> str | None:
    """Return where a browser would send a form, if it says so. What stands after "#" is not sent."""
    action = form.get("action")
    return urldefrag(action).url if action else None


def fields(form: Element) -> dict[str, Any]:
    """Return what a browser would send of a form: hidden fields, and what is typed, ticked and chosen."""
    sent: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag not in {"input", "textarea", "select"}:
            continue
        kind = field.get("type")
        if kind in {"submit", "button", "file"} or (
            kind in {"radio", "checkbox"} and field.get("checked") is None
        ):
            continue
        if field.tag == "textarea":
            value = (field.text or "").removeprefix("\n")
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            value = (chosen[0].get("value") or "") if chosen else ""
        else:
            value = field.get("value") or ("on" if kind == "checkbox" else "")
        if name in sent and kind in {"checkbox", "hidden"}:
            value = [*(sent[name] if isinstance(sent[name], list) else [sent[name]]), value]
        sent[name] = value
    return sent
