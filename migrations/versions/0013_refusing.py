"""Wishes not to be asked again, invitations that may be passed on, and the name an invitation greets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_index", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
        sa.UniqueConstraint("address_index", name=op.f("uq_refusal_address_index")),
    )
    with op.batch_alter_table("invitation") as invitations:
        invitations.add_column(sa.Column("name", sa.LargeBinary(), nullable=True))
        invitations.add_column(
            sa.Column("is_transferable", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("invitation") as invitations:
        invitations.alter_column("is_transferable", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("join_request") as requests:
        requests.add_column(sa.Column("invitation_id", sa.Integer(), nullable=True))
        requests.create_foreign_key(
            op.f("fk_join_request_invitation_id"), "invitation", ["invitation_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip


def downgrade() -> None:
    with op.batch_alter_table("join_request") as requests:
        requests.drop_constraint(op.f("fk_join_request_invitation_id"), type_="foreignkey")
        requests.drop_column("invitation_id")
    with op.batch_alter_table("invitation") as invitations:
        invitations.drop_column("is_transferable")
        invitations.drop_column("name")
    op.drop_table("refusal")
