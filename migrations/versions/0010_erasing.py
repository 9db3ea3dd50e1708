"""What stays when people are erased: counts of rows, the first interest, a no; and all rows of a mailing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

FIRST_INTEREST = """
UPDATE watch_group SET interest_since = (SELECT min(interest.confirmed_at) FROM interest
    JOIN building ON building.id = interest.building_id WHERE building.group_id = watch_group.id)
"""
HAS_PERSON = sa.text("person_id IS NOT NULL")
STATES = (
    "state IN ('queued', 'sending', 'uncertain', 'sent', 'bounced', 'cancelled', 'expired', 'parked', "
    "'held', 'to_print', 'printed', 'handed_out')"
)


def upgrade() -> None:
    op.add_column("watch_group", sa.Column("interest_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("watch_group", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(FIRST_INTEREST)
    op.add_column("invitation", sa.Column("declined_index", sa.LargeBinary(), nullable=True))
    _one_row_per_person()  # of all rows, so that a mailing that goes finds its own
    op.create_table(
        "erased_rows",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailing_id", "channel", "state", name=op.f("pk_erased_rows")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_erased_rows_mailing_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("channel IN ('mail', 'paper')", name=op.f("ck_erased_rows_channel")),
        sa.CheckConstraint(STATES, name=op.f("ck_erased_rows_outboxstate")),
    )


def _one_row_per_person(**where: Any) -> None:
    name = op.f("uq_outbox_row_one_per_person")
    op.drop_index(name, "outbox_row")
    op.create_index(name, "outbox_row", ["mailing_id", "person_id"], unique=True, **where)


def downgrade() -> None:
    op.drop_table("erased_rows")
    _one_row_per_person(sqlite_where=HAS_PERSON, postgresql_where=HAS_PERSON)
    with op.batch_alter_table("invitation") as invitations:
        invitations.drop_column("declined_index")
    with op.batch_alter_table("watch_group") as groups:
        groups.drop_column("erased_at")
        groups.drop_column("interest_since")
