"""A writer can try out a mail on themselves: of those there are, none was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail")  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "trial_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("content_index", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_mail")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_trial_mail_person_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("content_index", name=op.f("uq_trial_mail_content_index")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_trial_mail_person_id"), "trial_mail", ["person_id"])
    op.create_index(op.f("ix_trial_mail_tried_at"), "trial_mail", ["tried_at"])
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("trial_mail_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_trial_mail_id"), ["trial_mail_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_trial_mail_id"), "trial_mail", ["trial_mail_id"], ["id"], ondelete="CASCADE"
        )
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    op.execute("DELETE FROM outbox_row WHERE mailing_id IN"
               " (SELECT id FROM mailing WHERE trial_mail_id IS NOT NULL)")  # fmt: skip
    op.execute("DELETE FROM mailing WHERE trial_mail_id IS NOT NULL")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_trial_mail_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_trial_mail_id"))
        mailings.drop_column("trial_mail_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.drop_table("trial_mail")
