"""Members may choose notices without meetings. Existing choices stay.

A downgrade stops both for those who chose it: whoever has left a list gets nothing of it.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"

NUMBERED = {"sqlite_autoincrement": True}
BEFORE = "'everything', 'meetings', 'nothing'"
AFTER = "'everything', 'notices', 'meetings', 'nothing'"


def upgrade() -> None:
    _allow(AFTER)


def downgrade() -> None:
    op.execute("UPDATE membership SET notices = 'nothing' WHERE notices = 'notices'")
    _allow(BEFORE)


def _allow(choices: str) -> None:
    with op.batch_alter_table("membership", table_kwargs=NUMBERED) as memberships:
        memberships.drop_constraint(op.f("ck_membership_noticechoice"), type_="check")
        memberships.create_check_constraint(op.f("ck_membership_noticechoice"), f"notices IN ({choices})")
