"""How many have come: one by one, in sums, as a plot and as CSV, equal to a list made by hand."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import (
    make_answer,
    make_building,
    make_coordinator,
    make_finding,
    make_group,
    make_meeting,
    make_person,
)
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.meetings import service
from watch.meetings.queries import attendance
from watch.meetings.queries.answers import sums
from watch.models import (
    Answer,
    Area,
    AuditEntry,
    Counting,
    ExportReason,
    Group,
    Meeting,
    MeetingAnswer,
    MeetingKind,
    MeetingPart,
    MeetingTally,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)
from watch.retention.service.traces import meeting_answers

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SIX = datetime(2026, 10, 1, 16, 0, tzinfo=UTC)  # 18.00 in Sweden
Statements = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture(autouse=True)
def clock() -> object:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def neighbours(scene: Scene) -> Group:
    """Another group in Hässleholmen."""
    land = scene.house.property
    group = make_group(make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4)))
    make_coordinator(make_person("Sara", "sara@example.org"), group, lead=True)
    db.session.commit()
    return group


def held(
    group: Group,
    starts_at: datetime,
    came: int | None,
    kind: MeetingKind = MeetingKind.STAIRWELL,
    **more: object,
) -> Meeting:
    """Add a meeting of the past; without a number nobody counted."""
    meeting = make_meeting(group, starts_at=starts_at, kind=kind, **more)  # type: ignore[arg-type]  # `more` goes on as it came
    meeting.counting = Counting.NOT_COUNTED if came is None else Counting.COUNTED
    meeting.head_count = came
    return meeting


def five(scene: Scene) -> None:
    """Add what the lists below say, and what must not count: a draft, one cancelled, one to come."""
    held(scene.group, datetime(2025, 3, 4, 17, 0, tzinfo=UTC), 7)
    held(scene.group, datetime(2025, 12, 31, 23, 30, tzinfo=UTC), 0)  # in Sweden it is 2026
    held(scene.group, datetime(2026, 5, 5, 16, 0, tzinfo=UTC), 12, MeetingKind.ANNUAL)
    held(scene.group, datetime(2026, 6, 5, 16, 0, tzinfo=UTC), None)
    make_meeting(
        scene.group, starts_at=SIX, kind=MeetingKind.SAFETY_WALK
    )  # nobody has written the number yet
    held(scene.group, SIX - timedelta(days=1), 40).called_at = None
    held(scene.group, SIX - timedelta(days=2), 50).cancelled_at = utcnow()
    held(scene.other_group, SIX - timedelta(days=3), 60)
    make_meeting(scene.group)
    db.session.commit()


FIVE = [  # by hand: day, kind and how many came
    ["2026-10-01", "Trygghetsvandring", "inte ifyllt"],
    ["2026-06-05", "Trapphusträff", "inte räknat"],
    ["2026-05-05", "Årlig träff", "12"],
    ["2026-01-01", "Trapphusträff", "0"],
    ["2025-03-04", "Trapphusträff", "7"],
]


def table(page: Page, caption: str) -> list[list[str]]:
    """Return the cells of a table, without its heading."""
    for each in page.tree.iter("table"):
        if "".join(each.find("caption").itertext()).strip() == caption:  # type: ignore[union-attr]  # each table has one
            rows = each.find("tbody").iter("tr")  # type: ignore[union-attr]  # and this
            return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]
    raise AssertionError(f"no table {caption!r}")


def plot(page: Page) -> list[str]:
    """Return the title of each column of the plot, from the left."""
    return re.findall(r"<g [^>]*>\s*<title>([^<]*)</title>", page.html)


def downloaded(client: PageClient, path: str, reader: Person) -> list[list[str]]:
    """Return the cells of a CSV file, without its heading. Of an area the reason is told first."""
    page = client.get(path, as_=reader)
    file = (page.press("Ladda ner", {"why": "follow_up"}) if path.startswith("/areas/") else page).response
    assert file.headers["Content-Disposition"].startswith("attachment")
    text = file.get_data(as_text=True)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))[1:]
    return [[" ".join(cell.split()) for cell in row] for row in rows]


def numbers(client: PageClient, group: Group, reader: Person) -> Page:
    return client.get(f"/groups/{group.id}/meetings/numbers", as_=reader)


def test_page_plot_and_file_say_what_a_list_made_by_hand_says(client: PageClient, scene: Scene) -> None:
    five(scene)
    page = numbers(client, scene.group, scene.amina)
    shown = table(page, "Träffar en och en")
    assert [[row[0], row[1], row[-2]] for row in shown] == FIVE
    assert plot(page) == [f"{day}: {came}" for day, _kind, came in reversed(FIVE)]
    heights = re.findall(
        r'<rect [^>]*height="([0-9.]+)"', re.findall(r"<svg class=\"chart\".*?</svg>", page.html, re.S)[0]
    )
    assert [float(each) for each in heights] == [round(7 / 12 * 140, 1), 0, 140]
    assert downloaded(client, f"/groups/{scene.group.id}/meetings/numbers.csv", scene.amina) == shown


def test_sums_of_kinds_and_years_are_those_of_the_list(client: PageClient, scene: Scene) -> None:
    five(scene)
    page = numbers(client, scene.group, scene.amina)
    assert [row[:4] for row in table(page, "Per slag")] == [
        ["Trygghetsvandring", "1", "0", "–"],
        ["Trapphusträff", "3", "2", "7"],
        ["Årlig träff", "1", "1", "12"],
        ["Alla", "5", "3", "19"],
    ]
    assert {tuple(row[4:]) for row in table(page, "Per slag")} == {("–", "–")}  # nobody was called
    assert [row[:4] for row in table(page, "Per år")] == [
        ["2026", "4", "2", "12"],
        ["2025", "1", "1", "7"],
        ["Alla", "5", "3", "19"],
    ]


def test_nothing_counted_is_no_plot_and_no_meeting_is_no_table(client: PageClient, scene: Scene) -> None:
    empty = numbers(client, scene.group, scene.amina)
    assert "Inga träffar har varit än" in empty.text
    held(scene.group, SIX, None)
    page = numbers(client, scene.group, scene.amina)
    assert ('class="chart"' in page.html, len(table(page, "Träffar en och en"))) == (False, 1)


def called(scene: Scene, clock: time_machine.Coordinates) -> Meeting:
    """Amina calls: mail reaches her, Bengt and Carin, not Dawit; Elsa's paper is handed out."""
    plan = service.Plan(
        MeetingKind.ANNUAL, NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2), "Gården"
    )
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    for row in db.session.query(OutboxRow):
        if row.household_id:
            row.state = OutboxState.HANDED_OUT
        elif row.person_id != scene.dawit.id:
            row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    make_answer(meeting, scene.amina, Answer.YES, 2)
    make_answer(meeting, scene.bengt, Answer.YES, 3)
    make_answer(meeting, scene.carin, Answer.NO)
    db.session.commit()
    clock.move_to(NOW + timedelta(days=4))
    return meeting


