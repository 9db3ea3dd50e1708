"""Meetings with answers, notices with their texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counting", sa.String(length=40), nullable=False),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.ForeignKeyConstraint(
            ["called_by_id"],
            ["person.id"],
            name=op.f("fk_meeting_called_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_meeting_group_id")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["stairwell.id"], name=op.f("fk_meeting_stairwell_id")),
        sa.CheckConstraint(
            "(counting = 'counted') = (head_count IS NOT NULL)",
            name=op.f("ck_meeting_counted_has_a_count"),
        ),
        sa.CheckConstraint(
            "counting IN ('not_yet', 'counted', 'not_counted')",
            name=op.f("ck_meeting_counting"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_meeting_ends_after_it_starts")),
        sa.CheckConstraint(
            "head_count BETWEEN 0 AND 1000",
            name=op.f("ck_meeting_head_count_is_some_people"),
        ),
        sa.CheckConstraint(
            "kind IN ('start', 'stairwell', 'annual', 'coordinators', 'safety_walk')",
            name=op.f("ck_meeting_meetingkind"),
        ),
    )
    op.create_index(op.f("ix_meeting_group_id"), "meeting", ["group_id"])
    op.create_table(
        "meeting_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_answer")),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_meeting_answer_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_meeting_answer_person_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_answer_one_per_person")),
        sa.CheckConstraint("answer IN ('yes', 'no', 'maybe')", name=op.f("ck_meeting_answer_answer")),
        sa.CheckConstraint(
            "people BETWEEN 0 AND 20 AND (answer = 'no') = (people = 0)",
            name=op.f("ck_meeting_answer_no_is_nobody"),
        ),
    )
    op.create_index(op.f("ix_meeting_answer_person_id"), "meeting_answer", ["person_id"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_notice_area_id")),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_notice_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_notice_group_id")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["stairwell.id"], name=op.f("fk_notice_stairwell_id")),
        sa.CheckConstraint(
            "(audience IN ('area_members', 'area_coordinators')) = (area_id IS NOT NULL)",
            name=op.f("ck_notice_area_audience"),
        ),
        sa.CheckConstraint(
            "audience IN ('stairwell', 'group', 'area_members', 'area_coordinators')",
            name=op.f("ck_notice_audience"),
        ),
        sa.CheckConstraint(
            "(audience IN ('stairwell', 'group')) = (group_id IS NOT NULL)",
            name=op.f("ck_notice_group_audience"),
        ),
        sa.CheckConstraint("level IN ('information', 'important', 'urgent')", name=op.f("ck_notice_level")),
        sa.CheckConstraint(
            "(audience = 'stairwell') = (stairwell_id IS NOT NULL)",
            name=op.f("ck_notice_stairwell_audience"),
        ),
    )
    op.create_index(op.f("ix_notice_area_id"), "notice", ["area_id"])
    op.create_index(op.f("ix_notice_group_id"), "notice", ["group_id"])
    op.create_table(
        "notice_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_text")),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name=op.f("fk_notice_text_notice_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("notice_id", "language", name=op.f("uq_notice_text_one_per_language")),
        sa.CheckConstraint("language IN ('sv', 'en', 'ar', 'so')", name=op.f("ck_notice_text_language")),
    )


def downgrade() -> None:
    op.drop_table("notice_text")
    op.drop_table("notice")
    op.drop_table("meeting_answer")
    op.drop_table("meeting")
