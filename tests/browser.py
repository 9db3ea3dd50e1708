"""A phone with a real browser, and the server it talks to. axe checks each page that it opens.

    def test_a_neighbour_answers(phone: Phone, scene: Scene) -> None:
        phone.sign_in(scene.carin)
        phone.open("/me")
        phone.follow("Trapphusträff")
        phone.fill("Hur många kommer ni?", "2")
        phone.press("Svara")
        assert "Du har svarat ja" in phone.text

The test shares the database with the server, so each act of the phone first commits what the test has added.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask, got_request_exception
from flask_migrate import upgrade
from playwright.sync_api import BrowserContext, Page, Playwright, Response
from werkzeug.serving import make_server

from watch.extensions import db
from watch.models import Person, SignIn

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
AXE = "/axe.js"
MINUTES = 60
# Axe.run() would hand over what passed too, which takes as long as the checks.
VIOLATIONS = 'axe.run({resultTypes: ["violations"]}).then(found => found.violations)'


# The shell is Chromium without its windows and menus, which cost as much as the pages.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    """Return the path of the browser, Debian's before Playwright's own, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def own_chromium(playwright: Playwright) -> str | None:
    """Return the path of the browser that Playwright has downloaded, or None."""
    path = playwright.chromium.executable_path
    return path if path and os.path.exists(path) else None


@dataclass
class Server:
    """The application, listening on a real port of this machine."""

    app: Flask
    url: str
    faults: list[BaseException] = field(default_factory=list)


@contextmanager
def serving(
    make_app: Callable[..., Flask], database: str, migrations: str, *, tls: bool = False
) -> Iterator[Server]:
    """Serve an application on a database made by the migrations, with or without TLS."""
    scheme = "https" if tls else "http"
    http = make_server("127.0.0.1", 0, _not_yet, threaded=True, ssl_context="adhoc" if tls else None)
    url = f"{scheme}://127.0.0.1:{http.port}"
    app = make_app(DATABASE_URL=database, BASE_URL=url, PROPAGATE_EXCEPTIONS=False)
    with app.app_context():
        upgrade(migrations)
    app.testing = False
    # A browser would otherwise ask for fifteen style sheets and scripts again with each page.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 60 * MINUTES
    server = Server(app, url)

    def note(_app: Flask, exception: BaseException, **_more: Any) -> None:
        server.faults.append(exception)

    got_request_exception.connect(note, app)
    http.app = _with_axe(app)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join(10)
        http.server_close()
        with app.app_context():
            db.engine.dispose()


def _not_yet(_environment: Any, _start: Any) -> list[bytes]:
    return []


def _with_axe(app: Flask) -> Callable[[Any, Any], Iterable[bytes]]:
    """Serve axe beside the application: a browser that knows the file need not compile it again."""
    source = AXE_SCRIPT.encode()
    headers = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Content-Length", str(len(source))),
        ("Cache-Control", f"max-age={60 * MINUTES}"),
    ]

    def answer(environment: Any, start: Any) -> Iterable[bytes]:
        if environment["PATH_INFO"] != AXE:
            return app(environment, start)
        start("200 OK", headers)
        return [source]

    return answer


class Phone:
    """A browser with its own cookies and the size of a phone.

    Links, buttons and fields are found by their text.
    """

    def __init__(self, context: BrowserContext, server: Server, *, has_javascript: bool = True) -> None:
        self.context, self.server, self.has_javascript = context, server, has_javascript
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.violations: Callable[[Page], list[dict[str, Any]]] = _violations
        self.page.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("request", lambda request: self._is_ours(request.url))
        self.page.on("response", self._is_no_fault)

    def sign_in(self, person: Person) -> None:
        """Sign this person in."""
        sign_in = SignIn(id=secrets.token_urlsafe(24), person=person, device="Telefon")
        db.session.add(sign_in)
        db.session.commit()
        app = self.server.app
        serializer = app.session_interface.get_signing_serializer(app)
        self.context.add_cookies(
            [
                {
                    "name": app.config["SESSION_COOKIE_NAME"],
                    "value": serializer.dumps({"_user_id": sign_in.id, "_fresh": True}),
                    "url": self.server.url,
                    "httpOnly": True,
                    "secure": app.config["SESSION_COOKIE_SECURE"],
                }
            ]
        )

    def open(self, path: str) -> None:
        """Open a URL, as in a mail, or a path."""
        db.session.commit()
        self.page.goto(path if "://" in path else self.server.url + path)
        self.look()

    def press(self, words: str) -> None:
        """Press the button with this text, and check the page that comes."""
        self._act(lambda: self.page.get_by_role("button", name=words, exact=True).click())

    def follow(self, words: str) -> None:
        """Follow the link whose name contains this text, opening the menu in the header if it is in there."""
        link = self.page.get_by_role("link", name=words).first
        if not link.count():
            self.page.locator("header summary").click()
        self._act(link.click)

    def fill(self, label: str, text: str) -> None:
        """Fill in the field with this label."""
        self.page.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose from the list with this label."""
        self.page.get_by_label(label, exact=True).select_option(label=option)

    def tick(self, label: str) -> None:
        """Tick the box or choice with this label. A number in brackets may follow it."""
        self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}(\s+\(.*\))?\s*$")).check()

    @property
    def h1(self) -> str:
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def text(self) -> str:
        """The text seen in the main part."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.server.url)

    def look(self) -> None:
        """Check that nothing failed, that axe finds no fault, and that nothing is wider than the phone."""
        db.session.commit()
        self.page.wait_for_load_state()  # axe cannot read a page that is still loading
        assert self.server.faults == [], f"the server failed: {self.server.faults}"
        assert self.complaints == [], f"{self.path}: {self.complaints}"
        if not self.has_javascript:
            return  # without axe there is nothing more to check
        self.page.add_script_tag(url=self.server.url + AXE)
        wrong = [_said(each) for each in self.violations(self.page)]
        assert wrong == [], f"axe on {self.path}: {wrong}"
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.path} is {wide} pixels wider than the phone"

    def _act(self, act: Callable[[], None]) -> None:
        db.session.commit()
        act()
        self.look()

    def _complain(self, words: str) -> None:
        is_expected = re.search(r"the server responded with a status of 4\d\d", words)
        if not is_expected:
            self.complaints.append(words)

    def _is_ours(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.complaints.append(f"asked another host: {url}")

    def _is_no_fault(self, response: Response) -> None:
        if response.status >= 500 or (response.status == 404 and "/static/" in response.url):
            self.complaints.append(f"{response.status} for {response.url}")


def _violations(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
    return found


def _said(violation: dict[str, Any]) -> str:
    where = [node["html"][:160] for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {where}"
