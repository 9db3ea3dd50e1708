"""A meeting can be for several stairwells or groups, be called in an area, and be a draft.

Going back, a meeting for several stairwells is for their whole group, so that nobody loses it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
KINDS = "'start', 'stairwell', 'annual', 'coordinators', 'safety_walk'"
KIND = "ck_meeting_meetingkind"
CALLS = "ck_meeting_a_group_or_an_area_calls"
ONE_CALLS = "CASE WHEN group_id IS NULL THEN 0 ELSE 1 END + CASE WHEN area_id IS NULL THEN 0 ELSE 1 END = 1"


def upgrade() -> None:
    _create_parts()
    op.execute(
        "INSERT INTO meeting_part (meeting_id, group_id, stairwell_id, state)"
        " SELECT id, group_id, stairwell_id, 'takes_part' FROM meeting ORDER BY id"
    )
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.drop_constraint(op.f("fk_meeting_stairwell_id"), type_="foreignkey")
        meetings.drop_column("stairwell_id")
        meetings.add_column(sa.Column("area_id", sa.Integer(), nullable=True))
        meetings.create_foreign_key(op.f("fk_meeting_area_id"), "area", ["area_id"], ["id"])
        meetings.alter_column("group_id", existing_type=sa.Integer(), nullable=True)
        meetings.alter_column("called_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        meetings.drop_constraint(op.f(KIND), type_="check")
        meetings.create_check_constraint(op.f(KIND), f"kind IN ({KINDS}, 'citizens', 'joint')")
        meetings.create_check_constraint(op.f(CALLS), ONE_CALLS)
    op.create_index(op.f("ix_meeting_area_id"), "meeting", ["area_id"])


def _create_parts() -> None:
    op.create_table(
        "meeting_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_part")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_part_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_meeting_part_group_id")),
        sa.ForeignKeyConstraint(
            ["stairwell_id"], ["stairwell.id"], name=op.f("fk_meeting_part_stairwell_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_meeting_part_decided_by_id"), ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            "state IN ('invited', 'takes_part', 'declined')", name=op.f("ck_meeting_part_partstate")
        ),
        sa.CheckConstraint(
            "state = 'takes_part' OR stairwell_id IS NULL",
            name=op.f("ck_meeting_part_whole_groups_are_invited"),
        ),
        sa.CheckConstraint(
            "state <> 'invited' OR decided_at IS NULL", name=op.f("ck_meeting_part_invited_is_undecided")
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR decided_at IS NOT NULL", name=op.f("ck_meeting_part_declined_has_a_time")
        ),
        **NUMBERED,
    )
    op.create_index(op.f("ix_meeting_part_group_id"), "meeting_part", ["group_id"])
    for name, column, where in (
        ("uq_meeting_part_a_group_once", "group_id", "stairwell_id IS NULL"),
        ("uq_meeting_part_a_stairwell_once", "stairwell_id", "stairwell_id IS NOT NULL"),
    ):
        rows = sa.text(where)
        op.create_index(
            name, "meeting_part", ["meeting_id", column],
            unique=True, sqlite_where=rows, postgresql_where=rows,
        )  # fmt: skip


def downgrade() -> None:
    """Without drafts and meetings of an area: an older program would tell of them, or cannot show them."""
    _erase("called_at IS NULL OR group_id IS NULL")
    op.execute("UPDATE meeting SET kind = 'annual' WHERE kind IN ('citizens', 'joint')")
    op.drop_index(op.f("ix_meeting_area_id"), "meeting")
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.drop_constraint(op.f(CALLS), type_="check")
        meetings.drop_constraint(op.f(KIND), type_="check")
        meetings.create_check_constraint(op.f(KIND), f"kind IN ({KINDS})")
        meetings.drop_constraint(op.f("fk_meeting_area_id"), type_="foreignkey")
        meetings.drop_column("area_id")
        meetings.alter_column("group_id", existing_type=sa.Integer(), nullable=False)
        meetings.alter_column("called_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        meetings.add_column(sa.Column("stairwell_id", sa.Integer(), nullable=True))
        meetings.create_foreign_key(op.f("fk_meeting_stairwell_id"), "stairwell", ["stairwell_id"], ["id"])
    op.execute(
        "UPDATE meeting SET stairwell_id = (SELECT min(stairwell_id) FROM meeting_part"
        " WHERE meeting_id = meeting.id HAVING count(*) = 1)"
    )
    op.drop_table("meeting_part")


def _erase(which: str) -> None:
    """Delete meetings, and what belongs to them: while migrating, SQLite deletes nothing along."""
    meetings = f"SELECT id FROM meeting WHERE {which}"
    mailings = f"SELECT id FROM mailing WHERE meeting_id IN ({meetings})"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN ({mailings})")
    for table in ("meeting_answer", "meeting_change", "meeting_part", "mailing"):
        op.execute(f"DELETE FROM {table} WHERE meeting_id IN ({meetings})")
    op.execute(f"DELETE FROM meeting WHERE {which}")
