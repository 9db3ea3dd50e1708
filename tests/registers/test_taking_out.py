"""Checks the files of the officers' lists: the rows of the pages, no formulas, and the reason kept."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_contact, make_finding, make_sign
from tests.page_client import Page, PageClient
from tests.registers.test_importing import NOTHING_NEW
from watch.extensions import db
from watch.language import local
from watch.models import AuditEntry, ContactRole, ExportReason, Flat
from watch.places.list_cells import marked_as_text, tidy
from watch.registers.labels import Listed

ALL = ["hassleholmen", "norrby"]


def taken_out(client: PageClient, scene: Scene, listed: str, **more: Any) -> Page:
    """Take a list out as Gun and return the answer."""
    sent = {"areas": ALL, "kind": "csv", "why": "follow_up"} | more
    return client.post(f"/registers/{listed}/export", sent, as_=scene.gun)


def rows_of(page: Page) -> list[list[str]]:
    """Return the rows of a file, as text."""
    if page.response.mimetype == "text/csv":
        text = page.response.data.decode("utf-8-sig")
        return list(csv.reader(StringIO(text), delimiter=";"))
    sheet = openpyxl.load_workbook(BytesIO(page.response.data)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row), "no formula"
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_every_list_is_the_same_in_both_kinds_of_file_and_its_reason_is_kept(
    client: PageClient, scene: Scene
) -> None:
    make_contact(ContactRole.LANDLORD, "=1+1", scene.group.area)
    make_finding(scene.group.area, what="@Lampan", by=scene.gun)
    make_sign(scene.house)
    for listed in Listed:
        text = rows_of(taken_out(client, scene, listed))
        assert text == rows_of(taken_out(client, scene, listed, kind="xlsx")), listed
        assert len(text) > 1, listed
        assert not any(cell.startswith(("=", "@")) for row in text for cell in row), listed
    acts = select(AuditEntry.what, AuditEntry.why).where(AuditEntry.what.endswith("-exported"))
    wanted = {(f"{listed}-exported", ExportReason.FOLLOW_UP) for listed in Listed}
    assert {(what, why) for what, why in db.session.execute(acts)} == wanted


def test_a_file_has_the_numbers_of_the_pages_in_bands(client: PageClient, scene: Scene) -> None:
    scene.group.counted_taking_part = 4
    db.session.commit()
    (heading, row) = rows_of(taken_out(client, scene, "groups"))
    assert dict(zip(heading, row, strict=True)) == {
        "Grupp": "Våglängdsgatan 1–3", "Område": "Hässleholmen", "Läge": "Aktiv grupp",
        "Startad": local(scene.group.started_at).date().isoformat(), "Antal hus": "1", "Lägenheter": "18",
        "Hushåll som är med": "färre än 5", "Antal kontaktombud": "2", "Senaste träff": "",
    }  # fmt: skip


def test_nothing_is_taken_out_without_a_reason_or_from_somebody_elses_area(
    client: PageClient, scene: Scene
) -> None:
    page = client.get("/registers", as_=scene.gun).click("Ta ut som fil: Kontakter")
    refused = page.press("Ladda ner", {"why": ""})
    assert (refused.status, refused.errors) == (
        422, ["Välj varför du behöver filen. Det antecknas."]
    )  # fmt: skip
    assert taken_out(client, scene, "groups", areas=["boda"]).status == 422
    assert taken_out(client, scene, "groups", areas=[]).status == 422
    assert taken_out(client, scene, "people").status == 404
    assert not any("Boda" in row for row in rows_of(taken_out(client, scene, "groups")))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_out_reads_the_same_when_it_is_imported(
    kind: str, client: PageClient, scene: Scene
) -> None:
    first, second, *_others = db.session.scalars(select(Flat).order_by(Flat.id))
    first.landlord_number, second.landlord_number = "=1+1", "A'=B"
    first.stairwell.north, first.stairwell.east = 6_399_403, 377_297
    db.session.commit()
    page = taken_out(client, scene, "places", kind=kind)
    assert len(rows_of(page)) == 1 + 18 + 36
    again = {"file": (BytesIO(page.response.data), f"fastigheter.{kind}")}
    assert client.post("/areas/norrby/import", again, as_=scene.gun).follow().flashes == NOTHING_NEW


@given(st.text("=+-@'\"; aÅ1", max_size=8).map(tidy))
def test_a_cell_marked_as_text_reads_as_it_was(value: str) -> None:
    value = tidy(value)
    assert tidy(marked_as_text(value)) == value
    assert not marked_as_text(value).startswith(("=", "+", "-", "@"))
