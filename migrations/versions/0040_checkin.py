"""Presses at the door of a meeting, and links that are lent for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    _create_presses()
    op.create_table(
        "checkin_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("lent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin_link")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_checkin_link_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_checkin_link_by_id"), ondelete="SET NULL"
        ),
        **NUMBERED,
    )
    op.create_index(op.f("ix_checkin_link_by_id"), "checkin_link", ["by_id"])
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_checkin_link_one_open_per_lender", "checkin_link", ["meeting_id", "by_id"],
        unique=True, sqlite_where=is_open, postgresql_where=is_open,
    )  # fmt: skip


def _create_presses() -> None:
    op.create_table(
        "meeting_press",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("flat_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_press")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_press_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["flat_id"], ["flat.id"], name=op.f("fk_meeting_press_flat_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_meeting_press_person_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("meeting_id", "key", name=op.f("uq_meeting_press_counts_once")),
        sa.CheckConstraint("heads BETWEEN -1 AND 1", name=op.f("ck_meeting_press_one_head_at_most")),
        sa.CheckConstraint(
            "flat_id IS NULL OR person_id IS NULL", name=op.f("ck_meeting_press_of_a_flat_or_a_person")
        ),
        **NUMBERED,
    )
    for column in ("flat_id", "person_id"):
        op.create_index(op.f(f"ix_meeting_press_{column}"), "meeting_press", [column])


def downgrade() -> None:
    op.drop_table("checkin_link")
    op.drop_table("meeting_press")
