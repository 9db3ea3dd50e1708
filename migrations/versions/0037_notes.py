"""Notes of meetings; the meetings there are have none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
KINDS = "('notes-published', 'notes-missing')"


def upgrade() -> None:
    op.create_table(
        "notes_draft",
        *_common("notes_draft", "saved_by_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_notes_draft_meeting_id")),
        **NUMBERED,
    )
    op.create_table(
        "notes_aside",
        *_common("notes_aside", "saved_by_id"),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("meeting_id", "form_key", name=op.f("uq_notes_aside_one_per_form")),
        **NUMBERED,
    )
    op.create_table(
        "published_notes",
        *_common("published_notes", "by_id"),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_published_notes_meeting_id")),
        sa.CheckConstraint(
            "(edition > 1) = (corrected_at IS NOT NULL)", name=op.f("ck_published_notes_correction_is_dated")
        ),
        **NUMBERED,
    )
    op.create_index(op.f("ix_notes_draft_saved_by_id"), "notes_draft", ["saved_by_id"])
    op.create_index(op.f("ix_notes_aside_saved_by_id"), "notes_aside", ["saved_by_id"])
    op.create_index(op.f("ix_published_notes_by_id"), "published_notes", ["by_id"])


def _common(table: str, writer: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column(writer, sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f(f"fk_{table}_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            [writer], ["person.id"], name=op.f(f"fk_{table}_{writer}"), ondelete="SET NULL"
        ),
    ]


def downgrade() -> None:
    """Without the mails that told of notes: an older program cannot send them."""
    for table in ("published_notes", "notes_aside", "notes_draft"):
        op.drop_table(table)
    told = f"SELECT id FROM mailing WHERE kind IN {KINDS}"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN ({told})")
    op.execute(f"DELETE FROM mailing WHERE kind IN {KINDS}")
