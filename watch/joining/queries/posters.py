"""Posters: their codes, and whose door a code opens."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from watch import tokens
from watch.extensions import db
from watch.models import OldPoster, Purpose, Stairwell


def poster_code(stairwell: Stairwell) -> str:
    """What stands on a stairwell's poster now, and is typed from it."""
    return tokens.show_code(tokens.code(Purpose.POSTER, stairwell.nonce))


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
