"""Doors and links that the stories of joining begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.conftest import Outbox
from tests.factories import flat_of
from tests.page_client import Page
from watch import tokens
from watch.extensions import db
from watch.mail.queue import claim
from watch.models import Flat, HouseholdStatus, JoinRequest, Stairwell
from watch.models import Household as HouseholdModel
from watch.tokens import Purpose

Fill = Callable[..., dict[str, Any]]
Statements = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def code(port_3: Stairwell) -> str:
    """The code on port 3's poster."""
    return tokens.show_code(tokens.code(Purpose.POSTER, port_3.id, port_3.poster_generation))


@pytest.fixture
def fill() -> Fill:
    """What somebody writes in the poster's form; `fill(name="Kim")` changes a part."""

    def filled(**more: Any) -> dict[str, Any]:
        usual = {"name": "Lina", "how": "mail", "address": "lina@example.org", "floor": "", "door": ""}
        return usual | {"consent": "y"} | more

    return filled


def what_leaves() -> list[tuple[str, str]]:
    """Kind and address of each mail that a worker who comes now takes; what is not wanted ends here."""
    parcels = claim("worker", 100) or []
    return [(each.kind, each.reader.address) for each in parcels if each.reader]


def bytes_of(page: Page) -> str:
    """A page without the tokens against forgery, which differ on every page."""
    return re.sub(r'(name="csrf_token"(?: type="hidden")? value=")[^"]*', r"\1", page.html)


def confirm_link(request: JoinRequest) -> str:
    """The address in the mail that asks whether it was you."""
    return f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, request.id)}"


def decide_links(outbox: Outbox) -> dict[str, str]:
    """The mailed pages of coordinators, by their names."""
    rows = [row for row in outbox.rows() if row.mailing.kind == "join-requested" and row.person]
    return {row.person.name: f"/a/{tokens.make(Purpose.DECIDE, row.id)}" for row in rows}


def status_of(stairwell: Stairwell, number: str) -> HouseholdStatus | None:
    """Where the household of a flat stands now."""
    db.session.commit()
    flat: Flat = flat_of(stairwell, number)
    current = db.select(HouseholdModel.status).where(
        HouseholdModel.flat_id == flat.id, HouseholdModel.ended_at.is_(None)
    )
    return db.session.scalar(current)
