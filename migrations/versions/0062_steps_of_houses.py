"""Steps that say which building a group got or gave away, or that its closing was taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"

NUMBERED = {"sqlite_autoincrement": True}
KINDS = "kind IN ('came', 'left', 'left_today', 'came_from', 'reopened')"
# after a closing, only taking it back makes a group active or dormant: one that starts anew is starting
REOPENED = """
UPDATE group_transition SET kind = 'reopened' WHERE state IN ('active', 'dormant') AND (
    SELECT before.state FROM group_transition AS before
    WHERE before.group_id = group_transition.group_id AND (before.at < group_transition.at
        OR (before.at = group_transition.at AND before.id < group_transition.id))
    ORDER BY before.at DESC, before.id DESC LIMIT 1
) = 'closed'
"""


def upgrade() -> None:
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as steps:
        steps.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        steps.add_column(sa.Column("house", sa.String(length=200), nullable=True))
        steps.create_check_constraint(op.f("ck_group_transition_stepkind"), KINDS)
    op.execute(REOPENED)


def downgrade() -> None:
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as steps:
        steps.drop_constraint(op.f("ck_group_transition_stepkind"), type_="check")
        steps.drop_column("house")
        steps.drop_column("kind")
