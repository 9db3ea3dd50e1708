"""Checks that a step says which day it set, and that the day goes when the step is taken away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_finding
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Finding, utcnow

PLANNED, LATER, LATEST = ((utcnow() + timedelta(days=each)).date() for each in (9, 20, 31))


@pytest.fixture
def finding(scene: Scene) -> Finding:
    """A finding that is to be mended by a day."""
    made = make_finding(scene.group, due_on=PLANNED)
    db.session.commit()
    return made


def report(client: PageClient, scene: Scene, finding: Finding, text: str, day: date | None) -> Page:
    said = {"status": "in_progress", "text": text, "due_on": str(day or "")}
    page = client.get(f"/findings/{finding.id}", as_=scene.amina).press("Spara", said)
    assert page.status == 303, page.errors
    return page.follow()


def due_on() -> date | None:
    db.session.expire_all()
    return db.session.scalars(select(Finding.due_on)).one()


def test_a_step_that_is_taken_away_takes_its_day_with_it(
    client: PageClient, scene: Scene, finding: Finding
) -> None:
    shown = report(client, scene, finding, "Elektrikern kommer.", LATER)
    assert due_on() == LATER
    for _twice in range(2):
        shown.press("Ta bort steg 1")
        assert due_on() == PLANNED
    shown = report(client, scene, finding, "Ingen vet när.", None)
    assert due_on() is None
    shown.press("Ta bort steg 1")
    assert due_on() == PLANNED


def test_steps_are_taken_away_in_any_order(client: PageClient, scene: Scene, finding: Finding) -> None:
    report(client, scene, finding, "Elektrikern kommer.", LATER)
    shown = report(client, scene, finding, "Elektrikern är sjuk.", LATEST)
    shown = shown.press("Ta bort steg 1").follow()
    assert due_on() == LATEST
    shown.press("Ta bort steg 1")
    assert due_on() == PLANNED


def test_a_day_that_was_set_since_stays(client: PageClient, scene: Scene, finding: Finding) -> None:
    shown = report(client, scene, finding, "Elektrikern kommer.", LATER)
    client.get(f"/findings/{finding.id}/edit", as_=scene.bengt).press("Spara", {"due_on": str(LATEST)})
    shown.press("Ta bort steg 1")
    assert due_on() == LATEST


def test_the_history_says_that_the_day_was_moved(client: PageClient, scene: Scene, finding: Finding) -> None:
    report(client, scene, finding, "Elektrikern kommer.", LATER)
    report(client, scene, finding, "Vi väntar.", LATER)
    report(client, scene, finding, "Ingen vet när.", None)
    text = client.get(f"/findings/{finding.id}", as_=scene.carin).text
    moved = text.index("På gång: Elektrikern kommer. Klart senast")
    assert moved < text.index("På gång: Vi väntar.") < text.index("Ingen dag är satt längre. Förut:")
    assert (text.count("Klart senast"), text.count("Förut:")) == (1, 2)
