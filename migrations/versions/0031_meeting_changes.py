"""A called meeting can be changed, and cancelled with a reason; the meetings there are stay as they are.

Mails until now had SEQUENCE 1, and 2 when they told of a cancellation.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


def upgrade() -> None:
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="1"))
        meetings.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        meetings.add_column(sa.Column("cancel_reason", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.alter_column("sequence", server_default=None)
    op.execute("UPDATE meeting SET sequence = 2 WHERE cancelled_at IS NOT NULL")
    op.create_table(
        "meeting_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_change")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_change_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_meeting_change_mailing_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_meeting_change_by_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("mailing_id", name=op.f("uq_meeting_change_mailing_id")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_meeting_change_meeting_id"), "meeting_change", ["meeting_id"])
    op.create_index(op.f("ix_meeting_change_by_id"), "meeting_change", ["by_id"])


def downgrade() -> None:
    """Without the mails that told of changes: an older program cannot send them."""
    op.drop_table("meeting_change")
    told = "SELECT id FROM mailing WHERE kind = 'meeting-changed'"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN ({told})")
    op.execute("DELETE FROM mailing WHERE kind = 'meeting-changed'")
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.drop_column("cancel_reason")
        meetings.drop_column("changed_at")
        meetings.drop_column("sequence")
