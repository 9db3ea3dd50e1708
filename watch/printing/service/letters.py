"""Prints letters and lets a resident join by a letter's code, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select, update

from watch import audit, tokens
from watch.extensions import db
from watch.groups.errors import FlatElsewhere, NotOpen
from watch.groups.queries.joinable import HAS_LETTERS
from watch.models import Flat, Group, Letter, Person, Purpose, utcnow
from watch.printing.queries import code_of
from watch.statements import changed

LETTER_DAYS = 30
REPRINT_DAYS = 14  # within these days the same letter is printed again


def print_letters(group: Group, flats: Sequence[Flat], *, by: Person) -> list[Letter]:
    """Return the letters of these flats, in their order. A letter expires 30 days after its first printing.

    A letter printed within 14 days is returned unchanged, used or not, so that reprinting does not reveal who
    has joined or moved. The households count as asked once somebody says that the letters lie in the
    letterboxes (delivery.py). Raises FlatElsewhere, and NotOpen if the group is closed.
    """
    if any(flat.stairwell.building.group_id != group.id for flat in flats):
        raise FlatElsewhere
    if group.state not in HAS_LETTERS:
        raise NotOpen
    now, ids = utcnow(), [flat.id for flat in flats]
    db.session.execute(select(Flat.id).where(Flat.id.in_(ids)).with_for_update())  # two who print take turns
    letters = _printed_lately(group, flats, now)
    _replace([flat for flat in flats if flat.id not in letters], letters, group, by=by, now=now)
    for letter in letters.values():
        letter.discarded_at = None  # printed again, it is asked about again
    audit.note("letters-printed", about=group, by=by, group=group)
    return [letters[flat.id] for flat in flats]


def _printed_lately(group: Group, flats: Sequence[Flat], now: datetime) -> dict[int, Letter]:
    """Return the letters printed within 14 days, by flat id.

    A whole stairwell's letters count only if they were printed together. Otherwise new ones among old would
    show which flats a coordinator had chosen, and so nearly who takes part.
    """
    young = select(Letter).where(
        Letter.flat_id.in_([flat.id for flat in flats]),
        Letter.group_id == group.id,
        Letter.printed_at > now - timedelta(days=REPRINT_DAYS),
    )
    letters = {letter.flat_id: letter for letter in db.session.scalars(young.order_by(Letter.id))}
    stairwells = {flat.stairwell_id for flat in flats}
    counts = select(Flat.stairwell_id, func.count()).where(
        Flat.stairwell_id.in_(stairwells), Flat.gone_at.is_(None)
    )
    sizes = dict(db.session.execute(counts.group_by(Flat.stairwell_id)).all())
    for stairwell, behind in groupby(sorted(flats, key=_stairwell_of), key=_stairwell_of):
        its = [flat.id for flat in behind]
        prints = {letters[id_].printed_at if id_ in letters else None for id_ in its}
        if len(its) == sizes[stairwell] and len(prints) > 1:
            letters = {id_: letter for id_, letter in letters.items() if id_ not in its}
    return letters


def _stairwell_of(flat: Flat) -> int:
    return flat.stairwell_id


def _replace(
    flats: Sequence[Flat], letters: dict[int, Letter], group: Group, *, by: Person, now: datetime
) -> None:
    """End the flats' open letters, and add new ones to `letters`."""
    old = update(Letter).where(Letter.flat_id.in_([flat.id for flat in flats]), Letter.ended_at.is_(None))
    db.session.execute(old.values(ended_at=now))
    new = [
        Letter(
            group_id=group.id, flat_id=flat.id, by_id=by.id, printed_at=now,
            expires_at=now + timedelta(days=LETTER_DAYS),
        )
        for flat in flats
    ]  # fmt: skip
    db.session.add_all(new)
    db.session.flush()
    for letter in new:
        letter.code_index = tokens.code_index(Purpose.LETTER, code_of(letter))
        letters[letter.flat_id] = letter


def use(letter: Letter, now: datetime) -> bool:
    """Use up a letter and return True, unless it has ended or expired.

    Of two people who use it at once only one succeeds.
    """
    used = changed(
        update(Letter)
        .where(Letter.id == letter.id, Letter.ended_at.is_(None), Letter.expires_at > now)
        .values(used_at=now, ended_at=now)
    )
    return bool(used)
