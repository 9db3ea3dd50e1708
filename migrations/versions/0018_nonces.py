"""A random nonce in every row from which a link, a code or a Message-ID is derived; no number given twice.

Until here they were derived from a row's number, which SQLite hands out again after erasure: what was
mailed or printed for an erased row cannot be told from what belongs to the row of today. So mailed links of
before are made anew (ask again, send again), and letters have to be printed again. A stairwell is never
erased: posters that hang keep their codes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0018"
down_revision = "0017"

DERIVED = ("coordinator", "interest", "invitation", "join_request", "letter", "outbox_row",
           "sign_in_link", "stairwell")  # fmt: skip
NUMBERED = (
    *DERIVED, "area", "audit_entry", "building", "checklist_item", "contact_person", "flat",
    "group_transition", "household", "knock", "landlord", "letter_file", "letter_pack", "mailbox", "mailing",
    "meeting", "meeting_answer", "membership", "notice", "notice_text", "officer", "old_poster", "person",
    "property", "refusal", "watch_group",
)  # fmt: skip
RANDOM = {"sqlite": "randomblob(16)", "postgresql": "uuid_send(gen_random_uuid())"}
AS_PRINTED = {  # the number and the generation, as they were hashed into the codes of posters that hang
    "sqlite": "CAST(id || char(0) || poster_generation AS BLOB)",
    "postgresql": "convert_to(id::text, 'UTF8') || '\\x00' || convert_to(poster_generation::text, 'UTF8')",
}


def upgrade() -> None:
    database = op.get_bind().dialect.name
    op.execute("UPDATE join_request SET letter_id = NULL")
    op.execute("DELETE FROM letter")
    for table in DERIVED:
        op.add_column(table, sa.Column("nonce", sa.LargeBinary(), nullable=True))
        op.execute(f"UPDATE {table} SET nonce = {RANDOM[database]}")
    op.execute(f"UPDATE stairwell SET nonce = {AS_PRINTED[database]}")
    for table in NUMBERED:
        with _made_anew(table, autoincrement=True) as batch:
            if table in DERIVED:
                batch.alter_column("nonce", existing_type=sa.LargeBinary(), nullable=False)
            if table == "stairwell":
                batch.drop_column("poster_generation")


def downgrade() -> None:
    op.execute("UPDATE join_request SET letter_id = NULL")
    op.execute("DELETE FROM letter")
    for table in NUMBERED:
        with _made_anew(table, autoincrement=False) as batch:
            if table in DERIVED:
                batch.drop_column("nonce")
            if table == "stairwell":
                batch.add_column(
                    sa.Column("poster_generation", sa.Integer(), nullable=False, server_default="0")
                )
    with op.batch_alter_table("stairwell") as stairwells:
        stairwells.alter_column("poster_generation", existing_type=sa.Integer(), server_default=None)


def _made_anew(table: str, *, autoincrement: bool) -> AbstractContextManager[BatchOperations]:
    """On SQLite a table is AUTOINCREMENT or not from its making on."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    return op.batch_alter_table(
        table,
        recreate="always" if is_sqlite else "never",
        table_kwargs={"sqlite_autoincrement": autoincrement} if is_sqlite else {},
    )
