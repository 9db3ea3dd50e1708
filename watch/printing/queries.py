"""Finds letters, packs of letters and posters, mostly by their codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from watch import tokens
from watch.extensions import db
from watch.groups.queries.joinable import OPEN_TO_JOIN
from watch.models import (
    Area,
    Building,
    Flat,
    Group,
    Letter,
    LetterPack,
    OldPoster,
    Person,
    Purpose,
    Stairwell,
    utcnow,
)

PACK_KEPT = timedelta(hours=24)
PACK_TRIES = 3
CODE_CHARACTERS = 12  # 60 bits, too many to guess


def code_of(letter: Letter) -> str:
    """Return the code that is printed in a letter."""
    return tokens.code(Purpose.LETTER, letter.nonce, CODE_CHARACTERS)


def letter_of_code(code: str) -> Letter | None:
    """Return the letter with this code, expired or not. `tidy_code` repairs typing errors."""
    index = tokens.code_index(Purpose.LETTER, tokens.tidy_code(code))
    return db.session.scalar(select(Letter).where(Letter.code_index == index))


@dataclass(frozen=True)
class PackProgress:
    """How many letters of a pack are made.

    It has failed if a file was tried three times in vain and no worker holds it.
    """

    made: int
    all: int
    has_failed: bool

    @property
    def is_done(self) -> bool:
        """Return True if every file can be downloaded."""
        return self.made == self.all


def progress_of(pack: LetterPack, now: datetime) -> PackProgress:
    """Return the progress of a pack."""
    made = sum(len(file.flat_ids) for file in pack.files if file.made_at)
    given_up = [
        file.made_at is None and file.tries >= PACK_TRIES and (not file.held_until or file.held_until <= now)
        for file in pack.files
    ]
    return PackProgress(made, pack.letters, any(given_up))


def is_kept(pack: LetterPack, now: datetime) -> bool:
    """Return True if the pack can still be downloaded. It is deleted later, by the nightly jobs."""
    return pack.asked_at > now - PACK_KEPT


def places_of(pack: LetterPack) -> list[str]:
    """Return the addresses of a pack in street order: a group's stairwells, or an area's buildings."""
    ids = [id_ for file in pack.files for id_ in file.flat_ids]
    behind = select(Stairwell).where(Stairwell.flats.any(Flat.id.in_(ids)))
    stairwells = db.session.scalars(
        behind.order_by(Stairwell.sort_key).options(joinedload(Stairwell.building))
    )
    if pack.group_id is not None:
        return [stairwell.address for stairwell in stairwells]
    houses = {stairwell.building for stairwell in stairwells}
    return [house.address for house in sorted(houses, key=lambda house: house.sort_key)]


def pack_of(by: Person, where: Group | Area) -> LetterPack | None:
    """Return the person's newest pack for a group or an area, ordered within 24 hours."""
    place = LetterPack.group_id if isinstance(where, Group) else LetterPack.area_id
    asked = select(LetterPack).where(
        LetterPack.by_id == by.id, place == where.id, LetterPack.asked_at > utcnow() - PACK_KEPT
    )
    return db.session.scalars(asked.order_by(LetterPack.id.desc()).limit(1)).first()


def groups_to_write_to(area: Area) -> list[Group]:
    """Return the groups of an area that can be joined by letter, in street order."""
    is_open = Group.state.in_(OPEN_TO_JOIN)
    first = select(func.min(Building.sort_key)).where(Building.group_id == Group.id).scalar_subquery()
    wanted = select(Group).where(Group.area_id == area.id, is_open, first.is_not(None))
    return list(db.session.scalars(wanted.order_by(first, Group.id)))


def poster_code(stairwell: Stairwell) -> str:
    """Return the code of a stairwell's current poster, as it is printed."""
    return tokens.show_code(tokens.code(Purpose.POSTER, stairwell.nonce))


@dataclass(frozen=True)
class Poster:
    """A stairwell's poster: its address, its code, and the link in its QR code."""

    address: str
    code: str
    link: str


def poster_of(stairwell: Stairwell) -> Poster:
    """Return a stairwell's current poster. Its link starts with BASE_URL, not the request's host."""
    code = poster_code(stairwell)
    return Poster(stairwell.address, code, f"{current_app.config['BASE_URL']}/j/{code}")


def stairwell_of_poster(code: str) -> Stairwell | None:
    """Return the stairwell whose current poster has this code. Typing errors are repaired by `tidy_code`."""
    wanted = select(Stairwell).where(Stairwell.poster_index == _index_of(code))
    return db.session.scalar(wanted.options(joinedload(Stairwell.building)))


def stairwell_of_old_poster(code: str) -> Stairwell | None:
    """Return the stairwell whose poster had this code until it was replaced after a leak."""
    wanted = select(Stairwell).join(OldPoster).where(OldPoster.code_index == _index_of(code))
    return db.session.scalar(wanted.options(joinedload(Stairwell.building)))


def _index_of(code: str) -> bytes:
    return tokens.code_index(Purpose.POSTER, tokens.tidy_code(code))
