"""Whom a meeting is for: several stairwells of a group, and several groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_answer,
    make_building,
    make_coordinator,
    make_group,
    make_meeting,
    make_member,
    make_person,
    stairwell_of,
)
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import coordinators_of
from watch.groups.queries.tasks import first_steps_of
from watch.lifecycle.queries import start_of
from watch.meetings import service
from watch.meetings.queries.answers import sums
from watch.meetings.queries.coming import called_people, past_meeting_ids, upcoming_meetings
from watch.models import (
    Channel,
    Group,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    PartState,
    Person,
    Stairwell,
    utcnow,
)


@dataclass
class Solvarv:
    """Another group of Hässleholmen: Sara leads it; Tove lives in 2, Ulla in 4 on paper, Vera in 6."""

    group: Group
    stairwells: list[Stairwell]
    sara: Person
    tove: Person
    ulla: Person
    vera: Person


@pytest.fixture
def solvarv(scene: Scene) -> Solvarv:
    land = scene.house.property
    house = make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4, 6))
    group, stairwells = make_group(house), [stairwell_of(house, number) for number in ("2", "4", "6")]
    sara, tove, vera = (make_person(name, f"{name}@example.org") for name in ("Sara", "Tove", "Vera"))
    ulla = make_person("Ulla", None)
    for person, stairwell in zip((tove, ulla, vera), stairwells, strict=True):
        channel = Channel.PAPER if person is ulla else Channel.MAIL
        make_member(person, group, flat_of(stairwell, "1001"), channel=channel)
    make_coordinator(sara, group, lead=True)
    db.session.commit()
    return Solvarv(group, stairwells, sara, tove, ulla, vera)


def joint(scene: Scene, solvarv: Solvarv, state: PartState = PartState.TAKES_PART, days: int = 7) -> Meeting:
    """A gathering that Amina calls, of her group and Solvarvsgatan's."""
    meeting = make_meeting(
        scene.group, starts_at=utcnow() + timedelta(days=days), kind=MeetingKind.JOINT, by=scene.amina
    )
    decided = None if state is PartState.INVITED else utcnow()
    meeting.parts.append(MeetingPart(group=solvarv.group, state=state, decided_at=decided))
    db.session.commit()
    return meeting


def names(meeting: Meeting) -> list[str]:
    called = db.session.scalars(called_people(meeting)).all()
    return sorted(db.session.get_one(Person, each).name for each in called)


def test_two_of_three_stairwells_are_called_by_mail_and_on_paper(
    solvarv: Solvarv, outbox: Outbox, client: PageClient
) -> None:
    begins = utcnow() + timedelta(days=9)
    plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Gården")
    meeting = service.call(service.planned(solvarv.group, plan, solvarv.stairwells[:2]), by=solvarv.sara)
    db.session.commit()

    assert names(meeting) == ["Tove", "Ulla"]
    assert outbox.addressed() == [("meeting-called", "Tove@example.org")]
    assert [row.household.flat.stairwell for row in outbox.rows() if row.household] == [solvarv.stairwells[1]]
    page = client.get(f"/meetings/{meeting.id}", as_=solvarv.vera)
    assert "Träffen är för port 2, 4." in page.text
    assert "Solvarvsgatan 2, Solvarvsgatan 4" in page.text
    assert "Trapphusträff i port 2, 4" in client.get(f"/groups/{solvarv.group.id}", as_=solvarv.tove).text


def test_a_meeting_of_some_stairwells_is_their_coordinators_and_no_other_ones(
    solvarv: Solvarv, client: PageClient
) -> None:
    near, far = make_person("Nora", "nora@example.org"), make_person("Folke", "folke@example.org")
    make_coordinator(near, solvarv.group, stairwells=[solvarv.stairwells[1]])
    make_coordinator(far, solvarv.group, stairwells=[solvarv.stairwells[2]])
    meeting = make_meeting(solvarv.group, stairwells=solvarv.stairwells[:2], by=solvarv.sara)
    db.session.commit()

    edit = f"/meetings/{meeting.id}/edit"
    statuses = [client.get(edit, as_=each).status for each in (solvarv.sara, near, far, solvarv.tove)]
    assert statuses == [200, 200, 403, 403]


def test_a_joint_gathering_is_for_everybody_once_and_for_each_group(scene: Scene, solvarv: Solvarv) -> None:
    make_member(scene.carin, solvarv.group, flat_of(solvarv.stairwells[2], "1102"))
    meeting = joint(scene, solvarv)
    make_answer(meeting, scene.carin, people=2)

    ours = [scene.amina, scene.bengt, scene.carin, scene.dawit, scene.elsa]
    assert names(meeting) == sorted([*(each.name for each in ours), "Tove", "Ulla", "Vera"])
    assert (sums(meeting).people, sums(meeting).yes, sums(meeting).unanswered) == (2, 1, 7)
    assert upcoming_meetings(scene.group) == upcoming_meetings(solvarv.group) == [meeting]
    assert first_steps_of(solvarv.group, set(), scene.amina, utcnow()).gathering


def test_a_joint_gathering_that_was_held_is_one_of_each_group(scene: Scene, solvarv: Solvarv) -> None:
    meeting, now = joint(scene, solvarv, days=-3), utcnow()
    assert past_meeting_ids(scene.group, now) == past_meeting_ids(solvarv.group, now) == [meeting.id]
    for group in (scene.group, solvarv.group):
        assert start_of(group, coordinators_of(group), now).last_meeting == meeting.ends_at


@pytest.mark.parametrize("state", [PartState.INVITED, PartState.DECLINED])
def test_a_group_that_has_not_said_yes_is_not_called(
    scene: Scene, solvarv: Solvarv, client: PageClient, state: PartState
) -> None:
    meeting = joint(scene, solvarv, state)
    assert "Tove" not in names(meeting)
    assert upcoming_meetings(solvarv.group) == []
    assert client.get(f"/meetings/{meeting.id}", as_=solvarv.tove).status == 404


def test_guests_see_a_joint_gathering_and_those_who_called_it_change_it(
    scene: Scene, solvarv: Solvarv, client: PageClient
) -> None:
    meeting = joint(scene, solvarv)
    page = client.get(f"/meetings/{meeting.id}", as_=solvarv.tove)
    assert page.status == 200
    assert solvarv.group.name in page.text
    assert client.post(f"/meetings/{meeting.id}/answer", {"answer": "yes"}, as_=solvarv.tove).status == 303
    assert client.get(f"/meetings/{meeting.id}/edit", as_=solvarv.sara).status == 403
    assert client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina).status == 200
    assert client.get(f"/meetings/{meeting.id}/paper", as_=solvarv.sara).status == 200
    assert client.get(f"/meetings/{meeting.id}", as_=scene.ivan).status == 404
    assert solvarv.group.name in client.get("/me", as_=solvarv.tove).text


def test_a_group_is_part_of_a_meeting_once(scene: Scene) -> None:
    meeting = make_meeting(scene.group)
    meeting.parts.append(MeetingPart.of(scene.group))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_group_or_an_area_calls_and_not_both(scene: Scene) -> None:
    meeting = make_meeting(scene.group)
    meeting.area_id, meeting.audience = scene.group.area_id, MeetingAudience.COORDINATORS
    with pytest.raises(IntegrityError, match="a_group_or_an_area_calls"):
        db.session.flush()
