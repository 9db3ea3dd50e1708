"""Checks the landlord's list by page: refused with all errors, or shown first and applied as shown."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_officer, store
from tests.page_client import Page, PageClient
from tests.places.damage import DAMAGE, listed
from tests.retention.nights import erase_all
from watch.extensions import db
from watch.models import (
    Area,
    AuditEntry,
    Building,
    Flat,
    Landlord,
    ListUpload,
    Model,
    Property,
    Stairwell,
    utcnow,
)

SAMPLE = Path(__file__).resolve().parents[2] / "watch/ops/sample/fastigheter-boras.csv"
ONE = "Norrby;Sågen 1;Brf Sågen;Hus 1;Sågverksgatan 2;1001;S-1;Borås;504 34"
TWO = ONE.replace("1001;S-1", "1101;S-2")
THREE = ONE.replace("gatan 2;1001;S-1", "gatan 4;1001;S-3")
NOTHING_NEW = [("info", "Listan säger det som redan finns i registret. Inget behöver ändras.")]
APPLIED = [("done", "Registret är ändrat som listan säger.")]


def counts() -> list[int]:
    """Return the number of areas, landlords, properties, buildings, stairwells and flats."""
    kinds: tuple[type[Model], ...] = (Area, Landlord, Property, Building, Stairwell, Flat)
    return [db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def uploaded(client: PageClient, scene: Scene, *rows: str) -> Page:
    """Upload a list as Gun and return the page that answers."""
    return sent(client, scene, listed(*rows)).follow()


def sent(client: PageClient, scene: Scene, data: bytes) -> Page:
    """Send a file as Gun."""
    return client.post("/areas/norrby/import", {"file": (BytesIO(data), "lista.csv")}, as_=scene.gun)


def texts(page: Page, card_id: str) -> list[str]:
    """Return the lines of a card."""
    (card,) = [each for each in page.tree.iter("section") if each.get("id") == card_id]
    return [" ".join("".join(each.itertext()).split()) for tag in ("li", "tr") for each in card.iter(tag)]


@on_one_database
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_by_row_and_column_by_page_as_by_command(
    damage: str, client: PageClient, scene: Scene
) -> None:
    data, said = DAMAGE[damage]
    before = counts()
    page = sent(client, scene, data)
    assert (page.status, texts(page, "errors")) == (422, [" ".join(each.split()) for each in said])
    assert (counts(), db.session.scalars(select(ListUpload)).all()) == (before, [])


def test_a_list_is_shown_before_it_changes_anything_and_applied_as_shown(
    client: PageClient, scene: Scene
) -> None:
    before = counts()
    page = uploaded(client, scene, ONE, TWO, THREE)
    assert (page.h1, counts()) == ("Det här ändrar listan", before)
    assert texts(page, "added") == [
        "Sågverksgatan 2 2 lägenheter: 1001, 1101",
        "Sågverksgatan 4 1 lägenhet: 1001",
    ]
    assert "Listan gäller Norrby. Nytt i registret: Sågen 1, Brf Sågen." in page.text
    done = page.press("Spara i registret")
    assert done.follow().flashes == APPLIED
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [0, 1, 1, 1, 2, 3]
    assert page.press("Spara i registret").follow().flashes == APPLIED  # the answer was lost: no harm
    acts = select(AuditEntry.what, AuditEntry.by_id).where(AuditEntry.what == "places-imported")
    assert db.session.execute(acts).all() == [("places-imported", scene.gun.id)]
    nothing = uploaded(client, scene, ONE, TWO, THREE)
    assert nothing.flashes == [
        ("info", "Listan säger det som redan finns i registret. Inget behöver ändras.")
    ]

    page = uploaded(client, scene, ONE.replace("504 34", "504 35"), THREE.replace("504 34", "504 36"))
    assert texts(page, "gone") == ["Sågverksgatan 2 1 lägenhet: 1101"]
    assert texts(page, "changed")[1:] == [
        "Sågverksgatan 2 postnummer 504 34 504 35",
        "Sågverksgatan 4 postnummer 504 34 504 36",
    ]
    assert page.press("Lägg listan åt sidan").follow().flashes == [
        ("done", "Listan är lagd åt sidan. Inget är ändrat.")
    ]
    assert set(db.session.scalars(select(Stairwell.postcode))) == {"504 34", "504 50"}
    assert db.session.scalars(select(ListUpload).where(ListUpload.contents.is_not(None))).all() == []


def test_what_is_applied_is_what_was_shown(client: PageClient, scene: Scene) -> None:
    """The register changes between: the list is shown anew, and nothing is saved before that is seen."""
    uploaded(client, scene, ONE).press("Spara i registret")
    page = uploaded(client, scene, *(each.replace("504 34", "504 35") for each in (ONE, TWO)))
    stairwell = db.session.scalars(select(Stairwell).where(Stairwell.street == "Sågverksgatan")).one()
    flat = store(Flat(stairwell=stairwell, number="1201"))
    again = page.press("Spara i registret")
    assert (again.status, texts(again, "gone")) == (422, ["Sågverksgatan 2 1 lägenhet: 1201"])
    db.session.expire_all()
    assert (stairwell.postcode, flat.gone_at) == ("504 34", None)
    assert again.press("Spara i registret").follow().flashes == APPLIED
    db.session.expire_all()
    assert (stairwell.postcode, flat.gone_at is not None) == ("504 35", True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ONE.replace("Norrby", "Boda"), "Område, ”Boda”: Du följer inget område med det namnet."),
        (ONE.replace("Norrby", "Norbry"), "Område, ”Norbry”: Du följer inget område med det namnet."),
        (ONE.replace("Sågverksgatan 2", "Kullagatan 1"), "Adress, ”Kullagatan 1”: Adressen hör till ett hus"),
    ],
)  # fmt: skip
def test_a_list_changes_nothing_beyond_ones_own_areas(
    row: str, said: str, client: PageClient, scene: Scene
) -> None:
    boda = scene.other_group.area
    landlord = scene.house.property.landlord
    store(Property(area=boda, landlord=landlord, designation="Kullen 1"))
    land = db.session.scalars(select(Property).where(Property.designation == "Kullen 1")).one()
    house = store(Building(property=land, name="Hus 1", address="Kullagatan 1", sort_key="kullagatan"))
    store(
        Stairwell(
            building=house, street="Kullagatan", number="1", postcode="504 50", city="Borås", sort_key="k"
        )
    )
    before = counts()
    page = sent(client, scene, listed(row))
    (error,) = texts(page, "errors")
    assert (page.status, error.startswith(f"Rad 2, kolumn {said}"), counts()) == (422, True, before)
    make_officer(scene.gun, boda)
    assert sent(client, scene, listed(row)).status == (422 if "Norbry" in row else 303)


def test_the_real_list_is_whole_or_said_to_be(client: PageClient, scene: Scene) -> None:
    make_officer(scene.gun, scene.other_group.area)
    page = sent(client, scene, SAMPLE.read_bytes()).follow()
    assert page.press("Spara i registret").follow().flashes == APPLIED
    assert sent(client, scene, SAMPLE.read_bytes()).follow().flashes == NOTHING_NEW
    some = b"\r\n".join(SAMPLE.read_bytes().split(b"\r\n")[:-1200])
    part = sent(client, scene, some).follow()
    refused = part.press("Spara i registret")
    said = ["Kontrollera att listan är hel, och kryssa sedan i rutan."]
    assert (refused.status, refused.errors) == (422, said)
    assert part.press("Spara i registret", {"is_whole": "y"}).follow().flashes == APPLIED


def test_an_uploaded_list_is_its_uploaders_and_gone_after_a_day(client: PageClient, scene: Scene) -> None:
    make_officer(scene.hodan, scene.langgatan.property.area)
    page = uploaded(client, scene, ONE)
    (upload,) = db.session.scalars(select(ListUpload))
    address = f"/imports/{upload.id}"
    assert client.get(address, as_=scene.hodan).status == 404
    assert client.get(address, as_=scene.ivan).status == 404
    for hours, left in ((23, 1), (25, 0)):
        with time_machine.travel(utcnow() + timedelta(hours=hours)):
            erase_all()
        assert db.session.scalar(select(func.count(ListUpload.id))) == left
    assert page.press("Spara i registret").status == 404
