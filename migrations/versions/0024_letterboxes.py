"""Whether a printed letter lies in its letterbox is said by a person.

Until now a letter counted as received once it was printed. Letters that were printed before keep that
meaning: they count as put in the letterbox when their household became invited, else when they were printed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
COUNTED_ALREADY = """
UPDATE letter SET delivered_at = COALESCE((
    SELECT h.status_at FROM household h
    WHERE h.flat_id = letter.flat_id AND h.ended_at IS NULL AND h.status = 'invited'
        AND h.status_at >= letter.printed_at
), printed_at)
"""


def upgrade() -> None:
    with op.batch_alter_table("letter", table_kwargs=NUMBERED) as letters:
        letters.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        letters.add_column(sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
        letters.create_check_constraint(
            op.f("ck_letter_delivered_or_discarded"), "delivered_at IS NULL OR discarded_at IS NULL"
        )
    op.execute(COUNTED_ALREADY)


def downgrade() -> None:
    with op.batch_alter_table("letter", table_kwargs=NUMBERED) as letters:
        letters.drop_constraint(op.f("ck_letter_delivered_or_discarded"), type_="check")
        letters.drop_column("discarded_at")
        letters.drop_column("delivered_at")
