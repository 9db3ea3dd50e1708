"""Steps that say which building a group got or gave away, for each reader in their language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

NUMBERED = {"sqlite_autoincrement": True}
WHAT = "what IN ('came', 'left', 'left_today', 'came_from')"


def upgrade() -> None:
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as steps:
        steps.add_column(sa.Column("what", sa.String(length=40), nullable=True))
        steps.add_column(sa.Column("house", sa.String(length=200), nullable=True))
        steps.create_check_constraint(op.f("ck_group_transition_housestep"), WHAT)


def downgrade() -> None:
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as steps:
        steps.drop_constraint(op.f("ck_group_transition_housestep"), type_="check")
        steps.drop_column("house")
        steps.drop_column("what")
