"""An area's measures lose their words when they are erased, and still count in reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    with op.batch_alter_table("finding", table_kwargs={"sqlite_autoincrement": True}) as findings:
        findings.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM finding WHERE erased_at IS NOT NULL")
    with op.batch_alter_table("finding", table_kwargs={"sqlite_autoincrement": True}) as findings:
        findings.drop_column("erased_at")
