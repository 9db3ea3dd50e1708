"""A meeting can have a link to join from home, and no end that anybody has said.

Going back, the links are lost, and an end that nobody has said stands as if it were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
TABLES = ("meeting", "meeting_change")


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name, table_kwargs=NUMBERED) as table:
            table.add_column(sa.Column("link", sa.LargeBinary(), nullable=True))
            table.add_column(
                sa.Column("is_open_ended", sa.Boolean(), nullable=False, server_default=sa.false())
            )
        with op.batch_alter_table(name, table_kwargs=NUMBERED) as table:
            table.alter_column("is_open_ended", server_default=None)


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name, table_kwargs=NUMBERED) as table:
            table.drop_column("is_open_ended")
            table.drop_column("link")
