"""The outreach log: doors knocked on and visits on site, in numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

KIND = sa.Enum("door_knocking", "on_site", name="outreachkind", native_enum=False, create_constraint=True,
               length=40)  # fmt: skip
PARTIES = ("police", "volunteers", "landlord", "municipality")
RULES = {
    "building_or_place": "building_id IS NULL OR place IS NULL",
    "somebody_took_part": " OR ".join(f"with_{party}" for party in PARTIES),
    "some_people_took_part": "people BETWEEN 1 AND 500",
    "doors_are_a_number": "doors_knocked BETWEEN 0 AND 5000",
    "opened_are_among_knocked": "doors_opened BETWEEN 0 AND doors_knocked",
    "doors_are_counted_together": "(doors_knocked IS NULL) = (doors_opened IS NULL)",
    "door_knocking_counts_doors": "kind <> 'door_knocking' OR doors_knocked IS NOT NULL",
    "counted_material_was_left": "material_count IS NULL OR "
    "(left_material AND material_count BETWEEN 1 AND 100000)",
    "languages_of_material": "left_material OR material_languages = ''",
}


def upgrade() -> None:
    op.create_table(
        "outreach_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(f"with_{party}", sa.Boolean(), nullable=False) for party in PARTIES),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("doors_knocked", sa.Integer(), nullable=True),
        sa.Column("doors_opened", sa.Integer(), nullable=True),
        sa.Column("left_material", sa.Boolean(), nullable=False),
        sa.Column("material_count", sa.Integer(), nullable=True),
        sa.Column("material_languages", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_entry")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_outreach_entry_area_id")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_outreach_entry_building_id")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_outreach_entry_by_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("form_key", name=op.f("uq_outreach_entry_form_key")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_outreach_entry_{name}")) for name, rule in RULES.items()),
        sqlite_autoincrement=True,
    )
    for column in ("area_id", "building_id", "by_id"):
        op.create_index(op.f(f"ix_outreach_entry_{column}"), "outreach_entry", [column])


def downgrade() -> None:
    op.drop_table("outreach_entry")
