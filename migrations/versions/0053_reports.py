"""Reports: their texts and indicators, and the editions that are published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

LANGUAGE = sa.Enum("sv", "en", "ar", "so", name="language", native_enum=False, create_constraint=True,
                   length=40)  # fmt: skip
THEME = sa.Enum(
    "summary", "promises", "places", "est", "operations", "meetings", "groups", "outreach", "indicators",
    "ahead", name="theme", native_enum=False, create_constraint=True, length=40,
)  # fmt: skip
CONTACT = ("contact_name", "contact_phone", "contact_email")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("language", LANGUAGE, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in CONTACT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_report_by_id"), ondelete="SET NULL"),
        sa.UniqueConstraint("slug", name=op.f("uq_report_slug")),
        sa.UniqueConstraint("form_key", name=op.f("uq_report_form_key")),
        sa.CheckConstraint("until >= since", name=op.f("ck_report_ends_after_it_begins")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_by_id"), "report", ["by_id"])
    op.create_table(
        "report_area",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "area_id", name=op.f("pk_report_area")),
        _of_report("report_area"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_report_area_area_id")),
    )
    op.create_index(op.f("ix_report_area_area_id"), "report_area", ["area_id"])
    _create_parts()


def _create_parts() -> None:
    op.create_table(
        "report_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("theme", THEME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_text")),
        _of_report("report_text"),
        sa.UniqueConstraint("report_id", "theme", name=op.f("uq_report_text_one_per_theme")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "report_indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("source", sa.String(length=160), nullable=False),
        sa.Column("before", sa.String(length=60), nullable=False),
        sa.Column("after", sa.String(length=60), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_indicator")),
        _of_report("report_indicator"),
        sa.UniqueConstraint("form_key", name=op.f("uq_report_indicator_form_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_indicator_report_id"), "report_indicator", ["report_id"])
    op.create_table(
        "report_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in CONTACT),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition")),
        _of_report("report_edition"),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_report_edition_by_id"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_report_edition_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_report_edition_by_id"), "report_edition", ["by_id"])


def _of_report(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["report_id"], ["report.id"], name=op.f(f"fk_{table}_report_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    for table in ("report_edition", "report_indicator", "report_text", "report_area", "report"):
        op.drop_table(table)
