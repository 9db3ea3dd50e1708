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
    plain = tokens.tidy_code(code)
    if not plain.isascii() or not 0 < len(plain) <= 20:
        return None
    index = tokens.code_index(Purpose.LETTER, plain)
    return db.session.scalar(select(Letter).where(Letter.code_index == index))


def is_good(letter: Letter, now: datetime) -> bool:
    """Nobody has used it, it has not run out, and the same household lives in the flat."""
    return letter.ended_at is None and letter.expires_at > now
