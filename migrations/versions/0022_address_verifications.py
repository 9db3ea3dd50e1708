"""An address that was recorded at a door is verified by a row of its own, and is no request to join any more.

Such a row keeps the number and the random nonce of the request that it was, from which its mailed link is
derived: so that link goes on. Where a request was somebody's own as well (its consent was not given at the
door), it stays beside. New verifications are numbered from a million above the requests, so that a downgrade
gives each its number, and its link, back. Somebody without e-mail asks for a visit (`wants_visit`).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

NUMBERED = {"sqlite_autoincrement": True}  # made anew, a table would give numbers of erased rows again
PARENTS = ("notice", "meeting", "invitation", "sign_in_link", "join_request", "interest", "membership",
           "coordinator", "address_verification")  # fmt: skip
RECORDED = "membership_id IS NOT NULL AND consent_channel = 'doorstep'"
MOVE = """
INSERT INTO address_verification (id, nonce, membership_id, person_id, created_at, ended_at, floor_tries)
SELECT r.id, r.nonce, r.membership_id, r.person_id, m.joined_at,
       CASE WHEN r.state IN ('unconfirmed', 'waiting') THEN NULL ELSE r.decided_at END, r.floor_tries
FROM join_request r JOIN membership m ON m.id = r.membership_id
"""
GAP = "SELECT COALESCE(MAX(id), 0) + 1000000 FROM join_request"
COUNT_ON = {
    "sqlite": (
        "DELETE FROM sqlite_sequence WHERE name = 'address_verification'",
        f"INSERT INTO sqlite_sequence (name, seq) SELECT 'address_verification', ({GAP})",
    ),
    "postgresql": (f"SELECT setval(pg_get_serial_sequence('address_verification', 'id'), ({GAP}))",),
}
# A person has one open request in a group: their own, or else the newest verification.
ONE_OPEN = """
UPDATE address_verification SET ended_at = CURRENT_TIMESTAMP
WHERE ended_at IS NULL AND EXISTS (
    SELECT 1 FROM membership m
    LEFT JOIN join_request r ON r.person_id = address_verification.person_id AND r.group_id = m.group_id
        AND r.state IN ('unconfirmed', 'waiting')
    LEFT JOIN membership n ON n.group_id = m.group_id
    LEFT JOIN address_verification w ON w.membership_id = n.id AND w.ended_at IS NULL
        AND w.person_id = address_verification.person_id AND w.id > address_verification.id
    WHERE m.id = address_verification.membership_id AND (r.id IS NOT NULL OR w.id IS NOT NULL))
"""
MOVE_BACK = """
INSERT INTO join_request (id, nonce, group_id, person_id, stairwell_id, flat_id, membership_id, state,
    consent_version, consent_channel, wants_knock, created_at, decided_at, floor_tries)
SELECT v.id, v.nonce, m.group_id, v.person_id, COALESCE(m.stairwell_id, f.stairwell_id), h.flat_id,
    CASE WHEN EXISTS (SELECT 1 FROM join_request r WHERE r.membership_id = m.id) THEN NULL ELSE m.id END,
    CASE WHEN v.ended_at IS NULL THEN 'unconfirmed'
         WHEN m.person_id = v.person_id THEN 'approved' ELSE 'withdrawn' END,
    m.consent_version, 'doorstep', false, v.created_at, v.ended_at, v.floor_tries
FROM address_verification v JOIN membership m ON m.id = v.membership_id
LEFT JOIN household h ON h.id = m.household_id LEFT JOIN flat f ON f.id = h.flat_id
WHERE NOT EXISTS (SELECT 1 FROM join_request r WHERE r.id = v.id)
"""
# Whoever waits by a request of their own confirmed both at once: it bears the membership again.
BOTH_AGAIN = """
UPDATE join_request SET (membership_id, floor_tries) = (
    SELECT v.membership_id, v.floor_tries FROM address_verification v
    JOIN membership m ON m.id = v.membership_id
    WHERE v.person_id = join_request.person_id AND m.group_id = join_request.group_id
    AND v.ended_at IS NULL ORDER BY v.id DESC LIMIT 1)
WHERE EXISTS (
    SELECT 1 FROM address_verification v JOIN membership m ON m.id = v.membership_id
    WHERE v.person_id = join_request.person_id AND m.group_id = join_request.group_id
    AND v.ended_at IS NULL)
