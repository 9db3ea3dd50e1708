"""Checks what a report says of a period that is not over, of meetings before it, and of what was erased."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_finding, make_meeting, make_operation, make_report
from tests.page_client import PageClient
from tests.pages_of_paper import pages_of, words_on
from tests.retention.nights import erase_all
from watch.closing import service as closing
from watch.est import export
from watch.est.outcomes import Problem, compare
from watch.est.outcomes import read as read_outcomes
from watch.extensions import db
from watch.findings import queries, service
from watch.language import local
from watch.models import Counting, Finding, FindingOwner, FindingStatus, MeetingKind, Spot, Theme, utcnow
from watch.report.content import content_of
from watch.report.period import Period
from watch.report.queries.figures import findings_of, meetings_of
from watch.report.saying import sections_of
from watch.retention.service.groups import findings as erase_findings

PATH = "/promises/sa-blev-det-2025"
RUNNING = (
    "Perioden var inte slut när siffrorna räknades 31 december 2025. De gäller bara fram till dess. "
    "Perioden före: 2024."
)
STATES = "Läget är det som gällde 31 december 2025."


def _plain(words: str) -> str:
    """Return words of a PDF with no word parted at the end of a line."""
    return " ".join(words.replace("\ufffe", "").split())


def _everywhere(client: PageClient) -> dict[str, str]:
    """Return the words of the latest edition, wherever it can be read."""
    paper = client.get(f"{PATH}.pdf").response.data
    return {
        "page": client.get(PATH).text,
        "pdf": _plain(" ".join(words_on(each) for each in pages_of(paper))),
        "csv": client.get(f"{PATH}.csv").response.text,
    }


@pytest.mark.parametrize(("published", "is_over"), [((2025, 12, 31, 22), False), ((2025, 12, 31, 23), True)])
def test_an_edition_says_for_ever_whether_its_period_was_over(
    published: tuple[int, int, int, int], is_over: bool, client: PageClient, scene: Scene
) -> None:
    """The year is over when it is midnight in Sweden, and a year that is over by now was not when counted."""
    with time_machine.travel(datetime(*published, tzinfo=UTC), tick=False):
        report = make_report(scene.group.area, published=True, by=scene.gun)
        review = client.get(f"/report/{report.id}/publish", as_=scene.gun)
    assert (RUNNING in review.text, STATES in review.text) == (not is_over, not is_over)
    for words in _everywhere(client).values():
        assert (RUNNING in words, STATES in words) == (not is_over, not is_over)
    said = json.loads(client.get(f"{PATH}.json").response.text)
    assert said["period_was_over"] is is_over


def test_the_meeting_before_is_found_however_long_ago_it_was(scene: Scene) -> None:
    """It is not one of another kind, nor one that nobody counted, nor one that comes after the period."""
    for when, kind, came in (
        ((2022, 3, 1), MeetingKind.STAIRWELL, 6), ((2022, 4, 1), MeetingKind.STAIRWELL, None),
        ((2024, 5, 1), MeetingKind.ANNUAL, 30), ((2025, 4, 4), MeetingKind.STAIRWELL, 9),
        ((2026, 2, 1), MeetingKind.STAIRWELL, 40),
    ):  # fmt: skip
        met = make_meeting(scene.group, starts_at=datetime(*when, 17, tzinfo=UTC), kind=kind)
        met.counting = Counting.NOT_COUNTED if came is None else Counting.COUNTED
        met.head_count = came
    db.session.commit()
    year = Period(date(2025, 1, 1), date(2025, 12, 31))
    told = meetings_of([scene.group.area], year, utcnow())["one_by_one"]
    assert [(each["day"], each["came"], each["more"]) for each in told] == [("2025-04-04", 9, 3)]


def test_operations_of_the_period_before_are_told_where_this_one_has_none(
    client: PageClient, scene: Scene
) -> None:
    operation = make_operation(scene.group.area, 4, by=scene.gun)
    operation.begins = operation.ends = date(2024, 5, 1)
    make_report(scene.group.area, published=True, by=scene.gun)
    for name, words in _everywhere(client).items():
        gap = ";;;;" if name == "csv" else " "
        assert f"Tillsammans{gap}0" in words
        assert f"Perioden före{gap}4" in words
    said = json.loads(client.get(f"{PATH}.json").response.text)
    assert said["operations"]["total"] == {"now": 0, "before": 4}


def test_no_operations_in_either_period_are_no_table(client: PageClient, scene: Scene) -> None:
    make_report(scene.group.area, published=True, by=scene.gun)
    assert all("Planerade insatser" not in words for words in _everywhere(client).values())


ERASED = (
    "Vad som skulle göras, och vad det blev, raderas två år efter att ett områdes åtgärd avslutades. "
    "Åtgärden räknas ändå."
)


@pytest.fixture
def in_2027(scene: Scene) -> Iterator[Scene]:
    """10 January 2027; the night is to erase the words of what the area had closed two years before."""
    with time_machine.travel(datetime(2027, 1, 10, 12, tzinfo=UTC), tick=False):
        for spot, day, is_closed in (
            (Spot.LITTER, (2024, 5, 1), False), (Spot.GRAFFITI, (2025, 1, 5), True),
            (Spot.LIGHTING, (2025, 1, 6), False), (Spot.ROAD, (2025, 1, 11), True),
        ):  # fmt: skip
            found = make_finding(scene.group.area, "Att laga.", by=scene.gun)
            found.spot = spot
            found.created_at = found.changed_at = datetime(*day, 12, tzinfo=UTC)
            found.status = FindingStatus.DONE if is_closed else FindingStatus.OPEN
            found.outcome = "Klart" if is_closed else None
        db.session.commit()
        yield scene


def _night() -> None:
    assert erase_findings(utcnow()) == 1
    assert erase_findings(utcnow()) == 0
    db.session.commit()


def test_what_groups_see_to_counts_the_same_once_the_group_is_closed_and_erased(scene: Scene) -> None:
    make_finding(scene.group, owner=FindingOwner.LANDLORD)
    mended = make_finding(scene.group, owner=FindingOwner.COORDINATOR)
    mended.status, mended.outcome, mended.spot = FindingStatus.DONE, "Låset är bytt.", Spot.DOOR
    db.session.commit()
    today = local(utcnow()).date()
    period = Period(today - timedelta(days=9), today)
    before = findings_of([scene.group.area], period)["of_groups"]
    assert before["total"]["found"] == {"now": 2, "before": 0}
    closing.close(scene.group, reason="Huset rivs.", by=scene.gun)
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
        db.session.commit()
        assert mended.what == ""
        assert findings_of([scene.group.area], period)["of_groups"] == before


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2025, 1, 1), date(2026, 12, 31)),  # it was found in the period
        (date(2026, 1, 1), date(2026, 12, 31)),  # in the one before
        (date(2025, 1, 5), date(2025, 1, 5)),  # and nothing else was
    ],
)
def test_a_report_counts_the_same_before_and_after_words_are_erased(
    since: date, until: date, in_2027: Scene
) -> None:
    area, period = in_2027.group.area, Period(since, until)
    before = findings_of([area], period)
    _night()
    after = findings_of([area], period)
    for each in before["measures"]:
        if each["spot"] == "graffiti":
            each |= {"what": None, "outcome": None}
    assert after == before
    assert after["total"]["found"]["now"] + after["total"]["found"]["before"] > 0


@pytest.mark.parametrize(("since", "is_erased"), [(date(2025, 1, 5), True), (date(2025, 1, 6), False)])
def test_that_words_were_erased_is_told_to_officers_and_everybody(
    since: date, is_erased: bool, client: PageClient, in_2027: Scene
) -> None:
    _night()
    report = make_report(in_2027.group.area, since=since, until=date(2026, 12, 31), by=in_2027.gun)
    draft = client.get(f"/report/{report.id}", as_=in_2027.gun)
    review = draft.click("Läs igenom och publicera")
    review.press("Publicera", {"read": ["nobody"]})
    for words in (draft.text, review.text, *_everywhere(client).values()):
        assert (ERASED in words) is is_erased


def test_an_edition_of_before_says_which_measures_are_not_in_it(scene: Scene) -> None:
    content = content_of(make_report(scene.group.area, by=scene.gun), utcnow())
    content["findings"]["kept_since"] = "2024-12-31"
    (places,) = (each for each in sections_of(content) if each.theme is Theme.PLACES)
    assert "De som avslutades före 31 december 2024 är inte med" in places.note


WHY = {"why": "follow_up"}


def test_an_erased_measure_is_on_no_page_and_in_no_file(client: PageClient, in_2027: Scene) -> None:
    area, gun = in_2027.group.area, in_2027.gun
    found = db.session.scalars(select(Finding).where(Finding.spot == Spot.GRAFFITI)).one()
    said = service.Report(FindingStatus.DONE, "Vi målade om.", None)
    service.report(found, said, role=FindingOwner.POLICE, by=gun)
    service.follow(found, in_2027.carin)
    found.what, found.meeting = "Klotter på muren.", make_meeting(in_2027.group)
    found.changed_at = datetime(2025, 1, 5, 12, tzinfo=UTC)
    db.session.commit()
    rows, _broken = read_outcomes(export.as_csv([found]).encode(), "est.csv")
    page = f"/findings/{found.id}"
    listed = "/areas/hassleholmen/findings?status=closed"

    def file() -> str:
        return client.get("/areas/hassleholmen/findings.csv", as_=gun).press("Ladda ner", WHY).response.text

    for told in (client.get(page, as_=gun).text, client.get(listed, as_=gun).text, file()):
        assert "Klotter på muren." in told
    assert queries.findings_of_meeting(found.meeting) == [found]
    _night()
    db.session.refresh(found)
    assert (found.what, found.outcome, found.by_id, queries.steps_of(found)) == ("", None, None, [])
    assert not queries.is_following(found, in_2027.carin)
    assert client.get(page, as_=gun).status == client.post(f"{page}/remove", {}, as_=gun).status == 404
    in_list = set(re.findall(r"/findings/\d+", client.get(listed, as_=gun).html))
    assert (len(in_list), file().count("\n")) == (1, 4)  # the one closed later; a heading
    assert found.id not in queries.finding_ids(area)
    assert found not in [*queries.findings_of_area(area), *queries.findings_of_meeting(found.meeting)]
    mistakes = compare(area, rows, lambda text: (text, [])).mistakes
    assert [each.problem for each in mistakes] == [Problem.GONE]
