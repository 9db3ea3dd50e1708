"""How far the journal outside the database has come, and on which machines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "journal_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_state")),
    )
    op.create_table(
        "journal_host",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_journal_host")),
    )


def downgrade() -> None:
    op.drop_table("journal_host")
    op.drop_table("journal_state")