def tallied() -> list[tuple[int | None, int, int, int, int, int]]:
    return [
        (each.group_id, each.asked, each.yes, each.maybe, each.no, each.people)
        for each in db.session.query(MeetingTally).order_by(MeetingTally.id)
    ]


def test_the_night_counts_the_answers_and_they_outlive_their_erasure(
    client: PageClient, scene: Scene, clock: time_machine.Coordinates
) -> None:
    meeting = called(scene, clock)
    meeting.counting, meeting.head_count = Counting.COUNTED, 4
    db.session.commit()
    assert sums(meeting) == sums(meeting, scene.group.id)
    for _again in range(2):
        assert service.tally(utcnow()) is False
        db.session.commit()
    assert tallied() == [(scene.group.id, 4, 2, 0, 1, 5)]
    (row,) = table(numbers(client, scene.group, scene.amina), "Träffar en och en")
    assert row[2:] == ["4", "2", "0", "1", "5", "4", "80 %"]
    before = attendance.held_meetings(scene.group, utcnow())
    clock.move_to(NOW + timedelta(days=800))
    meeting_answers(utcnow())
    db.session.commit()
    assert db.session.query(MeetingAnswer).count() == 0
    service.tally(utcnow())
    db.session.commit()
    assert attendance.held_meetings(scene.group, utcnow()) == before


def test_no_meeting_is_counted_before_it_is_over_or_when_nobody_was_called(
    scene: Scene, clock: time_machine.Coordinates
) -> None:
    held(scene.group, SIX, 4)  # written down afterwards
    called(scene, clock)
    clock.move_to(NOW + timedelta(days=3, hours=1))
    service.tally(utcnow())
    assert tallied() == []


