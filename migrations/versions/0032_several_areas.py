"""An officer's notice may go to one group, or to several areas; those sent until now stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again

BEFORE = {
    "audience": "audience IN ('stairwell', 'group', 'area_members', 'area_coordinators')",
    "group_audience": "(audience IN ('stairwell', 'group')) = (group_id IS NOT NULL)",
    "area_audience": "(audience IN ('area_members', 'area_coordinators')) = (area_id IS NOT NULL)",
}
AFTER = {
    "audience": "audience IN ('stairwell', 'group', 'area_members', 'area_coordinators', 'area_group')",
    "group_audience": "(audience IN ('stairwell', 'group', 'area_group')) = (group_id IS NOT NULL)",
    "area_audience": (
        "(audience IN ('area_members', 'area_coordinators', 'area_group')) = (area_id IS NOT NULL)"
    ),
}


def upgrade() -> None:
    _demand(AFTER)
    op.create_table(
        "notice_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_area")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_notice_area_notice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_notice_area_area_id")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_notice_area_mailing_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("notice_id", "area_id", name=op.f("uq_notice_area_once")),
        sa.UniqueConstraint("mailing_id", name=op.f("uq_notice_area_mailing_id")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_notice_area_area_id"), "notice_area", ["area_id"])


def downgrade() -> None:
    """A notice to one group becomes the group's own; of several areas the one it was written in stays."""
    op.drop_table("notice_area")
    with op.batch_alter_table("notice", table_kwargs=NUMBERED) as notices:
        for name in AFTER:
            notices.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
    op.execute("UPDATE notice SET audience = 'group', area_id = NULL WHERE audience = 'area_group'")
    with op.batch_alter_table("notice", table_kwargs=NUMBERED) as notices:
        for name, condition in BEFORE.items():
            notices.create_check_constraint(op.f(f"ck_notice_{name}"), condition)


def _demand(conditions: dict[str, str]) -> None:
    with op.batch_alter_table("notice", table_kwargs=NUMBERED) as notices:
        for name, condition in conditions.items():
            notices.drop_constraint(op.f(f"ck_notice_{name}"), type_="check")
            notices.create_check_constraint(op.f(f"ck_notice_{name}"), condition)
