"""The audit trail is sealed in blocks, and says why a list was taken out as a file.

What was done with an area's own meeting belonged to no area until here; now its officers see it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
WHY = sa.Enum("oversight", "follow_up", "incident", "requested", name="exportreason", native_enum=False,
              create_constraint=True, length=40)  # fmt: skip
PLACES = ("group_id", "area_id")
OF_AREAS = """
    UPDATE audit_entry SET area_id = (SELECT meeting.area_id FROM meeting WHERE meeting.id = about_id)
    WHERE about_kind = 'meeting' AND group_id IS NULL AND area_id IS NULL
"""


def upgrade() -> None:
    op.create_table(
        "audit_block",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_block")),
    )
    op.execute(OF_AREAS)
    with op.batch_alter_table("audit_entry", table_kwargs=NUMBERED) as entries:
        entries.add_column(sa.Column("why", WHY, nullable=True))
        entries.add_column(sa.Column("block", sa.Integer(), nullable=True))
        entries.create_foreign_key(op.f("fk_audit_entry_block"), "audit_block", ["block"], ["number"])
        entries.create_index(op.f("ix_audit_entry_block"), ["block"])
        for place in PLACES:
            entries.drop_index(op.f(f"ix_audit_entry_{place}"))
            entries.create_index(op.f(f"ix_audit_entry_{place}"), [place, "id"])


def downgrade() -> None:
    with op.batch_alter_table("audit_entry", table_kwargs=NUMBERED) as entries:
        for place in PLACES:
            entries.drop_index(op.f(f"ix_audit_entry_{place}"))
            entries.create_index(op.f(f"ix_audit_entry_{place}"), [place])
        entries.drop_index(op.f("ix_audit_entry_block"))
        entries.drop_constraint(op.f("fk_audit_entry_block"), type_="foreignkey")
        entries.drop_column("block")
        entries.drop_constraint(op.f("ck_audit_entry_exportreason"), type_="check")
        entries.drop_column("why")
    op.drop_table("audit_block")
