"""Steps of findings that say which day they set, so that taking one away puts the day back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"

NUMBERED = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("finding_step", table_kwargs=NUMBERED) as steps:
        steps.add_column(sa.Column("due_before", sa.Date(), nullable=True))
        steps.add_column(sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("finding_step", table_kwargs=NUMBERED) as steps:
        steps.drop_column("due_on")
        steps.drop_column("due_before")
