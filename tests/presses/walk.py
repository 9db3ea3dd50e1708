"""Walks over the pages as one reader, and presses each button twice where it is met first."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.access._restoring import restorer
from tests.page_client import Page, PageClient, address_of
from tests.page_contract import text_of
from tests.presses.filling import INSTEAD, filled
from tests.presses.rows import LEFT_OUT, rows_kept
from tests.rows import AllRows
from watch.models import (
    Person,
)

DEPTH = 6  # presses behind a page


@dataclass(frozen=True)
class Button:
    """A button of a page: where its form is sent, with what."""

    endpoint: str
    words: str
    address: str
    data: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """What is met only once: the button, whatever row it is about. The steps of a start are several."""
        return self.endpoint, self.address if "lifecycle" in self.endpoint else self.words


@dataclass
class Walk:
    """One reader's walk over all pages, which presses each button twice where it meets it first."""

    app: Flask
    client: PageClient
    reader: Person | None
    pressed: set[tuple[str, str]] = field(default_factory=set)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    all_rows: AllRows = field(default_factory=lambda: AllRows(LEFT_OUT))

    @property
    def endpoints(self) -> set[str]:
        return {endpoint for endpoint, _which in self.pressed}

    def visit(self, page: Page, depth: int = 0) -> None:
        """Press each button of a page that was not met before, in the state in which the page was read."""
        new = {each.key: each for each in self._buttons(page) if self._is_new(each)}
        again = restorer() if new else None
        for button in new.values():
            if again and self._is_new(button):
                again()
                self._press_twice(button, depth)

    def _is_new(self, button: Button) -> bool:
        return button.key not in self.pressed and self.refused[button.key] < 3

    def _press_twice(self, button: Button, depth: int) -> None:
        browser = self.client.browser(self.reader)
        before = copy.deepcopy(browser._cookies)
        first = self._press(button)
        if first.status >= 400:
            self.refused[button.key] += 1
            return
        self.pressed.add(button.key)
        onwards = first.follow() if first.location else first
        after, rows = copy.deepcopy(browser._cookies), rows_kept(button.endpoint, self.all_rows)
        for cookies in (before, after):
            browser._cookies = copy.deepcopy(cookies)
            second = self._press(button)
            browser_is_led = second.follow() if second.location else second
            if second.status != first.status or browser_is_led.status >= 400:
                self.wrong.append(f"{button}: {second.status} {second.location} {browser_is_led.text[:90]}")
            now = rows_kept(button.endpoint, self.all_rows)
            if changed := [name for name in rows if rows[name] != now[name]]:
                self.wrong.append(f"{button}: {changed} are not as after one press")
        browser._cookies = after
        if depth < DEPTH:
            self.visit(onwards, depth + 1)
        browser._cookies = before

    def _press(self, button: Button) -> Page:
        return self.client.post(button.address, button.data, as_=self.reader, csrf=False)

    def _buttons(self, page: Page) -> Iterator[Button]:
        forms = page.tree.iter("form") if page.response.mimetype == "text/html" else ()
        for form in forms:
            if (form.get("method") or "").lower() != "post":
                continue
            address = urljoin(page.path, address_of(form) or page.path)
            for button in form.iter("button"):
                sent = {button.get("name") or "": button.get("value") or ""} if button.get("name") else {}
                endpoint, words = endpoint_of(self.app, address), (button.text or "").strip()
                data = filled(form) | sent | INSTEAD.get(endpoint, {})
                if endpoint != "accounts.choose_language" or text_of(button) == "Svenska":
                    yield Button(endpoint, words, address, data)


def endpoint_of(app: Flask, address: str) -> str:
    """Return the endpoint that a form is sent to."""
    try:
        found, _arguments = app.url_map.bind("127.0.0.1").match(address.partition("?")[0], method="POST")
    except HTTPException:
        return "nowhere"
    return str(found)
