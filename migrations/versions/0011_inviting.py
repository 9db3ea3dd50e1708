"""One open invitation to an address from each coordinator: the other's is not theirs to know."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

REVOKE_LATER_ONES = """
UPDATE invitation SET state = 'revoked', ended_at = CURRENT_TIMESTAMP WHERE state = 'open'
    AND id NOT IN (SELECT min(id) FROM invitation WHERE state = 'open' GROUP BY group_id, mailbox_id)
"""
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    _one_open_per("group_id", "mailbox_id", "by_id")


def downgrade() -> None:
    op.execute(REVOKE_LATER_ONES)
    _one_open_per("group_id", "mailbox_id")


def _one_open_per(*columns: str) -> None:
    name = op.f("uq_invitation_one_open_per_address")
    op.drop_index(name, "invitation")
    op.create_index(name, "invitation", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
