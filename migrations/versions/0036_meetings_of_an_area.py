"""An officer can call a meeting of an area's coordinators.

Going back, these meetings are lost: an older program cannot show them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
AUDIENCES = {
    "meetingaudience": "audience IN ('parts', 'coordinators')",
    "an_area_calls_its_coordinators": "(audience = 'parts') = (area_id IS NULL)",
}


def upgrade() -> None:
    _erase_of_areas()
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.add_column(
            sa.Column("audience", sa.String(length=40), nullable=False, server_default="parts")
        )
        for name, condition in AUDIENCES.items():
            meetings.create_check_constraint(op.f(f"ck_meeting_{name}"), condition)
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        meetings.alter_column("audience", server_default=None)


def downgrade() -> None:
    _erase_of_areas()
    with op.batch_alter_table("meeting", table_kwargs=NUMBERED) as meetings:
        for name in AUDIENCES:
            meetings.drop_constraint(op.f(f"ck_meeting_{name}"), type_="check")
        meetings.drop_column("audience")


def _erase_of_areas() -> None:
    """Delete meetings of areas, and what belongs to them: while migrating, SQLite deletes nothing along."""
    meetings = "SELECT id FROM meeting WHERE area_id IS NOT NULL"
    mailings = f"SELECT id FROM mailing WHERE meeting_id IN ({meetings})"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN ({mailings})")
    for table in ("meeting_answer", "meeting_change", "meeting_part", "mailing"):
        op.execute(f"DELETE FROM {table} WHERE meeting_id IN ({meetings})")
    op.execute("DELETE FROM meeting WHERE area_id IS NOT NULL")
