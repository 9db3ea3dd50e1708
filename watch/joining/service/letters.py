"""Letters into letterboxes: printed, opened by their code, good once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from watch import audit, tokens
from watch.extensions import db
from watch.groups.service import note_households
from watch.joining.queries import code_of, statuses_of
from watch.joining.service.errors import FlatElsewhere
from watch.joining.service.inviting import BEFORE_INVITED
from watch.models import Flat, Group, HouseholdStatus, Letter, Person, utcnow
from watch.tokens import Purpose

LETTER_DAYS = 30


def print_letters(group: Group, flats: Sequence[Flat], *, by: Person) -> list[Letter]:
    """The letters of these flats, in their order, good for 30 days from now.

    A letter that is still good is printed again with the same code. Raises FlatElsewhere.
    """
    if any(flat.stairwell.building.group_id != group.id for flat in flats):
        raise FlatElsewhere
    now, ids = utcnow(), [flat.id for flat in flats]
    db.session.execute(select(Flat.id).where(Flat.id.in_(ids)).with_for_update())  # two who print take turns
    db.session.execute(
        update(Letter)
        .where(Letter.flat_id.in_(ids), Letter.ended_at.is_(None), Letter.expires_at <= now)
        .values(ended_at=now)
    )
    good = select(Letter).where(Letter.flat_id.in_(ids), Letter.ended_at.is_(None))
    letters = {letter.flat_id: letter for letter in db.session.scalars(good)}
    for flat in flats:
        letter = letters.setdefault(flat.id, Letter(group_id=group.id, flat_id=flat.id))
        letter.by_id, letter.printed_at, letter.expires_at = by.id, now, now + timedelta(days=LETTER_DAYS)
    db.session.add_all(letters.values())
    db.session.flush()
    for letter in letters.values():
        letter.code_index = tokens.code_index(Purpose.LETTER, code_of(letter))
    statuses = statuses_of(flats)
    new = [flat for flat in flats if statuses[flat.id] in BEFORE_INVITED]
    note_households(new, HouseholdStatus.INVITED, by=by)
    audit.note("letters-printed", about=group, by=by, group=group)
    return [letters[flat.id] for flat in flats]


def use(letter: Letter, now: datetime) -> bool:
    """Somebody joins by the letter; the first does, and the database says whether this was they."""
    used = db.session.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.ended_at.is_(None), Letter.expires_at > now)
        .values(used_at=now, ended_at=now)
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]  # of an UPDATE
