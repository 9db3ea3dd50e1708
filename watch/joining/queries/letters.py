"""Letters, found by their code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from watch import tokens
from watch.extensions import db
from watch.models import Letter
from watch.tokens import Purpose


def letter_of_code(code: str) -> Letter | None:
    """The letter with this code, good or not; typed codes are forgiven much."""
    index = tokens.code_index(Purpose.LETTER, tokens.tidy_code(code))
    return db.session.scalar(select(Letter).where(Letter.code_index == index))


def is_good(letter: Letter, now: datetime) -> bool:
    """Nobody has used it, it has not run out, and the flat has the same household and group."""
    is_of_group = letter.group_id == letter.flat.stairwell.building.group_id
    return is_of_group and letter.ended_at is None and letter.expires_at > now
