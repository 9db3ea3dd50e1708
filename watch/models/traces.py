"""The audit trail and the counts of rate limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from watch.models.base import Model, impersonal, personal, utcnow

AS_TRACE = "24 months"
AS_WINDOW = "until the window ends"
TRACE_KEPT = timedelta(days=730)


class ExportReason(StrEnum):
    """Why somebody took a list out as a file. A choice, because free text could name somebody."""

    OVERSIGHT = "oversight"
    FOLLOW_UP = "follow_up"
    INCIDENT = "incident"
    REQUESTED = "requested"


class AuditEntry(Model):
    """Who did what to what, and when. The ids are no foreign keys, so that people can be erased.

    An entry is never changed; sealing writes the number of its block, once. A migration must leave what is
    sealed as it is.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    what: Mapped[str] = impersonal("a name from the code", String(60))
    by_id: Mapped[int | None] = personal("C", "who answers for it", AS_TRACE, index=True)
    about_kind: Mapped[str] = impersonal("a table's name", String(40))
    about_id: Mapped[int] = personal("C", "what it was done to", AS_TRACE)
    group_id: Mapped[int | None]
    area_id: Mapped[int | None]
    why: Mapped[ExportReason | None]
    block: Mapped[int | None] = mapped_column(ForeignKey("audit_block.number"), index=True)

    __table_args__ = (
        Index("ix_audit_entry_group_id", "group_id", "id"),
        Index("ix_audit_entry_area_id", "area_id", "id"),
    )


class AuditBlock(Model):
    """A block of the audit trail, sealed by the clock. It stays when its entries are erased.

    `digest` is a keyed hash of its entries, `seal` one of this row and the seal before. `oldest_at` is when
    the first of its entries was written, None if it has none.
    """

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed_at: Mapped[datetime] = mapped_column(default=utcnow)
    oldest_at: Mapped[datetime | None]
    entries: Mapped[int]
    digest: Mapped[bytes] = impersonal("a keyed hash of ids", LargeBinary)
    seal: Mapped[bytes] = impersonal("a keyed hash of a block", LargeBinary)


class RateCount(Model):
    """The number of tries in a window of time. The key is a keyed hash.

    A count that lasts 30 days records that an address has signed in from a network (accounts.shares).
    """

    key: Mapped[bytes] = personal("C", "to slow down guessing", AS_WINDOW, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
