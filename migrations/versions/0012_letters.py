"""Letters for letterboxes, and whether a flat's own letter vouches for somebody who asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("flat_id", sa.Integer(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_letter_group_id")),
        sa.ForeignKeyConstraint(["flat_id"], ["flat.id"], name=op.f("fk_letter_flat_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_letter_by_id"), ondelete="SET NULL"),
        sa.UniqueConstraint("code_index", name=op.f("uq_letter_code_index")),
        sa.CheckConstraint("used_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_letter_used_is_ended")),
    )
    op.create_index(
        op.f("uq_letter_one_open_per_flat"), "letter", ["flat_id"], unique=True,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    with op.batch_alter_table("join_request") as requests:
        requests.add_column(sa.Column("letter_id", sa.Integer(), nullable=True))
        requests.create_foreign_key(
            op.f("fk_join_request_letter_id"), "letter", ["letter_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("join_request") as requests:
        requests.drop_constraint(op.f("fk_join_request_letter_id"), type_="foreignkey")
        requests.drop_column("letter_id")
    op.drop_table("letter")
