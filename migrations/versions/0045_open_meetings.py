"""Officers call everybody in an area, those interested in a building, and joint gatherings.

Going back, these meetings are lost: an older program cannot show them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
AUDIENCES = {
    "meetingaudience": "audience IN ('parts', 'coordinators', 'everybody', 'interested')",
    "an_area_calls_more_than_groups": "audience = 'parts' OR area_id IS NOT NULL",
    "interest_is_in_a_building": "(audience = 'interested') = (building_id IS NOT NULL)",
    "open_to_everybody_has_a_code": "(audience = 'everybody') = (code IS NOT NULL)",
}
BEFORE = {
    "meetingaudience": "audience IN ('parts', 'coordinators')",
    "an_area_calls_its_coordinators": "(audience = 'parts') = (area_id IS NULL)",
}
NEW = "audience IN ('everybody', 'interested') OR (audience = 'parts' AND area_id IS NOT NULL)"
BELONGS = (
    "meeting_answer", "meeting_change", "meeting_part", "meeting_tally", "checkin_link", "meeting_press",
    "notes_draft", "notes_aside", "published_notes", "mailing",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        for name in BEFORE:
            meetings.drop_constraint(op.f(f"ck_meeting_{name}"), type_="check")
        meetings.add_column(sa.Column("building_id", sa.Integer(), nullable=True))
        meetings.add_column(sa.Column("code", sa.String(length=40), nullable=True))
        meetings.add_column(sa.Column("languages", sa.String(length=40), nullable=True))
        meetings.create_foreign_key(op.f("fk_meeting_building_id"), "building", ["building_id"], ["id"])
        meetings.create_index(op.f("ix_meeting_building_id"), ["building_id"])
        meetings.create_unique_constraint(op.f("uq_meeting_code"), ["code"])
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        for name, condition in AUDIENCES.items():
            meetings.create_check_constraint(op.f(f"ck_meeting_{name}"), condition)
    op.create_table(
        "guest_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("people BETWEEN 1 AND 20", name=op.f("ck_guest_answer_some_people_come")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_guest_answer_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_answer")),
        sa.UniqueConstraint("key", name=op.f("uq_guest_answer_key")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_guest_answer_meeting_id"), "guest_answer", ["meeting_id"])


def downgrade() -> None:
    _erase_new()
    op.drop_table("guest_answer")
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        for name in AUDIENCES:
            meetings.drop_constraint(op.f(f"ck_meeting_{name}"), type_="check")
        meetings.drop_constraint(op.f("uq_meeting_code"), type_="unique")
        meetings.drop_index(op.f("ix_meeting_building_id"))
        meetings.drop_constraint(op.f("fk_meeting_building_id"), type_="foreignkey")
        for name in ("building_id", "code", "languages"):
            meetings.drop_column(name)
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        for name, condition in BEFORE.items():
            meetings.create_check_constraint(op.f(f"ck_meeting_{name}"), condition)


def _erase_new() -> None:
    """Delete the new meetings, and what belongs to them: while migrating, SQLite deletes nothing along."""
    meetings = f"SELECT id FROM meeting WHERE {NEW}"
    mailings = f"SELECT id FROM mailing WHERE meeting_id IN ({meetings})"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN ({mailings})")
    op.execute(f"UPDATE mailing SET next_meeting_id = NULL WHERE next_meeting_id IN ({meetings})")
    op.execute(f"UPDATE finding SET meeting_id = NULL WHERE meeting_id IN ({meetings})")
    for table in BELONGS:
        op.execute(f"DELETE FROM {table} WHERE meeting_id IN ({meetings})")
    op.execute(f"DELETE FROM meeting WHERE {NEW}")