AND state IN ('unconfirmed', 'waiting')
"""


def upgrade() -> None:
    _make_verifications()
    op.execute(MOVE)
    for statement in COUNT_ON[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.add_column(sa.Column("address_verification_id", sa.Integer(), nullable=True))
        mailings.create_index(op.f("ix_mailing_address_verification_id"), ["address_verification_id"])
        mailings.create_foreign_key(
            op.f("fk_mailing_address_verification_id"), "address_verification",
            ["address_verification_id"], ["id"], ondelete="CASCADE",
        )  # fmt: skip
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS))
    op.execute(
        "UPDATE mailing SET address_verification_id = join_request_id, join_request_id = NULL,"
        " kind = CASE kind WHEN 'join-confirm' THEN 'address-recorded' ELSE kind END"
        f" WHERE join_request_id IN (SELECT id FROM join_request WHERE {RECORDED})"
    )
    op.execute(f"DELETE FROM join_request WHERE {RECORDED}")
    with op.batch_alter_table("join_request", table_kwargs=NUMBERED) as requests:
        requests.drop_constraint(op.f("ck_join_request_few_floor_tries"), type_="check")
        requests.drop_constraint(op.f("fk_join_request_membership_id"), type_="foreignkey")
        requests.drop_column("floor_tries")
        requests.drop_column("membership_id")
        requests.alter_column("wants_knock", new_column_name="wants_visit", existing_type=sa.Boolean())


def _make_verifications() -> None:
    op.create_table(
        "address_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("floor_tries", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_verification")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"],
            name=op.f("fk_address_verification_membership_id"), ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"],
            name=op.f("fk_address_verification_person_id"), ondelete="CASCADE",
        ),
        sa.UniqueConstraint("membership_id", name=op.f("uq_address_verification_membership_id")),
        sa.CheckConstraint(
            "floor_tries BETWEEN 0 AND 3", name=op.f("ck_address_verification_few_floor_tries")
        ),
        **NUMBERED,
    )  # fmt: skip
    op.create_index(op.f("ix_address_verification_person_id"), "address_verification", ["person_id"])


def _one_of(parents: tuple[str, ...]) -> str:
    return " + ".join(f"CASE WHEN {each}_id IS NULL THEN 0 ELSE 1 END" for each in parents) + " = 1"


def downgrade() -> None:
    with op.batch_alter_table("join_request", table_kwargs=NUMBERED) as requests:
        requests.alter_column("wants_visit", new_column_name="wants_knock", existing_type=sa.Boolean())
        requests.add_column(sa.Column("membership_id", sa.Integer(), nullable=True))
        requests.add_column(sa.Column("floor_tries", sa.Integer(), nullable=False, server_default="0"))
        requests.create_foreign_key(
            op.f("fk_join_request_membership_id"), "membership", ["membership_id"], ["id"],
            ondelete="SET NULL",
        )  # fmt: skip
        requests.create_check_constraint(
            op.f("ck_join_request_few_floor_tries"), "floor_tries BETWEEN 0 AND 3"
        )
    with op.batch_alter_table("join_request", table_kwargs=NUMBERED) as requests:
        requests.alter_column("floor_tries", existing_type=sa.Integer(), server_default=None)
    op.execute(BOTH_AGAIN)
    op.execute(ONE_OPEN)
    op.execute(MOVE_BACK)
    op.execute(
        "UPDATE mailing SET join_request_id = address_verification_id, address_verification_id = NULL,"
        " kind = CASE kind WHEN 'address-recorded' THEN 'join-confirm' ELSE kind END"
        " WHERE address_verification_id IS NOT NULL"
    )
    with op.batch_alter_table("mailing", table_kwargs=NUMBERED) as mailings:
        mailings.drop_constraint(op.f("ck_mailing_one_parent"), type_="check")
        mailings.drop_constraint(op.f("fk_mailing_address_verification_id"), type_="foreignkey")
        mailings.drop_index(op.f("ix_mailing_address_verification_id"))
        mailings.drop_column("address_verification_id")
        mailings.create_check_constraint(op.f("ck_mailing_one_parent"), _one_of(PARENTS[:-1]))
    op.drop_table("address_verification")
