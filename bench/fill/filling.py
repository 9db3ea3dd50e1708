"""Makes a large database of made-up groups and members, for measuring.

It contains what the services would store of places, groups and people, but no audit trail, meetings or mail.
The same seed makes the same people; only the nonces of encrypted values differ.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from bench.fill.bulk import Batch, Row, analyze, make_room, reserve
from bench.fill.rows import FLATS, Ids, Run, Street, add_group, stairwells_of
from watch import tokens
from watch.accounts.service.officers import appoint_officer
from watch.accounts.service.people import mailbox_at, person_at
from watch.extensions import db
from watch.models import (
    NONCE_BYTES,
    Area,
    Building,
    Flat,
    Group,
    Household,
    Landlord,
    Language,
    Mailbox,
    Organisation,
    Person,
    Property,
    Purpose,
    Stairwell,
    utcnow,
)
from watch.places.addresses import swedish_sort_key

LANDLORD = "Mätbolaget"
LARGEST_GROUP = 1_000  # members
AREA_HOLDS = 1_000  # groups
BATCH = 5_000  # members whose rows are in memory together


@dataclass(frozen=True)
class Wish:
    """How much to add; `paper` is the share of members without an address.

    `holds` is how many groups an area has; 0 for as many as usual.
    """

    groups: int
    members: int
    domain: str
    paper: float
    seed: int
    holds: int = 0

    def sizes(self) -> Iterator[int]:
        """Return the number of members of each group. The first groups get the remainder, one member each."""
        each, over = divmod(self.members, self.groups)
        return (each + (number < over) for number in range(self.groups))


def fill(wish: Wish) -> Iterator[int]:
    """Add the groups, and yield after each batch how many groups it had. Does not commit."""
    make_room()
    officer = person_at(mailbox_at(f"matning@{wish.domain}"), "Mätning", Language.SWEDISH)
    areas = _make_areas(officer, wish)
    run = Run(
        _reserve(wish),
        random.Random(wish.seed),
        _landlord().id,
        officer.id,
        wish.domain,
        wish.paper,
        utcnow(),
    )
    batch, held, groups, street = Batch(), 0, 0, Street(areas[0])
    for number, size in enumerate(wish.sizes()):
        if number % _in_an_area(wish) == 0:
            street = Street(areas[number // _in_an_area(wish)])
        add_group(batch, run, street, size)
        held, groups = held + size, groups + 1
        if held >= BATCH or number + 1 == wish.groups:
            give_posters(batch.of(Stairwell))
            batch.insert()
            yield groups
            batch, held, groups = Batch(), 0, 0
    analyze()


def _make_areas(officer: Person, wish: Wish) -> list[Area]:
    """Add as many areas as the groups need. The officer follows them all."""
    number = reserve(Area, areas := -(-wish.groups // _in_an_area(wish)))
    made = []
    for area_id in islice(number, areas):
        name = f"Mätning {area_id}"
        area = Area(
            id=area_id, slug=f"matning-{area_id}", name=name, sort_key=swedish_sort_key(name, most=160)
        )
        db.session.add(area)
        appoint_officer(area, officer, Organisation.POLICE)
        made.append(area)
    return made


def _in_an_area(wish: Wish) -> int:
    return wish.holds or AREA_HOLDS


def _landlord() -> Landlord:
    landlord = db.session.scalar(select(Landlord).where(Landlord.name == LANDLORD))
    if landlord is None:
        landlord = Landlord(name=LANDLORD)
        db.session.add(landlord)
        db.session.flush()
    return landlord


def _reserve(wish: Wish) -> Ids:
    stairwells = sum(stairwells_of(size) for size in wish.sizes())
    return Ids(
        property=reserve(Property, wish.groups),
        group=reserve(Group, wish.groups),
        building=reserve(Building, wish.groups),
        stairwell=reserve(Stairwell, stairwells),
        flat=reserve(Flat, stairwells * len(FLATS)),
        household=reserve(Household, wish.members),
        mailbox=reserve(Mailbox, wish.members),
        person=reserve(Person, wish.members),
    )


def give_posters(stairwells: Sequence[Row]) -> None:
    """Give each stairwell a poster code. A code that another stairwell has is replaced."""
    for row in stairwells:
        row["poster_index"] = _poster_index(row)
    wanted = [row["poster_index"] for row in stairwells]
    taken = set(db.session.scalars(select(Stairwell.poster_index).where(Stairwell.poster_index.in_(wanted))))
    for row in stairwells:
        while row["poster_index"] in taken:
            row["nonce"] = secrets.token_bytes(NONCE_BYTES)
            row["poster_index"] = _poster_index(row)
        taken.add(row["poster_index"])


def _poster_index(row: Row) -> bytes:
    return tokens.code_index(Purpose.POSTER, tokens.code(Purpose.POSTER, row["nonce"]))
