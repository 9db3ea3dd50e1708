"""What the answers to a meeting came to, kept as numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

COUNTS = ("asked", "yes", "maybe", "no", "people")


def upgrade() -> None:
    op.create_table(
        "meeting_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_tally")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_tally_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_meeting_tally_group_id")),
        sa.UniqueConstraint("meeting_id", "group_id", name=op.f("uq_meeting_tally_one_per_group")),
        sa.CheckConstraint(
            "asked >= 0 AND yes >= 0 AND maybe >= 0 AND no >= 0 AND people >= 0",
            name=op.f("ck_meeting_tally_counts_are_counts"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_meeting_tally_group_id"), "meeting_tally", ["group_id"])
    of_area = sa.text("group_id IS NULL")
    op.create_index(
        "uq_meeting_tally_one_of_an_area", "meeting_tally", ["meeting_id"],
        unique=True, sqlite_where=of_area, postgresql_where=of_area,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("meeting_tally")
