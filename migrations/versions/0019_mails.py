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
    _make_opt_outs()


def downgrade() -> None:
    op.drop_table("area_opt_out")
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


WANTED_NONE = """
INSERT INTO area_opt_out (person_id, area_id, at)
SELECT DISTINCT m.person_id, g.area_id, CURRENT_TIMESTAMP
FROM membership m JOIN watch_group g ON g.id = m.group_id
WHERE m.left_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM membership other JOIN watch_group near ON near.id = other.group_id
    WHERE other.person_id = m.person_id AND near.area_id = g.area_id AND other.left_at IS NULL
    AND other.notices = 'everything')
"""


def _make_opt_outs() -> None:
    """Until now one choice was for the group and its area: whoever wanted no notices gets none of either."""
    op.create_table(
        "area_opt_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_opt_out")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_area_opt_out_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_opt_out_area_id")),
        sa.UniqueConstraint("person_id", "area_id", name=op.f("uq_area_opt_out_one_per_person")),
        **NUMBERED,
    )
    op.execute(WANTED_NONE)
