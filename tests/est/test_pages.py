"""Checks the way of findings to the authorities and back: the file, the preview, and what is refused."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import make_finding, store
from tests.page_client import Page, PageClient
from watch.est.queries import key_of
from watch.est.stamps import is_older, read_stamp, stamp_of
from watch.extensions import db
from watch.models import (
    AuditEntry,
    ExportReason,
    Finding,
    FindingFollower,
    FindingOwner,
    FindingStatus,
    FindingStep,
)

HERE = "/areas/hassleholmen/est"
Rows = list[list[str]]


@pytest.fixture
def findings(scene: Scene) -> list[Finding]:
    """Two of the area, one that a group left to the police, one of a group's own, and one of Boda."""
    area, group = scene.group.area, scene.group
    made = [
        make_finding(area, "=1+1 lampor"),
        make_finding(area, "Vägbommen står öppen."),
        make_finding(group, "Låset i cykelrummet", owner=FindingOwner.POLICE),
        make_finding(group, "Lampan i trappan"),
        make_finding(scene.other_group.area, "Grinden i Boda"),
    ]
    store(FindingFollower(finding_id=made[2].id, person_id=scene.carin.id))
    db.session.commit()
    return made


def taken_out(client: PageClient, scene: Scene) -> Rows:
    """Take out the file as Gun, and return its rows with the heading."""
    file = client.get(f"{HERE}/export", as_=scene.gun).press("Ladda ner", {"why": "follow_up"})
    text = file.response.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.reader(StringIO(text), delimiter=";"))


