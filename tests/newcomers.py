"""Starting points of the stories about joining: codes, links, filled forms."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch import tokens
from watch.extensions import db
from watch.invitations.labels import PREVIEW_STATES
from watch.mail.queue import claim
from watch.models import (
    AddressVerification,
    Flat,
    Group,
    HouseholdStatus,
    Invitation,
    JoinRequest,
    Person,
    Purpose,
    Stairwell,
)
from watch.models import Household as HouseholdModel

Fill = Callable[..., dict[str, Any]]
Statements = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def code(stairwell_3: Stairwell) -> str:
    """The code on stairwell 3's poster."""
    return tokens.show_code(tokens.code(Purpose.POSTER, stairwell_3.nonce))


@pytest.fixture
def fill() -> Fill:
    """Return a filled form of the poster's page; `fill(name="Kim")` changes a part."""

    def filled(**more: Any) -> dict[str, Any]:
        usual = {"name": "Lina", "how": "mail", "address": "lina@example.org", "floor": "", "door": ""}
        return usual | {"consent": "y"} | more

    return filled


def what_leaves() -> list[tuple[str, str]]:
    """Claim the due mails as a worker does. Return kind and address of each; unwanted ones are cancelled."""
    claims = claim("worker", 100) or []
    return [(each.kind, each.recipient.address) for each in claims if each.recipient]


def bytes_of(page: Page) -> str:
    """Return a page without CSRF tokens, which differ on every page."""
    return re.sub(r'(name="csrf_token"(?: type="hidden")? value=")[^"]*', r"\1", page.html)


def confirm_link(asked: JoinRequest | AddressVerification) -> str:
    """Return the link in the mail that asks to confirm a request."""
    return f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, asked)}"


def floor_link(asked: JoinRequest | AddressVerification) -> str:
    """Return the link in the mail that asks to verify an address recorded at the door."""
    return f"{confirm_link(asked)}/floor"


def decide_links(outbox: Outbox) -> dict[str, str]:
    """Return the links mailed to coordinators, by their names."""
    rows = [row for row in outbox.rows() if row.mailing.kind == "join-requested" and row.person]
    return {row.person.name: f"/a/{tokens.make(Purpose.DECIDE, row)}" for row in rows}


def status_of(stairwell: Stairwell, number: str) -> HouseholdStatus | None:
    """Return the status of the household of a flat."""
    db.session.commit()
    flat: Flat = flat_of(stairwell, number)
    current = db.select(HouseholdModel.status).where(
        HouseholdModel.flat_id == flat.id, HouseholdModel.ended_at.is_(None)
    )
    return db.session.scalar(current)


YES = {"name": "Lina", "language": "so", "consent": "y"}
LOCKED = {"language": "sv", "pass_on": "locked"}


def invitations() -> list[tuple[str, str, str | None]]:
    """Return address, state and flat of every invitation, oldest first."""
    wanted = select(Invitation).order_by(Invitation.id).execution_options(populate_existing=True)
    return [
        (each.mailbox.address if each.mailbox else "", each.state.value, each.flat and each.flat.number)
        for each in db.session.scalars(wanted)
    ]


def link_of(invitation: Invitation) -> str:
    """Return the link in the invitation's mail."""
    return f"/join/{tokens.make(Purpose.INVITATION, invitation)}"


def only() -> Invitation:
    """Return the only invitation."""
    return db.session.scalars(select(Invitation).execution_options(populate_existing=True)).one()


def carried(*addresses: str, **more: Any) -> dict[str, Any]:
    """Return the form that the preview of these addresses sends when "Skicka till" is pressed."""
    rows = {
        f"rows-{place}-{cell}": address if cell == "address" else ""
        for place, address in enumerate(addresses)
        for cell in ("address", "name", "flat")
    }
    return LOCKED | rows | {"count": str(len(addresses)), "form_key": secrets.token_urlsafe()} | more


def rows_of(page: Page) -> list[tuple[str, ...]]:
    """Return the preview's rows in order: number, address, name, flat and state.

    Of another page return the rows of its table, cell by cell.
    """
    rows = [
        tuple(text_of(cell) for cell in row.iter("td"))
        for body in page.tree.iter("tbody")
        for row in body.iter("tr")
    ]
    if rows:
        return rows
    for state in PREVIEW_STATES:
        groups = [each for each in page.tree.iter() if each.get("data-state") == state]
        rows += [_told(row, state) for group in groups for row in group.iter() if _is_row(row, state)]
    return sorted(rows, key=lambda row: int(row[0]))


OPEN_ROWS = {"bad", "shared"}


def _is_row(element: Any, state: str) -> bool:
    """Return True for a row of the preview: one to correct or to answer is open, the others are folded."""
    kind = "list-row" if state in OPEN_ROWS else "row-of-list"
    return kind in (element.get("class") or "").split()


def _told(row: Any, state: str) -> tuple[str, ...]:
    fields = [
        field.get("value") or ""
        for field in row.iter("input")
        if field.get("type") not in {"hidden", "checkbox"}
    ]
    label = next(each.get("aria-label") for each in row.iter() if each.get("role") == "group")
    number, word = label.split()[-1], str(PREVIEW_STATES[state])
    if state in OPEN_ROWS:
        return (number, *fields, word)
    summary = next(row.iter("summary"))
    said = {each.get("class"): text_of(each) for each in summary.iter() if each.tag in {"bdi", "span"}}
    note = f"{word} {said.get('soft', '')}".strip()
    return (number, fields[0], fields[1] or "–", said.get("of-flat", "–"), note)


def cures_of(page: Page) -> dict[str, str]:
    """Return the corrections asked for, by field name: rows-0-address, rows-0-name, rows-0-flat."""
    return {
        (each.get("id") or "").removesuffix("-error"): text_of(each)
        for each in page.tree.iter("p")
        if each.get("class") == "error"
    }


@pytest.fixture
def look(client: PageClient, group: Group) -> Callable[..., Page]:
    """Paste lines, or choose a file, and return the preview."""

    def seen(by: Person, *lines: str, **more: Any) -> Page:
        typed = LOCKED | {"addresses": "\r\n".join(lines), "flat": ""} | more
        form = "multipart/form-data"
        return client.post(f"/groups/{group.id}/invitations/preview", typed, as_=by, content_type=form)

    return seen


@pytest.fixture
def write(look: Callable[..., Page]) -> Callable[..., Page]:
    """Paste lines, press "Skicka till" if the preview has that button, and return the next page."""

    def sent(by: Person, *lines: str, form_key: str | None = None, **more: Any) -> Page:
        page = look(by, *lines, **more)
        press = [button for button in page.buttons if button.startswith("Skicka till ")]
        key = {} if form_key is None else {"form_key": form_key}
        return page.press(press[0], key) if press else page

    return sent


@pytest.fixture
def invited(group: Group, bengt: Person, stairwell_3: Stairwell) -> Invitation:
    """Return Lina's invitation to flat 1203 in stairwell 3, by Bengt."""
    return make_invitation(group, "lina@example.org", flat=flat_of(stairwell_3, "1203"), by=bengt)


@pytest.fixture
def five_a_day(app: Flask) -> Iterator[None]:
    """Set a daily limit of invitations low enough to be reached."""
    usual, app.config["INVITATIONS_A_DAY"] = app.config["INVITATIONS_A_DAY"], 5
    yield
    app.config["INVITATIONS_A_DAY"] = usual
