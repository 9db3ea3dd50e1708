"""A message keeps the name that its sender had when it was written.

Messages that stand have none, and are shown with the sender's name of today.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.add_column("contact_message", sa.Column("written_as", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contact_message", table_kwargs={"sqlite_autoincrement": True}) as messages:
        messages.drop_column("written_as")
