"""Registers: uploaded landlords' lists, signs, and when coordinators were taught and confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

NUMBERED = {"sqlite_autoincrement": True}
STATE = sa.Enum("waiting", "applied", "discarded", name="uploadstate", native_enum=False,
                create_constraint=True, length=40)  # fmt: skip
SPOT = sa.Enum("entrance", "stairwell", "facade", "yard", "garage", name="signspot", native_enum=False,
               create_constraint=True, length=40)  # fmt: skip
SIGN_RULES = {
    "up_after_ordered": "up_on >= ordered_on",
    "checked_while_up": "checked_on IS NULL OR checked_on >= up_on",
    "checked_is_up": "checked_on IS NULL OR up_on IS NOT NULL",
    "down_after_up": "down_on >= up_on",
    "worn_is_up": "NOT is_worn OR up_on IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "list_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_upload")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_list_upload_area_id")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_list_upload_by_id"), ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (contents IS NOT NULL)", name=op.f("ck_list_upload_contents_while_waiting")
        ),
        sqlite_autoincrement=True,
    )
    for column in ("area_id", "by_id", "uploaded_at"):
        op.create_index(op.f(f"ix_list_upload_{column}"), "list_upload", [column])
    _create_signs()
    with op.batch_alter_table("coordinator", table_kwargs=NUMBERED) as coordinators:
        coordinators.add_column(sa.Column("trained_on", sa.Date(), nullable=True))
        coordinators.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))


def _create_signs() -> None:
    op.create_table(
        "watch_sign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("stairwell_id", sa.Integer(), nullable=True),
        sa.Column("spot", SPOT, nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        *(sa.Column(each, sa.Date(), nullable=True) for each in ("up_on", "checked_on")),
        sa.Column("is_worn", sa.Boolean(), nullable=False),
        sa.Column("down_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_sign")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_watch_sign_building_id")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["stairwell.id"], name=op.f("fk_watch_sign_stairwell_id")),
        sa.UniqueConstraint("form_key", name=op.f("uq_watch_sign_form_key")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_watch_sign_{name}")) for name, rule in SIGN_RULES.items()),
        sqlite_autoincrement=True,
    )
    for column in ("building_id", "stairwell_id"):
        op.create_index(op.f(f"ix_watch_sign_{column}"), "watch_sign", [column])


def downgrade() -> None:
    with op.batch_alter_table("coordinator", table_kwargs=NUMBERED) as coordinators:
        coordinators.drop_column("confirmed_on")
        coordinators.drop_column("trained_on")
    op.drop_table("watch_sign")
    op.drop_table("list_upload")
