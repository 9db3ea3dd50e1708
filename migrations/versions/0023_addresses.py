"""A person changes their own address by a row of its own, which also remembers the address before.

An address that a coordinator recorded may be verified more than once for the same member, one at a time: a
mistyped one is written anew. A downgrade keeps the newest of each member, and loses pending changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change")  # fmt: skip
NEWEST = """
DELETE FROM address_verification WHERE id NOT IN (
    SELECT MAX(id) FROM address_verification GROUP BY membership_id)
"""


def upgrade() -> None:
    _make_changes()
    with _same_count("mailing"), op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("address_change_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_address_change_id"), ["address_change_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_address_change_id"), "address_change", ["address_change_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))
    with (
        _same_count("address_verification"),
        op.batch_alter_table("address_verification", table_kwargs=NUMBERED) as verifications,
    ):
        verifications.drop_constraint(op.f("uq_address_verification_membership_id"), type_="unique")
        verifications.create_index(op.f("ix_address_verification_membership_id"), ["membership_id"])
        verifications.create_index(
            "uq_address_verification_one_open_per_member", ["membership_id"], unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        )  # fmt: skip


def _make_changes() -> None:
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=True),
        sa.Column("old_mailbox_id", sa.Integer(), nullable=True),
        sa.Column("browser_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_address_change_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name=op.f("fk_address_change_mailbox_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["old_mailbox_id"], ["mailbox.id"], name=op.f("fk_address_change_old_mailbox_id"),
            ondelete="SET NULL",
        ),
        **NUMBERED,
    )  # fmt: skip
    for column in ("person_id", "mailbox_id", "old_mailbox_id"):
        op.create_index(op.f(f"ix_address_change_{column}"), "address_change", [column])
    pending = sa.text("confirmed_at IS NULL AND ended_at IS NULL")
    op.create_index(
        "uq_address_change_one_pending_per_person", "address_change", ["person_id"], unique=True,
        sqlite_where=pending, postgresql_where=pending,
    )  # fmt: skip


@contextmanager
def _same_count(table: str) -> Iterator[None]:
    """Let SQLite count on where it was, after it has made the table anew."""
    if op.get_bind().dialect.name != "sqlite":
        yield
        return
    counted = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    count = op.get_bind().execute(counted, {"table": table}).scalar() or 0
    yield
    op.get_bind().execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table})
    count_on = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :count)")
    op.get_bind().execute(count_on, {"table": table, "count": count})


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    op.execute(NEWEST)
    with (
        _same_count("address_verification"),
        op.batch_alter_table("address_verification", table_kwargs=NUMBERED) as verifications,
    ):
        verifications.drop_index("uq_address_verification_one_open_per_member")
        verifications.drop_index(op.f("ix_address_verification_membership_id"))
        verifications.create_unique_constraint(
            op.f("uq_address_verification_membership_id"), ["membership_id"]
        )
    op.execute("DELETE FROM mailing WHERE address_change_id IS NOT NULL")
    with _same_count("mailing"), op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_address_change_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_address_change_id"))
        mailings.drop_column("address_change_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.drop_table("address_change")
