"""A newcomer's welcome keeps the meeting that it calls to; for those sent so far it is found out once more.

It was the next meeting for the newcomer when the mail was sent, as it was known then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
WELCOMES = """
    SELECT mailing.id, membership.group_id, membership.stairwell_id, max(outbox_row.settled_at) AS sent
    FROM mailing
    JOIN membership ON membership.id = mailing.membership_id
    JOIN outbox_row ON outbox_row.mailing_id = mailing.id
    WHERE mailing.kind = 'join-approved'
    GROUP BY mailing.id, membership.group_id, membership.stairwell_id
"""
MEETINGS = """
    SELECT meeting.id, part.group_id, part.stairwell_id, starts_at, ends_at, called_at, cancelled_at
    FROM meeting
    JOIN meeting_part AS part ON part.meeting_id = meeting.id
    WHERE called_at IS NOT NULL AND part.state = 'takes_part'
"""
CHANGES = "SELECT meeting_id, changed_at, starts_at, ends_at FROM meeting_change ORDER BY id"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("next_meeting_id", sa.Integer(), nullable=True))
        mailings.create_foreign_key(
            op.f("fk_mailing_next_meeting_id"), "meeting", ["next_meeting_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(op.f("ix_mailing_next_meeting_id"), "mailing", ["next_meeting_id"])
    changes, meetings = defaultdict(list), defaultdict(list)
    for change in _rows(CHANGES, "changed_at", "starts_at", "ends_at"):
        changes[change.meeting_id].append(change)
    for meeting in _rows(MEETINGS, "starts_at", "ends_at", "called_at", "cancelled_at"):
        meetings[meeting.group_id].append(meeting)
    for welcome in _rows(WELCOMES, "sent"):
        if named := _named(welcome, meetings[welcome.group_id], changes):
            keep = sa.text("UPDATE mailing SET next_meeting_id = :meeting WHERE id = :mailing")
            op.get_bind().execute(keep, {"meeting": named, "mailing": welcome.id})


def _rows(statement: str, *moments: str) -> Sequence[Any]:
    typed = sa.text(statement).columns(**dict.fromkeys(moments, MOMENT))
    return op.get_bind().execute(typed).all()


def _named(welcome: Any, meetings: Sequence[Any], changes: dict[int, list[Any]]) -> int | None:
    """Return the id of the next meeting for the newcomer when their welcome was sent, or None."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"  # which reads moments without their zone
    sent = welcome.sent or (datetime.now(UTC).replace(tzinfo=None) if is_sqlite else datetime.now(UTC))
    found = []
    for each in meetings:
        since = [change for change in changes[each.id] if change.changed_at > sent]
        then = since[0] if since else each
        is_on = each.called_at <= sent < then.ends_at and not (
            each.cancelled_at and each.cancelled_at <= sent
        )
        if is_on and each.stairwell_id in {None, welcome.stairwell_id}:
            found.append((then.starts_at, each.id))
    return min(found)[1] if found else None


def downgrade() -> None:
    op.drop_index(op.f("ix_mailing_next_meeting_id"), "mailing")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("fk_mailing_next_meeting_id"), type_="foreignkey")
        mailings.drop_column("next_meeting_id")
