"""Two people who share an address can each have an open invitation, and a flat can be gone.

Invitations that stand are the first of their address (`ordinal` 0). No flat is gone from its landlord's list.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
OPEN = sa.text("state = 'open'")
# Of the open ones to an address a coordinator keeps the first.
REVOKE_LATER_ONES = """
UPDATE invitation SET state = 'revoked', ended_at = CURRENT_TIMESTAMP WHERE state = 'open' AND ordinal > 0
"""


def upgrade() -> None:
    with op.batch_alter_table("invitation", table_kwargs=NUMBERED) as invitations:
        invitations.add_column(sa.Column("ordinal", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("invitation", table_kwargs=NUMBERED) as invitations:
        invitations.alter_column("ordinal", existing_type=sa.Integer(), server_default=None)
    _one_open_per("group_id", "mailbox_id", "by_id", "ordinal")
    op.add_column("flat", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("flat", table_kwargs=NUMBERED) as flats:
        flats.drop_column("gone_at")
    op.execute(REVOKE_LATER_ONES)
    _one_open_per("group_id", "mailbox_id", "by_id")
    with op.batch_alter_table("invitation", table_kwargs=NUMBERED) as invitations:
        invitations.drop_column("ordinal")


def _one_open_per(*columns: str) -> None:
    name = op.f("uq_invitation_one_open_per_address")
    op.drop_index(name, "invitation")
    op.create_index(name, "invitation", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
