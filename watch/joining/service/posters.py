"""Posters in the stairwells: a new code where one has leaked."""

from __future__ import annotations

from sqlalchemy import exists, or_, select, update

from watch import audit, tokens
from watch.extensions import db
from watch.models import Group, OldPoster, Person, Stairwell, utcnow
from watch.tokens import Purpose


def renew_poster(stairwell: Stairwell, generation: int, *, by: Person) -> bool:
    """The poster has leaked: from now on its stairwell has a new code, and the old one explains itself.

    `generation` is that of the code which leaked: pressed twice, or by two, is once. Returns whether this
    press was the first.
    """
    if stairwell.poster_generation != generation:
        return False
    old_index = stairwell.poster_index
    new, index = _next_code(stairwell.id, generation)
    renewed = db.session.execute(
        update(Stairwell)
        .where(Stairwell.id == stairwell.id, Stairwell.poster_generation == generation)
        .values(poster_generation=new, poster_index=index)
    )
    db.session.refresh(stairwell)
    if not renewed.rowcount:  # type: ignore[attr-defined]  # of an UPDATE
        return False
    if old_index is not None:
        db.session.add(OldPoster(stairwell_id=stairwell.id, code_index=old_index, ended_at=utcnow()))
    group = db.session.get(Group, stairwell.building.group_id) if stairwell.building.group_id else None
    audit.note("poster-renewed", about=stairwell, by=by, group=group)
    return True


def _next_code(stairwell_id: int, generation: int) -> tuple[int, bytes]:
    """The next generation whose code no other poster has or had: with eight signs nearly every one."""
    while True:
        generation += 1
        index = tokens.code_index(Purpose.POSTER, tokens.code(Purpose.POSTER, stairwell_id, generation))
        hangs, hung = Stairwell.poster_index == index, OldPoster.code_index == index
        if not db.session.scalar(select(or_(exists().where(hangs), exists().where(hung)))):
            return generation, index
