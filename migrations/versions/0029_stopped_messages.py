"""Mails of an officer's message that wait can be stopped; of the messages there are, none is stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("contact_message", sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contact_message", table_kwargs={"sqlite_autoincrement": True}) as messages:
        messages.drop_column("stopped_at")
