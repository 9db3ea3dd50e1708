"""The doors into a group: interest, asking to join, invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("could_coordinate", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_interest_building_id")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_interest_person_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "named_at IS NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_interest_named_is_confirmed"),
        ),
    )
    op.create_index(op.f("ix_interest_building_id"), "interest", ["building_id"])
    op.create_index(op.f("ix_interest_person_id"), "interest", ["person_id"])
    op.create_index(
        op.f("uq_interest_one_current_per_person"),
        "interest",
        ["building_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=False),
        sa.Column("flat_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("wants_knock", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["person.id"],
            name=op.f("fk_join_request_decided_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["flat_id"], ["flat.id"], name=op.f("fk_join_request_flat_id")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_join_request_group_id")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_join_request_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stairwell_id"],
            ["stairwell.id"],
            name=op.f("fk_join_request_stairwell_id"),
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'declined', 'withdrawn')) = (decided_at IS NOT NULL)",
            name=op.f("ck_join_request_decided_has_a_time"),
        ),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'waiting', 'approved', 'declined', 'withdrawn')",
            name=op.f("ck_join_request_requeststate"),
        ),
    )
    op.create_index(op.f("ix_join_request_person_id"), "join_request", ["person_id"])
    op.create_index(op.f("ix_join_request_stairwell_id"), "join_request", ["stairwell_id"])
    op.create_index(
        op.f("uq_join_request_one_open_per_person"),
        "join_request",
        ["group_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('unconfirmed', 'waiting')"),
        postgresql_where=sa.text("state IN ('unconfirmed', 'waiting')"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("flat_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_invitation_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["flat_id"], ["flat.id"], name=op.f("fk_invitation_flat_id")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_invitation_group_id")),
        sa.ForeignKeyConstraint(
            ["mailbox_id"],
            ["mailbox.id"],
            name=op.f("fk_invitation_mailbox_id"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)",
            name=op.f("ck_invitation_ended_has_a_time"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'revoked')",
            name=op.f("ck_invitation_invitationstate"),
        ),
        sa.CheckConstraint("language IN ('sv', 'en', 'ar', 'so')", name=op.f("ck_invitation_language")),
    )
    op.create_index(op.f("ix_invitation_mailbox_id"), "invitation", ["mailbox_id"])
    op.create_index(
        op.f("uq_invitation_one_open_per_address"),
        "invitation",
        ["group_id", "mailbox_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("invitation")
    op.drop_table("join_request")
    op.drop_table("interest")
