"""Packs of letters that the worker makes, and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ONE_PLACE = "CASE WHEN group_id IS NULL THEN 0 ELSE 1 END + CASE WHEN area_id IS NULL THEN 0 ELSE 1 END = 1"


def upgrade() -> None:
    op.create_table(
        "letter_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_pack")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_letter_pack_group_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_letter_pack_area_id")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_letter_pack_by_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint(ONE_PLACE, name=op.f("ck_letter_pack_of_a_group_or_an_area")),
    )
    op.create_index(op.f("ix_letter_pack_by_id"), "letter_pack", ["by_id"])
    op.create_table(
        "letter_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("flat_ids", sa.JSON(), nullable=False),
        sa.Column("first", sa.String(length=120), nullable=False),
        sa.Column("last", sa.String(length=120), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_file")),
        sa.ForeignKeyConstraint(
            ["pack_id"], ["letter_pack.id"], name=op.f("fk_letter_file_pack_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("pack_id", "place", name=op.f("uq_letter_file_pack_id_place")),
        sa.CheckConstraint("(made_at IS NULL) = (pdf IS NULL)", name=op.f("ck_letter_file_made_is_there")),
    )


def downgrade() -> None:
    op.drop_table("letter_file")
    op.drop_table("letter_pack")
