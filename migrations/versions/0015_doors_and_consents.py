"""Knocks on doors, and every consent with its door: which text, when, and how it was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OLD = "consent_channel IN ('web', 'doorstep')"
NEW = "consent_channel IN ('web', 'poster', 'letter', 'mail', 'doorstep', 'paper')"
STATUSES = "('not_contacted', 'invited', 'wants_to_join', 'takes_part', 'declined')"
STANDS = sa.text("undone_at IS NULL")


def upgrade() -> None:
    op.execute("UPDATE membership SET consent_at = joined_at WHERE consent_at > joined_at")
    with op.batch_alter_table("membership") as memberships:
        memberships.drop_constraint(op.f("ck_membership_consentchannel"), type_="check")
        memberships.create_check_constraint(op.f("ck_membership_consentchannel"), NEW)
        memberships.create_check_constraint(
            op.f("ck_membership_consent_comes_first"), "consent_at <= joined_at"
        )
        memberships.create_check_constraint(op.f("ck_membership_consent_to_a_text"), "consent_version <> ''")
    _keep_the_consent_of_requests()
    _make_knocks()


def _keep_the_consent_of_requests() -> None:
    """Those who asked before this said yes to the first text; by which door is not known any more."""
    text, channel = sa.String(length=20), sa.String(length=40)
    with op.batch_alter_table("join_request") as requests:
        requests.add_column(sa.Column("membership_id", sa.Integer(), nullable=True))
        requests.add_column(sa.Column("consent_version", text, nullable=False, server_default="2026-1"))
        requests.add_column(sa.Column("consent_channel", channel, nullable=False, server_default="web"))
        requests.create_foreign_key(
            op.f("fk_join_request_membership_id"),
            "membership",
            ["membership_id"],
            ["id"],
            ondelete="SET NULL",
        )
        requests.create_check_constraint(op.f("ck_join_request_consentchannel"), NEW)
        requests.create_check_constraint(op.f("ck_join_request_consent_to_a_text"), "consent_version <> ''")
    with op.batch_alter_table("join_request") as requests:
        requests.alter_column("consent_version", server_default=None, existing_type=text)
        requests.alter_column("consent_channel", server_default=None, existing_type=channel)


def _make_knocks() -> None:
    op.create_table(
        "knock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("flat_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("join_request_id", sa.Integer(), nullable=True),
        sa.Column("membership_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("status_before", sa.String(length=40), nullable=False),
        sa.Column("status_before_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knock")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_knock_group_id")),
        sa.ForeignKeyConstraint(["flat_id"], ["flat.id"], name=op.f("fk_knock_flat_id")),
        _points_to("household", "household", "CASCADE"),
        _points_to("by", "person", "SET NULL"),
        _points_to("join_request", "join_request", "SET NULL"),
        _points_to("membership", "membership", "SET NULL"),
        sa.CheckConstraint(
            "outcome IN ('joined', 'declined', 'not_home', 'moved')", name=op.f("ck_knock_outcome")
        ),
        sa.CheckConstraint(f"status_before IN {STATUSES}", name=op.f("ck_knock_householdstatus")),
        sa.CheckConstraint(
            "membership_id IS NULL OR outcome = 'joined'", name=op.f("ck_knock_joined_has_a_member")
        ),
    )  # fmt: skip
    for column in ("group_id", "household_id", "by_id"):
        op.create_index(op.f(f"ix_knock_{column}"), "knock", [column])
    op.create_index(
        op.f("uq_knock_one_follows_another"), "knock", ["flat_id", "after_id"], unique=True,
        sqlite_where=STANDS, postgresql_where=STANDS,
    )  # fmt: skip


def _points_to(name: str, table: str, rule: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{name}_id"], [f"{table}.id"], name=op.f(f"fk_knock_{name}_id"), ondelete=rule
    )


def downgrade() -> None:
    op.drop_table("knock")
    with op.batch_alter_table("join_request") as requests:
        requests.drop_constraint(op.f("ck_join_request_consent_to_a_text"), type_="check")
        requests.drop_constraint(op.f("ck_join_request_consentchannel"), type_="check")
        requests.drop_constraint(op.f("fk_join_request_membership_id"), type_="foreignkey")
        for column in ("membership_id", "consent_version", "consent_channel"):
            requests.drop_column(column)
    op.execute("UPDATE membership SET consent_channel = 'doorstep' WHERE consent_channel = 'paper'")
    op.execute("UPDATE membership SET consent_channel = 'web' WHERE consent_channel <> 'doorstep'")
    with op.batch_alter_table("membership") as memberships:
        memberships.drop_constraint(op.f("ck_membership_consent_to_a_text"), type_="check")
        memberships.drop_constraint(op.f("ck_membership_consent_comes_first"), type_="check")
        memberships.drop_constraint(op.f("ck_membership_consentchannel"), type_="check")
        memberships.create_check_constraint(op.f("ck_membership_consentchannel"), OLD)
