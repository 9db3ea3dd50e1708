"""What mails are of: a random name in calendars; whoever was called before knows a meeting by its old one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


def upgrade() -> None:
    _name_meetings()
    with op.batch_alter_table("notice", table_kwargs=NUMBERED) as notices:
        notices.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    _note_doubts()


def downgrade() -> None:
    with op.batch_alter_table("outbox_row", table_kwargs=NUMBERED) as rows:
        rows.drop_constraint(op.f("ck_outbox_row_uncertain_is_in_doubt"), type_="check")
        rows.drop_column("in_doubt")
    with op.batch_alter_table("notice", table_kwargs=NUMBERED) as notices:
        notices.drop_column("stopped_at")
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


def _note_doubts() -> None:
    """What was tried in vain may have arrived all the same: nobody kept which of it was without an answer."""
    with op.batch_alter_table("outbox_row", table_kwargs=NUMBERED) as rows:
        rows.add_column(sa.Column("in_doubt", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE outbox_row SET in_doubt = true WHERE state = 'uncertain'"
        " OR (attempts > 0 AND last_code IS NULL AND state IN ('queued', 'held'))"
    )
    with op.batch_alter_table("outbox_row", table_kwargs=NUMBERED) as rows:
        rows.alter_column("in_doubt", existing_type=sa.Boolean(), server_default=None)
        rows.create_check_constraint(
            op.f("ck_outbox_row_uncertain_is_in_doubt"), "state <> 'uncertain' OR in_doubt"
        )