def test_whoever_does_not_work_with_all_reads_bands_and_no_sum_of_them(
    client: PageClient, scene: Scene, clock: time_machine.Coordinates
) -> None:
    meeting = called(scene, clock)
    meeting.counting, meeting.head_count = Counting.COUNTED, 4
    service.tally(utcnow())
    db.session.commit()
    for reader in (scene.carin, scene.bengt, scene.gun):
        page = numbers(client, scene.group, reader)
        (row,) = table(page, "Träffar en och en")
        assert row[2:] == ["färre än 5"] * 4 + ["minst 5", "4", "–"]
        assert table(page, "Per slag") == [["Årlig träff", "1", "1", "4"], ["Alla", "1", "1", "4"]]
        assert downloaded(client, f"/groups/{scene.group.id}/meetings/numbers.csv", reader) == [row]
    exact = numbers(client, scene.group, scene.amina)
    assert table(exact, "Per slag")[-1] == ["Alla", "1", "1", "4", "4", "2"]


def test_of_a_house_of_five_no_number_says_whether_all_were_asked(
    client: PageClient, scene: Scene, clock: time_machine.Coordinates
) -> None:
    meeting = called(scene, clock)
    meeting.counting, meeting.head_count = Counting.COUNTED, 4
    service.tally(utcnow())
    for flat in [*scene.stairwell_1.flats, *scene.stairwell_3.flats][5:]:
        flat.gone_at = utcnow()
    db.session.commit()
    (row,) = table(numbers(client, scene.group, scene.gun), "Träffar en och en")
    assert row[2:] == ["färre än 5 eller nästan alla", "–", "–", "–", "minst 5", "4", "–"]


def area_page(client: PageClient, area: Area, reader: Person) -> Page:
    return client.get(f"/areas/{area.slug}/meetings/numbers", as_=reader)


def test_a_joint_meeting_counts_once_for_each_group_and_once_for_the_area(
    client: PageClient, scene: Scene, neighbours: Group
) -> None:
    joint = held(scene.group, SIX, 30, MeetingKind.JOINT)
    joint.parts.append(MeetingPart.of(neighbours))
    held(scene.group, SIX - timedelta(days=9), 5)
    held(scene.other_group, SIX, 100)  # in another area
    db.session.commit()
    page = area_page(client, scene.group.area, scene.gun)
    assert [row[-2] for row in table(page, "Träffar en och en")] == ["30", "5"]
    assert table(page, "Per år") == [["2026", "2", "2", "35"], ["Alla", "2", "2", "35"]]
    assert [row[:4] for row in table(page, "Per grupp")] == [
        [neighbours.name, "1", "1", "30"],
        [scene.group.name, "2", "2", "35"],
    ]
    assert [row[-2] for row in table(numbers(client, neighbours, scene.gun), "Träffar en och en")] == ["30"]
    rows = downloaded(client, f"/areas/{scene.group.area.slug}/meetings/numbers.csv", scene.gun)
    assert rows == table(page, "Träffar en och en")


@pytest.mark.parametrize(
    ("listed", "act"), [("meetings/numbers", "numbers-exported"), ("findings", "findings-exported")]
)
def test_an_areas_list_is_taken_out_with_a_reason_that_is_written_down(
    listed: str, act: str, client: PageClient, scene: Scene
) -> None:
    held(scene.group, SIX, 30)
    make_finding(scene.group.area, "Lampan i porten")
    db.session.commit()
    area = scene.group.area
    acts = select(AuditEntry.by_id, AuditEntry.area_id, AuditEntry.why).where(AuditEntry.what == act)
    page = client.get(f"/areas/{area.slug}/{listed}", as_=scene.gun).click("Ladda ner som CSV")
    assert client.get(f"/areas/{area.slug}/{listed}.csv", as_=scene.gun).h1 == page.h1  # as it used to be
    refused = page.press("Ladda ner")
    assert (refused.status, db.session.execute(acts).all()) == (422, [])
    file = page.press("Ladda ner", {"why": "requested"}).response
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert len(file.get_data(as_text=True).strip().split("\r\n")) == 2
    assert db.session.execute(acts).all() == [(scene.gun.id, area.id, ExportReason.REQUESTED)]


