"""Partners: contact persons of landlords and the municipality with a page of their own; mails about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link", "group_transition", "officer", "partner")  # fmt: skip
ONE_CURRENT = {
    "landlord": (["area_id", "person_id", "landlord_id"], "ended_at IS NULL"),
    "municipality": (["area_id", "person_id"], "ended_at IS NULL AND landlord_id IS NULL"),
}


def upgrade() -> None:
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("landlord_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_partner_area_id")),
        sa.ForeignKeyConstraint(["landlord_id"], ["landlord.id"], name=op.f("fk_partner_landlord_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_partner_person_id"), ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    for column in ("landlord_id", "person_id"):
        op.create_index(op.f(f"ix_partner_{column}"), "partner", [column])
    for name, (columns, where) in ONE_CURRENT.items():
        op.create_index(
            f"uq_partner_one_current_of_{name}", "partner", columns, unique=True,
            sqlite_where=sa.text(where), postgresql_where=sa.text(where),
        )  # fmt: skip
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("partner_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_partner_id"), ["partner_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_partner_id"), "partner", ["partner_id"], ["id"], ondelete="CASCADE"
        )
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = "partner_id IS NOT NULL"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_partner_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_partner_id"))
        mailings.drop_column("partner_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.drop_table("partner")
