"""An officer's message can be stopped, and a writer: of those there are, none is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


def upgrade() -> None:
    op.add_column("contact_message", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "stopped_writer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stopped_writer")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_stopped_writer_group_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stopped_writer_person_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("group_id", "person_id", name=op.f("uq_stopped_writer_once_per_group")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_stopped_writer_person_id"), "stopped_writer", ["person_id"])


def downgrade() -> None:
    op.drop_table("stopped_writer")
    with op.batch_alter_table("contact_message", table_kwargs=NUMBERED) as messages:
        messages.drop_column("stopped_at")
