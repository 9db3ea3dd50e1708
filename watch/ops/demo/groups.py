"""Sample groups in different states, and interest where there is no group."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from watch.extensions import db
from watch.groups.service.households import note_household
from watch.groups.service.members import admit
from watch.language import STOCKHOLM
from watch.models import (
    Building,
    Channel,
    ChecklistItem,
    Counting,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    HouseholdStatus,
    Interest,
    Meeting,
    MeetingKind,
    MeetingPart,
    Membership,
    Person,
    SetAside,
    StartStep,
    Task,
    utcnow,
)
from watch.ops.demo.meetings import add_notes_and_findings
from watch.ops.demo.people import building_of, flats_of, make_coordinator, make_stranger


@dataclass(frozen=True)
class SampleGroup:
    """A sample group: its property, its state, and the share of flats with each status."""

    designation: str
    state: GroupState
    taking_part: float
    invited: float
    declined: float


GROUPS = (
    SampleGroup("Våglängden 3", GroupState.ACTIVE, 0.46, 0.20, 0.05),
    SampleGroup("Våglängden 5", GroupState.ACTIVE, 0.30, 0.15, 0.08),
    SampleGroup("Solvarvet 2", GroupState.ACTIVE, 0.62, 0.10, 0.04),
    SampleGroup("Kapplandet 1", GroupState.STARTING, 0.12, 0.30, 0.0),
    SampleGroup("Marklandet 2", GroupState.DORMANT, 0.25, 0.0, 0.10),
    SampleGroup("Svängrummet 2", GroupState.ACTIVE, 0.55, 0.15, 0.05),
    SampleGroup("Svängrummet 9", GroupState.ACTIVE, 0.40, 0.20, 0.0),
    SampleGroup("Svängrummet 14", GroupState.STARTING, 0.0, 0.25, 0.0),
)
LAST_JOINED, WEEKS_OF_JOINING = timedelta(days=45), 30  # after the groups started, and before one rested
HOUSE_OF_THE_CAST = "Våglängden 3"
INTERESTED = {"Skomakaren 3": 9, "Skomakaren 9": 6, "Verkmästaren 4": 7, "Kronängen 2": 3}


def make_group(sample: SampleGroup, officer: Person, chance: random.Random) -> None:
    """Add a group with its history, households and meetings."""
    building = building_of(sample.designation)
    started = utcnow() - timedelta(days=chance.randint(300, 900))
    group = Group(area=building.property.area, name=building.address, state=sample.state, started_at=started)
    db.session.add(group)
    db.session.flush()
    building.group_id = group.id
    group.transitions.append(GroupTransition(state=GroupState.STARTING, at=started, by_id=officer.id))
    if sample.state is not GroupState.STARTING:
        group.transitions.append(GroupTransition(state=GroupState.ACTIVE, at=started + timedelta(days=60)))
        for number, step in enumerate(StartStep):
            done = (started + timedelta(days=10 * number)).date()
            db.session.add(ChecklistItem(group=group, step=step, done_on=done, by_id=officer.id))
    if sample.state is GroupState.DORMANT:
        group.transitions.append(GroupTransition(state=GroupState.DORMANT, at=utcnow() - timedelta(days=40)))
    _households(group, flats_of(building), sample, chance)
    if sample.state is GroupState.ACTIVE:
        _meetings(group, chance)
        ago = timedelta(days=340 if sample.designation == HOUSE_OF_THE_CAST else 90)
        db.session.add(SetAside(group_id=group.id, task=Task.LIST_CHECKED, at=utcnow() - ago))
        someone = select(Person).join(Membership, Membership.person_id == Person.id)
        reached = someone.where(Membership.group_id == group.id, Membership.channel == Channel.MAIL)
        member = db.session.scalars(reached.order_by(Person.id)).first()
        if member and sample.designation != HOUSE_OF_THE_CAST:
            make_coordinator(member, group)


def _households(group: Group, flats: list[Flat], sample: SampleGroup, chance: random.Random) -> None:
    chance.shuffle(flats)
    joined, invited, declined = (
        round(share * len(flats)) for share in (sample.taking_part, sample.invited, sample.declined)
    )
    for number, flat in enumerate(flats):
        if number < joined:
            on_paper = chance.random() < 0.15
            address = None if on_paper else f"boende{group.id}-{number}@example.org"
            person = make_stranger(chance, address)
            channel = Channel.PAPER if on_paper else Channel.MAIL
            admit(person, group, stairwell=flat.stairwell, flat=flat, channel=channel)
        elif number < joined + invited:
            note_household(flat, HouseholdStatus.INVITED, by=None)
        elif number < joined + invited + declined:
            note_household(flat, HouseholdStatus.DECLINED, by=None)


def _meetings(group: Group, chance: random.Random) -> None:
    for ago, came in ((420, 3), (240, 7), (60, 11)):
        day = datetime.combine((utcnow() - timedelta(days=ago)).date(), time(18), STOCKHOLM)
        meeting = Meeting(
            group=group,
            parts=[MeetingPart.of(group)],
            called_at=day,
            kind=MeetingKind.ANNUAL,
            starts_at=day,
            ends_at=day + timedelta(hours=1),
            place="Trapphuset",
            counting=Counting.COUNTED,
            head_count=came + chance.randint(0, 3),
        )
        db.session.add(meeting)
    add_notes_and_findings(group, meeting)


def let_members_have_joined() -> None:
    """Let everybody have joined in the months before, so that the numbers of last night are theirs."""
    db.session.flush()
    now, everybody = utcnow(), select(Membership).order_by(Membership.id)
    for place, member in enumerate(db.session.scalars(everybody)):
        joined = now - LAST_JOINED - timedelta(days=7 * (place % WEEKS_OF_JOINING))
        member.joined_at = member.consent_at = joined
        if member.household:
            member.household.status_at = joined


def make_interest(building: Building, count: int, chance: random.Random) -> None:
    """Add people interested in a group. Some could coordinate, and two have given their names."""
    for number in range(count):
        person = make_stranger(chance, f"intresserad{building.id}-{number}@example.org")
        since = utcnow() - timedelta(days=2 + number)
        named = since if number in {0, 3} else None
        db.session.add(
            Interest(
                building=building,
                person=person,
                could_coordinate=number % 3 == 0,
                created_at=since,
                confirmed_at=since,
                named_at=named,
            )
        )
