"""Two groups of one area: that of Våglängdsgatan asks that of Solvarvsgatan to a joint gathering."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_member,
    make_person,
    stairwell_of,
)
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import (
    Channel,
    Group,
    Meeting,
    MeetingPart,
    OutboxRow,
    OutboxState,
    PartState,
    Person,
    utcnow,
)

PLAN = {
    "scope": "together", "day": "2026-03-20", "starts": "18.00", "ends": "19.30", "place": "Hässlehuset",
    "about": "Gården mellan husen",
}  # fmt: skip


@dataclass
class Solvarv:
    """The group of Solvarvsgatan 2–6: Sara leads it, Tove is a member, Ulla is on paper."""

    group: Group
    sara: Person
    tove: Person
    ulla: Person


def make_solvarv(scene: Scene) -> Solvarv:
    land = scene.house.property
    house = make_building(land.area, land.landlord, "Solvarvsgatan", (2, 4))
    group = make_group(house)
    sara, tove = (make_person(name, f"{name.lower()}@example.org") for name in ("Sara", "Tove"))
    ulla = make_person("Ulla", None)
    make_member(sara, group, flat_of(stairwell_of(house, 2), "1001"))
    make_member(tove, group, flat_of(stairwell_of(house, 2), "1002"))
    make_member(ulla, group, flat_of(stairwell_of(house, 4), "1001"), channel=Channel.PAPER)
    make_coordinator(sara, group, lead=True)
    db.session.commit()
    return Solvarv(group, sara, tove, ulla)


def plan_for(*groups: Group, **other: str) -> dict[str, object]:
    return PLAN | {"others": [str(each.id) for each in groups]} | other


def preview(client: PageClient, scene: Scene, *groups: Group, **other: str) -> Page:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    return page.press("Förhandsgranska", plan_for(*groups, **other))


def call(client: PageClient, scene: Scene, *groups: Group) -> Meeting:
    """Let Amina call her group and ask the others."""
    assert preview(client, scene, *groups).press("Kalla 4 grannar").status == 303
    return db.session.scalars(select(Meeting)).one()


def say(client: PageClient, meeting: Meeting, person: Person, button: str) -> Page:
    """Let a coordinator press a button on the page of the question."""
    page = client.get(f"/meetings/{meeting.id}/joint", as_=person)
    pressed = next(each for each in page.buttons if each.startswith(button))
    return page.press(pressed).follow()


def arrive() -> None:
    """Let all waiting mails arrive."""
    for row in db.session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)):
        row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    db.session.commit()


def state_of(meeting: Meeting, group: Group) -> PartState:
    parts = select(MeetingPart).where(MeetingPart.meeting_id == meeting.id, MeetingPart.group_id == group.id)
    return db.session.scalars(parts.execution_options(populate_existing=True)).one().state
