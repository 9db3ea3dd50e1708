"""What to think of before a meeting is called: holidays, eves, and other meetings at the same time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_babel import force_locale
from holidays.constants import DE_FACTO, OPTIONAL, PUBLIC
from holidays.countries.sweden import Sweden
from sqlalchemy import select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_building, make_group, make_interest, make_meeting
from tests.page_client import Page, PageClient
from tests.races import at_once
from watch.extensions import db
from watch.meetings import service
from watch.meetings.public_holidays import NAMES, holiday_on
from watch.models import Group, Meeting, MeetingKind

PLAN = {"day": "2026-12-10", "starts": "18.00", "ends": "19.30", "place": "Tvättstugan", "scope": "group"}
SIX = datetime(2026, 12, 10, 17, 0, tzinfo=UTC)  # 18.00 in Sweden
OTHER_GROUP = "En annan grupp i området har en träff samtidigt."


@pytest.fixture(autouse=True)
def in_november() -> object:
    with time_machine.travel(datetime(2026, 11, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def neighbours(scene: Scene) -> Group:
    """Another group in Hässleholmen, of which Amina knows nothing."""
    land = scene.house.property
    group = make_group(make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4)))
    db.session.commit()
    return group


@on_one_database
@pytest.mark.parametrize(
    ("day", "name"),
    [
        ((2026, 12, 24), "julafton"),
        ((2026, 12, 31), "nyårsafton"),
        ((2026, 6, 19), "midsommarafton"),
        ((2027, 6, 25), "midsommarafton"),
        ((2026, 4, 4), "påskafton"),
        ((2026, 4, 2), "skärtorsdagen"),
        ((2026, 4, 30), "valborgsmässoafton"),
        ((2026, 6, 6), "nationaldagen"),
        ((2004, 6, 6), None),
        ((2026, 11, 1), None),  # a Sunday
        ((2026, 5, 15), None),  # the Friday after Ascension Day
        ((2008, 5, 1), "första maj och Kristi himmelsfärdsdag"),
    ],
)
def test_holidays_and_eves_have_their_names(app: Flask, day: tuple[int, int, int], name: str | None) -> None:
    assert holiday_on(date(*day)) == name


def test_every_holiday_of_the_library_has_a_name_here_but_for_bridging_days() -> None:
    known = Sweden(years=range(2020, 2040), categories=(PUBLIC, DE_FACTO, OPTIONAL), language="sv")
    found = {each.partition(" (")[0] for day in known for each in known.get_list(day)}
    assert found - set(NAMES) == {"Klämdag"}
    assert set(NAMES) - found == set()


def test_the_name_is_in_the_readers_language(app: Flask) -> None:
    names = []
    for language in ("en", "ar", "so"):
        with force_locale(language):
            names.append(holiday_on(date(2026, 12, 24)))
    assert names == ["Christmas Eve", "عشية عيد الميلاد", "habeenka ka horreeya Kirismaska"]


def preview(client: PageClient, scene: Scene, **other: Any) -> Page:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    return new.press("Förhandsgranska", PLAN | other)


def warned(page: Page) -> bool:
    return 'id="warnings"' in page.html


def test_a_call_on_christmas_eve_is_warned_of_and_can_be_sent(client: PageClient, scene: Scene) -> None:
    page = preview(client, scene, day="2026-12-24")
    assert "Den dagen är det julafton. Många har annat för sig då." in page.text
    again = page.press("Ändra")
    assert "Den dagen är det julafton." in again.text
    sent = again.press("Förhandsgranska").press("Kalla 4 grannar")
    assert sent.status == 303
    assert db.session.query(Meeting).count() == 1


def test_an_ordinary_day_warns_of_nothing(client: PageClient, scene: Scene) -> None:
    make_meeting(scene.group, starts_at=SIX + timedelta(days=1))
    make_meeting(scene.group, starts_at=SIX + timedelta(minutes=90))  # begins when this one ends
    make_meeting(scene.group, starts_at=SIX - timedelta(minutes=90))  # ends when this one begins
    make_meeting(scene.other_group, starts_at=SIX)
    db.session.commit()
    assert not warned(preview(client, scene))


@pytest.mark.parametrize("minutes", [-89, 0, 89])
def test_a_meeting_in_the_same_house_at_the_same_time_is_linked(
    client: PageClient, scene: Scene, minutes: int
) -> None:
    other = make_meeting(scene.group, starts_at=SIX + timedelta(minutes=minutes), stairwell=scene.stairwell_1)
    db.session.commit()
    page = preview(client, scene)
    assert f'href="/meetings/{other.id}"' in page.html
    assert OTHER_GROUP not in page.text
    assert page.press("Kalla 4 grannar").status == 303


CHANGED = "Träffarna vid samma tid har ändrats sedan du tittade. Granska igen innan du skickar."
BESIDE = "Samtidigt är det redan:"


@pytest.mark.parametrize("colleague", ["amina", "bengt"])
def test_the_same_meeting_from_two_previews_is_not_called_twice_unawares(
    client: PageClient, scene: Scene, colleague: str
) -> None:
    first = preview(client, scene)
    page = f"/groups/{scene.group.id}/meetings/new"
    second = client.get(page, as_=getattr(scene, colleague)).press("Förhandsgranska", PLAN)
    assert (BESIDE in first.text, BESIDE in second.text) == (False, False)
    press = next(each for each in second.buttons if each.startswith(("Kalla", "Lägg")))
    called_at_most_twice(lambda: first.press("Kalla 4 grannar"), second, press)


def test_nor_when_both_are_pressed_at_the_same_moment(client: PageClient, scene: Scene) -> None:
    page = f"/groups/{scene.group.id}/meetings/new"
    both = [client.get(page, as_=each).press("Förhandsgranska", PLAN) for each in (scene.amina, scene.amina)]
    forms = [each.form(f"/groups/{scene.group.id}/meetings") for each in both]
    presses = [(scene.amina, f"/groups/{scene.group.id}/meetings")] * 2
    assert sorted(at_once(client, presses, forms)) == [303, 409]
    assert len(db.session.scalars(select(Meeting)).all()) == 1


@pytest.mark.parametrize(
    ("address", "plan", "press"),
    [
        ("/areas/hassleholmen/meetings", {"whom": "coordinators"}, "Kalla 2 kontaktombud"),
        ("/areas/hassleholmen/meetings", {"whom": "everybody"}, "Kalla minst 5 hushåll"),
        ("start", {}, "Kalla dem som är intresserade"),
    ],
)
def test_nor_are_officers_meetings(
    client: PageClient, scene: Scene, address: str, plan: dict[str, Any], press: str
) -> None:
    if address == "start":
        make_interest(scene.jenny, scene.langgatan)
        db.session.commit()
        address = f"/buildings/{scene.langgatan.id}/meetings"
    first, second = (
        client.get(f"{address}/new", as_=scene.gun).press("Förhandsgranska", PLAN | plan) for _tab in range(2)
    )
    called_at_most_twice(lambda: first.press(press), second, press)


def called_at_most_twice(send_first: Callable[[], Page], second: Page, press: str) -> None:
    """Send two previews: the second one is shown again with the first one's meeting, and then sent."""
    assert [send_first().status for _press in range(2)] == [303, 303]
    (called,) = db.session.scalars(select(Meeting))
    refused = second.press(press)
    assert (refused.status, refused.flashes[-1]) == (409, ("warn", CHANGED))
    assert BESIDE in refused.text
    assert f'href="/meetings/{called.id}"' in refused.html
    assert db.session.query(Meeting).count() == 1
    assert [refused.press(press).status for _press in range(2)] == [303, 303]
    assert db.session.query(Meeting).count() == 2


