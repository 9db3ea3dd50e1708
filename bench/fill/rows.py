"""Makes the rows of one made-up group in bulk, as the services would store them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bench.fill.bulk import Batch
from watch.crypto import keyring
from watch.groups.service.contact_details import DUTY_VERSION
from watch.groups.service.members import CONSENT_VERSION
from watch.models import (
    NONCE_BYTES,
    Area,
    Building,
    Channel,
    ChecklistItem,
    ConsentChannel,
    Coordinator,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Household,
    HouseholdStatus,
    Mailbox,
    Membership,
    NoticeChoice,
    Person,
    Property,
    Stairwell,
    StartStep,
)
from watch.ops.demo.people import stranger
from watch.places.addresses import address_of, swedish_sort_key

FLATS = tuple(f"{floor}0{place}" for floor in range(10, 15) for place in (1, 2, 3))
TAKING_PART = 10  # at most so many flats of a stairwell take part
START = timedelta(days=60)
TREES = ("Alm", "Apel", "Ask", "Asp", "Björk", "Ek", "En", "Gran", "Hägg", "Lind", "Lönn", "Rönn", "Tall")
WAYS = ("backen", "gatan", "gränden", "gången", "plan", "slingan", "stigen", "stråket", "torget", "vägen")


@dataclass(frozen=True)
class Ids:
    """The next free ids of each table that others refer to."""

    property: Iterator[int]
    group: Iterator[int]
    building: Iterator[int]
    stairwell: Iterator[int]
    flat: Iterator[int]
    household: Iterator[int]
    mailbox: Iterator[int]
    person: Iterator[int]


@dataclass(frozen=True)
class Run:
    """What all groups of a run have in common; `paper` is the share of members without an address."""

    ids: Ids
    chance: random.Random
    landlord_id: int
    officer_id: int
    domain: str
    paper: float
    now: datetime


class Street:
    """The only street of an area, in a town of its own, so that its addresses are unique."""

    def __init__(self, area: Area) -> None:
        self.area_id, self.city = area.id, area.name
        self.name = TREES[area.id % len(TREES)] + WAYS[area.id // len(TREES) % len(WAYS)]
        self.numbers = count(1)

    def take(self, houses: int) -> list[str]:
        """Return the next street numbers."""
        return [str(next(self.numbers)) for _ in range(houses)]


@dataclass(frozen=True)
class Home:
    """Where a member lives, in which group, and since when they are a member."""

    group_id: int
    stairwell_id: int
    flat_id: int
    since: datetime


def stairwells_of(members: int) -> int:
    """Return the number of stairwells for so many members."""
    return -(-members // TAKING_PART)


def add_group(batch: Batch, run: Run, street: Street, members: int) -> None:
    """Add an active group in a building of its own, led by its first member, a household for each member."""
    began = run.now - timedelta(days=run.chance.randint(START.days + 30, 900))
    numbers = street.take(stairwells_of(members))
    address = address_of((street.name, number) for number in numbers)
    group_id = next(run.ids.group)
    batch.add(
        Group, id=group_id, area_id=street.area_id, name=address, state=GroupState.ACTIVE, started_at=began,
        counted_taking_part=members, counted_at=run.now,
    )  # fmt: skip
    _add_start(batch, run, group_id, began)
    building_id = _add_building(batch, run, street, group_id, address)
    stairwells = [_add_stairwell(batch, run, street, number, building_id) for number in numbers]
    lead_id: int | None = None
    for number in range(members):
        floor, column = divmod(number, len(stairwells))
        stairwell_id, flat_ids = stairwells[column]
        home = Home(group_id, stairwell_id, flat_ids[floor], began + START)
        person_id = _add_member(batch, run, home, lead_id)
        if lead_id is None:
            lead_id = person_id
            _add_lead(batch, run, home, lead_id)


def _add_start(batch: Batch, run: Run, group_id: int, began: datetime) -> None:
    for state, at in ((GroupState.STARTING, began), (GroupState.ACTIVE, began + START)):
        batch.add(GroupTransition, group_id=group_id, state=state, at=at, by_id=run.officer_id)
    for number, step in enumerate(StartStep):
        done_on = (began + timedelta(days=10 * number)).date()
        batch.add(ChecklistItem, group_id=group_id, step=step, done_on=done_on, by_id=run.officer_id)


def _add_building(batch: Batch, run: Run, street: Street, group_id: int, address: str) -> int:
    property_id, building_id = next(run.ids.property), next(run.ids.building)
    batch.add(
        Property, id=property_id, area_id=street.area_id, landlord_id=run.landlord_id,
        designation=f"Mätning {property_id}",
    )  # fmt: skip
    batch.add(
        Building, id=building_id, property_id=property_id, group_id=group_id, name="Hus 1", address=address,
        sort_key=swedish_sort_key(address),
    )  # fmt: skip
    return building_id


def _add_stairwell(
    batch: Batch, run: Run, street: Street, number: str, building_id: int
) -> tuple[int, list[int]]:
    """Add a stairwell; return its id and those of its flats from the entrance floor upwards."""
    stairwell_id = next(run.ids.stairwell)
    batch.add(
        Stairwell, id=stairwell_id, building_id=building_id, street=street.name, number=number,
        postcode="500 00", city=street.city, sort_key=swedish_sort_key(f"{street.name} {number}"),
        nonce=secrets.token_bytes(NONCE_BYTES), poster_index=None,
    )  # fmt: skip
    flat_ids = [next(run.ids.flat) for _ in FLATS]
    for flat_id, flat in zip(flat_ids, FLATS, strict=True):
        batch.add(Flat, id=flat_id, stairwell_id=stairwell_id, number=flat)
    return stairwell_id, flat_ids


def _add_member(batch: Batch, run: Run, home: Home, lead_id: int | None) -> int:
    """Add a member and return the person's id.

    A lead has an address. Others may be on paper, and then the lead has admitted them.
    """
    on_paper = run.chance.random() < run.paper and lead_id is not None
    household_id, since = next(run.ids.household), home.since
    person_id = _add_person(batch, run, since, on_paper)
    batch.add(
        Household, id=household_id, flat_id=home.flat_id, status=HouseholdStatus.TAKES_PART, status_at=since
    )
    batch.add(
        Membership, group_id=home.group_id, person_id=person_id, stairwell_id=home.stairwell_id,
        household_id=household_id, channel=Channel.PAPER if on_paper else Channel.MAIL,
        notices=NoticeChoice.EVERYTHING, joined_at=since, admitted_by_id=lead_id if on_paper else None,
        consent_version=CONSENT_VERSION, consent_at=since,
        consent_channel=ConsentChannel.DOORSTEP if on_paper else ConsentChannel.WEB,
    )  # fmt: skip
    return person_id


def _add_person(batch: Batch, run: Run, since: datetime, on_paper: bool) -> int:
    mailbox_id, person_id = next(run.ids.mailbox), next(run.ids.person)
    name, language, shows_name = stranger(run.chance)
    if not on_paper:
        address = f"n{mailbox_id}@{run.domain}"
        batch.add(
            Mailbox, id=mailbox_id, address=address, address_index=keyring().blind_index("address", address)
        )
    batch.add(
        Person, id=person_id, name=name, mailbox_id=None if on_paper else mailbox_id, language=language,
        shows_name=shows_name and not on_paper, shows_email=False, shows_phone=False, created_at=since,
        address_confirmed_at=None if on_paper else since,
    )  # fmt: skip
    return person_id


def _add_lead(batch: Batch, run: Run, home: Home, person_id: int) -> None:
    batch.add(
        Coordinator, group_id=home.group_id, person_id=person_id, is_lead=True, appointed_at=home.since,
        appointed_by_id=run.officer_id, accepted_at=home.since, duty_version=DUTY_VERSION,
        nonce=secrets.token_bytes(NONCE_BYTES),
    )  # fmt: skip
