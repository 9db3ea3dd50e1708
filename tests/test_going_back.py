"""Checks that what somebody has changed in a form by Back is stored beside the first, and neither is lost."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import make_report
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import (
    Finding,
    Model,
    Operation,
    OutreachEntry,
    Promise,
    Report,
    ReportIndicator,
    WatchSign,
)

YEAR = {"begins": "2026-01-01", "ends": "2026-12-31"}
WORDS = YEAR | {"areas": ["hassleholmen"], "parties": ["police"], "unit": "träffar", "target": "16"}
ROAD = YEAR | {"area": "norrby", "text": "Kontroller i trafiken"}
PERIOD = {"areas": ["hassleholmen"], "since": "2025-01-01", "until": "2025-12-31"}
DOORS = {"people": "4", "doors_knocked": "12", "doors_opened": "9"}
LAMP = {"spot": "lighting", "owner": "landlord"}


@pytest.mark.parametrize(
    ("address", "button", "same", "first", "second", "model"),
    [
        ("/areas/hassleholmen/outreach/new", "Spara", DOORS,
         {"place": "Torget"}, {"place": "Parken"}, OutreachEntry),
        ("/promises/new", "Spara utkastet", WORDS, {"text": "Vi möts."}, {"text": "Vi ses."}, Promise),
        ("/promises/operations/new", "Spara", ROAD, {"number": "8"}, {"number": "9"}, Operation),
        ("/report/new", "Börja", PERIOD, {"title": "Så blev det"}, {"title": "Så gick det"}, Report),
        ("/report/{report}/indicators/new", "Lägg till", {"source": "NTU", "before": "62 %", "after": "68 %"},
         {"what": "Trygga"}, {"what": "Otrygga"}, ReportIndicator),
        ("/areas/hassleholmen/findings/new", "Spara", LAMP, {"what": "Lampan är släckt."},
         {"what": "Lampan blinkar."}, Finding),
        ("/buildings/{house}/register", "Anteckna beställningen", {"places": ["0"]}, {"spot": "facade"},
         {"spot": "entrance"}, WatchSign),
    ],
)  # fmt: skip
def test_back_change_and_send(
    client: PageClient, scene: Scene, address: str, button: str, same: Mapping[str, object],
    first: Mapping[str, object], second: Mapping[str, object], model: type[Model],
) -> None:  # fmt: skip
    report = make_report(scene.group.area, by=scene.gun)
    db.session.commit()
    before = db.session.scalar(select(func.count()).select_from(model)) or 0
    form = client.get(address.format(house=scene.house.id, report=report.id), as_=scene.gun)
    for typed in (first, first, second, second, first):
        page = form.press(button, {**same, **typed})
        assert page.status == 303, page.errors
    ((name, _), (_, other)) = *first.items(), *second.items()
    stored = db.session.scalars(select(model).order_by(model.id)).all()[before:]  # type: ignore[attr-defined]
    assert [str(getattr(each, name if hasattr(each, name) else "name")) for each in stored] == [
        first[name],
        other,
    ]
