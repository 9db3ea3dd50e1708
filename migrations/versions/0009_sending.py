"""One bell a message, leases with an owner, workers, jobs of the clock, and which mails a member wants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

BELL = """
UPDATE outbox_row SET next_at = CASE
    WHEN channel = 'mail'
        AND id = (SELECT min(o.id) FROM outbox_row o WHERE o.mailing_id = outbox_row.mailing_id
            AND o.mailbox_id = outbox_row.mailbox_id AND o.language = outbox_row.language)
        AND EXISTS (SELECT 1 FROM outbox_row o WHERE o.mailing_id = outbox_row.mailing_id
            AND o.mailbox_id = outbox_row.mailbox_id AND o.language = outbox_row.language
            AND o.state IN ('queued', 'uncertain'))
    THEN next_at END
"""
TAKE_BACK = """
UPDATE outbox_row SET state = 'queued', lease_token = NULL, lease_until = NULL WHERE state = 'sending'
"""
PARTIAL = {
    "ix_outbox_row_due": (["precedence", "next_at", "id"], "next_at IS NOT NULL", False),
    "ix_outbox_row_leased": (["lease_until"], "lease_until IS NOT NULL", False),
    "ix_outbox_row_household_id": (["household_id"], "household_id IS NOT NULL", False),
    "ix_outbox_row_invited_mailbox_id": (["invited_mailbox_id"], "invited_mailbox_id IS NOT NULL", False),
    "ix_outbox_row_put_aside": (["state"], "state IN ('parked', 'held')", False),
    "uq_outbox_row_one_bell": (["mailing_id", "mailbox_id", "language"], "next_at IS NOT NULL", True),
}
BEFORE = {
    "ix_outbox_row_due": ["state", "next_at"],
    "ix_outbox_row_household_id": ["household_id"],
    "ix_outbox_row_invited_mailbox_id": ["invited_mailbox_id"],
    "ix_outbox_row_mailbox_id": ["mailbox_id"],
}
LEASE = "(lease_token IS NULL) = (lease_until IS NULL) AND (lease_token IS NULL) = (lease_owner IS NULL)"
CHOICES = "notices IN ('everything', 'meetings', 'nothing')"


def upgrade() -> None:
    for name in BEFORE:
        op.drop_index(op.f(name), "outbox_row")
    op.execute(TAKE_BACK)
    with op.batch_alter_table("outbox_row") as rows:
        rows.add_column(sa.Column("precedence", sa.Integer(), nullable=False, server_default="1"))
        rows.add_column(sa.Column("lease_owner", sa.String(length=80), nullable=True))
        rows.alter_column("next_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        rows.drop_column("message_id")
        rows.create_check_constraint(op.f("ck_outbox_row_lease_is_whole"), LEASE)
    op.execute(BELL)
    with op.batch_alter_table("outbox_row") as rows:
        rows.alter_column("precedence", existing_type=sa.Integer(), server_default=None)
    for name, (columns, where, unique) in PARTIAL.items():
        some = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
        op.create_index(op.f(name), "outbox_row", columns, unique=unique, **some)
    op.create_index(op.f("ix_outbox_row_message"), "outbox_row", ["mailbox_id", "mailing_id"])
    _choose_notices()
    op.create_table(
        "worker",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_worker")),
    )
    op.create_table(
        "clock_run",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_clock_run")),
    )


def _choose_notices() -> None:
    choice = sa.Column("notices", sa.String(length=40), nullable=False, server_default="everything")
    with op.batch_alter_table("membership") as memberships:
        memberships.add_column(choice)
        memberships.create_check_constraint(op.f("ck_membership_noticechoice"), CHOICES)
    with op.batch_alter_table("membership") as memberships:
        memberships.alter_column("notices", existing_type=sa.String(length=40), server_default=None)


def downgrade() -> None:
    op.drop_table("clock_run")
    op.drop_table("worker")
    with op.batch_alter_table("membership") as memberships:
        memberships.drop_constraint(op.f("ck_membership_noticechoice"), type_="check")
        memberships.drop_column("notices")
    op.drop_index(op.f("ix_outbox_row_message"), "outbox_row")
    for name in PARTIAL:
        op.drop_index(op.f(name), "outbox_row")
    op.execute(TAKE_BACK.replace("lease_until = NULL", "lease_until = NULL, lease_owner = NULL"))
    op.execute("UPDATE outbox_row SET next_at = created_at WHERE next_at IS NULL")
    with op.batch_alter_table("outbox_row") as rows:
        rows.drop_constraint(op.f("ck_outbox_row_lease_is_whole"), type_="check")
        rows.add_column(sa.Column("message_id", sa.String(length=120), nullable=True))
        rows.alter_column("next_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        rows.drop_column("lease_owner")
        rows.drop_column("precedence")
    for name, columns in BEFORE.items():
        op.create_index(op.f(name), "outbox_row", columns)
