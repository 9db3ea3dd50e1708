"""What the tests of accounts share: links as they stand in mails, and the whole database as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.models import Model, SignInLink
from watch.tokens import Purpose

UNWATCHED = {"audit_entry", "rate_count"}


@pytest.fixture
def newest_link(app: Flask) -> Callable[[], str]:
    """The path in the sign-in mail that was queued last."""

    def path() -> str:
        db.session.rollback()
        number = db.session.scalars(select(SignInLink.id).order_by(SignInLink.id.desc())).first()
        assert number is not None
        return "/login/" + tokens.make(Purpose.SIGN_IN, number)

    return path


@pytest.fixture
def ask(client: PageClient) -> Callable[..., Page]:
    """Ask for a link: `ask("carin@example.org")`; `browser` for another than the test's own."""

    def press(address: str, browser: PageClient | None = None, path: str = "/login") -> Page:
        return (browser or client).get(path).press("Skicka länken", {"email": address})

    return press


@pytest.fixture
def dump(app: Flask) -> Callable[[], dict[str, list[str]]]:
    """Every row of the database but traces, limits and when somebody was last seen."""

    def rows() -> dict[str, list[str]]:
        db.session.rollback()
        return {
            table.name: sorted(
                str([value for name, value in row._mapping.items() if name != "last_seen_at"])
                for row in db.session.execute(select(table))
            )
            for table in Model.metadata.sorted_tables
            if table.name not in UNWATCHED
        }

    return rows
