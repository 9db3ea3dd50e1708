"""Areas' numbers by month; stairwells may have coordinates; a mail may be about an officer's office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link", "group_transition", "officer")  # fmt: skip
COUNTED = ("starting", "active", "dormant", "closed", "taking_part", "flats", "meetings", "counted", "came")
RULES = {
    "counts_are_counts": " AND ".join(f"{name} >= 0" for name in COUNTED),
    "households_are_counted_together": "(taking_part IS NULL) = (flats IS NULL)",
    "counted_are_among_meetings": "counted <= meetings",
}
OF_COORDINATES = {
    "north_and_east_go_together": "(north IS NULL) = (east IS NULL)",
    "is_in_sweden": "north BETWEEN 6000000 AND 7800000 AND east BETWEEN 200000 AND 1000000",
}


def upgrade() -> None:
    op.create_table(
        "area_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name in ("taking_part", "flats")) for name in COUNTED),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_month")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_month_area_id")),
        sa.UniqueConstraint("area_id", "month", name="uq_area_month_one_per_month"),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_area_month_{name}")) for name, rule in RULES.items()),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("stairwell", table_kwargs=NUMBERED) as stairwells:
        for name in ("north", "east"):
            stairwells.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name, rule in OF_COORDINATES.items():
            stairwells.create_check_constraint(op.f(f"ck_stairwell_{name}"), rule)
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("officer_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_officer_id"), ["officer_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_officer_id"), "officer", ["officer_id"], ["id"], ondelete="CASCADE"
        )
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = "officer_id IS NOT NULL"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_officer_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_officer_id"))
        mailings.drop_column("officer_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    with op.batch_alter_table("stairwell", table_kwargs=NUMBERED) as stairwells:
        for name in OF_COORDINATES:
            stairwells.drop_constraint(op.f(f"ck_stairwell_{name}"), type_="check")
        for name in ("north", "east"):
            stairwells.drop_column(name)
    op.drop_table("area_month")
