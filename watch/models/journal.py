"""The state of the journal that is kept outside the database (see watch/journal)."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from watch.models.base import Model, impersonal, utcnow


class JournalState(Model):
    """The one row that identifies this database and counts its transactions.

    `serial` rises with every journaled transaction, so a copy tells which journal lines are newer than
    itself. `epoch` changes with each restore; links that let somebody in depend on it.
    """

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    database: Mapped[str] = impersonal("random", String(32), default=lambda: secrets.token_hex(8))
    serial: Mapped[int] = mapped_column(BigInteger, default=0)
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    restored_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class JournalHost(Model):
    """A machine that keeps a part of the journal. A restore needs the parts of all machines.

    A machine not seen for JOURNAL_DAYS is forgotten.
    """

    name: Mapped[str] = impersonal("a machine's name", String(200), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
