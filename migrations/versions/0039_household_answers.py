"""A household answers once, and each member may answer for themselves.

Answers given before stay those of one person. Going back, the answer of a household is that of the member
who gave it last, unless they have answered for themselves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
OF_ONE = "ck_meeting_answer_of_a_person_or_a_household"
FOR_HOME = "ck_meeting_answer_given_for_a_household"
ONE = "CASE WHEN person_id IS NULL THEN 0 ELSE 1 END + CASE WHEN household_id IS NULL THEN 0 ELSE 1 END = 1"


def upgrade() -> None:
    with op.batch_alter_table("meeting_answer", table_kwargs=NUMBERED) as answers:
        answers.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        answers.add_column(sa.Column("household_id", sa.Integer(), nullable=True))
        answers.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        answers.create_foreign_key(
            op.f("fk_meeting_answer_household_id"), "household", ["household_id"], ["id"], ondelete="CASCADE"
        )
        answers.create_foreign_key(
            op.f("fk_meeting_answer_by_id"), "person", ["by_id"], ["id"], ondelete="SET NULL"
        )
        answers.create_check_constraint(op.f(OF_ONE), ONE)
        answers.create_check_constraint(op.f(FOR_HOME), "by_id IS NULL OR household_id IS NOT NULL")
        answers.create_unique_constraint(
            "uq_meeting_answer_one_per_household", ["meeting_id", "household_id"]
        )
    for column in ("household_id", "by_id"):
        op.create_index(op.f(f"ix_meeting_answer_{column}"), "meeting_answer", [column])


def downgrade() -> None:
    op.execute(
        "DELETE FROM meeting_answer WHERE household_id IS NOT NULL AND (by_id IS NULL OR EXISTS"
        " (SELECT 1 FROM meeting_answer AS own WHERE own.meeting_id = meeting_answer.meeting_id"
        " AND (own.person_id = meeting_answer.by_id"
        " OR (own.by_id = meeting_answer.by_id AND own.id < meeting_answer.id))))"
    )
    for column in ("household_id", "by_id"):
        op.drop_index(op.f(f"ix_meeting_answer_{column}"), "meeting_answer")
    with op.batch_alter_table("meeting_answer", table_kwargs=NUMBERED) as answers:
        answers.drop_constraint(op.f(OF_ONE), type_="check")
        answers.drop_constraint(op.f(FOR_HOME), type_="check")
        answers.drop_constraint("uq_meeting_answer_one_per_household", type_="unique")
    op.execute("UPDATE meeting_answer SET person_id = by_id WHERE person_id IS NULL")
    with op.batch_alter_table("meeting_answer", table_kwargs=NUMBERED) as answers:
        answers.drop_constraint(op.f("fk_meeting_answer_household_id"), type_="foreignkey")
        answers.drop_constraint(op.f("fk_meeting_answer_by_id"), type_="foreignkey")
        answers.drop_column("household_id")
        answers.drop_column("by_id")
        answers.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
