"""The officer's form: whom to call, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_building, make_group
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Group, GroupState, Meeting, MeetingKind, PartState

PLAN: dict[str, Any] = {"day": "2026-03-12", "starts": "18.00", "ends": "19.30", "place": "Hässlehuset"}

NOT_HERE = "Den gruppen finns inte i området. Välj grupperna igen."


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def neighbours(scene: Scene) -> list[Group]:
    """Other groups of Hässleholmen: one that is starting, one that rests and one that is closed."""
    land = scene.house.property
    states = GroupState.STARTING, GroupState.DORMANT, GroupState.CLOSED
    found = [
        make_group(make_building(land.area, land.landlord, "Solvarvsgatan", (number, number + 2)), state)
        for number, state in zip((2, 12, 22), states, strict=True)
    ]
    db.session.commit()
    return found


def new(client: PageClient, scene: Scene) -> Page:
    return client.get("/areas/hassleholmen/meetings/new", as_=scene.gun)


def preview(client: PageClient, scene: Scene, **more: object) -> Page:
    return new(client, scene).press("Förhandsgranska", PLAN | more)


def test_nobody_is_called_by_a_forgotten_choice(client: PageClient, scene: Scene) -> None:
    page = preview(client, scene)
    assert (page.status, page.errors) == (422, ["Välj vilka du kallar."])
    assert page.form()["place"] == "Hässlehuset"


def test_groups_that_meet_are_offered_and_each_is_asked(
    client: PageClient, scene: Scene, neighbours: list[Group], outbox: Outbox
) -> None:
    page = new(client, scene)
    starting, *others = neighbours
    assert [each.name in page.text for each in (scene.group, starting, *others)] == [True, True, False, False]
    shown = page.press("Förhandsgranska", PLAN | {"whom": "parts", "groups": [scene.group.id, starting.id]})
    assert "När en grupp svarar ja kallas de som är med i den." in shown.text
    assert f"Ingen kan svara än, för det finns inget kontaktombud: {starting.name}." in shown.text
    assert shown.press("Fråga 2 grupper").status == 303
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.kind, meeting.code) == (MeetingKind.JOINT, None)
    assert {(part.group_id, part.state) for part in meeting.parts} == {
        (scene.group.id, PartState.INVITED), (starting.id, PartState.INVITED)
    }  # fmt: skip
    assert "meeting-called" not in outbox.names()  # before a group has answered, none of its members is


def test_alone_in_the_area_no_group_can_meet_others(client: PageClient, scene: Scene) -> None:
    page = new(client, scene)
    assert "Några grupper tillsammans" not in page.text
    assert preview(client, scene, whom="parts").status == 422


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"whom": "parts", "groups": []}, "Kryssa för minst två grupper."),
        ({"whom": "parts", "groups": ["own"]}, "Kryssa för minst två grupper."),
        ({"whom": "parts", "groups": ["own", "elsewhere"]}, NOT_HERE),
        ({"whom": "parts", "groups": ["own", "closed"]}, NOT_HERE),
        (
            {"whom": "everybody", "groups": ["own", "starting"]},
            "Du har kryssat för grupper men valt några andra."
            " Ta bort kryssen, eller välj Några grupper tillsammans.",
        ),
    ],
)  # fmt: skip
def test_groups_are_ticked_for_a_joint_gathering_and_only_then(
    client: PageClient, scene: Scene, neighbours: list[Group], sent: dict[str, Any], error: str
) -> None:
    groups = {
        "own": scene.group.id, "elsewhere": scene.other_group.id, "starting": neighbours[0].id,
        "closed": neighbours[2].id,
    }  # fmt: skip
    page = preview(client, scene, **sent | {"groups": [groups[each] for each in sent["groups"]]})
    assert (page.status, page.errors) == (422, [error])


@pytest.mark.parametrize(
    "sent", [{"whom": "interested"}, {"whom": "x"}, {"kind": "annual"}, {"kind": "x"}, {"languages": ["xx"]}]
)
def test_what_the_form_does_not_offer_is_refused(
    client: PageClient, scene: Scene, sent: dict[str, Any], outbox: Outbox
) -> None:
    page = preview(client, scene, **{"whom": "everybody", **sent})
    assert page.status == 422
    sent = PLAN | {"whom": "everybody", "kind": "citizens"} | sent
    assert client.post("/areas/hassleholmen/meetings", sent, as_=scene.gun).status == 422
    assert (outbox.names(), db.session.scalars(select(Meeting)).all()) == ([], [])


def test_a_safety_walk_without_languages_can_be_for_everybody(client: PageClient, scene: Scene) -> None:
    shown = preview(client, scene, whom="everybody", kind="safety_walk", languages=[])
    assert shown.press("Kalla minst 5 hushåll").status == 303
    meeting = db.session.scalars(select(Meeting)).one()
    assert (meeting.kind, meeting.languages) == (MeetingKind.SAFETY_WALK, None)
    assert "Språk" not in client.get(f"/meetings/{meeting.id}", as_=scene.gun).text


def test_sent_twice_it_is_one_and_with_other_languages_another(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    form = new(client, scene)
    shown = form.press("Förhandsgranska", PLAN | {"whom": "everybody"})
    first, second = (shown.press("Kalla minst 5 hushåll") for _twice in range(2))
    assert first.location == second.location
    assert len(outbox.names()) == 4
    other = form.press("Förhandsgranska", PLAN | {"whom": "everybody", "languages": ["sv", "so"]})
    assert "Inbjudan du skrev först är redan skickad" in other.text
