"""Claims due messages so that no other worker can, and takes back the claims of dead workers.

Between queueing and sending, somebody may leave, cancel a meeting or revoke an invitation. So each row is
checked at the claim: the rules of one kind of mail stand in its declaration (`Mail.wanted_unless`), the rules
of every kind here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import aliased
from sqlalchemy.types import Interval, LargeBinary

from watch.crypto import Unreadable, keyring
from watch.extensions import db
from watch.mail.dead_addresses import may_be_written_to
from watch.mail.kinds import KINDS, FromAddress, Mail
from watch.mail.types import Claim, Lease, Recipient, lease_seconds
from watch.models import (
    Language,
    LeftOut,
    Mailbox,
    Mailing,
    OutboxRow,
    OutboxState,
    Person,
    RandomNonce,
    utcnow,
)

_Head, _Row = aliased(OutboxRow), aliased(OutboxRow)
_Held = aliased(OutboxRow)

WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
UNLEASED = {"lease_token": None, "lease_owner": None, "lease_until": None}

log = structlog.get_logger("mail")


def database_time(ahead: float = 0) -> datetime | ColumnElement[datetime]:
    """Return the database's time so many seconds from now, because clocks of machines differ."""
    if db.engine.dialect.name == "postgresql":
        return func.clock_timestamp() + literal(timedelta(seconds=ahead), Interval)
    return utcnow() + timedelta(seconds=ahead)


def is_any_due() -> bool:
    """Return True if a claim would find a message."""
    return db.session.scalar(select(OutboxRow.id).where(OutboxRow.next_at <= utcnow()).limit(1)) is not None


def claim(owner: str, most: int) -> list[Claim] | None:
    """Claim up to `most` due messages, and return None if nothing is due.

    Rows that are no longer wanted end here. The attempt is counted before the mail server is contacted;
    otherwise, when the disk is full, the same mail would be sent again and again.
    """
    lease = Lease()
    if db.engine.dialect.name == "postgresql":  # somebody who is leaving or cancelling goes first
        db.session.execute(text("SET LOCAL lock_timeout = '200ms'"))
    heads = _due_heads(most)
    if not heads:
        db.session.rollback()
        return None
    taken = _take([head.id for head in heads.values()], lease, owner)
    claims: list[Claim] = []
    for mailing in db.session.scalars(select(Mailing).where(Mailing.id.in_(taken)).order_by(Mailing.id)):
        messages = defaultdict(list)
        for row in _wanted_rows(mailing, taken[mailing.id]):
            messages[mailing.id, row.mailbox_id, row.language].append(row)
        claims += [_pack(lease, heads[key], mailing, rows) for key, rows in messages.items()]
    db.session.commit()
    return claims


def _due_heads(most: int) -> dict[tuple[int, int | None, Language], Row[Any]]:
    """Return the head rows of the first due messages, locked, by mailing, mailbox and language."""
    due = (
        select(
            OutboxRow.id, OutboxRow.nonce, OutboxRow.next_at, OutboxRow.mailing_id, OutboxRow.mailbox_id,
            OutboxRow.language,
        )
        .where(OutboxRow.next_at <= utcnow())
        .order_by(OutboxRow.precedence, OutboxRow.next_at, OutboxRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )  # fmt: skip
    heads: Sequence[Row[Any]] = db.session.execute(due).all()  # type: ignore[assignment]  # a row of any shape
    return {(head.mailing_id, head.mailbox_id, head.language): head for head in heads}


def _take(heads: Sequence[int], lease: Lease, owner: str) -> dict[int, list[int]]:
    """Lease the waiting rows of these messages and clear their due time; return their ids by mailing."""
    same = (
        _Row.mailbox_id == _Head.mailbox_id,
        _Row.mailing_id == _Head.mailing_id,
        _Row.language == _Head.language,
    )
    of_messages = select(_Row.id).join_from(_Head, _Row, and_(*same)).where(_Head.id.in_(heads))
    taking = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(of_messages), OutboxRow.state.in_(WAITING))
        .values(
            state=OutboxState.SENDING, attempts=OutboxRow.attempts + 1, next_at=None,
            lease_token=lease.token, lease_owner=owner, lease_until=database_time(lease_seconds()),
        )
        .returning(OutboxRow.id, OutboxRow.mailing_id)
    )  # fmt: skip
    taken = defaultdict(list)
    for id_, mailing_id in db.session.execute(taking.execution_options(synchronize_session=False)):
        taken[mailing_id].append(id_)
    if silent := set(heads).difference(*taken.values()):  # these heads' own rows do not wait any more
        quiet = update(OutboxRow).where(OutboxRow.id.in_(silent)).values(next_at=None)
        db.session.execute(quiet.execution_options(synchronize_session=False))
    return taken


