"""Letters, found by their code, and the long packs of them."""

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
CODE_CHARACTERS = 12  # 60 bits: not to be guessed


def code_of(letter: Letter) -> str:
    """What is printed in a letter and typed from it."""
    return tokens.code(Purpose.LETTER, letter.nonce, CODE_CHARACTERS)


def letter_of_code(code: str) -> Letter | None:
    """The letter with this code, good or not; typed codes are forgiven much."""
    index = tokens.code_index(Purpose.LETTER, tokens.tidy_code(code))
    return db.session.scalar(select(Letter).where(Letter.code_index == index))


@dataclass(frozen=True)
class PackProgress:
    """How far a pack has come, in letters; it has failed where nobody goes on by themselves."""

    made: int
    all: int
    has_failed: bool

    @property
    def is_done(self) -> bool:
        """Whether every file can be fetched."""
        return self.made == self.all


def progress_of(pack: LetterPack, now: datetime) -> PackProgress:
    """How far a pack has come."""
    made = sum(len(file.flat_ids) for file in pack.files if file.made_at)
    given_up = [
        file.made_at is None and file.tries >= PACK_TRIES and (not file.held_until or file.held_until <= now)
        for file in pack.files
    ]
    return PackProgress(made, pack.letters, any(given_up))


def is_kept(pack: LetterPack, now: datetime) -> bool:
    """Whether it can still be fetched; the night's round takes it out later."""
    return pack.asked_at > now - PACK_KEPT


def places_of(pack: LetterPack) -> list[str]:
    """Where its letters go, in street order: to these stairwells of a group, or houses of an area."""
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
    """The long pack of letters that somebody asked for there within a day."""
    place = LetterPack.group_id if isinstance(where, Group) else LetterPack.area_id
    asked = select(LetterPack).where(
        LetterPack.by_id == by.id, place == where.id, LetterPack.asked_at > utcnow() - PACK_KEPT
    )
    return db.session.scalars(asked.order_by(LetterPack.id.desc()).limit(1)).first()


def groups_to_write_to(area: Area) -> list[Group]:
    """The groups of an area that a letter lets in, in street order."""
    is_open = Group.state.in_(OPEN_TO_JOIN)
    first = select(func.min(Building.sort_key)).where(Building.group_id == Group.id).scalar_subquery()
    wanted = select(Group).where(Group.area_id == area.id, is_open, first.is_not(None))
    return list(db.session.scalars(wanted.order_by(first, Group.id)))


def poster_code(stairwell: Stairwell) -> str:
    """What stands on a stairwell's poster now, and is typed from it."""
    return tokens.show_code(tokens.code(Purpose.POSTER, stairwell.nonce))


@dataclass(frozen=True)
class Poster:
    """What a stairwell's poster says: the address, the code, and the link that its QR code holds."""

    address: str
    code: str
    link: str


def poster_of(stairwell: Stairwell) -> Poster:
    """A stairwell's poster now; its link begins with the configured base address, never the request's."""
    code = poster_code(stairwell)
    return Poster(stairwell.address, code, f"{current_app.config['BASE_URL']}/j/{code}")


def stairwell_of_poster(code: str) -> Stairwell | None:
    """The stairwell where the poster with this code hangs; typed codes are forgiven much."""
    wanted = select(Stairwell).where(Stairwell.poster_index == _index_of(code))
    return db.session.scalar(wanted.options(joinedload(Stairwell.building)))


def stairwell_of_old_poster(code: str) -> Stairwell | None:
    """The stairwell whose poster had this code before it leaked."""
    wanted = select(Stairwell).join(OldPoster).where(OldPoster.code_index == _index_of(code))
    return db.session.scalar(wanted.options(joinedload(Stairwell.building)))


def _index_of(code: str) -> bytes:
    return tokens.code_index(Purpose.POSTER, tokens.tidy_code(code))
