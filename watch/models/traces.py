"""The audit trail and the counts of rate limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from watch.models.base import Model, impersonal, personal, utcnow

AS_TRACE = "24 months"
AS_WINDOW = "until the window ends"


class AuditEntry(Model):
    """Who did what to what, and when. The ids are no foreign keys, so that people can be erased."""

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    what: Mapped[str] = impersonal("a name from the code", String(60))
    by_id: Mapped[int | None] = personal("C", "who answers for it", AS_TRACE, index=True)
    about_kind: Mapped[str] = impersonal("a table's name", String(40))
    about_id: Mapped[int] = personal("C", "what it was done to", AS_TRACE)
    group_id: Mapped[int | None] = mapped_column(index=True)
    area_id: Mapped[int | None] = mapped_column(index=True)


class RateCount(Model):
    """The number of tries in a window of time. The key is a keyed hash.

    A count that lasts 30 days records that an address has signed in from a network (accounts.shares).
    """

    key: Mapped[bytes] = personal("C", "to slow down guessing", AS_WINDOW, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
