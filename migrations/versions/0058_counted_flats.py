"""Groups remember of how many flats it is told how many take part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    with op.batch_alter_table("watch_group", table_kwargs={"sqlite_autoincrement": True}) as groups:
        groups.add_column(sa.Column("counted_flats", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("watch_group", table_kwargs={"sqlite_autoincrement": True}) as groups:
        groups.drop_column("counted_flats")
