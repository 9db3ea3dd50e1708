"""Codes of posters that had leaked, changing a wrong address, and answers that were said at the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "old_poster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=False),
        sa.Column("code_index", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_old_poster")),
        sa.ForeignKeyConstraint(
            ["stairwell_id"], ["stairwell.id"], name=op.f("fk_old_poster_stairwell_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("code_index", name=op.f("uq_old_poster_code_index")),
    )
    op.create_index(op.f("ix_old_poster_stairwell_id"), "old_poster", ["stairwell_id"])
    with op.batch_alter_table("join_request") as requests:
        requests.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        requests.add_column(sa.Column("asked_index", sa.LargeBinary(), nullable=True))
        requests.create_index(op.f("ix_join_request_asked_index"), ["asked_index"])


def downgrade() -> None:
    with op.batch_alter_table("join_request") as requests:
        requests.drop_index(op.f("ix_join_request_asked_index"))
        requests.drop_column("asked_index")
        requests.drop_column("told_at")
    op.drop_table("old_poster")
