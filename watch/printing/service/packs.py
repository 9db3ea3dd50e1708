"""Long packs of letters: asked for by somebody, made file by file by the worker, kept for a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from watch import audit
from watch.extensions import db
from watch.groups.queries.joinable import OPEN_TO_JOIN
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

ASKED = "letters are asked for"  # the mark on the session that lets the commit wake the worker (jobs.py)
FILE_LETTERS = 250  # half a pack of paper; 4 MB, and 0.2 GB of memory while it is made
HELD = timedelta(minutes=1)  # many times as long as one file takes


def ask_for_letters(
    where: Group | Area, flats: Sequence[Flat], languages: Sequence[Language], *, by: Person
) -> LetterPack:
    """The letters of these flats, in their order, to be made by the worker.

    They take the place of what the same person asked for there before.
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
    """Whoever hands out has all letters of a stairwell in one pack of paper."""
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
    """Make the files that failed."""
    unmade = update(LetterFile).where(LetterFile.pack_id == pack.id, LetterFile.made_at.is_(None))
    db.session.execute(unmade.values(tries=0, held_until=None))
    db.session.info[ASKED] = True


def remove(pack: LetterPack) -> None:
    """Nobody wants its files any more; letters that are printed stay good."""
    db.session.delete(pack)


def claim_file(now: datetime) -> int | None:
    """The next file to make, held until the caller has had time enough; None when all are made.

    Whoever dies over one leaves it to the next, three times.
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
    """Give the flats of a file their letters; what stands on its pages. None when nobody wants it any more.

    Made a second time, the codes are the same.
    """
    file = db.session.get(LetterFile, file_id)
    letters = _print(file) if file else []
    return pages_of(letters, [Language(each) for each in file.pack.languages]) if file and letters else None


def _print(file: LetterFile) -> list[Letter]:
    wanted = select(Flat).where(Flat.id.in_(file.flat_ids)).join(Flat.stairwell).join(Stairwell.building)
    building = joinedload(Flat.stairwell).joinedload(Stairwell.building)
    found = {flat.id: flat for flat in db.session.scalars(wanted.options(building))}
    flats = [found[id_] for id_ in file.flat_ids if id_ in found]
    letters: list[Letter] = []
    for group_id, its in groupby(flats, key=lambda flat: flat.stairwell.building.group_id):
        group = db.session.get(Group, group_id) if group_id else None
        if group and group.state in OPEN_TO_JOIN and file.pack.group_id in {None, group.id}:
            letters += print_letters(group, list(its), by=file.pack.by)
    return letters


def keep_file(file_id: int, pdf: bytes) -> None:
    """The file is made; of a pack that was removed meanwhile nothing is kept."""
    made = {"pdf": pdf, "made_at": utcnow(), "held_until": None}
    db.session.execute(update(LetterFile).where(LetterFile.id == file_id).values(made))


def give_back(file_id: int) -> None:
    """It could not be made: whoever comes next may try."""
    db.session.execute(update(LetterFile).where(LetterFile.id == file_id).values(held_until=None))
