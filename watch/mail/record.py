"""Records the results of claimed rows: each ends in one state or is due again. Nothing here commits.

Updates apply only while this worker still holds the lease. A worker's heartbeat is recorded here too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import Boolean, Table, and_, bindparam, case, func, literal, or_, select, update

from watch.database import UtcDateTime
from watch.extensions import db
from watch.mail.kinds import KINDS
from watch.mail.queue import UNLEASED, database_time, set_due
from watch.mail.types import Claim, Lease, Meaning, Result, lease_seconds
from watch.models import Mailbox, OutboxRow, OutboxState, Suppression, Worker, utcnow
from watch.statements import changed, upsert

RENDER_FAILURES = 3
BEATS_EVERY = 5.0  # seconds
MOST_DOUBLED = 8  # times; ten minutes become at most two days
ROWS: Table = OutboxRow.__table__  # type: ignore[assignment]  # the type allows more than a table

log = structlog.get_logger("mail")


def record_results(results: Sequence[tuple[Claim, Result]]) -> None:
    """Record results, grouped by kind: any number takes a few statements."""
    if sent := [claim for claim, result in results if result.is_sent]:
        _record_sent(sent)
    give_back(claim for claim, result in results if result.not_tried)
    if not_sent := [came for came in results if not came[1].is_sent and not came[1].not_tried]:
        _record_not_sent(not_sent)


# Built once, because nearly every message ends in it.
IDS: Any = bindparam("ids", expanding=True)
TOKENS: Any = bindparam("tokens", expanding=True)
SENT = (
    update(ROWS)
    .where(ROWS.c.id.in_(IDS), ROWS.c.lease_token.in_(TOKENS))
    .values(state=OutboxState.SENT, settled_at=bindparam("now", type_=UtcDateTime))
    .values(last_code=250, last_text=None, **UNLEASED)
)


def _record_sent(claims: Sequence[Claim]) -> None:
    ids, tokens = _rows_and_leases(claims)
    done = db.session.connection().execute(SENT, {"ids": ids, "tokens": tokens, "now": utcnow()}).rowcount
    _log_lost(len(ids), done)


@dataclass(frozen=True)
class Outcome:
    """The new state of rows that were not sent.

    `due_at` is when their message is tried again, `not_after` when it expires instead.
    """

    state: OutboxState
    due_at: datetime | None = None
    not_after: datetime | None = None


NOT_SENT = (
    update(ROWS)
    .where(ROWS.c.id == bindparam("row"))
    .values(state=bindparam("state_now"), settled_at=bindparam("settled"))
    .values(last_code=bindparam("code"), last_text=bindparam("said"))
    .values(in_doubt=or_(ROWS.c.in_doubt, bindparam("doubt", type_=Boolean)))
    .values(not_after=func.coalesce(bindparam("ends", type_=UtcDateTime), ROWS.c.not_after), **UNLEASED)
)
HEAD_ROW = update(ROWS).where(ROWS.c.id == bindparam("head")).values(next_at=bindparam("again"))


def _record_not_sent(came: Sequence[tuple[Claim, Result]]) -> None:
    now, ours = utcnow(), _still_ours([claim for claim, _result in came])
    rows, heads = [], []
    for claim, result in came:
        log.info(
            "message", mailing=claim.mailing_id, kind=claim.kind, rows=len(claim.ids),
            attempt=claim.attempts, code=result.code,
            meaning=result.meaning.name.lower() if result.meaning else None,
        )  # fmt: skip
        outcome = _outcome_of(claim, result, now)
        settled = None if outcome.due_at else now
        told = {"state_now": outcome.state, "settled": settled, "code": result.code, "said": result.text}
        mine = ours.intersection(claim.ids)
        rows += [
            {"row": row, "ends": outcome.not_after, "doubt": result.is_uncertain, **told} for row in mine
        ]
        if mine and outcome.due_at:
            heads.append({"head": claim.head, "again": outcome.due_at})
        if result.meaning is Meaning.DEAD_ADDRESS:
            _suppress(claim.mailbox_id, now)
    for statement, values in ((NOT_SENT, rows), (HEAD_ROW, heads)):
        if values:
            db.session.connection().execute(statement, values)


def _still_ours(claims: Sequence[Claim]) -> set[int]:
    """Return the ids of the rows whose lease we still have, locked until the commit."""
    ids, tokens = _rows_and_leases(claims)
    held = select(ROWS.c.id).where(ROWS.c.id.in_(ids), ROWS.c.lease_token.in_(tokens)).with_for_update()
    ours = set(db.session.scalars(held))
    _log_lost(len(ids), len(ours))
    return ours


def _rows_and_leases(claims: Sequence[Claim]) -> tuple[list[int], list[str]]:
    return [id_ for claim in claims for id_ in claim.ids], list({claim.lease.token for claim in claims})


def _log_lost(rows: int, settled: int) -> None:
    """Log that another worker has some of the rows by now."""
    if settled != rows:
        log.warning("lease-lost", rows=rows, settled=settled)


def _outcome_of(claim: Claim, result: Result, now: datetime) -> Outcome:
    match result.meaning:
        case None:
            return _outcome_in_doubt(claim, now)
        case Meaning.LATER | Meaning.OUR_FAULT:
            return _tried_again(claim, now + back_off(claim.attempts), OutboxState.QUEUED)
        case Meaning.OUR_MESSAGE:
            return Outcome(OutboxState.PARKED)
        case Meaning.DEAD_ADDRESS | Meaning.REFUSED:
            return Outcome(OutboxState.BOUNCED)


def _outcome_in_doubt(claim: Claim, now: datetime) -> Outcome:
    """Return the outcome when it is unknown whether a message arrived: retry, or let it expire.

    A one-time mail (sign-in) is not sent again. The wait doubles each time, because a server that accepts
    mail but answers too late delivers every copy.
    """
    doubled = 2 ** min(claim.attempts - 1, MOST_DOUBLED)
    again = now + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"] * doubled)
    if KINDS[claim.kind].one_time:
        ends = claim.not_after or again
        return Outcome(OutboxState.UNCERTAIN, due_at=ends, not_after=ends)
    return _tried_again(claim, again, OutboxState.UNCERTAIN)


def _tried_again(claim: Claim, again: datetime, state: OutboxState) -> Outcome:
    if _is_too_late(claim, again):
        return Outcome(OutboxState.BOUNCED)
    return Outcome(state, due_at=min(again, claim.not_after or again))


def _is_too_late(claim: Claim, again: datetime) -> bool:
    """Return True if the retry would come after MAIL_GIVE_UP_HOURS (three days); the message then bounces."""
    return again > claim.created_at + timedelta(hours=current_app.config["MAIL_GIVE_UP_HOURS"])


def give_back(claims: Iterable[Claim]) -> None:
    """Release claims that were not begun; their due time stays, and no attempt is counted."""
    # If a message got a new due time while the mail server is down, it would look as if it had just come.
    _due_again((claim, claim.due_at) for claim in claims)


def let_wait(waiting: Iterable[tuple[Claim, timedelta]]) -> None:
    """Release claims that were not begun, due again after so long; no attempt is counted."""
    now = utcnow()
    _due_again((claim, now + wait) for claim, wait in waiting)


def _due_again(moments: Iterable[tuple[Claim, datetime]]) -> None:
    due = defaultdict(list)
    for claim, moment in moments:
        due[moment].append(claim)
    for moment, claims in due.items():
        heads = _update(claims, state=OutboxState.QUEUED, attempts=OutboxRow.attempts - 1)
        set_due(OutboxRow.id.in_(heads), moment)


def record_not_rendered(claims: Sequence[Claim], reason: str) -> None:
    """Record that a mail could not be made: it is tried again, and parked after the third failure."""
    failures = OutboxRow.render_failures + 1
    is_last = failures >= RENDER_FAILURES
    parked, queued = (
        literal(state, OutboxRow.state.type) for state in (OutboxState.PARKED, OutboxState.QUEUED)
    )
    heads = _update(
        claims,
        render_failures=failures,
        state=case((is_last, parked), else_=queued),
        settled_at=case((is_last, literal(utcnow(), OutboxRow.settled_at.type)), else_=None),
        last_text=reason,
    )
    waiting = OutboxRow.id.in_(heads), OutboxRow.state != OutboxState.PARKED
    set_due(and_(*waiting), utcnow() + back_off(1))


def _update(claims: Sequence[Claim], **values: Any) -> list[int]:
    """Change the claims' rows whose lease we still have; return the heads of those messages."""
    ids, tokens = _rows_and_leases(claims)
    ours = OutboxRow.id.in_(ids), OutboxRow.lease_token.in_(tokens)
    settled = update(OutboxRow).where(*ours).values(**UNLEASED | values).returning(OutboxRow.id)
    done = set(db.session.scalars(settled.execution_options(synchronize_session=False)))
    _log_lost(len(ids), len(done))
    return [claim.head for claim in claims if done & set(claim.ids)]


