"""Messages to coordinators and to people whom an officer may not see; the rows there are stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification", "address_change", "contact_message")  # fmt: skip
AUDIENCE = sa.Enum(
    "coordinators", "member", "coordinator", "interested", "members",
    name="messageaudience", native_enum=False, create_constraint=True, length=40,
)  # fmt: skip


def upgrade() -> None:
    _make_messages()
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("contact_message_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_contact_message_id"), ["contact_message_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_contact_message_id"), "contact_message", ["contact_message_id"], ["id"],
            ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))


def _make_messages() -> None:
    op.create_table(
        "contact_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audience", AUDIENCE, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("sender_id", sa.Integer(), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_message")),
        sa.ForeignKeyConstraint(["group_id"], ["watch_group.id"], name=op.f("fk_contact_message_group_id")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_contact_message_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["person.id"], name=op.f("fk_contact_message_sender_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["contact_message.id"],
            name=op.f("fk_contact_message_answers_id"), ondelete="CASCADE",
        ),
        sa.UniqueConstraint("form_key", name=op.f("uq_contact_message_form_key")),
        sa.CheckConstraint(_one_of(("group", "building")), name=op.f("ck_contact_message_one_place")),
        sa.CheckConstraint(
            "(building_id IS NOT NULL) = (audience = 'interested')",
            name=op.f("ck_contact_message_interested_in_one"),
        ),
        sa.CheckConstraint(
            "(answers_id IS NOT NULL) = (audience IN ('member', 'coordinator'))",
            name=op.f("ck_contact_message_answers_one"),
        ),
        **NUMBERED,
    )  # fmt: skip
    for column in ("group_id", "building_id", "sender_id", "answers_id", "sent_at"):
        op.create_index(op.f(f"ix_contact_message_{column}"), "contact_message", [column])


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    op.execute("DELETE FROM outbox_row WHERE mailing_id IN"
               " (SELECT id FROM mailing WHERE contact_message_id IS NOT NULL)")  # fmt: skip
    op.execute("DELETE FROM mailing WHERE contact_message_id IS NOT NULL")
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_contact_message_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_contact_message_id"))
        mailings.drop_column("contact_message_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.drop_table("contact_message")
