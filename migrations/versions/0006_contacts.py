"""Contact persons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "contact_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("hours", sa.String(length=120), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("reach", sa.String(length=40), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("landlord_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_person")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_contact_person_area_id")),
        sa.ForeignKeyConstraint(
            ["building_id"],
            ["building.id"],
            name=op.f("fk_contact_person_building_id"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_contact_person_group_id")),
        sa.ForeignKeyConstraint(
            ["landlord_id"],
            ["landlord.id"],
            name=op.f("fk_contact_person_landlord_id"),
        ),
        sa.CheckConstraint(
            "(reach = 'area') = (area_id IS NOT NULL)",
            name=op.f("ck_contact_person_area_reach"),
        ),
        sa.CheckConstraint(
            "(reach = 'building') = (building_id IS NOT NULL)",
            name=op.f("ck_contact_person_building_reach"),
        ),
        sa.CheckConstraint(
            "phone IS NOT NULL OR email IS NOT NULL",
            name=op.f("ck_contact_person_can_be_reached"),
        ),
        sa.CheckConstraint(
            "role IN ('police', 'municipality', 'landlord', 'fault_report', 'disturbance', 'group')",
            name=op.f("ck_contact_person_contactrole"),
        ),
        sa.CheckConstraint(
            "(reach = 'group') = (group_id IS NOT NULL)",
            name=op.f("ck_contact_person_group_reach"),
        ),
        sa.CheckConstraint(
            "(reach = 'landlord') = (landlord_id IS NOT NULL)",
            name=op.f("ck_contact_person_landlord_reach"),
        ),
        sa.CheckConstraint(
            "reach IN ('group', 'building', 'landlord', 'area', 'everywhere')",
            name=op.f("ck_contact_person_reach"),
        ),
    )
    op.create_index(op.f("ix_contact_person_area_id"), "contact_person", ["area_id"])
    op.create_index(op.f("ix_contact_person_building_id"), "contact_person", ["building_id"])
    op.create_index(op.f("ix_contact_person_group_id"), "contact_person", ["group_id"])
    op.create_index(op.f("ix_contact_person_landlord_id"), "contact_person", ["landlord_id"])


def downgrade() -> None:
    op.drop_table("contact_person")
