"""Checks that a form which the guard has refused keeps what was typed and chosen, in every place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import make_meeting
from tests.messages.test_writing import ALL, NEAR
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import JoinRequest

POINTS = "Misstänkt är Zorbo på plan två."
PRESS = "Det är ingen person"
WHEN = {"day": "2026-12-10", "starts": "18.30", "ends": "19.45"}

Place = tuple[Callable[[PageClient, Scene], Page], str, dict[str, str]]

PLACES: dict[str, Place] = {
    "a notice": (
        lambda client, scene: client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina),
        "Förhandsgranska",
        {
            "audience": "group", "level": "important", "title": "Hej", "body": POINTS, "body_en": "Hello",
            "body_ar": "مرحبا", "body_so": "Iska warran", "source": "Tidningen", "valid_until": "2026-12-24",
        },
    ),
    "an area's notice": (
        lambda client, scene: client.get(f"/areas/{scene.group.area.slug}/notices/new", as_=scene.gun),
        "Förhandsgranska",
        {"audience": "area_coordinators", "level": "important", "title": "Hej", "body": POINTS},
    ),
    "a meeting": (
        lambda client, scene: client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina),
        "Förhandsgranska",
        {**WHEN, "place": "Gården", "about": POINTS, "scope": "group", "kind": "annual"},
    ),
    "a meeting that was held": (
        lambda client, scene: client.get(f"/groups/{scene.group.id}/meetings/new?held=1", as_=scene.amina),
        "Spara träffen",
        {**WHEN, "day": "2026-01-10", "about": POINTS, "place": "Gården", "kind": "annual", "scope": "group"},
    ),
    "a change of a meeting": (
        lambda client, scene: client.get(f"/meetings/{meeting(scene)}/edit", as_=scene.amina),
        "Granska ändringen",
        {**WHEN, "place": "Gården", "about": POINTS},
    ),
    "a cancelled meeting": (
        lambda client, scene: client.get(f"/meetings/{meeting(scene)}/cancel", as_=scene.amina),
        "Ställ in träffen",
        {"reason": POINTS},
    ),
    "a contact": (
        lambda client, scene: client.get("/contacts/new", as_=scene.gun),
        "Spara kontakten",
        {
            "role": "disturbance", "organisation": "Jouren", "name": "Ulla", "phone": "114 14",
            "email": "jour@example.org", "hours": POINTS,
        },
    ),
    "an answer to a request": (
        lambda client, scene: client.get(f"/requests/{waiting(scene)}", as_=scene.bengt),
        "Svara nej",
        {"reason": POINTS},
    ),
    "a message": (
        lambda client, scene: client.get(f"/groups/{scene.group.id}/messages", as_=scene.carin),
        ALL,
        {"text": POINTS, "to": "all"},
    ),
}  # fmt: skip


def meeting(scene: Scene) -> int:
    found = make_meeting(scene.group)
    db.session.commit()
    return found.id


def waiting(_scene: Scene) -> int:
    return db.session.scalars(select(JoinRequest.id)).one()


@on_one_database
@pytest.mark.parametrize("place", PLACES)
def test_nothing_typed_or_chosen_is_lost(place: str, client: PageClient, scene: Scene) -> None:
    opened, button, typed = PLACES[place]
    stopped = opened(client, scene).press(button, typed)
    assert (stopped.status, PRESS in stopped.buttons) == (422, True)
    kept = stopped.form(f"/requests/{waiting(scene)}/decline" if "request" in place else None)
    assert {name: kept.get(name) for name in typed} == typed


def test_a_message_goes_to_the_readers_that_were_chosen(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/messages", as_=scene.carin)
    assert page.press(ALL, {"text": POINTS}).press(PRESS).status == 303
    assert len(outbox.rows()) == 2
    near = client.get(f"/groups/{scene.group.id}/messages", as_=scene.carin)
    assert near.press(NEAR, {"text": POINTS + " Hej."}).press(PRESS).status == 303
    assert len(outbox.rows()) == 3


def test_a_payments_number_passes_as_the_page_says(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/messages", as_=scene.carin)
    stopped = page.press(ALL, {"text": "Betala med 8001011231."})
    assert stopped.errors == [
        "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Är det ett annat nummer, skriv "
        "vilket före och siffrorna i ett: OCR, bankgiro, plusgiro, kundnummer eller ärendenummer 1234567890."
    ]
    assert stopped.press(ALL, {"text": "Betala med OCR 8001011231."}).status == 303
    again = client.get(f"/groups/{scene.group.id}/messages", as_=scene.carin)
    assert again.press(ALL, {"text": "Han har kundnummer 800101-1231."}).status == 422
