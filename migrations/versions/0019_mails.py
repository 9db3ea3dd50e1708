"""What mails are of: a random name in calendars; whoever was called before knows a meeting by its old one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


def upgrade() -> None:
    _name_meetings()


def downgrade() -> None:
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.drop_constraint(op.f("uq_meeting_uid"), type_="unique")
        meetings.drop_column("uid")


def _name_meetings() -> None:
    name = sa.String(length=40)
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.add_column(sa.Column("uid", name, nullable=True))
    op.execute("UPDATE meeting SET uid = 'meeting-' || id")
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.alter_column("uid", existing_type=name, nullable=False)
        meetings.create_unique_constraint(op.f("uq_meeting_uid"), ["uid"])