def test_a_joint_meetings_answers_are_parted_by_group(
    scene: Scene, neighbours: Group, clock: time_machine.Coordinates
) -> None:
    meeting = called(scene, clock)
    meeting.parts.append(MeetingPart.of(neighbours))
    db.session.commit()
    service.tally(utcnow())
    assert tallied() == [(scene.group.id, 4, 2, 0, 1, 5), (neighbours.id, 0, 0, 0, 0, 0)]


def test_coordinators_of_an_area_are_counted_as_persons(
    client: PageClient, scene: Scene, neighbours: Group, clock: time_machine.Coordinates
) -> None:
    plan = service.Plan(
        MeetingKind.COORDINATORS, NOW + timedelta(days=3), NOW + timedelta(days=4), "Hässlehuset"
    )
    meeting = service.call(service.planned_for_coordinators(scene.group.area, plan), by=scene.gun)
    for row in db.session.query(OutboxRow):
        row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    make_answer(meeting, scene.amina, Answer.YES, alone=True)
    db.session.commit()
    clock.move_to(NOW + timedelta(days=5))
    service.tally(utcnow())
    assert tallied() == [(None, 3, 1, 0, 0, 1)]
    db.session.commit()
    (row,) = table(area_page(client, scene.group.area, scene.gun), "Träffar en och en")
    assert row[1:] == ["Ombudsträff", "Kontaktombuden", "3", "1", "0", "0", "1", "inte ifyllt", "–"]


@pytest.mark.parametrize(("days", "quiet"), [(364, False), (367, True)])
def test_a_group_without_a_meeting_for_a_year_is_flagged(
    client: PageClient, scene: Scene, days: int, quiet: bool
) -> None:
    held(scene.group, NOW - timedelta(days=days), 3)
    make_meeting(scene.group, starts_at=NOW - timedelta(days=2)).cancelled_at = utcnow()
    db.session.commit()
    words = "Ingen träff på 12 månader"
    pages = numbers(client, scene.group, scene.carin), area_page(client, scene.group.area, scene.gun)
    assert [words in page.text for page in pages] == [quiet, quiet]


def test_a_group_that_never_met_is_flagged_a_year_after_its_start(scene: Scene) -> None:
    scene.group.started_at = NOW - timedelta(days=364)
    young = attendance.is_quiet(scene.group, [], NOW)
    scene.group.started_at = NOW - timedelta(days=366)
    assert (young, attendance.is_quiet(scene.group, [], NOW)) == (False, True)


def test_pages_hold_twenty_and_the_file_all(client: PageClient, scene: Scene) -> None:
    for number in range(21):
        held(scene.group, SIX - timedelta(days=number), number)
    first = numbers(client, scene.group, scene.amina)
    rows = table(first, "Träffar en och en")
    assert ([row[-2] for row in rows], len(plot(first))) == ([str(each) for each in range(20)], 20)
    assert table(first, "Per år")[-1][:4] == ["Alla", "21", "21", "210"]
    assert len(downloaded(client, f"/groups/{scene.group.id}/meetings/numbers.csv", scene.amina)) == 21


def test_the_number_of_statements_does_not_grow(
    client: PageClient, scene: Scene, neighbours: Group, statements: Statements
) -> None:
    counts = []
    for size in (2, 9):
        for number in range(size):
            joint = held(scene.group, SIX - timedelta(days=size * 10 + number), 1)
            joint.parts.append(MeetingPart.of(neighbours))
        db.session.commit()
        with statements() as of_group:
            numbers(client, scene.group, scene.amina)
        with statements() as of_area:
            area_page(client, scene.group.area, scene.gun)
        counts.append((len(of_group), len(of_area)))
    assert counts[0] == counts[1]


def test_in_arabic_the_oldest_stands_on_the_right(client: PageClient, scene: Scene) -> None:
    held(scene.group, SIX - timedelta(days=30), 1)
    held(scene.group, SIX, 2)
    db.session.commit()
    places = {}
    for reader in (scene.amina, scene.dawit):
        page = numbers(client, scene.group, reader)
        chart = re.findall(r"<svg class=\"chart\".*?</svg>", page.html, re.S)[0]
        places[reader] = [
            float(each) for each in re.findall(r'<text x="([0-9.]+)" y="[0-9.]+" text-anchor="middle"', chart)
        ]
    assert places[scene.dawit] == [400 - each for each in places[scene.amina]]
    assert places[scene.amina] == sorted(places[scene.amina])
