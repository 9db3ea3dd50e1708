"""Shows that what officers read of a group is the same, byte for byte, for all numbers of one band.

tests/followup/test_differencing.py proves what the product's functions give away. Here members really join a
house, and every page, file, plot and mail of an officer is read: all of it comes from those functions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import ROOT
from tests.databases import on_one_database
from tests.factories import make_building, make_group, make_interest, make_member, make_person, make_report
from tests.newcomers import bytes_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.followup.routes import needs_of
from watch.followup.service.months import count_months
from watch.groups.labels import HouseholdsSaid
from watch.groups.service.recounting import recount_groups
from watch.language import STOCKHOLM
from watch.models import Flat, Household, Membership, Officer, utcnow
from watch.report.content import content_of

MORNING = datetime(2026, 3, 3, 9, tzinfo=STOCKHOLM)
WEEK = timedelta(days=7)
TELLING = {  # what says another word for nearly all than for fewer than five
    "/areas/norrby", "/areas/norrby?sort=households", "/areas/norrby/months", "/areas/norrby/notices/new",
    "/overview", "/overview/groups", "/overview/groups?sort=households", "/groups/{group}",
    "/groups/{group}/lifecycle", "/groups/{group}/closing/new", "/buildings/{house}/register",
    "/report/{report}", "the report", "the file of groups",
}  # fmt: skip
SILENT = {
    "/areas/norrby/map", "/areas/norrby/buildings", "/areas/norrby/notices", "/areas/norrby/letters",
    "/areas/norrby/meetings/numbers", "/coordinators", "/groups/{group}/buildings",
    "/groups/{group}/coordinators", "/groups/{group}/messages/members", "/groups/{group}/posters",
    "/groups/{group}/audit", "/report", "/registers", "/buildings/{house}", "/buildings/{house}/messages",
    "/outreach", "the mail of the week", "the file of coordinators",
}  # fmt: skip
MAIN = {"/overview", "/overview/groups", "/areas/norrby", "/groups/{group}", "/groups/{group}/lifecycle"}


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=False):
        yield


class Street:
    """A house of nine flats in Norrby with a group that nobody coordinates, and a report of its area."""

    def __init__(self, scene: Scene, flats: int) -> None:
        self.gun, self.area = scene.gun, scene.langgatan.property.area
        numbers = [f"10{number:02}" for number in range(1, flats + 1)]
        landlord = scene.house.property.landlord
        self.house = make_building(self.area, landlord, "Ågatan", (2,), flats=numbers)
        self.group = make_group(self.house)
        self.report = make_report(self.area, until=date(2026, 12, 31), by=scene.gun)
        self.grown(0)

    @property
    def flats(self) -> list[Flat]:
        """The flats from the first to the last."""
        return list(self.house.stairwells[0].flats)

    def build(self, flats: int) -> None:
        """Add so many flats, as a landlord's list does."""
        self.house.stairwells[0].flats += [Flat(number=f"11{number:02}") for number in range(1, flats + 1)]
        db.session.commit()

    def grown(self, members: int) -> Street:
        """Let households join until there are so many, on paper and with a sticker, and let a night pass."""
        for flat in self.flats[self.group.counted_taking_part : members]:
            make_member(make_person(f"Granne {flat.number}"), self.group, flat)
        joined = utcnow() - WEEK
        here = Membership.group_id == self.group.id
        db.session.execute(update(Membership).where(here).values(joined_at=joined, consent_at=joined))
        homes = Household.flat_id.in_([each.id for each in self.flats])
        db.session.execute(update(Household).where(homes).values(sticker_given_on=joined.date()))
        db.session.commit()
        recount_groups(utcnow())
        count_months(utcnow())
        db.session.commit()
        assert self.group.counted_taking_part == members
        return self

    def read(self, client: PageClient, pages: Collection[str] = TELLING | SILENT) -> dict[str, str]:
        """Return what Gun reads, by the address of the page or its name."""
        names: dict[str, Any] = {"group": self.group.id, "house": self.house.id, "report": self.report.id}
        paths = [each for each in pages if each.startswith("/")]
        found = {each: same(client.get(each.format(**names), as_=self.gun)) for each in paths}
        if len(paths) == len(pages):
            return found
        for listed in ("groups", "coordinators"):
            sent = {"areas": [self.area.slug], "kind": "csv", "why": "follow_up"}
            page = client.post(f"/registers/{listed}/export", sent, as_=self.gun)
            found[f"the file of {listed}"] = page.response.data.decode()
        officer = db.session.scalars(select(Officer).where(Officer.person_id == self.gun.id)).first()
        assert officer
        found["the mail of the week"] = repr([(str(why), count) for why, count in needs_of(officer)])
        return found | {"the report": repr(content_of(self.report, utcnow()))}


