"""When a building came to its group, so that it can be taken out again before anybody of it is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("building", table_kwargs=NUMBERED) as buildings:
        buildings.add_column(sa.Column("grouped_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("building", table_kwargs=NUMBERED) as buildings:
        buildings.drop_column("grouped_at")
