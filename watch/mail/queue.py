"""The worker's end of the outbox: what is due, taking it so that nobody else takes it too, or taking it back.

Between the press and the sending somebody leaves, a meeting is cancelled, an invitation revoked. So at the
claim each row is asked for a reason to leave it out: the rules of a mail stand in its declaration
(`Mail.wanted_unless`), those of every mail here.
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
    Suppression,
    utcnow,
)

WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
UNLEASED = {"lease_token": None, "lease_owner": None, "lease_until": None}

log = structlog.get_logger("mail")


def database_time(ahead: float = 0) -> datetime | ColumnElement[datetime]:
    """So many seconds from now on the database's clock, so that workers on several machines agree."""
    if db.engine.dialect.name == "postgresql":
        return func.clock_timestamp() + literal(timedelta(seconds=ahead), Interval)
    return utcnow() + timedelta(seconds=ahead)


def is_any_due() -> bool:
    """Whether a claim would find a message."""
    return db.session.scalar(select(OutboxRow.id).where(OutboxRow.next_at <= utcnow()).limit(1)) is not None


def claim(owner: str, most: int) -> list[Claim] | None:
    """Up to so many messages that are due, ours until their lease ends; None where nothing is due.

    Rows that are no longer wanted end on the way. The attempt is counted here, before the mail server
    hears of it: otherwise a full disk would turn retries into a mail bomb.
    """
    lease = Lease()
    if db.engine.dialect.name == "postgresql":  # whoever leaves or cancels right now goes first
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
    """The heads of the first messages that are due, by mailing, mailbox and language; held against others."""
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
    """Lease the waiting rows of these messages and take their due time away; ids of the rows by mailing."""
    head, row = aliased(OutboxRow), aliased(OutboxRow)
    same = (
        row.mailbox_id == head.mailbox_id,
        row.mailing_id == head.mailing_id,
        row.language == head.language,
    )
    of_messages = select(row.id).join_from(head, row, and_(*same)).where(head.id.in_(heads))
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
    if silent := set(heads).difference(*taken.values()):  # their own recipients are not waiting any more
        quiet = update(OutboxRow).where(OutboxRow.id.in_(silent)).values(next_at=None)
        db.session.execute(quiet.execution_options(synchronize_session=False))
    return taken


def _wanted_rows(mailing: Mailing, taken: Sequence[int]) -> Sequence[Row[Any]]:
    """Those of a mailing's taken rows that are still wanted, with what their mail needs; the rest ends."""
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
    """The first reason to leave out a row (joined to its Mailbox and Person); NULL for one that is sent."""
    mail = KINDS.get(mailing.kind)
    if mail is None or not isinstance(mailing.about, mail.about):
        # It is of another version of the program, and is parked where it cannot be made.
        return literal(None, OutboxRow.left_out.type)
    rules = [
        (LeftOut.TOO_LATE, and_(OutboxRow.not_after.is_not(None), OutboxRow.not_after <= now)),
        (LeftOut.ADDRESS, ~_reaches_its_reader(mail)),
        *mail.wanted_unless(mailing.about, now).items(),
    ]
    whens = [(func.coalesce(rule, True), literal(word, OutboxRow.left_out.type)) for word, rule in rules]
    return case(*whens, else_=None)


def _reaches_its_reader(mail: Mail[Any]) -> ColumnElement[bool]:
    """The mailbox is still theirs, is not dead, and has not complained of being written to."""
    stops = {Suppression.BOUNCED}
    if mail.sender is FromAddress.NOTICES:
        stops.add(Suppression.COMPLAINED)
    return and_(
        Mailbox.id.is_not(None),
        or_(Mailbox.suppression.is_(None), Mailbox.suppression.not_in(stops)),
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
    """Those of whose recipients have another address by now: due again at once, there.

    An address becomes a person's when they have confirmed it. Only what anybody on the list may read goes on
    to it, and not where it has a copy: a link that proves an address, or signs in from it, is for the old
    one. The row's nonce is new: what the old mailbox may have got opens nothing of the new one.
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
    except Unreadable:  # it stops nobody else
        recipient = None
    return Claim(
        lease, head.id, tuple(row.id for row in rows), mailing.id, mailing.kind, first.language, recipient,
        first.mailbox_id, first.attempts, first.created_at, head.next_at,
        first.not_after,
    )  # fmt: skip


def sweep(owner: str | None = None) -> int:
    """Take back what a dead worker held: whose lease has ended, or the `owner` who was just started anew.

    Nobody knows what became of it, so it is sent again at once; a sign-in link never is. Returns the rows.
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
    """The heads (the first rows) of the messages that these rows belong to."""
    held, row = aliased(OutboxRow), aliased(OutboxRow)
    message = row.mailing_id, row.mailbox_id, row.language
    same = zip(message, (held.mailing_id, held.mailbox_id, held.language), strict=True)
    joined = select(func.min(row.id)).join_from(held, row, and_(*(one == other for one, other in same)))
    return joined.where(held.id.in_(ids)).group_by(*message)


def set_due(heads: ColumnElement[bool], at: Any) -> None:
    """When the messages of these heads (a condition on OutboxRow) are due the next time."""
    setting = update(OutboxRow).where(heads).values(next_at=at)
    db.session.execute(setting.execution_options(synchronize_session=False))