def _wanted_rows(mailing: Mailing, taken: Sequence[int]) -> Sequence[Row[Any]]:
    """Return the taken rows that are still wanted, with what their mail needs; end the others."""
    now = utcnow()
    rows = (
        select(
            OutboxRow.id, OutboxRow.mailbox_id, OutboxRow.language, OutboxRow.attempts,
            OutboxRow.created_at, OutboxRow.not_after,
            type_coerce(Mailbox.address, LargeBinary).label("address"),
            type_coerce(Person.name, LargeBinary).label("name"),
            reason_to_leave_out(mailing, now).label("left_out"),
        )
        .outerjoin(Mailbox, Mailbox.id == OutboxRow.mailbox_id)
        .outerjoin(Person, Person.id == OutboxRow.person_id)
        .where(OutboxRow.id.in_(taken))
        .order_by(OutboxRow.id)
    )  # fmt: skip
    found = db.session.execute(rows).all()
    dropped = {row.id: row.left_out for row in found if row.left_out is not None}
    moved = _sent_after(mailing, dropped.keys())
    _leave_out(mailing, {id_: why for id_, why in dropped.items() if id_ not in moved}, now)
    return [row for row in found if row.left_out is None]  # type: ignore[misc]  # a row of any shape


def reason_to_leave_out(mailing: Mailing, now: datetime) -> ColumnElement[LeftOut | None]:
    """Return the first reason to leave out a row (joined to Mailbox and Person); NULL to send it."""
    mail = KINDS.get(mailing.kind)
    if mail is None or not isinstance(mailing.about, mail.about):
        # Queued by another version of the program. Rendering it fails, which parks it.
        return literal(None, OutboxRow.left_out.type)
    rules = [
        (LeftOut.TOO_LATE, and_(OutboxRow.not_after.is_not(None), OutboxRow.not_after <= now)),
        (LeftOut.ADDRESS, ~_reaches_its_reader(mail, now)),
        *mail.wanted_unless(mailing.about, now).items(),
    ]
    whens = [(func.coalesce(rule, True), literal(word, OutboxRow.left_out.type)) for word, rule in rules]
    return case(*whens, else_=None)


def _reaches_its_reader(mail: Mail[Any], now: datetime) -> ColumnElement[bool]:
    """Return the condition that the mailbox is still the reader's and may be written to."""
    return and_(
        Mailbox.id.is_not(None),
        may_be_written_to(
            is_notice=mail.sender is FromAddress.NOTICES, proves_address=mail.proves_address, now=now
        ),
        or_(OutboxRow.person_id.is_(None), Person.mailbox_id == OutboxRow.mailbox_id),
    )


def _leave_out(mailing: Mailing, dropped: Mapping[int, LeftOut], now: datetime) -> None:
    for why in sorted(set(dropped.values())):
        ids = [id_ for id_ in dropped if dropped[id_] is why]
        state = OutboxState.EXPIRED if why is LeftOut.TOO_LATE else OutboxState.CANCELLED
        settled = update(OutboxRow).where(OutboxRow.id.in_(ids))
        settled = settled.values(state=state, left_out=why, settled_at=now, **UNLEASED)
        db.session.execute(settled.execution_options(synchronize_session=False))
        log.info("cancelled-at-claim", kind=mailing.kind, reason=why.value, rows=len(ids))


