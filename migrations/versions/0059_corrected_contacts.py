"""What a contact person was before they corrected it, and mails to officers about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link", "group_transition", "officer", "partner",
           "contact_question", "contact_person")  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("contact_person", table_kwargs=NUMBERED) as contacts:
        contacts.add_column(sa.Column("corrected_from", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("contact_person_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_contact_person_id"), ["contact_person_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_contact_person_id"), "contact_person", ["contact_person_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = "contact_person_id IS NOT NULL"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_contact_person_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_contact_person_id"))
        mailings.drop_column("contact_person_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    with op.batch_alter_table("contact_person", table_kwargs=NUMBERED) as contacts:
        contacts.drop_column("corrected_from")
