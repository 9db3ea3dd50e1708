"""A press at the door says by which lent link it came, so that the link shows its own presses only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


def upgrade() -> None:
    with op.batch_alter_table("meeting_press", table_kwargs=NUMBERED) as presses:
        presses.add_column(sa.Column("link_id", sa.Integer(), nullable=True))
        presses.create_foreign_key(
            op.f("fk_meeting_press_link_id"), "checkin_link", ["link_id"], ["id"], ondelete="SET NULL"
        )
        presses.create_index(op.f("ix_meeting_press_link_id"), ["link_id"])


def downgrade() -> None:
    with op.batch_alter_table("meeting_press", table_kwargs=NUMBERED) as presses:
        presses.drop_index(op.f("ix_meeting_press_link_id"))
        presses.drop_constraint(op.f("fk_meeting_press_link_id"), type_="foreignkey")
        presses.drop_column("link_id")