def same(page: Page) -> str:
    """Return a page without what differs whenever it is made."""
    return re.sub(r'((?:form_key|csrf_token)" type="hidden" value=")[^"]*', r"\1", bytes_of(page))


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """Return the pages that do not say the same."""
    return {name for name, text in one.items() if other[name] != text}


@on_one_database
def test_an_officer_reads_the_same_of_every_number_of_a_band(client: PageClient, scene: Scene) -> None:
    street = Street(scene, flats=9)
    few, nearly_all = ([street.grown(count).read(client) for count in counts] for counts in ((0, 4), (5, 9)))
    assert differing(*few) == differing(*nearly_all) == set()
    assert differing(few[0], nearly_all[0]) == TELLING


@on_one_database
def test_nor_of_none_and_all_of_five_nor_by_day(client: PageClient, scene: Scene) -> None:
    street = Street(scene, flats=5)
    none = street.read(client, MAIN)
    make_member(make_person("Granne i dag"), street.group, street.flats[4])
    db.session.commit()
    assert street.read(client, MAIN) == none == street.grown(5).read(client, MAIN)


@on_one_database
def test_more_flats_do_not_show_a_hidden_number_not_even_after_a_night(
    client: PageClient, scene: Scene
) -> None:
    street = Street(scene, flats=9).grown(5)
    street.build(9)
    by_day = street.read(client, MAIN)
    assert "Nästan alla av 9 hushåll är med" in by_day["/overview/groups"]
    assert by_day == street.grown(5).read(client, MAIN) == street.grown(9).read(client, MAIN)
    ten = street.grown(10).read(client, MAIN)  # one of them lives in a new flat
    assert "10 av 18 hushåll är med" in ten["/overview/groups"]


@on_one_database
def test_interest_of_fewer_than_five_is_not_told_from_none(client: PageClient, scene: Scene) -> None:
    pages = ["/overview", "/areas/norrby", "/areas/norrby/map", f"/buildings/{scene.langgatan.id}/register"]

    def read() -> list[str]:
        return [bytes_of(client.get(each, as_=scene.gun)) for each in pages]

    none = read()
    for number in range(4):
        make_interest(make_person(f"Granne {number}", f"g{number}@example.org"), scene.langgatan)
        db.session.commit()
        assert read() == none
    make_interest(make_person("Granne 5", "g5@example.org"), scene.langgatan)
    db.session.commit()
    assert read() != none


@on_one_database
def test_a_page_with_the_exact_number_is_noticed(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(scene, flats=9)
    monkeypatch.setattr(HouseholdsSaid, "roughly", HouseholdsSaid.exactly)
    assert differing(street.read(client, MAIN), street.grown(4).read(client, MAIN)) == MAIN - {"/overview"}


READERS = {  # what counts households or persons, and every file that reads it
    "counted_taking_part": {
        "followup/queries/buildings.py", "followup/queries/groups.py", "groups/labels.py",
        "groups/queries/areas.py", "groups/service/recounting.py", "joining/routes/accepting.py",
        "closing/routes.py", "lifecycle/queries/__init__.py", "lifecycle/queries/buildings.py",
        "lifecycle/service/merging.py", "lifecycle/service/regrouping.py",
        "meetings/queries/starting.py", "messages/routes/unseen.py", "models/groups.py",
        "registers/queries/coordinators.py", "registers/queries/groups.py", "registers/routes/places.py",
    },
    "taking_part_in_area": {
        "followup/queries/counts.py", "groups/queries/areas.py", "notices/queries.py"
    },
    "households_by_stairwell": {
        "groups/queries/areas.py", "lifecycle/queries/buildings.py", "meetings/routes/crowds.py"
    },
    "interested_of_building": {
        "followup/queries/buildings.py", "followup/queries/counts.py", "followup/queries/needs.py",
        "followup/queries/plan.py", "groups/queries/areas.py", "interest/queries.py",
    },
    "interested_in(building)": {
        "groups/routes/coordinators.py", "lifecycle/routes/new.py", "messages/routes/unseen.py"
    },
    "households_without_mail": {"closing/queries.py", "closing/routes.py"},
    "stickers_at": {"registers/queries/stickers.py", "registers/routes/places.py"},
    "readers_unseen": {"messages/queries/unseen.py", "messages/routes/unseen.py"},
}  # fmt: skip


@pytest.mark.parametrize("source", READERS)
def test_whatever_reads_a_number_of_households_is_known_here(source: str) -> None:
    """A new page that reads one belongs to those above; what it makes of it, into test_differencing."""
    watch = ROOT / "watch"
    found = {str(each.relative_to(watch)) for each in watch.rglob("*.py") if source in each.read_text()}
    assert found == READERS[source]
