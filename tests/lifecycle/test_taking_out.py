"""Checks that taking out a building that came today tells an officer nothing of who joined there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import make_building, make_coordinator, make_group, make_member, make_person
from tests.newcomers import bytes_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.lifecycle import service
from watch.models import (
    Building,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    Membership,
    Person,
    utcnow,
)

PAGES = (
    "/groups/{own}/lifecycle", "/groups/{own}", "/groups/{own}/coordinators", "/groups/{own}/buildings",
    "/groups/{own}/closing/new", "/groups/{own}/audit", "/groups/{old}/buildings", "/groups/{old}/lifecycle",
    "/groups/{old}/coordinators", "/groups/{old}", "/buildings/{house}", "/buildings/{house}/register",
)  # fmt: skip
OVER_ALL = (
    "/overview",
    "/overview/groups",
    "/areas/hassleholmen",
    "/groups/{own}",
    "/groups/{own}/lifecycle",
)


def nameless(page: Page) -> str:
    """Return what a page says without what differs from house to house and from form to form."""
    text = re.sub(r'((?:form_key|csrf_token)" type="hidden" value=")[^"]*', r"\1", bytes_of(page))
    text = re.sub(r'(?s)<select[^>]*name="merge-other".*?</select>', "", text)  # the area's other groups
    text = re.sub(r"/(groups|buildings|stairwells|coordinators)/\d+", r"/\1/N", text)
    text = re.sub(r'((?:value|before|building|group)="?=?"?)\d+', r"\1N", text)
    return re.sub(r"(?i)(Ågatan|Ögatan|Hus) \d+", r"\1 N", text)


def join(house: Building, group: Group, count: int) -> list[Membership]:
    flats = house.stairwells[0].flats[:count]
    people = [make_person(f"Ny {flat.number}", f"ny{house.id}.{flat.number}@example.org") for flat in flats]
    joined = [make_member(one, group, flat) for one, flat in zip(people, flats, strict=True)]
    db.session.commit()
    return joined


class Mistake:
    """A house that came today, by mistake, to the group of another, where so many have joined since."""

    def __init__(self, client: PageClient, scene: Scene, number: int, joined: int) -> None:
        area, landlord = scene.house.property.area, scene.house.property.landlord
        flats = [f"10{each:02}" for each in range(1, 10)]
        self.home = make_building(area, landlord, "Ögatan", (number,), flats=flats)
        self.old = make_group(self.home)
        make_coordinator(make_person("Rut Ek", f"rut{number}@example.org"), self.old, lead=True)
        self.house = make_building(area, landlord, "Ågatan", (number,), flats=flats)
        db.session.commit()
        service.add_building(self.old, self.house, by=scene.gun)
        self.joined = join(self.house, self.old, joined)
        before = client.get(f"/groups/{self.old.id}/buildings", as_=scene.gun)
        answer = before.press(f"Ta ut igen Ågatan {number}")
        after = answer.follow()
        self.own = db.session.get_one(Group, db.session.get_one(Building, self.house.id).group_id)
        ids = {"own": self.own.id, "old": self.old.id, "house": self.house.id}
        pages = [client.get(each.format(**ids), as_=scene.gun) for each in PAGES]
        read = zip(("before", "after", *PAGES), (before, after, *pages), strict=True)
        self.seen = {name: nameless(page) for name, page in read}
        self.statuses = [each.status for each in (before, answer, after, *pages)]


@on_one_database
def test_all_that_the_officer_sees_is_the_same_whoever_joined(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    beside = make_building(scene.house.property.area, scene.house.property.landlord, "Marklandsgatan", (5, 7))
    make_group(beside, GroupState.STARTING)  # so that there always is one that could be merged
    with time_machine.travel(utcnow(), tick=False):  # the trail says at which minute
        none, one, several = (
            Mistake(client, scene, number, joined) for number, joined in ((2, 0), (4, 1), (6, 4))
        )
    assert none.statuses == one.statuses == several.statuses
    for other in (one, several):
        assert [page for page, text in none.seen.items() if other.seen[page] != text] == []
    assert "Tar du ut ett hus som kom i dag får det en egen grupp under uppstart." in none.seen["before"]
    offices = [scene.gun.mailbox.address, scene.hodan.mailbox.address]
    assert [to for _kind, to in outbox.addressed() if to in offices] == []


@on_one_database
def test_nor_does_its_own_group_tell_by_day_who_joins(client: PageClient, scene: Scene) -> None:
    mistake = Mistake(client, scene, number=2, joined=0)

    def read() -> list[str]:
        pages = [client.get(each.format(own=mistake.own.id), as_=scene.gun) for each in OVER_ALL]
        return [nameless(each) for each in pages]

    with time_machine.travel(utcnow(), tick=False):
        none = read()
        join(mistake.house, mistake.own, 1)
        assert read() == none


def test_those_who_joined_follow_their_flat_to_a_group_that_starts(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    mistake = Mistake(client, scene, number=2, joined=3)
    own, old = mistake.own, mistake.old
    assert (own.state, own.name, old.name) == (GroupState.STARTING, "Ågatan 2", "Ögatan 2")
    assert (own.counted_taking_part, own.counted_flats) == (0, 9)
    assert {each.group_id for each in mistake.joined} == {own.id}
    steps = select(GroupTransition.state).where(GroupTransition.group_id == own.id)
    assert db.session.scalars(steps).all() == [GroupState.STARTING] * 2  # the second says where it comes from
    told = [to for kind, to in outbox.addressed() if kind == "group-split"]
    assert told == [each.person.mailbox.address for each in mistake.joined]
    assert ("group-buildings", "rut2@example.org") in outbox.addressed()


@pytest.mark.parametrize("answers_for_it", [False, True])
def test_that_a_coordinator_lives_there_is_not_told_by_where_they_go(
    client: PageClient, scene: Scene, answers_for_it: bool
) -> None:
    area, landlord = scene.house.property.area, scene.house.property.landlord
    house = make_building(area, landlord, "Ågatan", (2,), flats=["1001", "1002"])
    service.add_building(scene.group, house, by=scene.gun)
    lives_there: Person = join(house, scene.group, 1)[0].person
    ports = house.stairwells if answers_for_it else []
    make_coordinator(lives_there, scene.group, stairwells=ports)
    own = service.take_out(scene.group, house, by=scene.gun)
    mine = select(Coordinator.group_id).where(Coordinator.person_id == lives_there.id)
    assert db.session.scalars(mine).all() == [own.id if answers_for_it else scene.group.id]


def test_the_number_of_the_night_is_counted_then(scene: Scene) -> None:
    area, landlord = scene.house.property.area, scene.house.property.landlord
    house = make_building(area, landlord, "Ågatan", (2,), flats=["1001", "1002"])
    service.add_building(scene.group, house, by=scene.gun)
    before = scene.group.counted_taking_part, scene.group.counted_flats
    join(house, scene.group, 2)
    own = service.take_out(scene.group, house, by=scene.gun)
    assert (own.counted_taking_part, own.counted_flats, own.interest_since) == (0, 2, None)
    assert (scene.group.counted_taking_part, scene.group.counted_flats) == before
    assert own.started_at > utcnow() - timedelta(minutes=5)
