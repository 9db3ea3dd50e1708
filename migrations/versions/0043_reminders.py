"""Each meeting has its own days for reminders; those there are keep a week and a day before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
DAYS = "remind_early IN (0, 1, 2, 3, 7, 14) AND remind_late IN (0, 1, 2, 3, 7, 14)"


def upgrade() -> None:
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.add_column(sa.Column("remind_early", sa.Integer(), nullable=False, server_default="7"))
        meetings.add_column(sa.Column("remind_late", sa.Integer(), nullable=False, server_default="1"))
        meetings.add_column(sa.Column("reminders_at", sa.DateTime(timezone=True), nullable=True))
        meetings.add_column(sa.Column("reminder_text", sa.LargeBinary(), nullable=True))
        meetings.create_check_constraint(op.f("ck_meeting_reminders_are_days_before"), DAYS)
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.alter_column("remind_early", server_default=None)
        meetings.alter_column("remind_late", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.drop_constraint(op.f("ck_meeting_reminders_are_days_before"), type_="check")
        for column in ("reminder_text", "reminders_at", "remind_late", "remind_early"):
            meetings.drop_column(column)