def test_of_those_at_the_same_time_only_a_new_one_stops_the_call(
    client: PageClient, scene: Scene, neighbours: Group
) -> None:
    known = make_meeting(scene.group, starts_at=SIX, stairwell=scene.stairwell_1)
    db.session.commit()
    page = preview(client, scene)
    make_meeting(neighbours, starts_at=SIX)
    db.session.commit()
    refused = page.press("Kalla 4 grannar")
    assert (refused.status, OTHER_GROUP in refused.text) == (409, True)
    for other in db.session.scalars(select(Meeting).where(Meeting.id != known.id)).all():
        service.cancel(other, by=scene.amina)
    service.cancel(known, by=scene.amina)
    db.session.commit()
    assert refused.press("Kalla 4 grannar").status == 303


def test_a_draft_and_a_cancelled_meeting_clash_with_nothing(client: PageClient, scene: Scene) -> None:
    make_meeting(scene.group, starts_at=SIX).called_at = None
    off = make_meeting(scene.group, starts_at=SIX)
    db.session.commit()
    service.cancel(off, by=scene.amina)
    db.session.commit()
    assert not warned(preview(client, scene))


def test_of_another_groups_meeting_a_coordinator_learns_only_that_there_is_one(
    client: PageClient, scene: Scene, neighbours: Group
) -> None:
    theirs = make_meeting(neighbours, starts_at=SIX, place="Hos Sara")
    db.session.commit()
    page = preview(client, scene)
    assert OTHER_GROUP in page.text
    assert f"/meetings/{theirs.id}" not in page.html
    assert (neighbours.name in page.text, "Hos Sara" in page.text) == (False, False)


def test_an_officer_sees_which_group_meets_then(client: PageClient, scene: Scene, neighbours: Group) -> None:
    theirs = make_meeting(neighbours, starts_at=SIX)
    make_meeting(scene.other_group, starts_at=SIX)  # in another area
    db.session.commit()
    new = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    plan = {name: PLAN[name] for name in ("day", "starts", "ends", "place")}
    page = new.press("Förhandsgranska", plan | {"whom": "coordinators"})
    assert [f'href="/meetings/{theirs.id}"' in page.html, neighbours.name in page.text] == [True, True]
    assert OTHER_GROUP not in page.text


def test_a_change_is_warned_of_by_its_new_time_and_never_by_itself(client: PageClient, scene: Scene) -> None:
    mine = make_meeting(scene.group, starts_at=SIX)
    other = make_meeting(scene.group, starts_at=SIX + timedelta(days=1), kind=MeetingKind.ANNUAL)
    db.session.commit()
    edit = client.get(f"/meetings/{mine.id}/edit", as_=scene.amina)
    assert not warned(edit)
    later = edit.press("Granska ändringen", {"starts": "18.30"})
    assert not warned(later)
    moved = edit.press("Granska ändringen", {"day": "2026-12-11"})
    assert f'href="/meetings/{other.id}"' in moved.html
    eve = edit.press("Granska ändringen", {"day": "2026-12-31"})
    assert "nyårsafton" in eve.text
