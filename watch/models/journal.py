"""How far the journal outside the database has come, as the database knows it (see watch/journal)."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from watch.models.base import Model, impersonal, utcnow


class JournalState(Model):
    """One row: which database this is, and how much was written to its journal when it was copied.

    `serial` is raised by every transaction that the journal knows of, so a copy knows which lines are younger
    than itself. `epoch` is another number after each restore, and goes into links that let somebody in.
    """

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    database: Mapped[str] = impersonal("random", String(32), default=lambda: secrets.token_hex(8))
    serial: Mapped[int] = mapped_column(BigInteger, default=0)
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    restored_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class JournalHost(Model):
    """A machine that keeps a part of the journal: a restore wants them all.

    One that is not seen as long as the journal is kept (JOURNAL_DAYS) is forgotten.
    """

    name: Mapped[str] = impersonal("a machine's name", String(200), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
