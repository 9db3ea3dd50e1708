"""Mailings, and a row for everyone one goes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("sign_in_link_id", sa.Integer(), nullable=True),
        sa.Column("join_request_id", sa.Integer(), nullable=True),
        sa.Column("interest_id", sa.Integer(), nullable=True),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("coordinator_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"],
            ["coordinator.id"],
            name=op.f("fk_mailing_coordinator_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["interest_id"],
            ["interest.id"],
            name=op.f("fk_mailing_interest_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_mailing_invitation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["join_request_id"],
            ["join_request.id"],
            name=op.f("fk_mailing_join_request_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_mailing_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_mailing_membership_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["notice.id"],
            name=op.f("fk_mailing_notice_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_link_id"],
            ["sign_in_link.id"],
            name=op.f("fk_mailing_sign_in_link_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("form_key", name=op.f("uq_mailing_form_key")),
        sa.CheckConstraint(
            "CASE WHEN notice_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN invitation_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN sign_in_link_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN join_request_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN interest_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN membership_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN coordinator_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_mailing_one_parent"),
        ),
    )
    op.create_index(op.f("ix_mailing_coordinator_id"), "mailing", ["coordinator_id"])
    op.create_index(op.f("ix_mailing_interest_id"), "mailing", ["interest_id"])
    op.create_index(op.f("ix_mailing_invitation_id"), "mailing", ["invitation_id"])
    op.create_index(op.f("ix_mailing_join_request_id"), "mailing", ["join_request_id"])
    op.create_index(op.f("ix_mailing_meeting_id"), "mailing", ["meeting_id"])
    op.create_index(op.f("ix_mailing_membership_id"), "mailing", ["membership_id"])
    op.create_index(op.f("ix_mailing_notice_id"), "mailing", ["notice_id"])
    op.create_index(op.f("ix_mailing_sign_in_link_id"), "mailing", ["sign_in_link_id"])
    op.create_table(
        "outbox_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("invited_mailbox_id", sa.Integer(), nullable=True),
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("render_failures", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("last_text", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_row")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_outbox_row_household_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["invited_mailbox_id"],
            ["mailbox.id"],
            name=op.f("fk_outbox_row_invited_mailbox_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailbox.id"],
            name=op.f("fk_outbox_row_mailbox_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"],
            ["mailing.id"],
            name=op.f("fk_outbox_row_mailing_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_outbox_row_person_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("channel IN ('mail', 'paper')", name=op.f("ck_outbox_row_channel")),
        sa.CheckConstraint("language IN ('sv', 'en', 'ar', 'so')", name=op.f("ck_outbox_row_language")),
        sa.CheckConstraint(
            "CASE WHEN person_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN household_id IS NULL THEN 0 ELSE 1 END + "
            "CASE WHEN invited_mailbox_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_outbox_row_one_recipient"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'uncertain', 'sent', 'bounced', 'cancelled', "
            "'expired', 'parked', 'held', 'to_print', 'printed', 'handed_out')",
            name=op.f("ck_outbox_row_outboxstate"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('to_print', 'printed', 'handed_out') OR channel = 'paper'",
            name=op.f("ck_outbox_row_print_states_on_paper"),
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_token IS NOT NULL)",
            name=op.f("ck_outbox_row_sending_has_a_lease"),
        ),
    )
    op.create_index(op.f("ix_outbox_row_due"), "outbox_row", ["state", "next_at"])
    op.create_index(op.f("ix_outbox_row_household_id"), "outbox_row", ["household_id"])
    op.create_index(op.f("ix_outbox_row_invited_mailbox_id"), "outbox_row", ["invited_mailbox_id"])
    op.create_index(op.f("ix_outbox_row_mailbox_id"), "outbox_row", ["mailbox_id"])
    op.create_index(op.f("ix_outbox_row_person_id"), "outbox_row", ["person_id"])
    op.create_index(
        op.f("uq_outbox_row_one_per_address"),
        "outbox_row",
        ["mailing_id", "invited_mailbox_id"],
        unique=True,
        sqlite_where=sa.text("invited_mailbox_id IS NOT NULL"),
        postgresql_where=sa.text("invited_mailbox_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_outbox_row_one_per_household"),
        "outbox_row",
        ["mailing_id", "household_id"],
        unique=True,
        sqlite_where=sa.text("household_id IS NOT NULL"),
        postgresql_where=sa.text("household_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_outbox_row_one_per_person"),
        "outbox_row",
        ["mailing_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("person_id IS NOT NULL"),
        postgresql_where=sa.text("person_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("outbox_row")
    op.drop_table("mailing")
