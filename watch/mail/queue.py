"""The worker's end of the outbox: what is due, and taking it so that nobody else takes it too."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, update
from sqlalchemy.orm import aliased

from watch.database import UtcDateTime
from watch.extensions import db
from watch.mail.compose import message_id
from watch.mail.recheck import obstacle
from watch.models import OutboxRow, OutboxState, utcnow

WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
RENDER_FAILURES = 3
SMTP_STEPS = 5  # waits for an answer in one transaction, each up to MAIL_TIMEOUT

log = structlog.get_logger("mail")


@dataclass(frozen=True)
class Bunch:
    """The claimed rows of one message, and what is needed of them once the claim is committed."""

    lease_token: str
    ids: tuple[int, ...]
    mailing_id: int
    kind: str
    attempts: int
    created_at: datetime
    not_after: datetime | None


def rows(bunch: Bunch) -> Select[OutboxRow]:
    """The bunch's rows, as long as they are still ours; the first is the one the mail is named after."""
    ours = OutboxRow.id.in_(bunch.ids), OutboxRow.lease_token == bunch.lease_token
    return select(OutboxRow).where(*ours).order_by(OutboxRow.id)


def is_anything_due() -> bool:
    """Whether a claim would find something."""
    due = bool(db.session.scalar(select(exists().where(_is_due(OutboxRow, utcnow())))))
    db.session.rollback()
    return due


def sweep() -> None:
    """Take back what a worker that died held: nobody knows what became of it, so it is sent again."""
    died = OutboxRow.state == OutboxState.SENDING, OutboxRow.lease_until < _database_now()
    db.session.execute(
        update(OutboxRow)
        .where(*died)
        .values(state=OutboxState.QUEUED, lease_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def claim() -> Bunch | None:
    """The next message that is due, ours until its lease ends; None where nothing is due.

    Rows that are no longer wanted are settled on the way. The attempt is counted here, before the mail
    server hears of it: otherwise a full disk would turn retries into a mail bomb.
    """
    while taken := _take():
        token, ids = taken
        try:
            bunch = _sift(token)
        except Exception as broken:  # a row that cannot even be read stops nobody else
            db.session.rollback()
            log.error("not-readable", rows=ids, error=type(broken).__name__)
            put_aside(ids)
            continue
        db.session.commit()
        if bunch:
            return bunch
    db.session.rollback()
    return None


def put_aside(ids: Sequence[int], lease_token: str | None = None) -> int:
    """Rows whose mail could not be made: tried again, and parked after the third time. Returns how many."""
    failures, now = OutboxRow.render_failures + 1, utcnow()
    is_last = failures >= RENDER_FAILURES
    aside = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.lease_token.is_not_distinct_from(lease_token))
        .values(
            render_failures=failures,
            state=case(
                (is_last, literal(OutboxState.PARKED, OutboxRow.state.type)),
                else_=literal(OutboxState.QUEUED, OutboxRow.state.type),
            ),
            settled_at=case((is_last, literal(now, OutboxRow.settled_at.type)), else_=None),
            next_at=now + timedelta(minutes=current_app.config["MAIL_RETRY_MINUTES"][0]),
            lease_token=None,
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
    count: int = db.session.execute(aside).rowcount  # type: ignore[attr-defined]  # of an UPDATE
    db.session.commit()
    return count


def _sift(token: str) -> Bunch | None:
    """Of the rows just leased those that are still wanted; the others are settled here."""
    taken = db.session.scalars(select(OutboxRow).where(OutboxRow.lease_token == token).order_by(OutboxRow.id))
    wanted = [row for row in taken.all() if not _drop(row)]
    for row in wanted:
        row.message_id = wanted[0].message_id or message_id(wanted[0])
    return _bunch(token, wanted)


def _take() -> tuple[str, list[int]] | None:
    """Lease the first message that is due. Only the lowest of its rows is sought and locked, so two
    workers cannot divide one message between them; the others of the same mailbox come with it."""
    token, now = secrets.token_urlsafe(18), utcnow()
    row, other = aliased(OutboxRow), aliased(OutboxRow)
    comes_with_another = exists().where(_is_due(other, now), _same_message(other, row), other.id < row.id)
    first = (
        select(row.id)
        .where(_is_due(row, now), ~comes_with_another)
        .order_by(row.not_after.is_(None), row.not_after, row.next_at, row.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if not (leader := _lease(OutboxRow.id == first.scalar_subquery(), token, now)):
        return None
    others = _lease(exists().where(row.id == leader[0], _same_message(row, OutboxRow)), token, now)
    return token, leader + others


def _lease(which: ColumnElement[bool], token: str, now: datetime) -> list[int]:
    settings = current_app.config
    lasts = max(settings["MAIL_LEASE_SECONDS"], SMTP_STEPS * settings["MAIL_TIMEOUT"])
    leased = (
        update(OutboxRow)
        .where(which, _is_due(OutboxRow, now))
        .values(
            state=OutboxState.SENDING,
            attempts=OutboxRow.attempts + 1,
            lease_token=token,
            lease_until=_database_now() + timedelta(seconds=lasts),
        )
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return list(db.session.scalars(leased))


def _drop(row: OutboxRow) -> bool:
    """Settle a row that must not be sent any more."""
    state = obstacle(row, utcnow())
    if state is None:
        return False
    row.state, row.settled_at = state, utcnow()
    row.lease_token = row.lease_until = None
    return True


def _bunch(token: str, taken: list[OutboxRow]) -> Bunch | None:
    if not taken:
        return None
    first = taken[0]
    return Bunch(
        token, tuple(row.id for row in taken), first.mailing_id, first.mailing.kind, first.attempts,
        first.created_at, first.not_after,
    )  # fmt: skip


def _is_due(row: type[OutboxRow], now: datetime) -> ColumnElement[bool]:
    return and_(row.state.in_(WAITING), row.next_at <= now)


def _same_message(one: type[OutboxRow], other: type[OutboxRow]) -> ColumnElement[bool]:
    return and_(
        one.mailing_id == other.mailing_id, one.mailbox_id == other.mailbox_id, one.language == other.language
    )


def _database_now() -> datetime:
    """Leases are kept on the database's clock, so that workers on several machines agree."""
    if db.engine.dialect.name == "postgresql":
        now: datetime = db.session.execute(select(func.clock_timestamp(type_=UtcDateTime()))).scalar_one()
        return now
    return utcnow()
