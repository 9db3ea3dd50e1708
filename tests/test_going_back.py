"""Checks that what somebody has changed in a form by Back is stored beside the first, and neither is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from tests.cast import Scene
from tests.factories import make_report
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import (
    Finding,
    Operation,
    OutreachEntry,
    Promise,
    Report,
    ReportIndicator,
    SignSpot,
    WatchSign,
)

YEAR = {"begins": "2026-01-01", "ends": "2026-12-31"}
WORDS = YEAR | {"areas": ["hassleholmen"], "parties": ["police"], "unit": "träffar", "target": "16"}
ROAD = YEAR | {"area": "norrby", "text": "Kontroller i trafiken"}
PERIOD = {"areas": ["hassleholmen"], "since": "2025-01-01", "until": "2025-12-31"}
DOORS = {"people": "4", "doors_knocked": "12", "doors_opened": "9"}
MEASURED = {"source": "NTU", "before": "62 %", "after": "68 %"}
LAMP = {"spot": "lighting", "owner": "landlord"}


@pytest.mark.parametrize(
    ("address", "button", "same", "field", "words", "column"),
    [
        ("/areas/hassleholmen/outreach/new", "Spara", DOORS, "place", ("Torget", "Parken"),
         OutreachEntry.place),
        ("/promises/new", "Spara utkastet", WORDS, "text", ("Vi möts.", "Vi ses."), Promise.text),
        ("/promises/operations/new", "Spara", ROAD, "number", (8, 9), Operation.number),
        ("/report/new", "Börja", PERIOD, "title", ("Så blev det", "Så gick det"), Report.title),
        ("/report/{report}/indicators/new", "Lägg till", MEASURED, "what", ("Trygga", "Otrygga"),
         ReportIndicator.name),
        ("/areas/hassleholmen/findings/new", "Spara", LAMP, "what", ("Lampan är släckt.", "Lampan blinkar."),
         Finding.what),
        ("/buildings/{house}/register", "Anteckna beställningen", {"places": ["0"]}, "spot",
         (SignSpot.FACADE, SignSpot.ENTRANCE), WatchSign.spot),
    ],
)  # fmt: skip
def test_back_change_and_send(
    client: PageClient, scene: Scene, address: str, button: str, same: Mapping[str, object], field: str,
    words: tuple[object, object], column: InstrumentedAttribute[Any],
) -> None:  # fmt: skip
    first, second = words
    report = make_report(scene.group.area, by=scene.gun)
    db.session.commit()
    form = client.get(address.format(house=scene.house.id, report=report.id), as_=scene.gun)
    for word in (first, first, second, second, first):
        page = form.press(button, {**same, field: str(word)})
        assert page.status == 303, page.errors
    stored = [each for each in db.session.scalars(select(column)) if each in words]  # some are encrypted
    assert sorted(stored) == sorted(words)
