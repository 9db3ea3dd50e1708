"""What became of claimed rows is written down: each ends in one state, or rings again. Nothing here commits.

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
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, func, literal, select, update
from sqlalchemy.orm import aliased

from watch.database import UtcDateTime
from watch.extensions import db
from watch.mail.links import KINDS
from watch.mail.queue import UNLEASED, Lease, Parcel, database_time, lease_seconds
from watch.mail.replies import Meaning
from watch.models import Mailbox, Mailing, OutboxRow, OutboxState, Suppression, utcnow

RENDER_FAILURES = 3
ROWS: Table = OutboxRow.__table__  # type: ignore[assignment]  # of a model it is a table

log = structlog.get_logger("mail")


@dataclass(frozen=True)
class Result:
    """What the mail server made of a message.

    `meaning` is None where it was taken, or (`is_uncertain`) where nobody said. With `relay_lost` the
    connection does not stand any more; with `not_tried` nothing was begun at all.
    """

    code: int | None = None
    text: str | None = None
    meaning: Meaning | None = None
    is_uncertain: bool = False
    relay_lost: bool = False
    not_tried: bool = False

    @property
    def is_sent(self) -> bool:
        """Taken by the mail server."""
        return self.meaning is None and not self.is_uncertain and not self.not_tried


def settle(results: Sequence[tuple[Parcel, Result]]) -> None:
    """Write results down: what was taken in one statement, everything else message by message."""
    if sent := [parcel for parcel, result in results if result.is_sent]:
        _settle_sent(sent)
    for parcel, result in results:
        if result.not_tried:
            give_back([parcel])
        elif not result.is_sent:
            _settle_trouble(parcel, result)


# Made once: it is what nearly every message comes to.
IDS: Any = bindparam("ids", expanding=True)
TOKENS: Any = bindparam("tokens", expanding=True)
SENT = (
    update(ROWS)
    .where(ROWS.c.id.in_(IDS), ROWS.c.lease_token.in_(TOKENS))
    .values(state=OutboxState.SENT, settled_at=bindparam("now", type_=UtcDateTime))
    .values(last_code=250, last_text=None, **UNLEASED)
)


def _settle_sent(parcels: Sequence[Parcel]) -> None:
    ids = [id_ for parcel in parcels for id_ in parcel.ids]
    tokens = list({parcel.lease.token for parcel in parcels})
    done = db.session.connection().execute(SENT, {"ids": ids, "tokens": tokens, "now": utcnow()}).rowcount
    if done != len(ids):
        log.warning("lease-lost", rows=len(ids), settled=done)


def _settle_trouble(parcel: Parcel, result: Result) -> None:
    now = utcnow()
    said = {"last_code": result.code, "last_text": result.text}
    match result.meaning:
        case None:
            _wait_in_doubt(parcel, said)
        case Meaning.LATER | Meaning.OUR_FAULT:
            again = now + back_off(parcel.attempts)
            if _is_too_late(parcel, again):
                _settle([parcel], state=OutboxState.BOUNCED, settled_at=now, **said)
            else:
                _ring_again([parcel], min(again, parcel.not_after or again), OutboxState.QUEUED, **said)
        case Meaning.OUR_MESSAGE:
            _settle([parcel], state=OutboxState.PARKED, settled_at=now, **said)
        case Meaning.DEAD_ADDRESS | Meaning.REFUSED:
            _settle([parcel], state=OutboxState.BOUNCED, settled_at=now, **said)
            if result.meaning is Meaning.DEAD_ADDRESS:
                _suppress(parcel.mailbox_id)


def _wait_in_doubt(parcel: Parcel, said: dict[str, Any]) -> None:
    """Nobody said whether it arrived: tried again after a while; what works once (sign-in) just runs out."""
    again = utcnow() + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"])
    if KINDS[parcel.kind].one_time:
        ends = parcel.not_after or again
        _ring_again([parcel], ends, OutboxState.UNCERTAIN, not_after=ends, **said)
    elif _is_too_late(parcel, again):
        _settle([parcel], state=OutboxState.BOUNCED, settled_at=utcnow(), **said)
    else:
        _ring_again([parcel], min(again, parcel.not_after or again), OutboxState.UNCERTAIN, **said)


def _is_too_late(parcel: Parcel, again: datetime) -> bool:
    """After three days (a setting) a message that is never taken could not be reached."""
    return again > parcel.created_at + timedelta(hours=current_app.config["MAIL_GIVE_UP_HOURS"])


def give_back(parcels: Iterable[Parcel]) -> None:
    """Claimed, but not begun: due again as long as it was, and not counted as an attempt."""
    due = defaultdict(list)  # a mail server that is away must not make what waits for it look new
    for parcel in parcels:
        due[parcel.due_at].append(parcel)
    _give_back(due)


def let_wait(waiting: Iterable[tuple[Parcel, timedelta]]) -> None:
    """Claimed, but not begun: due again after so long, and not counted as an attempt."""
    due, now = defaultdict(list), utcnow()
    for parcel, wait in waiting:
        due[now + wait].append(parcel)
    _give_back(due)


def _give_back(due: Mapping[datetime, Sequence[Parcel]]) -> None:
    for moment, parcels in due.items():
        _ring_again(parcels, moment, OutboxState.QUEUED, attempts=OutboxRow.attempts - 1)


def put_aside(parcels: Sequence[Parcel], reason: str) -> None:
    """Their mail could not be made: tried again, and parked after the third time."""
    failures, now = OutboxRow.render_failures + 1, utcnow()
    is_last = failures >= RENDER_FAILURES
    parked, queued = (
        literal(state, OutboxRow.state.type) for state in (OutboxState.PARKED, OutboxState.QUEUED)
    )
    done = _settle(
        parcels,
        render_failures=failures,
        state=case((is_last, parked), else_=queued),
        settled_at=case((is_last, literal(now, OutboxRow.settled_at.type)), else_=None),
        last_text=reason,
    )
    waiting = and_(OutboxRow.id.in_(_bells_of_ours(parcels, done)), OutboxRow.state != OutboxState.PARKED)
    _ring(waiting, now + back_off(1))


def _settle(parcels: Sequence[Parcel], **values: Any) -> set[int]:
    """Give the rows of these parcels new values, as far as they are still ours; their ids."""
    ids = [id_ for parcel in parcels for id_ in parcel.ids]
    tokens = {parcel.lease.token for parcel in parcels}
    ours = OutboxRow.id.in_(ids), OutboxRow.lease_token.in_(tokens)
    settled = update(OutboxRow).where(*ours).values(**UNLEASED | values).returning(OutboxRow.id)
    done = set(db.session.scalars(settled.execution_options(synchronize_session=False)))
    if len(done) != len(ids):
        log.warning("lease-lost", rows=len(ids), settled=len(done))
    return done


def _ring_again(parcels: Sequence[Parcel], at: datetime, state: OutboxState, **values: Any) -> None:
    done = _settle(parcels, state=state, **values)
    _ring(OutboxRow.id.in_(_bells_of_ours(parcels, done)), at)


def _bells_of_ours(parcels: Sequence[Parcel], done: set[int]) -> list[int]:
    """The bells of those parcels that were still ours; another worker's are not touched."""
    return [parcel.bell for parcel in parcels if done & set(parcel.ids)]


