"""Why a row of the outbox was not sent; nobody knows it of the rows of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
REASON = sa.Enum(
    "too_late", "address", "over", "reader",
    name="leftout", native_enum=False, create_constraint=True, length=40,
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("outbox_row", table_kwargs=NUMBERED) as rows:
        rows.add_column(sa.Column("left_out", REASON, nullable=True))
        rows.create_check_constraint(
            op.f("ck_outbox_row_left_out_is_not_sent"),
            "left_out IS NULL OR state IN ('cancelled', 'expired')",
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox_row", table_kwargs=NUMBERED) as rows:
        rows.drop_constraint(op.f("ck_outbox_row_left_out_is_not_sent"), type_="check")
        rows.drop_constraint(op.f("ck_outbox_row_leftout"), type_="check")
        rows.drop_column("left_out")
