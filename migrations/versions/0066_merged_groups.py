"""Groups that were merged into another one, and the steps that say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

NUMBERED = {"sqlite_autoincrement": True}
BEFORE = ("came", "left", "left_today", "came_from", "reopened")
KINDS = ("came", "left", "left_today", "came_from", "came_with", "merged", "reopened")


def upgrade() -> None:
    with op.batch_alter_table("watch_group", table_kwargs=NUMBERED) as groups:
        groups.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        groups.create_foreign_key(
            op.f("fk_watch_group_merged_into_id"), "watch_group", ["merged_into_id"], ["id"]
        )
        groups.create_check_constraint(
            op.f("ck_watch_group_merged_is_closed"), "merged_into_id IS NULL OR state = 'closed'"
        )
    _set_kinds(KINDS)


def downgrade() -> None:
    op.execute("UPDATE group_transition SET kind = 'came' WHERE kind = 'came_with'")
    op.execute("UPDATE group_transition SET kind = NULL, house = NULL WHERE kind = 'merged'")
    _set_kinds(BEFORE)
    with op.batch_alter_table("watch_group", table_kwargs=NUMBERED) as groups:
        groups.drop_constraint(op.f("ck_watch_group_merged_is_closed"), type_="check")
        groups.drop_constraint(op.f("fk_watch_group_merged_into_id"), type_="foreignkey")
        groups.drop_column("merged_into_id")


def _set_kinds(kinds: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in kinds)
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as steps:
        steps.drop_constraint(op.f("ck_group_transition_stepkind"), type_="check")
        steps.create_check_constraint(op.f("ck_group_transition_stepkind"), f"kind IN ({words})")
