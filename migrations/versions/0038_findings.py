"""Findings: what is to be mended, its steps, who wants to hear of it, and the link of a contact person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message",
           "trial_mail", "finding", "finding_link")  # fmt: skip
NEW = PARENTS[-2:]


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


SPOT = _enum("spot", "lighting", "door", "cellar", "laundry", "refuse", "bicycles", "yard", "road", "litter",
             "graffiti")  # fmt: skip
OWNER = _enum("findingowner", "coordinator", "landlord", "municipality", "police")
STATUS = _enum("findingstatus", "open", "in_progress", "done", "will_not")


def upgrade() -> None:
    _make_findings()
    _make_what_belongs_to_them()
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        for parent in NEW:
            mailings.add_column(sa.Column(f"{parent}_id", sa.Integer(), nullable=True))
            mailings.create_index(op.f(f"ix_mailing_{parent}_id"), [f"{parent}_id"])
            mailings.create_foreign_key(
                op.f(f"fk_mailing_{parent}_id"), parent, [f"{parent}_id"], ["id"], ondelete="CASCADE"
            )
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _make_findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(f"{each}_id", sa.Integer(), nullable=True)
          for each in ("group", "area", "building", "stairwell", "meeting", "by")),
        sa.Column("spot", SPOT, nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("owner", OWNER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("status", STATUS, nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_finding_group_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_finding_area_id")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_finding_building_id")),
        sa.ForeignKeyConstraint(["stairwell_id"], ["stairwell.id"], name=op.f("fk_finding_stairwell_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_finding_meeting_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_finding_by_id"), ondelete="SET NULL"),
        sa.UniqueConstraint("form_key", name=op.f("uq_finding_form_key")),
        sa.CheckConstraint(_one_of(("group", "area")), name=op.f("ck_finding_one_place")),
        **NUMBERED,
    )  # fmt: skip
    for column in ("group_id", "area_id", "meeting_id", "by_id"):
        op.create_index(op.f(f"ix_finding_{column}"), "finding", [column])


def _make_what_belongs_to_them() -> None:
    op.create_table(
        "finding_step",
        *_of_finding("finding_step", "by", ondelete="SET NULL"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", OWNER, nullable=False),
        sa.Column("status", STATUS, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        **NUMBERED,
    )
    op.create_index(op.f("ix_finding_step_finding_id"), "finding_step", ["finding_id"])
    op.create_index(op.f("ix_finding_step_by_id"), "finding_step", ["by_id"])
    op.create_table(
        "finding_follower",
        *_of_finding("finding_follower", "person", ondelete="CASCADE"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("finding_id", "person_id", name=op.f("uq_finding_follower_once")),
        **NUMBERED,
    )
    op.create_index(op.f("ix_finding_follower_person_id"), "finding_follower", ["person_id"])
    op.create_table(
        "finding_link",
        *_of_finding("finding_link", "contact", ondelete="CASCADE", table="contact_person"),
        sa.Column("mailbox_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailbox.id"], name=op.f("fk_finding_link_mailbox_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("finding_id", name=op.f("uq_finding_link_finding_id")),
        sa.CheckConstraint("expires_at > sent_at", name=op.f("ck_finding_link_expires_after_it_is_sent")),
        **NUMBERED,
    )
    for column in ("contact_id", "mailbox_id"):
        op.create_index(op.f(f"ix_finding_link_{column}"), "finding_link", [column])


def _of_finding(name: str, other: str, *, ondelete: str, table: str = "person") -> list[sa.schema.SchemaItem]:
    """Return the columns by which a row belongs to a finding and to somebody."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column(f"{other}_id", sa.Integer(), nullable=ondelete == "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f(f"fk_{name}_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            [f"{other}_id"], [f"{table}.id"], name=op.f(f"fk_{name}_{other}_id"), ondelete=ondelete
        ),
    ]


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    new = " OR ".join(f"{each}_id IS NOT NULL" for each in NEW)
    op.execute(f"DELETE FROM outbox_row WHERE mailing_id IN (SELECT id FROM mailing WHERE {new})")
    op.execute(f"DELETE FROM mailing WHERE {new}")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        for parent in NEW:
            mailings.drop_constraint(op.f(f"fk_mailing_{parent}_id"), type_="foreignkey")
            mailings.drop_index(op.f(f"ix_mailing_{parent}_id"))
            mailings.drop_column(f"{parent}_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-2]))
    for table in ("finding_link", "finding_follower", "finding_step", "finding"):
        op.drop_table(table)
