"""Contact persons are asked once a year by mail; what is taken away can be brought back for 30 days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link", "group_transition", "officer", "partner",
           "contact_question")  # fmt: skip
TIMES = ("asked_at", "asked_again_at", "corrected_at", "resigned_at", "removed_at")


def upgrade() -> None:
    op.create_table(
        "contact_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_question")),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name=op.f("fk_contact_question_mailbox_id"), ondelete="CASCADE"
        ),
        sa.CheckConstraint("expires_at > sent_at", name=op.f("ck_contact_question_expires_after_it_is_sent")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contact_question_mailbox_id"), "contact_question", ["mailbox_id"])
    with op.batch_alter_table("contact_person", table_kwargs=NUMBERED) as contacts:
        contacts.add_column(sa.Column("question_id", sa.Integer(), nullable=True))
        for name in TIMES:
            contacts.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        contacts.create_index(op.f("ix_contact_person_question_id"), ["question_id"])
        contacts.create_foreign_key(
            op.f("fk_contact_person_question_id"), "contact_question", ["question_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        contacts.create_check_constraint(
            op.f("ck_contact_person_asked_again_after_asked"), "asked_again_at > asked_at"
        )
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("contact_question_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_contact_question_id"), ["contact_question_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_contact_question_id"), "contact_question", ["contact_question_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = "contact_question_id IS NOT NULL"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_contact_question_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_contact_question_id"))
        mailings.drop_column("contact_question_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.execute(
        "DELETE FROM finding_link WHERE contact_id IN"
        " (SELECT id FROM contact_person WHERE removed_at IS NOT NULL)"
    )
    op.execute("DELETE FROM contact_person WHERE removed_at IS NOT NULL")  # they would show again
    with op.batch_alter_table("contact_person", table_kwargs=NUMBERED) as contacts:
        contacts.drop_constraint(op.f("ck_contact_person_asked_again_after_asked"), type_="check")
        contacts.drop_constraint(op.f("fk_contact_person_question_id"), type_="foreignkey")
        contacts.drop_index(op.f("ix_contact_person_question_id"))
        for name in ("question_id", *TIMES):
            contacts.drop_column(name)
    op.drop_table("contact_question")
