"""What the answers to a meeting came to, kept as numbers when the answers are erased."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.models.base import Model, one_where
from watch.models.meetings import Meeting


class MeetingTally(Model):
    """How many households of one group knew of a meeting, and what they answered; counted once it was over.

    Without a group it is of a meeting that an officer has called. Of coordinators, and of those who were
    interested in a building, it counts persons. `people` are how many would come, by those who said yes.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    asked: Mapped[int]
    yes: Mapped[int]
    maybe: Mapped[int]
    no: Mapped[int]
    people: Mapped[int]

    meeting: Mapped[Meeting] = relationship()

    __table_args__ = (
        UniqueConstraint("meeting_id", "group_id", name="uq_meeting_tally_one_per_group"),
        one_where("meeting_tally_one_of_an_area", "meeting_id", where="group_id IS NULL"),
        CheckConstraint(
            "asked >= 0 AND yes >= 0 AND maybe >= 0 AND no >= 0 AND people >= 0", name="counts_are_counts"
        ),
    )
