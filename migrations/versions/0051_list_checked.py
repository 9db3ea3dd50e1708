"""That a lead has looked through the household list is a task, done once a year."""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"

NUMBERED = {"sqlite_autoincrement": True}
TASKS = ("posters", "first_steps", "more_coordinators", "list_checked", "signs_down", "told_on_paper")


def upgrade() -> None:
    _set_tasks(TASKS)


def downgrade() -> None:
    op.execute("DELETE FROM set_aside WHERE task = 'list_checked'")
    _set_tasks(tuple(each for each in TASKS if each != "list_checked"))


def _set_tasks(tasks: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in tasks)
    with op.batch_alter_table("set_aside", table_kwargs=NUMBERED) as done:
        done.drop_constraint(op.f("ck_set_aside_task"), type_="check")
        done.create_check_constraint(op.f("ck_set_aside_task"), f"task IN ({words})")
