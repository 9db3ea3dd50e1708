"""Areas, properties, buildings, stairwells, flats and households."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort_key", sa.String(length=160), nullable=False),
        sa.Column("target_groups", sa.Integer(), nullable=True),
        sa.Column("target_by", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("name", name=op.f("uq_area_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_area_slug")),
        sa.CheckConstraint("target_groups > 0", name=op.f("ck_area_target_is_some_groups")),
    )
    op.create_table(
        "landlord",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landlord")),
        sa.UniqueConstraint("name", name=op.f("uq_landlord_name")),
    )
    op.create_table(
        "property",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("landlord_id", sa.Integer(), nullable=False),
        sa.Column("designation", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_property_area_id")),
        sa.ForeignKeyConstraint(["landlord_id"], ["landlord.id"], name=op.f("fk_property_landlord_id")),
        sa.UniqueConstraint("area_id", "designation", name=op.f("uq_property_area_id_designation")),
    )
    op.create_index(op.f("ix_property_area_id"), "property", ["area_id"])
    op.create_index(op.f("ix_property_landlord_id"), "property", ["landlord_id"])
    op.create_table(
        "building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("sort_key", sa.String(length=240), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"], name=op.f("fk_building_property_id")),
        sa.UniqueConstraint("property_id", "name", name=op.f("uq_building_property_id_name")),
    )
    op.create_index(op.f("ix_building_sort_key"), "building", ["sort_key"])
    op.create_table(
        "stairwell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("street", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.Column("poster_generation", sa.Integer(), nullable=False),
        sa.Column("poster_index", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stairwell")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_stairwell_building_id")),
        sa.UniqueConstraint("city", "street", "number", name=op.f("uq_stairwell_address")),
        sa.UniqueConstraint("poster_index", name=op.f("uq_stairwell_poster_index")),
    )
    op.create_index(op.f("ix_stairwell_building_id"), "stairwell", ["building_id"])
    op.create_table(
        "flat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=4), nullable=False),
        sa.Column("landlord_number", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flat")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["stairwell.id"], name=op.f("fk_flat_stairwell_id")),
        sa.UniqueConstraint("stairwell_id", "number", name=op.f("uq_flat_stairwell_id_number")),
        sa.CheckConstraint(
            "number BETWEEN '0101' AND '9999' AND length(number) = 4",
            name=op.f("ck_flat_lagenhetsnummer"),
        ),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flat_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sticker_given_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.ForeignKeyConstraint(["flat_id"], ["flat.id"], name=op.f("fk_household_flat_id")),
        sa.CheckConstraint(
            "status IN ('not_contacted', 'invited', 'wants_to_join', 'takes_part', 'declined')",
            name=op.f("ck_household_householdstatus"),
        ),
    )
    op.create_index(
        op.f("uq_household_one_current_per_flat"),
        "household",
        ["flat_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("household")
    op.drop_table("flat")
    op.drop_table("stairwell")
    op.drop_table("building")
    op.drop_table("property")
    op.drop_table("landlord")
    op.drop_table("area")
