"""Promises to the citizens with what became of them, and planned operations of the police."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"

RESULT = sa.Enum("kept", "partly", "not_kept", name="promiseresult", native_enum=False,
                 create_constraint=True, length=40)  # fmt: skip
PARTIES = ("police", "municipality", "landlord", "groups")
MOMENT = sa.DateTime(timezone=True)
ENDS = "ends >= begins"
OF_PROMISES = {
    "ends_after_it_begins": ENDS,
    "target_is_a_number": "target BETWEEN 0 AND 1000000",
    "outcome_is_a_number": "outcome_number BETWEEN 0 AND 1000000",
    "followed_up_with_a_result": "(result IS NULL) = (followed_up_at IS NULL)",
}
OF_OPERATIONS = {"ends_after_it_begins": ENDS, "some_operations": "number BETWEEN 1 AND 10000"}


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        *(sa.Column(f"by_{party}", sa.Boolean(), nullable=False) for party in PARTIES),
        sa.Column("other_parties", sa.String(length=100), nullable=False),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("result", RESULT, nullable=True),
        sa.Column("outcome_number", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("worded_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("followed_up_at", MOMENT, nullable=True),
        *_written_by_somebody("promise"),
        *_rules("promise", OF_PROMISES),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_promise_by_id"), "promise", ["by_id"])
    op.create_table(
        "promise_area",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("promise_id", "area_id", name=op.f("pk_promise_area")),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_promise_area_promise_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_promise_area_area_id")),
    )
    op.create_index(op.f("ix_promise_area_area_id"), "promise_area", ["area_id"])
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        *_written_by_somebody("operation"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_operation_area_id")),
        *_rules("operation", OF_OPERATIONS),
        sqlite_autoincrement=True,
    )
    for column in ("area_id", "by_id"):
        op.create_index(op.f(f"ix_operation_{column}"), "operation", [column])


def _written_by_somebody(table: str) -> list[sa.Column[object] | sa.Constraint]:
    """Return the columns and constraints that both tables have last."""
    return [
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f(f"fk_{table}_by_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("form_key", name=op.f(f"uq_{table}_form_key")),
    ]


def _rules(table: str, rules: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in rules.items()]


def downgrade() -> None:
    for table in ("operation", "promise_area", "promise"):
        op.drop_table(table)
