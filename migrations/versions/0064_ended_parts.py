"""Groups that were in a joint gathering until they were closed, and are in it again if that is undone."""

from __future__ import annotations

from alembic import op

revision = "0064"
down_revision = "0063"

NUMBERED = {"sqlite_autoincrement": True}
STATES = ("invited", "takes_part", "declined", "ended")


def upgrade() -> None:
    _set_states(STATES)


def downgrade() -> None:
    op.execute(
        "UPDATE meeting_part SET state = 'declined', decided_at = COALESCE(decided_at, CURRENT_TIMESTAMP)"
        " WHERE state = 'ended'"
    )
    _set_states(STATES[:-1])


def _set_states(states: tuple[str, ...]) -> None:
    words = ", ".join(f"'{each}'" for each in states)
    with op.batch_alter_table("meeting_part", table_kwargs=NUMBERED) as parts:
        parts.drop_constraint(op.f("ck_meeting_part_partstate"), type_="check")
        parts.create_check_constraint(op.f("ck_meeting_part_partstate"), f"state IN ({words})")
