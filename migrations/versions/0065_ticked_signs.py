"""Signs that were taken down by the task of a closed group, so that undoing it brings just those back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"

NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("watch_sign", table_kwargs=NUMBERED) as signs:
        signs.add_column(sa.Column("ticked_down_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("watch_sign", table_kwargs=NUMBERED) as signs:
        signs.drop_column("ticked_down_at")
