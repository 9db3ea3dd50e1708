"""People say what became of printed letters and of a lead's tasks, and on which day a start meeting is.

Until now a letter counted as received once it was printed. Letters that were printed before keep that
meaning: they count as put in the letterbox when their household became invited, else when they were printed.
Of start meetings booked before, the day they were booked stays known, not their own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
TASK = sa.Enum(
    "posters", "first_steps", "more_coordinators",
    name="task", native_enum=False, create_constraint=True, length=40,
)  # fmt: skip
COUNTED_ALREADY = """
UPDATE letter SET delivered_at = COALESCE((
    SELECT h.status_at FROM household h
    WHERE h.flat_id = letter.flat_id AND h.ended_at IS NULL AND h.status = 'invited'
        AND h.status_at >= letter.printed_at
), printed_at)
"""


def upgrade() -> None:
    with op.batch_alter_table("letter", table_kwargs=NUMBERED) as letters:
        letters.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        letters.add_column(sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
        letters.create_check_constraint(
            op.f("ck_letter_delivered_or_discarded"), "delivered_at IS NULL OR discarded_at IS NULL"
        )
    op.execute(COUNTED_ALREADY)
    with op.batch_alter_table("checklist_item", table_kwargs=NUMBERED) as steps:
        steps.add_column(sa.Column("meeting_on", sa.Date(), nullable=True))
        steps.create_check_constraint(
            op.f("ck_checklist_item_day_of_a_booked_meeting"), "meeting_on IS NULL OR step = 'meeting_booked'"
        )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("task", TASK, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_set_aside_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("group_id", "task", name="uq_set_aside_once_per_group"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("set_aside")
    with op.batch_alter_table("checklist_item", table_kwargs=NUMBERED) as steps:
        steps.drop_constraint(op.f("ck_checklist_item_day_of_a_booked_meeting"), type_="check")
        steps.drop_column("meeting_on")
    with op.batch_alter_table("letter", table_kwargs=NUMBERED) as letters:
        letters.drop_constraint(op.f("ck_letter_delivered_or_discarded"), type_="check")
        letters.drop_column("discarded_at")
        letters.drop_column("delivered_at")