def _suppress(mailbox_id: int, now: datetime) -> None:
    """Suppress a dead mailbox: until somebody shows that it works, only mail that proves it is tried."""
    dead = update(Mailbox).where(Mailbox.id == mailbox_id, Mailbox.suppression.is_(None))
    db.session.execute(dead.values(suppression=Suppression.BOUNCED, suppressed_at=now))


def renew(leases: Collection[Lease]) -> None:
    """Renew leases. A lease that was lost stays lost."""
    for lease in leases:
        ends = time.monotonic() + lease_seconds()
        ours = update(OutboxRow).where(OutboxRow.lease_token == lease.token)
        renewed = ours.values(lease_until=database_time(lease_seconds()))
        if changed(renewed.execution_options(synchronize_session=False)):
            lease.ends = ends


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    minutes = current_app.config["MAIL_RETRY_MINUTES"]
    return timedelta(minutes=minutes[attempts - 1] if attempts <= len(minutes) else 60)


@dataclass
class _Count:
    """Messages this process has sent since the last heartbeat."""

    unreported: int = 0
    reported_at: float = field(default_factory=time.monotonic)


_counts: dict[str, _Count] = {}


def beat(owner: str, sent: int = 0, *, every: float = BEATS_EVERY) -> None:
    """Record a heartbeat and the messages sent, at most every so many seconds. Does not commit."""
    count = _counts.setdefault(owner, _Count())
    count.unreported += sent
    passed = time.monotonic() - count.reported_at
    if passed < every:
        return
    moment, rate = utcnow(), round(count.unreported / max(passed, 1) * 60)
    facts = {"seen_at": moment, "per_minute": rate}
    if count.unreported:
        facts["last_sent_at"] = moment
    row = upsert(Worker).values(owner=owner, started_at=moment, sent=count.unreported, **facts)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["owner"], set_={**facts, "sent": Worker.sent + count.unreported}
        )
    )
    _counts[owner] = _Count()
