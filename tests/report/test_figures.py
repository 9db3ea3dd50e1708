"""Checks a year that was counted by hand: the same number on the page, in PDF, CSV and JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from flask import current_app

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_finding,
    make_meeting,
    make_member,
    make_month,
    make_officer,
    make_open_meeting,
    make_operation,
    make_outreach,
    make_person,
    make_promise,
    make_report,
    publish_report,
)
from tests.page_client import PageClient
from tests.pages_of_paper import pages_of, words_on
from watch.extensions import db
from watch.groups.service.recounting import recount_groups
from watch.models import (
    Counting,
    FindingOwner,
    FindingStatus,
    Group,
    GroupState,
    GroupTransition,
    Meeting,
    MeetingKind,
    MeetingPart,
    PromiseResult,
    Report,
    ReportIndicator,
    ReportText,
    Spot,
    Theme,
    utcnow,
)

NUMBERS = {  # caption, row and column of each cell that was counted by hand
    ("Grupper som började och slutade", "Hässleholmen", "Startade"): "1",
    ("Grupper som började och slutade", "Hässleholmen", "Startade perioden före"): "0",
    ("Grupper som började och slutade", "Boda", "Startade perioden före"): "1",
    ("Grupper som började och slutade", "Tillsammans", "Startade"): "1",
    ("Grupper i slutet av perioden", "Hässleholmen", "Aktiva"): "1",
    ("Grupper i slutet av perioden", "Boda", "Aktiva"): "0",
    ("Grupper i slutet av perioden", "Boda", "Aktiva perioden före"): "1",
    ("Grupper i slutet av perioden", "Boda", "Vilande"): "1",
    ("Hus och fastigheter med grupp", "Hässleholmen", "Hus med grupp"): "1",
    ("Hus och fastigheter med grupp", "Hässleholmen", "Hus med grupp perioden före"): "0",
    ("Hus och fastigheter med grupp", "Boda", "Fastigheter med grupp perioden före"): "1",
    ("Hushåll som är med", "Hässleholmen", "Hushåll som är med"): "minst 7 av 18",
    ("Hushåll som är med", "Hässleholmen", "Perioden före"): "–",
    ("Hushåll som är med", "Boda", "Hushåll som är med"): "inget hus har fem",
    ("Hushåll som är med", "Boda", "Perioden före"): "minst 6 av 12",
    ("Hushåll som är med", "Tillsammans", "Hushåll som är med"): "minst 7 av 30",
    ("Hushåll som är med", "Tillsammans", "Perioden före"): "–",
    ("Träffar efter slag", "Medborgarmöte", "Antal"): "3",
    ("Träffar efter slag", "Medborgarmöte", "Antal perioden före"): "1",
    ("Träffar efter slag", "Medborgarmöte", "Kom"): "45",
    ("Träffar efter slag", "Medborgarmöte", "Kom perioden före"): "9",
    ("Träffar efter slag", "Gemensam träff", "Antal"): "1",
    ("Träffar efter slag", "Gemensam träff", "Kom"): "4",
    ("Träffar efter slag", "Trapphusträff", "Räknade"): "0",
    ("Träffar efter slag", "Tillsammans", "Antal"): "5",
    ("Träffar efter slag", "Tillsammans", "Kom"): "49",
    ("Dörrknackning och besök i antal", "Dörrar ni knackade på", "Perioden"): "48",
    ("Dörrknackning och besök i antal", "Dörrar som öppnades", "Perioden"): "26",
    ("Dörrknackning och besök i antal", "Dörrar ni knackade på", "Perioden före"): "18",
    ("Dörrknackning och besök i antal", "Hus ni kom till", "Perioden"): "1",
    ("Åtgärder efter slag", "Belysning", "Nya i perioden"): "2",
    ("Åtgärder efter slag", "Belysning", "Klar"): "1",
    ("Åtgärder efter slag", "Belysning", "Inte påbörjad"): "1",
    ("Åtgärder efter slag", "Klotter", "Nya i perioden"): "1",
    ("Vad grupperna ser till själva", "Belysning", "Nya i perioden"): "2",
    ("Vad grupperna ser till själva", "Belysning", "Klar"): "1",
    ("Vad grupperna ser till själva", "Belysning", "Nya perioden före"): "1",
    ("Vad grupperna ser till själva", "Dörr eller lås", "Inte påbörjad"): "1",
    ("Vad grupperna ser till själva", "Tillsammans", "Nya i perioden"): "3",
    ("Planerade insatser", "Tillsammans", "Antal"): "8",
}


def at(year: int, month: int, day: int, hour: int = 17) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def _citizens(scene: Scene, when: datetime, came: int) -> None:
    met = make_open_meeting(scene.group.area, starts_at=when, by=scene.gun)
    met.called_at, met.counting, met.head_count = when, Counting.COUNTED, came


def _lives(group: Group, *steps: tuple[GroupState, datetime]) -> None:
    for old in list(group.transitions):
        db.session.delete(old)
    db.session.flush()
    for state, when in steps:
        db.session.add(GroupTransition(group_id=group.id, state=state, at=when))
    group.state, group.started_at = steps[-1][0], steps[0][1]


def _meetings(scene: Scene) -> None:
    for when, came in ((at(2025, 3, 10), 10), (at(2025, 9, 10), 15), (at(2025, 12, 31, 22), 20)):
        _citizens(scene, when, came)
    _citizens(scene, at(2024, 12, 31, 22), 9)  # 23.00 in Sweden
    _citizens(scene, at(2025, 12, 31, 23), 70)  # after midnight there, so in 2026
    make_meeting(scene.group, starts_at=at(2025, 6, 1)).counting = Counting.NOT_COUNTED
    joint = make_meeting(scene.group, starts_at=at(2025, 7, 1), kind=MeetingKind.JOINT)
    joint.parts.append(MeetingPart.of(scene.other_group))
    joint.counting, joint.head_count = Counting.COUNTED, 4
    make_meeting(scene.group, starts_at=at(2025, 8, 1)).cancelled_at = utcnow()


def _found_by_groups(scene: Scene) -> None:
    """Two lamps, one mended, and a door in 2025; a lamp in 2024; and what is no number of the groups."""
    door = make_finding(scene.group, "Dörren kärvar.", owner=FindingOwner.COORDINATOR)
    door.spot, door.created_at = Spot.DOOR, at(2025, 5, 1)
    mended, lamp, earlier = (make_finding(each) for each in (scene.group, scene.other_group, scene.group))
    mended.status, mended.outcome = FindingStatus.DONE, "Ny lampa."
    mended.created_at = lamp.created_at = at(2025, 6, 1)
    earlier.created_at = at(2024, 6, 1)
    gone, elsewhere = make_finding(scene.group), make_finding(scene.langgatan.property.area)
    gone.removed_at = utcnow()
    left_to_police = make_finding(scene.group, owner=FindingOwner.POLICE)
    left_to_police.spot = Spot.GRAFFITI
    for each in (gone, elsewhere, left_to_police):
        each.created_at = at(2025, 6, 1)


def _year(scene: Scene) -> Report:
    """2025 in Hässleholmen and Boda, which Gun follows for this test."""
    area, boda = scene.group.area, scene.other_group.area
    make_officer(scene.gun, boda)
    for number in ("1103", "1201"):
        make_member(make_person(f"Granne {number}"), scene.group, flat_of(scene.stairwell_3, number))
    _lives(scene.group, (GroupState.STARTING, at(2025, 2, 1)), (GroupState.ACTIVE, at(2025, 4, 1)))
    _lives(
        scene.other_group, (GroupState.STARTING, at(2024, 2, 1)), (GroupState.ACTIVE, at(2024, 3, 1)),
        (GroupState.DORMANT, at(2025, 5, 1)),
    )  # fmt: skip
    _meetings(scene)
    make_outreach(area, scene.house, day=date(2025, 1, 1))
    make_outreach(area, scene.house, day=date(2025, 12, 31), knocked=30, opened=15)
    make_outreach(area, scene.house, day=date(2024, 12, 31))
    make_outreach(scene.langgatan.property.area, day=date(2025, 5, 1), place="Norrbyhuset")
    for status, year in ((FindingStatus.DONE, 2025), (FindingStatus.OPEN, 2025), (FindingStatus.DONE, 2024)):
        found = make_finding(area, "Mörkt på gångvägen.", by=scene.gun)
        found.status, found.created_at = status, at(year, 5, 1)
        found.outcome = "Nya lampor" if found.is_closed else None
    _found_by_groups(scene)
    promise = make_promise(area, year=2025, published=True, by=scene.gun)
    promise.result, promise.outcome, promise.followed_up_at = PromiseResult.KEPT, "Fem träffar", utcnow()
    insats = make_operation(area, by=scene.gun)
    insats.begins = insats.ends = date(2025, 5, 1)
    report = make_report(area, boda, by=scene.gun)
    report.texts = [ReportText(theme=Theme.SUMMARY, text="Vi höll det vi lovade.")]
    measured = {"name": "Trygga på kvällen", "before": "62 %", "after": "68 %", "source": "NTU 2025"}
    report.indicators = [ReportIndicator(**measured)]
    for place, month, taking_part, flats in (
        (area, date(2025, 12, 1), 7, 18), (area, date(2025, 11, 1), 6, 18), (boda, date(2025, 12, 1), 0, 12),
        (area, date(2024, 12, 1), None, None), (boda, date(2024, 12, 1), 6, 12),
    ):  # fmt: skip
        make_month(place, month, taking_part, flats)
    recount_groups(utcnow())
    db.session.commit()
    return report


@pytest.fixture
def published(scene: Scene) -> Report:
    """The report of 2025, published by Gun."""
    report = _year(scene)
    publish_report(report, by=scene.gun)
    db.session.commit()
    return report


def _cells_of_page(tree: object) -> Iterator[tuple[tuple[str, str, str], str]]:
    for table in tree.iter("table"):  # type: ignore[attr-defined]  # an element of lxml
        caption = "".join(table.find("caption").itertext()).strip()
        columns = ["".join(each.itertext()).strip() for each in table.find("thead").iter("th")]
        for row in table.find("tbody").iter("tr"):
            cells = [" ".join("".join(each.itertext()).split()) for each in row]
            for column, cell in zip(columns, cells, strict=True):
                yield (caption, cells[0], column), cell


def _cells_of_csv(text: str) -> Iterator[tuple[tuple[str, str, str], str]]:
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    captions = {caption for caption, _row, _column in NUMBERS}
    for number, row in enumerate(rows):
        if len(row) == 1 and row[0] in captions:
            columns = rows[number + 1]
            for each in rows[number + 2 :]:
                if len(each) != len(columns):
                    break
                for column, cell in zip(columns, each, strict=True):
                    yield (row[0], each[0], column), cell


def test_a_year_counted_by_hand_is_the_same_everywhere(
    client: PageClient, scene: Scene, published: Report
) -> None:
    page = client.get("/promises/sa-blev-det-2025")
    assert {key: value for key, value in _cells_of_page(page.tree) if key in NUMBERS} == NUMBERS

    text = client.get("/promises/sa-blev-det-2025.csv").response.text
    assert {key: value for key, value in _cells_of_csv(text) if key in NUMBERS} == NUMBERS

    pdf = client.get("/promises/sa-blev-det-2025.pdf").response.data
    paper = " ".join(" ".join(words_on(each) for each in pages_of(pdf)).split())
    for row in ("Medborgarmöte 3 1 3 45 9", "Gemensam träff 1 0 1 4 –", "Dörrar ni knackade på 48 18",
                "Belysning 2 1 0 1 0 1", "Boda 0 1 0 0 1 0 –", "Hässleholmen minst 7 av 18 –",
                "Boda inget hus har fem minst 6 av 12"):  # fmt: skip
        assert row in paper
    for address in ("gun@example.org", f"{current_app.config['BASE_URL']}/promises/sa-blev-det-2025/1"):
        assert address in paper.replace(" ", "")  # as it is copied

    said = json.loads(client.get("/promises/sa-blev-det-2025.json").response.text)
    assert [each["came"] for each in said["meetings"]["one_by_one"]] == [10, 15, 20, None, 4]
    assert [each["more"] for each in said["meetings"]["one_by_one"]] == [1, 5, 5, None, None]
    assert said["meetings"]["total"]["came"] == {"now": 49, "before": 9}
    assert [each["households_at_least"] for each in said["groups"]] == [
        {"now": 0, "before": 6},
        {"now": 7, "before": None},
    ]
    assert said["outreach"]["doors_knocked"] == {"now": 48, "before": 18}
    assert said["operations"]["total"] == {"now": 8, "before": 0}
    assert (said["edition"], said["areas"]) == (1, ["Boda", "Hässleholmen"])


def test_the_page_tells_promise_beside_outcome_and_names_no_house_of_a_group(
    client: PageClient, scene: Scene, published: Report
) -> None:
    page = client.get("/promises/sa-blev-det-2025")
    assert "Vi håller två träffar i varje hus. Fem träffar Hållet" in page.text
    assert "Vi höll det vi lovade." in page.text
    assert "Trygga på kvällen 62 % 68 % NTU 2025" in page.text
    assert "5 fler" in page.text
    assert "Gun Sandberg, kommunpolis 114 14 gun@example.org" in page.text
    assert re.findall("Våglängdsgatan|Svängrumsgatan|Dörren kärvar", page.text) == []


def test_an_edition_never_changes_and_what_changes_comes_in_the_next(
    client: PageClient, scene: Scene, published: Report
) -> None:
    before = {ending: client.get(f"/promises/sa-blev-det-2025/1{ending}") for ending in ("", ".csv", ".json")}
    for met in db.session.query(Meeting).where(Meeting.head_count == 15):
        met.head_count = 16
    published.texts[0].text = "Vi höll nästan allt."
    scene.group.area.name = "Hässleholmen och Hulta"
    db.session.commit()
    for ending, page in before.items():
        again = client.get(f"/promises/sa-blev-det-2025/1{ending}")
        assert again.response.text == page.response.text if ending else again.text == page.text

    publish_report(published, by=scene.gun)
    publish_report(published, by=scene.gun)  # pressed twice
    db.session.commit()
    new = client.get("/promises/sa-blev-det-2025")
    assert "Utgåva 2" in new.text
    assert "Vi höll nästan allt." in new.text
    assert [each.number for each in published.editions] == [1, 2]
    old = client.get("/promises/sa-blev-det-2025/1")
    assert ("Vi höll det vi lovade." in old.text, "Det finns en nyare utgåva" in old.text) == (True, True)
