"""Groups with their life, members, coordinators and officers; a building gets its group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "watch_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_taking_part", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_group")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_watch_group_area_id")),
        sa.CheckConstraint(
            "state IN ('starting', 'active', 'dormant', 'closed')",
            name=op.f("ck_watch_group_groupstate"),
        ),
    )
    op.create_index(op.f("ix_watch_group_area_id"), "watch_group", ["area_id"])
    op.create_table(
        "group_transition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_transition")),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_group_transition_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["watch_group.id"],
            name=op.f("fk_group_transition_group_id"),
        ),
        sa.CheckConstraint(
            "state IN ('starting', 'active', 'dormant', 'closed')",
            name=op.f("ck_group_transition_groupstate"),
        ),
    )
    op.create_index(op.f("ix_group_transition_group_id"), "group_transition", ["group_id"])
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["person.id"],
            name=op.f("fk_checklist_item_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_checklist_item_group_id")),
        sa.UniqueConstraint("group_id", "step", name=op.f("uq_checklist_item_once_per_group")),
        sa.CheckConstraint(
            "step IN ('police_contact', 'meeting_booked', 'meeting_held', 'coordinators_trained', "
            "'household_list')",
            name=op.f("ck_checklist_item_startstep"),
        ),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("admitted_by_id", sa.Integer(), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_channel", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.ForeignKeyConstraint(
            ["admitted_by_id"],
            ["person.id"],
            name=op.f("fk_membership_admitted_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_membership_group_id")),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_membership_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_membership_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stairwell_id"],
            ["stairwell.id"],
            name=op.f("fk_membership_stairwell_id"),
        ),
        sa.CheckConstraint("channel IN ('mail', 'paper')", name=op.f("ck_membership_channel")),
        sa.CheckConstraint(
            "consent_channel IN ('web', 'doorstep')",
            name=op.f("ck_membership_consentchannel"),
        ),
    )
    op.create_index(op.f("ix_membership_household_id"), "membership", ["household_id"])
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"])
    op.create_index(op.f("ix_membership_stairwell_id"), "membership", ["stairwell_id"])
    op.create_index(
        op.f("uq_membership_one_active_per_person"),
        "membership",
        ["group_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "coordinator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("appointed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("appointed_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duty_version", sa.String(length=20), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordinator")),
        sa.ForeignKeyConstraint(
            ["appointed_by_id"],
            ["person.id"],
            name=op.f("fk_coordinator_appointed_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_coordinator_group_id")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_coordinator_person_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (duty_version IS NULL)",
            name=op.f("ck_coordinator_accepted_a_version"),
        ),
    )
    op.create_index(op.f("ix_coordinator_group_id"), "coordinator", ["group_id"])
    op.create_index(op.f("ix_coordinator_person_id"), "coordinator", ["person_id"])
    op.create_index(
        op.f("uq_coordinator_one_current_per_person"),
        "coordinator",
        ["group_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "coordinator_stairwell",
        sa.Column("coordinator_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("coordinator_id", "stairwell_id", name=op.f("pk_coordinator_stairwell")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"],
            ["coordinator.id"],
            name=op.f("fk_coordinator_stairwell_coordinator_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stairwell_id"],
            ["stairwell.id"],
            name=op.f("fk_coordinator_stairwell_stairwell_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_officer_area_id")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_officer_person_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "organisation IN ('police', 'municipality')",
            name=op.f("ck_officer_organisation"),
        ),
    )
    op.create_index(op.f("ix_officer_person_id"), "officer", ["person_id"])
    op.create_index(
        op.f("uq_officer_one_current_per_area"),
        "officer",
        ["area_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    with op.batch_alter_table("building") as building:
        building.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        building.create_foreign_key(op.f("fk_building_group_id"), "watch_group", ["group_id"], ["id"])
        building.create_index(op.f("ix_building_group_id"), ["group_id"])


def downgrade() -> None:
    with op.batch_alter_table("building") as building:
        building.drop_index(op.f("ix_building_group_id"))
        building.drop_constraint(op.f("fk_building_group_id"), type_="foreignkey")
        building.drop_column("group_id")
    op.drop_table("officer")
    op.drop_table("coordinator_stairwell")
    op.drop_table("coordinator")
    op.drop_table("membership")
    op.drop_table("checklist_item")
    op.drop_table("group_transition")
    op.drop_table("watch_group")
