"""Who says no to a meeting keeps the number of people they said before.

Going back, a no means nobody again.
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again


BEFORE = "people BETWEEN 0 AND 20 AND (answer = 'no') = (people = 0)"
NOW = "people BETWEEN 0 AND 20 AND (answer = 'no' OR people > 0)"


def upgrade() -> None:
    _replace("no_is_nobody", "who_comes_is_counted", NOW)


def downgrade() -> None:
    op.execute("UPDATE meeting_answer SET people = 0 WHERE answer = 'no'")
    _replace("who_comes_is_counted", "no_is_nobody", BEFORE)


def _replace(old: str, new: str, condition: str) -> None:
    with op.batch_alter_table("meeting_answer", table_kwargs=NUMBERED) as answers:
        answers.drop_constraint(op.f(f"ck_meeting_answer_{old}"), type_="check")
        answers.create_check_constraint(op.f(f"ck_meeting_answer_{new}"), condition)
