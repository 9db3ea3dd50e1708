"""Replaces the codes of leaked posters."""

from __future__ import annotations

import secrets

from sqlalchemy import exists, or_, select, update

from watch import audit, tokens
from watch.extensions import db
from watch.models import NONCE_BYTES, Group, OldPoster, Person, Purpose, Stairwell, utcnow
from watch.statements import changed


def renew_poster(stairwell: Stairwell, leaked: str, *, by: Person) -> bool:
    """Replace a stairwell's poster code and return True, or return False if it was replaced already.

    `leaked` is the code to replace, so that pressing twice renews once. The old code is stored to explain
    itself where it still hangs.
    """
    leaked_index = tokens.code_index(Purpose.POSTER, tokens.tidy_code(leaked))
    nonce, index = new_poster()
    renewed = changed(
        update(Stairwell)
        .where(Stairwell.id == stairwell.id, Stairwell.poster_index == leaked_index)
        .values(nonce=nonce, poster_index=index)
    )
    db.session.refresh(stairwell)
    if not renewed:
        return False
    db.session.add(OldPoster(stairwell_id=stairwell.id, code_index=leaked_index, ended_at=utcnow()))
    group = db.session.get(Group, stairwell.building.group_id) if stairwell.building.group_id else None
    audit.note("poster-renewed", about=stairwell, by=by, group=group)
    return True


def new_poster() -> tuple[bytes, bytes]:
    """Return a nonce whose code no poster has or had, and the keyed hash of that code."""
    while True:  # a collision is rare with eight characters
        nonce = secrets.token_bytes(NONCE_BYTES)
        index = tokens.code_index(Purpose.POSTER, tokens.code(Purpose.POSTER, nonce))
        hangs, hung = Stairwell.poster_index == index, OldPoster.code_index == index
        if not db.session.scalar(select(or_(exists().where(hangs), exists().where(hung)))):
            return nonce, index