def _sent_after(mailing: Mailing, dropped: Collection[int]) -> set[int]:
    """Queue rows again whose people have changed address, to the new one; return their ids.

    An address becomes a person's once they have confirmed it. Only mail of a list is sent on, and not if the
    new mailbox has it already: a link that proves an address or signs in belongs to the old one. The row gets
    a new nonce, so that a link sent to the old mailbox opens nothing.
    """
    if not dropped or KINDS[mailing.kind].list_of is None:
        return set()
    moved = (
        select(OutboxRow.id, Person.mailbox_id, OutboxRow.language)
        .join(Person, Person.id == OutboxRow.person_id)
        .where(OutboxRow.id.in_(dropped), Person.mailbox_id != OutboxRow.mailbox_id)
        .order_by(OutboxRow.id)
    )
    sent = set()
    for row, mailbox, language in db.session.execute(moved).all():
        there = select(OutboxRow.id).where(
            OutboxRow.mailing_id == mailing.id,
            OutboxRow.mailbox_id == mailbox,
            OutboxRow.language == language,
        )
        if db.session.scalar(there.limit(1)) is None:
            again = {"state": OutboxState.QUEUED, "attempts": OutboxRow.attempts - 1, "next_at": utcnow()}
            after = update(OutboxRow).where(OutboxRow.id == row)
            after = after.values(mailbox_id=mailbox, nonce=RandomNonce(), **UNLEASED | again)
            db.session.execute(after.execution_options(synchronize_session=False))
            sent.add(row)
    return sent


def _pack(lease: Lease, head: Row[Any], mailing: Mailing, rows: Sequence[Row[Any]]) -> Claim:
    first, ring = rows[0], keyring()
    try:
        names = tuple(ring.open(bytes(row.name), "person.name") for row in rows if row.name is not None)
        address = ring.open(bytes(first.address), "mailbox.address")
        recipient = Recipient(head.id, head.nonce, address, tuple(filter(None, names)))
    except Unreadable:  # the other messages go on
        recipient = None
    return Claim(
        lease, head.id, tuple(row.id for row in rows), mailing.id, mailing.revision, mailing.kind,
        first.language, recipient, first.mailbox_id, first.attempts, first.created_at, head.next_at,
        first.not_after,
    )  # fmt: skip


def sweep(owner: str | None = None) -> int:
    """Release rows held by a dead worker; return how many.

    Without `owner`, these are rows whose lease has ended; with `owner`, the rows of a worker that has just
    restarted. It is unknown whether they arrived, so they are sent again at once, except for one-time mail
    such as a sign-in link.
    """
    dead = OutboxRow.lease_owner == owner if owner else OutboxRow.lease_until < database_time()
    held = select(OutboxRow.id).where(OutboxRow.lease_until.is_not(None), dead)
    ids = list(db.session.scalars(held.with_for_update(skip_locked=True)))
    if not ids:
        return 0
    once = select(Mailing.id).where(Mailing.kind.in_([kind for kind, mail in KINDS.items() if mail.one_time]))
    _take_back(ids, OutboxRow.mailing_id.not_in(once), OutboxState.QUEUED)
    in_a_while = utcnow() + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"])
    ends = func.coalesce(OutboxRow.not_after, literal(in_a_while, OutboxRow.not_after.type))
    _take_back(ids, OutboxRow.mailing_id.in_(once), OutboxState.UNCERTAIN, not_after=ends)
    log.warning("taken-back", rows=len(ids))
    return len(ids)


def _take_back(ids: Collection[int], which: ColumnElement[bool], state: OutboxState, **values: Any) -> None:
    taking = update(OutboxRow).where(OutboxRow.id.in_(ids), which)
    taking = taking.values(state=state, in_doubt=True, **UNLEASED | values)
    back = taking.returning(OutboxRow.id).execution_options(synchronize_session=False)
    if taken := list(db.session.scalars(back)):
        at = OutboxRow.not_after if state is OutboxState.UNCERTAIN else utcnow()
        set_due(OutboxRow.id.in_(heads_of(taken)), at)


def heads_of(ids: Collection[int]) -> Select[int]:
    """Return a select of the head rows (the first rows) of the messages that these rows belong to."""
    message = _Row.mailing_id, _Row.mailbox_id, _Row.language
    same = zip(message, (_Held.mailing_id, _Held.mailbox_id, _Held.language), strict=True)
    joined = select(func.min(_Row.id)).join_from(_Held, _Row, and_(*(one == other for one, other in same)))
    return joined.where(_Held.id.in_(ids)).group_by(*message)


def set_due(heads: ColumnElement[bool], at: Any) -> None:
    """Set when the messages of these head rows (a condition on OutboxRow) are due next."""
    setting = update(OutboxRow).where(heads).values(next_at=at)
    db.session.execute(setting.execution_options(synchronize_session=False))
