"""Checks that numbers are live and exact for those who work with them; for others last night's, in bands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.factories import flat_of, make_coordinator, make_interest, make_meeting, make_member, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.groups.service.members import leave
from watch.language import STOCKHOLM
from watch.models import (
    Audience,
    Interest,
    Language,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    utcnow,
)
from watch.notices.queries import Target
from watch.notices.service import Draft, send

MORNING = datetime(2026, 3, 3, 9, tzinfo=STOCKHOLM)
PLAN = {
    "kind": "stairwell", "day": "2026-03-12", "starts": "18.00", "ends": "19.30",
    "place": "Tvättstugan", "scope": "group",
}  # fmt: skip
NOTICE = {"level": "information", "title": "Ny lampa", "body": "Den är på plats."}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def full_stairwell(scene: Scene) -> Stairwell:
    """Port 1, which Dawit coordinates: seven of nine households have taken part since the day before."""
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    scene.dawit.language = Language.SWEDISH
    for number in ("1002", "1003", "1102", "1103", "1201"):
        person = make_person(f"Granne {number}", f"g{number}@example.org")
        make_member(person, scene.group, flat_of(scene.stairwell_1, number))
    yesterday = utcnow() - timedelta(days=1)
    db.session.execute(update(Membership).values(joined_at=yesterday, consent_at=yesterday))
    scene.group.counted_taking_part = 10
    db.session.commit()
    return scene.stairwell_1


def test_the_night_is_over_at_half_past_two_in_boras() -> None:
    def night(*moment: int) -> str:
        now = datetime(*moment, tzinfo=STOCKHOLM).astimezone(UTC)
        return last_night(now).astimezone(STOCKHOLM).strftime("%d %H.%M")

    assert [night(2026, 3, 3, 2, 29), night(2026, 3, 3, 2, 30)] == ["02 02.30", "03 02.30"]
    assert night(2026, 3, 29, 3, 15) == "28 02.30"  # that night has no half past two
    assert night(2026, 3, 29, 4, 0) == "29 03.30"


def test_households_are_counted_as_they_were_at_night(scene: Scene, full_stairwell: Stairwell) -> None:
    def counted(later: timedelta = timedelta()) -> dict[int, tuple[int, int]]:
        return households_by_stairwell(scene.group, last_night(utcnow() + later))

    before = counted()
    assert before == {scene.stairwell_1.id: (7, 9), scene.stairwell_3.id: (3, 9)}
    make_member(
        scene.jenny, scene.group, flat_of(scene.stairwell_1, "1002")
    )  # a second one of that household
    make_member(make_person("Ny"), scene.group, flat_of(scene.stairwell_1, "1202"))
    leave(db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one())
    assert counted() == before
    assert counted(timedelta(days=1)) == {scene.stairwell_1.id: (8, 9), scene.stairwell_3.id: (2, 9)}


def test_a_coordinator_of_one_stairwell_counts_that_stairwell_alone(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.bengt)
    assert "Hela gruppen (10 av 18 hushåll är med)" in page.text
    assert "Port 1 (nästan alla av 9 hushåll är med)" in page.text
    assert "Port 3 (2 med mejl, 1 på papper)" in page.text
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.dawit)
    assert "Port 3 (färre än 5 av 9 hushåll är med)" in page.text
    assert "Port 1 (7 med mejl, 0 på papper)" in page.text
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    for said in (
        "Hela gruppen (9 med mejl, 1 på papper)",
        "Port 1 (7 med mejl, 0 på papper)",
        "Port 3 (2 med mejl, 1 på papper)",
    ):
        assert said in page.text


def _reads(client: PageClient, scene: Scene, reader: Person) -> Callable[[], list[object]]:
    """Return everything shown about a meeting or a notice, up to its preview: words and hidden fields."""
    here = f"/groups/{scene.group.id}"

    def seen() -> list[object]:
        pages = [
            client.get(f"{here}/meetings/new", as_=reader),
            client.post(f"{here}/meetings/preview", PLAN, as_=reader),
            client.post(
                f"{here}/meetings/preview",
                PLAN | {"scope": "stairwells", "stairwells": str(scene.stairwell_1.id)},
                as_=reader,
            ),
            client.get(f"{here}/notices/new", as_=reader),
            client.post(f"{here}/notices/preview", NOTICE | {"audience": "group"}, as_=reader),
            client.get(f"{here}", as_=reader),
        ]
        hidden = [page.form() | {"csrf_token": "", "form_key": ""} for page in pages[:-1]]
        return [page.text for page in pages] + hidden

    return seen


def test_nobody_is_seen_joining_or_leaving_in_another_stairwell(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    seen, seen_by_all = _reads(client, scene, scene.bengt), _reads(client, scene, scene.amina)
    before, before_by_all = seen(), seen_by_all()
    make_member(make_person("Ny", "ny@example.org"), scene.group, flat_of(scene.stairwell_1, "1202"))
    make_member(make_person("Pappers"), scene.group, flat_of(scene.stairwell_1, "1203"))
    assert (seen() == before, seen_by_all() == before_by_all) == (True, False)


def test_a_guess_at_numbers_that_are_not_told_is_not_answered(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    here, guess = f"/groups/{scene.group.id}", {"counted": "1-1-1"}
    notice, meeting = NOTICE | {"audience": "group"} | guess, PLAN | guess
    asked = [(f"{here}/notices", notice), (f"{here}/meetings", meeting)]
    assert [client.post(path, typed, as_=scene.bengt).status for path, typed in asked] == [303, 303]
    assert [client.post(path, typed, as_=scene.amina).status for path, typed in asked] == [409, 409]


def test_what_is_sent_to_the_whole_group_is_followed_roughly(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    page = client.post(f"/groups/{scene.group.id}/notices", NOTICE | {"audience": "group"}, as_=scene.bengt)
    notice = db.session.scalars(select(Notice)).one()
    assert "Så många väntar: minst 5." in page.follow().text
    assert "Hushåll som behöver det på papper: färre än 5." in page.follow().text
    assert "Så många väntar: 9." in client.get(f"/notices/{notice.id}/report", as_=scene.amina).text
    asked = client.get(f"/notices/{notice.id}/stop", as_=scene.bengt)
    assert "Så många väntar: minst 5." in asked.text
    stopped = asked.press("Stoppa mejlen som väntar").follow()
    assert stopped.flashes == [("done", "Stoppade mejl: minst 5.")]


def test_of_a_meeting_elsewhere_its_caller_reads_roughly_who_comes(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    call = PLAN | {"scope": "stairwells", "stairwells": str(full_stairwell.id)}
    page = client.post(f"/groups/{scene.group.id}/meetings", call, as_=scene.bengt).follow()
    assert page.flashes[0][1].startswith("Träffen är inlagd. Inbjudan är på väg.")
    assert "Jag kommer färre än 5 Kanske färre än 5 Jag kan inte färre än 5" in page.text
    assert "Har inte svarat" not in page.text
    asked = page.click("Ställ in träffen")
    assert "De som är kallade får besked, med mejl eller på papper." in asked.text
    assert "7" not in asked.text.replace("2026", "")


def test_of_a_meeting_of_the_group_a_stairwells_coordinator_reads_who_answers_not_who_does_not(
    client: PageClient, scene: Scene, full_stairwell: Stairwell
) -> None:
    client.post(f"/groups/{scene.group.id}/meetings", PLAN, as_=scene.amina)
    meeting = make_meeting(scene.group)
    address = f"/meetings/{meeting.id - 1}"
    assert "0 personer kommer" in client.get(address, as_=scene.bengt).text
    unanswered = [
        "Har inte svarat" in client.get(address, as_=who).text for who in (scene.bengt, scene.amina)
    ]
    assert unanswered == [False, True]


@pytest.fixture
def areas_notice(scene: Scene) -> Notice:
    """A notice from the police to all of Hässleholmen, sent to everybody."""
    target = Target(Audience.AREA_MEMBERS, area=scene.group.area)
    notice = send(target, Draft({Language.SWEDISH: ("Ny lampa", "På plats.")}, "police"), by=scene.gun)
    sent = {"state": OutboxState.SENT, "next_at": None, "settled_at": utcnow()}
    db.session.execute(update(OutboxRow).where(OutboxRow.person_id.is_not(None)).values(sent))
    db.session.commit()
    return notice


@pytest.mark.parametrize("state", [OutboxState.BOUNCED, OutboxState.CANCELLED])
def test_that_one_was_not_reached_is_not_told_of_an_area(
    state: OutboxState, client: PageClient, scene: Scene, areas_notice: Notice
) -> None:
    report = f"/notices/{areas_notice.id}/report"
    before = client.get(report, as_=scene.gun)
    assert "Kom inte fram färre än 5" in before.text
    one = update(OutboxRow).where(OutboxRow.person_id == scene.carin.id)
    db.session.execute(one.values(state=state))
    assert client.get(report, as_=scene.gun).text == before.text


def test_whether_anybody_is_reached_on_paper_is_not_told_of_an_area(
    client: PageClient, scene: Scene, areas_notice: Notice
) -> None:
    report = f"/notices/{areas_notice.id}/report"
    before = client.get(report, as_=scene.gun).text
    db.session.execute(update(OutboxRow).where(OutboxRow.household_id.is_not(None)).values(state="cancelled"))
    assert client.get(report, as_=scene.gun).text == before


def test_nobody_is_seen_becoming_interested_or_losing_interest(client: PageClient, scene: Scene) -> None:
    for number in range(4):
        make_interest(make_person(f"Granne {number}"), scene.langgatan)
    fifth = make_interest(make_person("Femte", "femte@example.org"), scene.langgatan, confirmed=False)
    new, area = f"/groups/new?building={scene.langgatan.id}", "/areas/norrby"

    def seen() -> list[str]:
        desk = PageClient(client.app)  # an officer is signed out overnight
        pages = new, area, f"{area}?state=interest", f"{area}?sort=state", "/overview"
        return [desk.get(page, as_=scene.gun).text for page in pages]

    before = seen()
    fifth.confirmed_at = utcnow()
    fifth.could_coordinate = True
    assert seen() == before
    with time_machine.travel(MORNING + timedelta(days=1)):
        five = seen()
        assert five != before
        assert "5 är intresserade" in five[1]
        db.session.scalars(select(Interest).limit(1)).one().ended_at = utcnow()
        assert seen() == five
    with time_machine.travel(MORNING + timedelta(days=2)):
        assert seen() == before
