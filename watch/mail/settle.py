"""What became of claimed rows is written down: each ends in one state, or is due again. Nothing here commits.

Every change asks for the lease: what a slower worker learns of rows that are not its own any more is nothing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Table,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)

from watch.database import UtcDateTime
from watch.extensions import db
from watch.mail.kinds import KINDS
from watch.mail.queue import UNLEASED, Claim, Lease, database_time, lease_seconds
from watch.mail.replies import Meaning
from watch.mail.results import Result
from watch.models import Mailbox, OutboxRow, OutboxState, Suppression, utcnow
from watch.statements import changed

RENDER_FAILURES = 3
MOST_DOUBLED = 8  # ten minutes become at most two days
ROWS: Table = OutboxRow.__table__  # type: ignore[assignment]  # of a model it is a table

log = structlog.get_logger("mail")


def settle(results: Sequence[tuple[Claim, Result]]) -> None:
    """Write results down, all of a kind together: however many came at once, it takes a few statements."""
    if sent := [claim for claim, result in results if result.is_sent]:
        _settle_sent(sent)
    give_back(claim for claim, result in results if result.not_tried)
    if trouble := [came for came in results if not came[1].is_sent and not came[1].not_tried]:
        _settle_trouble(trouble)


# Made once: it is what nearly every message comes to.
IDS: Any = bindparam("ids", expanding=True)
TOKENS: Any = bindparam("tokens", expanding=True)
SENT = (
    update(ROWS)
    .where(ROWS.c.id.in_(IDS), ROWS.c.lease_token.in_(TOKENS))
    .values(state=OutboxState.SENT, settled_at=bindparam("now", type_=UtcDateTime))
    .values(last_code=250, last_text=None, **UNLEASED)
)


def _settle_sent(claims: Sequence[Claim]) -> None:
    ids = [id_ for claim in claims for id_ in claim.ids]
    tokens = list({claim.lease.token for claim in claims})
    done = db.session.connection().execute(SENT, {"ids": ids, "tokens": tokens, "now": utcnow()}).rowcount
    if done != len(ids):
        log.warning("lease-lost", rows=len(ids), settled=done)


@dataclass(frozen=True)
class RowOutcome:
    """What becomes of rows that were not taken; `again` is when their message is due the next time."""

    state: OutboxState
    again: datetime | None = None
    ends: datetime | None = None


TROUBLE = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("row"))
    .values(state=bindparam("state_now"), settled_at=bindparam("settled"))
    .values(last_code=bindparam("code"), last_text=bindparam("said"))
    .values(in_doubt=or_(ROWS.c.in_doubt, bindparam("doubt", type_=Boolean)))
    .values(not_after=func.coalesce(bindparam("ends", type_=UtcDateTime), ROWS.c.not_after), **UNLEASED)
)
HEAD_ROW = update(ROWS).where(ROWS.c.id == bindparam("head")).values(next_at=bindparam("again"))


def _settle_trouble(came: Sequence[tuple[Claim, Result]]) -> None:
    now, ours = utcnow(), _still_ours([claim for claim, _result in came])
    rows, heads = [], []
    for claim, result in came:
        outcome = _outcome_of(claim, result, now)
        settled = None if outcome.again else now
        told = {"state_now": outcome.state, "settled": settled, "code": result.code, "said": result.text}
        mine = ours.intersection(claim.ids)
        rows += [{"row": row, "ends": outcome.ends, "doubt": result.is_uncertain, **told} for row in mine]
        if mine and outcome.again:
            heads.append({"head": claim.head, "again": outcome.again})
        if result.meaning is Meaning.DEAD_ADDRESS:
            _suppress(claim.mailbox_id)
    for statement, values in ((TROUBLE, rows), (HEAD_ROW, heads)):
        if values:
            db.session.connection().execute(statement, values)


def _still_ours(claims: Sequence[Claim]) -> set[int]:
    """Ids of those rows whose lease we still have, held until the commit."""
    ids = [id_ for claim in claims for id_ in claim.ids]
    tokens = {claim.lease.token for claim in claims}
    held = select(ROWS.c.id).where(ROWS.c.id.in_(ids), ROWS.c.lease_token.in_(tokens)).with_for_update()
    ours = set(db.session.scalars(held))
    if len(ours) != len(ids):
        log.warning("lease-lost", rows=len(ids), settled=len(ours))
    return ours


def _outcome_of(claim: Claim, result: Result, now: datetime) -> RowOutcome:
    match result.meaning:
        case None:
            return _outcome_in_doubt(claim, now)
        case Meaning.LATER | Meaning.OUR_FAULT:
            return _tried_again(claim, now + back_off(claim.attempts), OutboxState.QUEUED)
        case Meaning.OUR_MESSAGE:
            return RowOutcome(OutboxState.PARKED)
        case Meaning.DEAD_ADDRESS | Meaning.REFUSED:
            return RowOutcome(OutboxState.BOUNCED)


def _outcome_in_doubt(claim: Claim, now: datetime) -> RowOutcome:
    """Nobody said whether it arrived: tried again after a while; what works once (sign-in) just runs out.

    Each time after twice as long: a server that takes it and is slow to say so stores every one of them.
    """
    doubled = 2 ** min(claim.attempts - 1, MOST_DOUBLED)
    again = now + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"] * doubled)
    if KINDS[claim.kind].one_time:
        ends = claim.not_after or again
        return RowOutcome(OutboxState.UNCERTAIN, again=ends, ends=ends)
    return _tried_again(claim, again, OutboxState.UNCERTAIN)


def _tried_again(claim: Claim, again: datetime, state: OutboxState) -> RowOutcome:
    if _is_too_late(claim, again):
        return RowOutcome(OutboxState.BOUNCED)
    return RowOutcome(state, again=min(again, claim.not_after or again))


def _is_too_late(claim: Claim, again: datetime) -> bool:
    """After three days (a setting) a message that is never taken could not be reached."""
    return again > claim.created_at + timedelta(hours=current_app.config["MAIL_GIVE_UP_HOURS"])


def give_back(claims: Iterable[Claim]) -> None:
    """Claimed, but not begun: due again as long as it was, and not counted as an attempt."""
    due = defaultdict(list)  # a mail server that is away must not make what waits for it look new
    for claim in claims:
        due[claim.due_at].append(claim)
    _give_back(due)


def let_wait(waiting: Iterable[tuple[Claim, timedelta]]) -> None:
    """Claimed, but not begun: due again after so long, and not counted as an attempt."""
    due, now = defaultdict(list), utcnow()
    for claim, wait in waiting:
        due[now + wait].append(claim)
    _give_back(due)


def _give_back(due: Mapping[datetime, Sequence[Claim]]) -> None:
    for moment, claims in due.items():
        _due_again(claims, moment, OutboxState.QUEUED, attempts=OutboxRow.attempts - 1)


def put_aside(claims: Sequence[Claim], reason: str) -> None:
    """Their mail could not be made: tried again, and parked after the third time."""
    failures, now = OutboxRow.render_failures + 1, utcnow()
    is_last = failures >= RENDER_FAILURES
    parked, queued = (
        literal(state, OutboxRow.state.type) for state in (OutboxState.PARKED, OutboxState.QUEUED)
    )
    done = _settle(
        claims,
        render_failures=failures,
        state=case((is_last, parked), else_=queued),
        settled_at=case((is_last, literal(now, OutboxRow.settled_at.type)), else_=None),
        last_text=reason,
    )
    waiting = and_(OutboxRow.id.in_(_heads_of_ours(claims, done)), OutboxRow.state != OutboxState.PARKED)
    set_due(waiting, now + back_off(1))


def _settle(claims: Sequence[Claim], **values: Any) -> set[int]:
    """Give the rows of these claims new values, as far as they are still ours; their ids."""
    ids = [id_ for claim in claims for id_ in claim.ids]
    tokens = {claim.lease.token for claim in claims}
    ours = OutboxRow.id.in_(ids), OutboxRow.lease_token.in_(tokens)
    settled = update(OutboxRow).where(*ours).values(**UNLEASED | values).returning(OutboxRow.id)
    done = set(db.session.scalars(settled.execution_options(synchronize_session=False)))
    if len(done) != len(ids):
        log.warning("lease-lost", rows=len(ids), settled=len(done))
    return done


def _due_again(claims: Sequence[Claim], at: datetime, state: OutboxState, **values: Any) -> None:
    done = _settle(claims, state=state, **values)
    set_due(OutboxRow.id.in_(_heads_of_ours(claims, done)), at)


def _heads_of_ours(claims: Sequence[Claim], done: set[int]) -> list[int]:
    """The heads of those claims that were still ours; another worker's are not touched."""
    return [claim.head for claim in claims if done & set(claim.ids)]


def set_due(heads: ColumnElement[bool], at: Any) -> None:
    """When the messages of these heads (a condition on OutboxRow) are due the next time."""
    setting = update(OutboxRow).where(heads).values(next_at=at)
    db.session.execute(setting.execution_options(synchronize_session=False))


def _suppress(mailbox_id: int) -> None:
    """Nobody is there any more: nothing is sent to this address, until its owner gives another."""
    dead = update(Mailbox).where(Mailbox.id == mailbox_id, Mailbox.suppression.is_(None))
    db.session.execute(dead.values(suppression=Suppression.BOUNCED, suppressed_at=utcnow()))


def renew(leases: Collection[Lease]) -> None:
    """Hold on to what is claimed for another while; a lease that was lost stays lost."""
    for lease in leases:
        ends = time.monotonic() + lease_seconds()
        ours = update(OutboxRow).where(OutboxRow.lease_token == lease.token)
        renewed = ours.values(lease_until=database_time(lease_seconds()))
        if changed(renewed.execution_options(synchronize_session=False)):
            lease.ends = ends


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    minutes = current_app.config["MAIL_RETRY_MINUTES"]
    return timedelta(minutes=minutes[attempts - 1] if attempts <= len(minutes) else 60)