def read_back(client: PageClient, scene: Scene, rows: Rows | bytes, name: str = "est.csv") -> Page:
    """Give the page rows as a CSV file."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows(rows if isinstance(rows, list) else [])
    data = rows if isinstance(rows, bytes) else text.getvalue().encode()
    page = client.get(HERE, as_=scene.gun)
    return page.press("Visa vad som ändras", {"file": (BytesIO(data), name)})


def stands() -> list[tuple[str, str | None]]:
    db.session.expire_all()
    found = db.session.scalars(select(Finding).order_by(Finding.id))
    return [(each.status.value, each.outcome) for each in found]


def row_of(rows: Rows, finding: Finding) -> list[str]:
    return next(row for row in rows if row[0] == key_of(finding))


def test_what_became_of_findings_comes_back_in_the_file_that_went_out(
    client: PageClient, scene: Scene, findings: list[Finding], outbox: Outbox
) -> None:
    rows = taken_out(client, scene)
    assert [row[4] for row in rows[1:]] == ["Låset i cykelrummet", "Vägbommen står öppen.", "'=1+1 lampor"]
    trace = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "est-exported")).one()
    assert (trace.area_id, trace.why) == (scene.group.area_id, ExportReason.FOLLOW_UP)
    assert "Inget i filen ändrar något" in read_back(client, scene, rows).text

    lamps, gate, lock, *_others = findings
    row_of(rows, lock)[7:9] = ["klar", "Nytt lås sitter i."]
    row_of(rows, gate)[7:9] = ["På gång", ""]
    row_of(rows, lamps)[7:9] = ["Blir inte av", "=Ljuset räcker"]
    page = read_back(client, scene, rows)
    assert page.status == 200
    assert "Låset i cykelrummet" in page.text
    assert stands() == [("open", None)] * 5

    done = page.press("Spara hur det blev med 3 åtgärder")
    assert done.status == 303
    assert stands()[:3] == [
        ("will_not", "=Ljuset räcker"), ("in_progress", None), ("done", "Nytt lås sitter i."),
    ]  # fmt: skip
    assert outbox.names() == ["finding-updated"]
    roles = db.session.scalars(select(FindingStep.role).distinct()).all()
    assert roles == [FindingOwner.POLICE]
    again = page.press("Spara hur det blev med 3 åtgärder").follow()
    assert again.flashes[1:] == [("info", "Inget mer ändrades: allt i filen står redan så.")]
    assert "Inget i filen ändrar något" in read_back(client, scene, taken_out(client, scene)).text


def test_all_or_nothing_and_each_mistake_by_row_and_column(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    lamps, gate, lock, own, boda = findings
    rows = taken_out(client, scene)
    client.get(f"/findings/{gate.id}", as_=scene.gun).press("Ta bort åtgärden")
    row_of(rows, lock)[7:9] = ["Klar", "Nytt lås sitter i."]
    row_of(rows, gate)[7:9] = ["Klar", "Bommen är lagad."]
    row_of(rows, lamps)[7:9] = ["Fixat", "Ring 19850412-1234"]
    for key in (key_of(own), key_of(boda), "", key_of(lock)):
        rows.append([key, "", "", "", "", "", "", "Klar", "" if key else "Ja", "2026-09-23"])
    rows[-1][9] = "30/11/2026 14:05"
    page = read_back(client, scene, rows)
    assert page.status == 200
    wrong = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in page.tree.iter("tr")
        if any(cell.get("data-label") == "Vad som är fel" for cell in row)
    ]
    unknown = (
        "Ingen åtgärd i området har den nyckeln. Den kan vara raderad, eller höra till ett annat område. "
        "Ta bort raden ur filen."
    )
    assert [(row[0], row[1], row[3]) for row in wrong] == [
        ("3", "Nyckel", "Åtgärden är borttagen. Ta bort raden, eller ta först fram åtgärden igen."),
        ("4", "Läge", "Skriv ett av: Inte påbörjad, På gång, Klar, Blir inte av."),
        ("4", "Så blev det", wrong[2][3]),
        ("5", "Nyckel", unknown),
        ("6", "Nyckel", unknown),
        ("7", "Nyckel", "Nyckeln saknas. Kopiera den från filen som ni tog ut."),
        ("8", "Nyckel", "Nyckeln står på två rader. Ta bort den ena."),
        ("8", "Senast ändrad", "Kopiera tiden från filen som ni tog ut, till exempel 2026-09-23 kl. 18.30."),
        ("8", "Så blev det", "Skriv vad det blev av det. Grannarna vill veta."),
    ]
    assert "personnummer" in wrong[2][3].lower()
    assert not [each for each in page.buttons if each.startswith("Spara")]
    assert {status for status, _outcome in stands()} == {"open"}


def test_a_row_of_an_erased_finding_is_to_be_taken_out(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    lamps, _gate, lock, *_others = findings
    rows = taken_out(client, scene)
    row_of(rows, lock)[7:9] = ["Klar", "Nytt lås sitter i."]
    erased = row_of(rows, lamps)
    db.session.delete(lamps)
    db.session.commit()
    page = read_back(client, scene, rows)
    assert "Ta bort raden ur filen." in page.text
    rows.remove(erased)
    assert read_back(client, scene, rows).press("Spara hur det blev med 1 åtgärd").status == 303
    db.session.expire_all()
    assert lock.status is FindingStatus.DONE


def test_a_sign_that_turns_text_round_is_made_visible(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    rows = taken_out(client, scene)
    row_of(rows, findings[2])[7:9] = ["Kl\u202ear", "Nytt\nlås \u202esitter i. Ring 19850412-1234"]
    page = read_back(client, scene, rows)
    assert ("\u202e" in page.html, "19850412" in page.html) == (False, False)
    assert "Kl�ar" in page.text
    assert "Nytt lås �sitter i." in page.text


def test_a_file_with_hidden_rows_is_refused(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    book = openpyxl.Workbook()
    rows = taken_out(client, scene)
    row_of(rows, findings[2])[7:9] = ["Klar", "Nytt lås sitter i."]
    for row in rows:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(data := BytesIO())
    page = read_back(client, scene, data.getvalue(), "est.xlsx")
    assert (page.status, stands()[2]) == (422, ("open", None))
    assert "Dolda rader i kalkylbladet, kanske av ett filter: 1. Visa alla rader i bladet" in page.text


def test_what_was_shown_is_what_is_saved(client: PageClient, scene: Scene, findings: list[Finding]) -> None:
    lock = findings[2]
    rows = taken_out(client, scene)
    row_of(rows, lock)[7:] = ["Klar", "Nytt lås sitter i.", "2999-01-01"]
    page = read_back(client, scene, rows)
    report = client.get(f"/findings/{lock.id}", as_=scene.gun)
    report.press("Spara", {"status": "in_progress", "text": "Låssmeden kommer."})
    shown = page.press("Spara hur det blev med 1 åtgärd")
    assert (shown.status, stands()[2]) == (200, ("in_progress", None))
    assert "På gång Klar Nytt lås" in shown.text
    shown.press("Spara hur det blev med 1 åtgärd")
    assert stands()[2] == ("done", "Nytt lås sitter i.")


def test_what_has_changed_since_the_file_went_out_is_named_and_left_alone(
    client: PageClient, scene: Scene, findings: list[Finding], outbox: Outbox
) -> None:
    lamps, gate, lock, *_others = findings
    for each in findings:
        each.changed_at -= timedelta(hours=1)
    db.session.commit()
    rows = taken_out(client, scene)
    row_of(rows, lamps)[7:9] = ["Klar", "Sex nya lampor"]
    row_of(rows, gate)[7:9] = ["Klar", "Bommen är lagad."]
    asked = read_back(client, scene, rows)
    for finding, said in ((lock, "Nytt lås sitter i."), (gate, "Bommen är borta.")):
        form = client.get(f"/findings/{finding.id}", as_=scene.gun)
        form.press("Spara", {"status": "done", "text": said})
    told, now = outbox.names(), stands()
    assert "1 rad läses inte in" in asked.press("Spara hur det blev med 2 åtgärder").text
    assert stands() == now

    for stamp in (None, "2026-01-01", "2026-01-01 00:00:00", "2026-01-01 9:05"):
        row_of(rows, lock)[9] = stamp or row_of(rows, lock)[9]
        page = read_back(client, scene, rows)
        assert "2 rader läses inte in" in page.text
        assert "Låset i cykelrummet Klar Inte påbörjad" in page.text
    page.press("Spara hur det blev med 1 åtgärd")
    assert stands()[:3] == [("done", "Sex nya lampor"), *now[1:3]]
    assert outbox.names() == told
    left = read_back(client, scene, rows)
    assert "2 rader läses inte in" in left.text
    assert not [each for each in left.buttons if each.startswith("Spara")]


def test_a_day_without_a_time_overwrites_nothing_of_that_day(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    lock = findings[2]
    rows = taken_out(client, scene)
    day = row_of(rows, lock)[9][:10]
    row_of(rows, lock)[7:] = ["Klar", "Nytt lås sitter i.", day]
    form = client.get(f"/findings/{lock.id}", as_=scene.gun)
    form.press("Spara", {"status": "in_progress", "text": "Låssmeden kommer."})
    page = read_back(client, scene, rows)
    assert "1 rad läses inte in" in page.text
    assert "Säger filen bara vilken dag, och åtgärden ändrades samma dag" in page.text
    assert not [each for each in page.buttons if each.startswith("Spara")]


@on_one_database
def test_the_time_in_a_file_is_read_as_spreadsheets_write_it(scene: Scene) -> None:
    finding = make_finding(scene.group.area)
    finding.changed_at = datetime(2026, 11, 30, 13, 5, 33, tzinfo=UTC)
    assert stamp_of(finding) == "2026-11-30 kl. 14.05.33"
    same = ("2026-11-30 kl. 14.05.33", "2026-11-30 14:05:33.5", "2026-11-30T14:05", "2026-12-01",
            "2026-12-01 00:00:00", "2026-12-01 9.00")  # fmt: skip
    assert [is_older(read_stamp(each) or "", finding) for each in same] == [False] * 6
    older = ("2026-11-30 kl. 14.05.32", "2026-11-30 14:04", "2026-11-30 9:05", "2026-11-29", "2026-11-30",
             "2026-11-30 00:00:00")  # fmt: skip
    assert [is_older(read_stamp(each) or "", finding) for each in older] == [True] * 6
    assert [read_stamp(each) for each in ("", "30/11/2026 14:05", "46356,5")] == [None] * 3


def test_a_key_is_never_another_findings(scene: Scene) -> None:
    finding = make_finding(scene.group.area)
    before = key_of(finding)
    finding.changed_at += timedelta(days=1)
    assert key_of(finding) == before
    finding.created_at += timedelta(microseconds=1)  # the same number after an old copy was put back
    assert key_of(finding) != before


@on_one_database
def test_a_file_that_cannot_be_read_says_why(
    client: PageClient, scene: Scene, findings: list[Finding]
) -> None:
    said = {
        b"": "Filen är tom. Välj filen som ni fick tillbaka.",
        b"%PDF-1.7 hej": "Filen är ingen lista, den är en PDF. Välj en CSV- eller XLSX-fil.",
        b"Nyckel;Status\r\nEST-1-A;Klar": (
            "Kolumner som saknas: Läge, Så blev det, Senast ändrad. Använd filen som ni tog ut."
        ),
    }
    for data, why in said.items():
        page = read_back(client, scene, data)
        assert (page.status, page.errors) == (422, [why])
    client.get(HERE, as_=scene.gun)
    for carried in ("[{}", "[" * 100_000, '[{"number": 1e400}]', '[{"number": NaN}]', "{}", "7"):
        broken = client.post(f"{HERE}/apply", {"rows": carried, "seen": "x"}, as_=scene.gun)
        assert broken.status == 303, carried[:30]
