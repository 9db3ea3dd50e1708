"""Groups are closed with a day and a reason, which a mail tells of; areas may have an advisory share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link", "group_transition")  # fmt: skip
TASKS = ("posters", "first_steps", "more_coordinators", "signs_down", "told_on_paper")
WHEN_CLOSED = """
UPDATE watch_group SET closed_at = COALESCE((
    SELECT MAX(t.at) FROM group_transition t WHERE t.group_id = watch_group.id AND t.state = 'closed'
), started_at) WHERE state = 'closed'
"""


def upgrade() -> None:
    with op.batch_alter_table("watch_group", table_kwargs=NUMBERED) as groups:
        groups.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        groups.create_check_constraint(
            op.f("ck_watch_group_closed_has_a_time"), "closed_at IS NULL OR state = 'closed'"
        )
    op.execute(WHEN_CLOSED)
    with op.batch_alter_table("area", table_kwargs=NUMBERED) as areas:
        areas.add_column(sa.Column("advisory_share", sa.Integer(), nullable=True))
        areas.create_check_constraint(op.f("ck_area_share_is_percent"), "advisory_share BETWEEN 1 AND 100")
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as transitions:
        transitions.add_column(sa.Column("reason", sa.LargeBinary(), nullable=True))
        transitions.add_column(sa.Column("causes", sa.String(length=80), nullable=True))
    _set_tasks(TASKS)
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("group_transition_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_group_transition_id"), ["group_transition_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_group_transition_id"), "group_transition", ["group_transition_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _set_tasks(tasks: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in tasks)
    with op.batch_alter_table("set_aside", table_kwargs=NUMBERED) as done:
        done.drop_constraint(op.f("ck_set_aside_task"), type_="check")
        done.create_check_constraint(op.f("ck_set_aside_task"), f"task IN ({words})")


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = "group_transition_id IS NOT NULL"
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_group_transition_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_group_transition_id"))
        mailings.drop_column("group_transition_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.execute("DELETE FROM set_aside WHERE task IN ('signs_down', 'told_on_paper')")
    _set_tasks(TASKS[:-2])
    with op.batch_alter_table("group_transition", table_kwargs=NUMBERED) as transitions:
        transitions.drop_column("causes")
        transitions.drop_column("reason")
    with op.batch_alter_table("area", table_kwargs=NUMBERED) as areas:
        areas.drop_constraint(op.f("ck_area_share_is_percent"), type_="check")
        areas.drop_column("advisory_share")
    with op.batch_alter_table("watch_group", table_kwargs=NUMBERED) as groups:
        groups.drop_constraint(op.f("ck_watch_group_closed_has_a_time"), type_="check")
        groups.drop_column("closed_at")
