"""Checks that each mail is declared once, by its feature, reaches somebody, and tells why it is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_notice
from tests.mail.letters import LETTERS
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.invitations.mails import JOIN_APPROVED
from watch.mail import outbox, queue
from watch.mail.kinds import KINDS, FromAddress, Mail
from watch.models import LeftOut, Membership, Notice, OutboxRow, OutboxState, Suppression, utcnow
from watch.models.mail import PARENTS
from watch.notices.mails import NOTICE


def what_leaves() -> list[str]:
    """Return the kinds of mail that a worker claims now."""
    return [claim.kind for claim in queue.claim("worker", 100) or []]


@pytest.fixture
def told(scene: Scene) -> Notice:
    """Queue a notice to the four members with an address."""
    notice = make_notice(scene.group, by=scene.amina)
    outbox.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()
    return notice


def ends() -> dict[str, tuple[OutboxState, LeftOut | None]]:
    """Return the state of each recipient's row, and why it was left out."""
    rows = db.session.scalars(select(OutboxRow).execution_options(populate_existing=True))
    return {row.person.name.split()[0]: (row.state, row.left_out) for row in rows if row.person}


@on_one_database
@pytest.mark.parametrize("kind", KINDS)
def test_somebody_gets_every_mail(scene: Scene, kind: str) -> None:
    LETTERS[kind](scene)
    db.session.commit()
    assert what_leaves() == [kind]


def test_who_is_left_out_at_the_claim_is_so_for_a_reason(scene: Scene, told: Notice) -> None:
    carin = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    carin.left_at = utcnow()
    assert scene.bengt.mailbox
    scene.bengt.mailbox.suppression, scene.bengt.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    late = db.session.scalars(select(OutboxRow).where(OutboxRow.person_id == scene.dawit.id)).one()
    late.not_after = utcnow() - timedelta(seconds=1)
    db.session.commit()
    with structlog.testing.capture_logs() as said:
        assert what_leaves() == ["notice"]
    assert ends() == {
        "Amina": (OutboxState.SENDING, None),
        "Bengt": (OutboxState.CANCELLED, LeftOut.ADDRESS),
        "Carin": (OutboxState.CANCELLED, LeftOut.READER),
        "Dawit": (OutboxState.EXPIRED, LeftOut.TOO_LATE),
    }
    line = {"event": "cancelled-at-claim", "kind": "notice", "rows": 1, "log_level": "info"}
    assert said == [line | {"reason": reason} for reason in ("address", "reader", "too_late")]


def test_who_has_no_address_any_more_is_not_written_to_at_the_old_one(scene: Scene, told: Notice) -> None:
    """The condition is NULL then, neither true nor false, and that must leave the row out too."""
    scene.carin.mailbox = None
    db.session.commit()
    assert what_leaves() == ["notice"] * 3
    assert ends()["Carin"] == (OutboxState.CANCELLED, LeftOut.ADDRESS)


def test_what_is_over_leaves_everybody_out(scene: Scene, told: Notice, cli: Callable[..., Result]) -> None:
    told.stopped_at = utcnow()
    db.session.commit()
    with structlog.testing.capture_logs() as said:
        assert what_leaves() == []
    assert set(ends().values()) == {(OutboxState.CANCELLED, LeftOut.OVER)}
    assert [(line["reason"], line["rows"]) for line in said] == [("over", 4)]
    assert (
        "      4  left out: stopped, cancelled, revoked or answered meanwhile"
        in cli("outbox", "status").output
    )


def test_a_mail_of_another_version_is_not_dropped(scene: Scene, told: Notice) -> None:
    """It goes on to where a mail that cannot be rendered is parked and reported to the operator."""
    mailing = db.session.scalars(select(OutboxRow)).first()
    assert mailing
    mailing.mailing.kind = "coordinator-ended"  # which is about no notice
    db.session.commit()
    assert what_leaves() == ["coordinator-ended"] * 4


def test_a_row_that_is_sent_has_no_reason_to_be_left_out(scene: Scene, told: Notice) -> None:
    row = db.session.scalars(select(OutboxRow).limit(1)).one()
    row.left_out = LeftOut.READER
    with pytest.raises(IntegrityError):
        db.session.commit()


def test_a_mail_is_about_what_it_says(scene: Scene) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    with pytest.raises(TypeError, match="join-approved is not about a Notice"):
        outbox.queue(JOIN_APPROVED, to=scene.carin, about=notice)


def test_a_kind_is_declared_once() -> None:
    def unless(_notice: Notice, _now: object) -> dict[LeftOut, bool]:
        return {}

    with pytest.raises(ValueError, match="notice is declared twice"):
        Mail("notice", about=Notice, sender=FromAddress.ACCOUNT, link=None, wanted_unless=unless)
    assert KINDS["notice"] is NOTICE


def test_every_parent_of_a_mailing_has_a_mail_about_it() -> None:
    declared = [mail.about if isinstance(mail.about, tuple) else (mail.about,) for mail in KINDS.values()]
    assert {f"{model.__tablename__}_id" for models in declared for model in models} == set(PARENTS)
