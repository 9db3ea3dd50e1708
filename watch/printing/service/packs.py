"""Packs of letters: ordered by a person, made file by file by the worker, kept for 24 hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from flask import current_app
from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from watch import audit
from watch.extensions import db
from watch.groups.queries.joinable import HAS_LETTERS
from watch.models import (
    Area,
    Flat,
    Group,
    Language,
    Letter,
    LetterFile,
    LetterPack,
    Person,
    Stairwell,
    utcnow,
)
from watch.printing.letter_pages import pages_of
from watch.printing.queries import PACK_TRIES
from watch.printing.service.letters import print_letters

ASKED = "letters are asked for"  # set on the session, so that the commit wakes the worker (jobs.py)
FILE_LETTERS = 250  # half a ream of paper; a 4 MB file that takes 0.2 GB of memory to make
HELD = timedelta(minutes=1)  # many times longer than a file takes


def print_or_ask(
    where: Group | Area, flats: Sequence[Flat], languages: Sequence[Language], *, by: Person
) -> dict[str, Any] | LetterPack:
    """Return the pages of the letters, or a pack for the worker if there are more than `LETTERS_AT_ONCE`."""
    if len(flats) > current_app.config["LETTERS_AT_ONCE"]:
        return ask_for_letters(where, flats, languages, by=by)
    return pages_of(_print(flats, where if isinstance(where, Group) else None, by=by), languages)


def ask_for_letters(
    where: Group | Area, flats: Sequence[Flat], languages: Sequence[Language], *, by: Person
) -> LetterPack:
    """Order letters from the worker, in the order of the flats.

    Replaces the person's earlier packs for the same group or area.
    """
    place = {"group_id": where.id} if isinstance(where, Group) else {"area_id": where.id}
    before = select(LetterPack).filter_by(by_id=by.id, **place)
    for pack in db.session.scalars(before):
        db.session.delete(pack)
    pack = LetterPack(by=by, languages=[each.value for each in languages], **place)
    pack.files = [
        LetterFile(
            place=number, flat_ids=[flat.id for flat in some], first=some[0].stairwell.address,
            last=some[-1].stairwell.address,
        )
        for number, some in enumerate(_by_whole_stairwells(flats), start=1)
    ]  # fmt: skip
    db.session.add(pack)
    db.session.flush()
    db.session.info[ASKED] = True
    audit.note("letters-asked-for", about=pack, by=by, group=pack.group, area=pack.area)
    return pack


def _by_whole_stairwells(flats: Sequence[Flat]) -> Iterator[list[Flat]]:
    """Split flats into lists of whole stairwells, of at most 250 flats unless one stairwell has more."""
    some: list[Flat] = []
    for _stairwell, its in groupby(flats, key=lambda flat: flat.stairwell_id):
        stairwell = list(its)
        if some and len(some) + len(stairwell) > FILE_LETTERS:
            yield some
            some = []
        some = some + stairwell
    if some:
        yield some


def try_again(pack: LetterPack) -> None:
    """Let the worker make the unfinished files again, with all three tries."""
    unmade = update(LetterFile).where(LetterFile.pack_id == pack.id, LetterFile.made_at.is_(None))
    db.session.execute(unmade.values(tries=0, held_until=None))
    db.session.info[ASKED] = True


def remove(pack: LetterPack, *, by: Person) -> None:
    """Delete a pack and its files. Printed letters stay valid."""
    audit.note("letter-pack-removed", about=pack, by=by, group=pack.group, area=pack.area)
    db.session.delete(pack)


def claim_file(now: datetime) -> int | None:
    """Lease the next unfinished file for a minute and return its id, or None if there is none.

    After a crash the file is free again when the lease ends. Each file is tried three times.
    """
    is_free = or_(LetterFile.held_until.is_(None), LetterFile.held_until <= now)
    due = select(LetterFile).where(LetterFile.made_at.is_(None), LetterFile.tries < PACK_TRIES, is_free)
    in_turn = due.order_by(LetterFile.id).limit(1).with_for_update(skip_locked=True)
    file = db.session.scalars(in_turn).first()
    if file is None:
        return None
    file.tries, file.held_until = file.tries + 1, now + HELD
    return file.id


def pages_to_make(file_id: int) -> dict[str, Any] | None:
    """Print the letters of a file and return its pages, or None if the pack was removed or has no letters.

    Making a file again gives the same codes.
    """
    file = db.session.get(LetterFile, file_id)
    letters = _print(_flats_of(file), file.pack.group, by=file.pack.by) if file else []
    return pages_of(letters, [Language(each) for each in file.pack.languages]) if file and letters else None


def _flats_of(file: LetterFile) -> list[Flat]:
    wanted = select(Flat).where(Flat.id.in_(file.flat_ids)).join(Flat.stairwell).join(Stairwell.building)
    building = joinedload(Flat.stairwell).joinedload(Stairwell.building)
    found = {flat.id: flat for flat in db.session.scalars(wanted.options(building))}
    return [found[id_] for id_ in file.flat_ids if id_ in found]


def _print(flats: Sequence[Flat], only: Group | None, *, by: Person) -> list[Letter]:
    """Return the letters of flats whose group is not closed: of one group only, or of any."""
    letters: list[Letter] = []
    for group_id, its in groupby(flats, key=lambda flat: flat.stairwell.building.group_id):
        group = db.session.get(Group, group_id) if group_id else None
        if group and group.state in HAS_LETTERS and only in {None, group}:
            letters += print_letters(group, list(its), by=by)
    return letters


def keep_file(file_id: int, pdf: bytes) -> None:
    """Store a finished file. Does nothing if the pack was removed meanwhile."""
    made = {"pdf": pdf, "made_at": utcnow(), "held_until": None}
    db.session.execute(update(LetterFile).where(LetterFile.id == file_id).values(made))


def give_back(file_id: int) -> None:
    """Release a file that could not be made, for another try."""
    db.session.execute(update(LetterFile).where(LetterFile.id == file_id).values(held_until=None))
