"""That officers let a group stay active, though the system proposes that it rests, is a task set aside."""

from __future__ import annotations

from alembic import op

revision = "0061"
down_revision = "0060"

NUMBERED = {"sqlite_autoincrement": True}
BEFORE = ("posters", "first_steps", "more_coordinators", "list_checked", "signs_down", "told_on_paper")


def upgrade() -> None:
    _set_tasks((*BEFORE, "stays_active"))


def downgrade() -> None:
    op.execute("DELETE FROM set_aside WHERE task = 'stays_active'")
    _set_tasks(BEFORE)


def _set_tasks(tasks: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in tasks)
    with op.batch_alter_table("set_aside", table_kwargs=NUMBERED) as done:
        done.drop_constraint(op.f("ck_set_aside_task"), type_="check")
        done.create_check_constraint(op.f("ck_set_aside_task"), f"task IN ({words})")