def _ring(bells: ColumnElement[bool], at: Any) -> None:
    ringing = update(OutboxRow).where(bells).values(next_at=at)
    db.session.execute(ringing.execution_options(synchronize_session=False))


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
        if db.session.execute(renewed.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]  # of an UPDATE
            lease.ends = ends


def sweep(owner: str | None = None) -> int:
    """Take back what a dead worker held: whose lease has ended, or the `owner` who was just started anew.

    Nobody knows what became of it, so it is sent again at once; a sign-in link never is. Returns the rows.
    """
    dead = OutboxRow.lease_owner == owner if owner else OutboxRow.lease_until < database_time()
    held = select(OutboxRow.id).where(OutboxRow.lease_until.is_not(None), dead)
    ids = list(db.session.scalars(held.with_for_update(skip_locked=True)))
    if not ids:
        return 0
    once = select(Mailing.id).where(Mailing.kind.in_([kind for kind, rule in KINDS.items() if rule.one_time]))
    _take_back(ids, OutboxRow.mailing_id.not_in(once), OutboxState.QUEUED)
    in_a_while = utcnow() + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"])
    ends = func.coalesce(OutboxRow.not_after, literal(in_a_while, OutboxRow.not_after.type))
    _take_back(ids, OutboxRow.mailing_id.in_(once), OutboxState.UNCERTAIN, not_after=ends)
    log.warning("taken-back", rows=len(ids))
    return len(ids)


def _take_back(ids: Collection[int], which: ColumnElement[bool], state: OutboxState, **values: Any) -> None:
    taking = update(OutboxRow).where(OutboxRow.id.in_(ids), which).values(state=state, **UNLEASED | values)
    back = taking.returning(OutboxRow.id).execution_options(synchronize_session=False)
    if taken := list(db.session.scalars(back)):
        at = OutboxRow.not_after if state is OutboxState.UNCERTAIN else utcnow()
        _ring(OutboxRow.id.in_(_bells_of(taken)), at)


def _bells_of(ids: Collection[int]) -> Select[int]:
    """The bells (the first rows) of the messages that these rows belong to."""
    held, row = aliased(OutboxRow), aliased(OutboxRow)
    message = row.mailing_id, row.mailbox_id, row.language
    same = zip(message, (held.mailing_id, held.mailbox_id, held.language), strict=True)
    joined = select(func.min(row.id)).join_from(held, row, and_(*(one == other for one, other in same)))
    return joined.where(held.id.in_(ids)).group_by(*message)


def hold() -> int:
    """What waits or was under way stays where it is until the operator redrives it. Returns the rows."""
    waiting = OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN])
    holding = update(OutboxRow).where(waiting).values(state=OutboxState.HELD, **UNLEASED)
    count: int = db.session.execute(holding.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]  # of an UPDATE
    _ring(OutboxRow.next_at.is_not(None), None)
    return count


def redrive(state: OutboxState) -> int:
    """What was parked or held is due again, as if it had never been tried. Returns the rows."""
    aside = list(db.session.scalars(select(OutboxRow.id).where(OutboxRow.state == state).with_for_update()))
    again = update(OutboxRow).where(OutboxRow.id.in_(aside), OutboxRow.state == state)
    queued = again.values(
        state=OutboxState.QUEUED, render_failures=0, attempts=0, settled_at=None, last_text=None
    )
    db.session.execute(queued.execution_options(synchronize_session=False))
    if aside:
        _ring(OutboxRow.id.in_(_bells_of(aside)), utcnow())
    return len(aside)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    minutes = current_app.config["MAIL_RETRY_MINUTES"]
    return timedelta(minutes=minutes[attempts - 1] if attempts <= len(minutes) else 60)
