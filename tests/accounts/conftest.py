"""Fixtures for the tests of accounts: links as they are mailed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.models import Purpose, SignInLink


@pytest.fixture
def newest_link(app: Flask) -> Callable[[], str]:
    """Return the path in the sign-in mail that was queued last."""

    def path() -> str:
        db.session.rollback()
        link = db.session.scalars(select(SignInLink).order_by(SignInLink.id.desc())).first()
        assert link is not None
        return "/login/" + tokens.make(Purpose.SIGN_IN, link)

    return path


@pytest.fixture
def ask(client: PageClient) -> Callable[..., Page]:
    """Ask for a link: `ask("carin@example.org")`; `browser` for another than the test's own."""

    def press(address: str, browser: PageClient | None = None, path: str = "/login") -> Page:
        return (browser or client).get(path).press("Skicka länken", {"email": address})

    return press
