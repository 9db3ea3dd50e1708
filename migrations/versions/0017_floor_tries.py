"""How often somebody who was written up at the door has said on which floor they live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("join_request") as requests:
        requests.add_column(sa.Column("floor_tries", sa.Integer(), nullable=False, server_default="0"))
        requests.create_check_constraint(
            op.f("ck_join_request_few_floor_tries"), "floor_tries BETWEEN 0 AND 3"
        )
    with op.batch_alter_table("join_request") as requests:
        requests.alter_column("floor_tries", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("join_request") as requests:
        requests.drop_constraint(op.f("ck_join_request_few_floor_tries"), type_="check")
        requests.drop_column("floor_tries")
