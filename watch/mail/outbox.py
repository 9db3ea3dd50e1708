"""Queues mail, in the same transaction as the change it tells of. A worker sends it later."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, literal, select, update
from sqlalchemy.orm import QueryableAttribute, joinedload

from watch.extensions import db
from watch.mail.kinds import ALSO_CALLS, Mail
from watch.mail.queue import heads_of, set_due
from watch.models import (
    TO_HAND_OUT,
    Channel,
    ErasedRows,
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
from watch.models.mail import Parent
from watch.statements import changed, upsert

AnyParent = TypeVar("AnyParent", bound=Parent)

WAITING = (OutboxState.QUEUED, OutboxState.UNCERTAIN, OutboxState.HELD, *TO_HAND_OUT)
WAKE = "mail is waiting"  # a flag on the session: its commit wakes the worker (jobs.py)


def queue(
    mail: Mail[AnyParent],
    *,
    to: Person | Mailbox,
    about: AnyParent,
    language: Language | None = None,
    not_after: datetime | None = None,
) -> OutboxRow | None:
    """Queue a mail to one person or address and return its row.

    A person without an address gets none, and None is returned; their coordinator tells them on paper.
    """
    mailbox = to if isinstance(to, Mailbox) else to.mailbox
    if mailbox is None:
        return None
    person = to if isinstance(to, Person) else None
    row = OutboxRow(
        mailing=_mailing(mail, about),
        person=person,
        invited_mailbox_id=None if person else mailbox.id,
        mailbox=mailbox,
        language=language or (person.language if person else Language.SWEDISH),
        precedence=mail.precedence,
        next_at=utcnow(),
        not_after=not_after,
    )
    db.session.add(row)
    db.session.flush()
    db.session.info[WAKE] = True
    return row


def queue_many(
    mail: Mail[AnyParent],
    *,
    people: Select[int],
    about: AnyParent,
    form_key: str | None = None,
    not_after: datetime | None = None,
    due_at: datetime | None = None,
) -> Mailing:
    """Queue a mail to everyone in `people` (a select of person ids) who has an address, due now or later.

    One INSERT … SELECT. People who share a mailbox and a language get one message; the first person's row is
    its head row.
    """
    mailing = _mailing(mail, about, form_key)
    db.session.add(mailing)
    db.session.flush()
    wanted = people.subquery()
    reached = select(Person).where(Person.id.in_(select(wanted.c[0])), Person.mailbox_id.is_not(None))
    place = func.row_number().over(partition_by=(Person.mailbox_id, Person.language), order_by=Person.id)
    _write(
        reached.order_by(Person.id),
        mailing_id=literal(mailing.id),
        person_id=Person.id,
        mailbox_id=Person.mailbox_id,
        language=Person.language,
        channel=literal(Channel.MAIL, OutboxRow.channel.type),
        state=literal(OutboxState.QUEUED, OutboxRow.state.type),
        precedence=literal(mail.precedence),
        next_at=case((place == 1, literal(due_at or utcnow(), OutboxRow.next_at.type))),
        not_after=literal(not_after, OutboxRow.not_after.type),
    )
    db.session.info[WAKE] = True
    return mailing


def queue_paper(mailing: Mailing, households: Select[int]) -> None:
    """Add paper rows of a mailing for households (a select of ids) that no mail reaches."""
    wanted = households.subquery()
    _write(
        select(wanted).distinct(),
        mailing_id=literal(mailing.id),
        household_id=wanted.c[0],
        language=literal(Language.SWEDISH, OutboxRow.language.type),
        channel=literal(Channel.PAPER, OutboxRow.channel.type),
        state=literal(OutboxState.TO_PRINT, OutboxRow.state.type),
        precedence=literal(1),
    )


def _write(recipients: Select[Any], **columns: ColumnElement[Any] | QueryableAttribute[Any]) -> None:
    """Insert a row for each recipient by one INSERT … SELECT."""
    columns |= {
        "attempts": literal(0),
        "render_failures": literal(0),
        "nonce": RandomNonce(),
        "in_doubt": literal(False),
        "created_at": literal(utcnow(), OutboxRow.created_at.type),
    }
    rows = recipients.with_only_columns(*columns.values())
    db.session.execute(insert(OutboxRow).from_select(list(columns), rows, include_defaults=False))


def cancel(about: AnyParent, mail: Mail[AnyParent] | None = None) -> None:
    """Cancel all rows about this thing, or those of one kind, that are not claimed or handed out yet."""
    mailings = _mailings_about(about)
    if mail is not None:
        mailings = mailings.where(Mailing.kind == mail.kind)
    db.session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.mailing_id.in_(mailings),
            OutboxRow.state.in_(WAITING),
        )
        .values(state=OutboxState.CANCELLED, left_out=LeftOut.OVER, settled_at=utcnow())
    )


def resume(about: AnyParent, *, since: datetime) -> None:
    """Queue again the mail about this thing that has been cancelled since then."""
    cancelled = and_(
        OutboxRow.household_id.is_(None), OutboxRow.left_out == LeftOut.OVER, OutboxRow.settled_at >= since
    )
    wait_again(cancelled, mailings=_mailings_about(about))


def replace_paper(about: AnyParent, households: Select[int]) -> None:
    """Stop paper about this thing that waits, for households (a select of ids) that get a new one."""
    wanted = households.subquery()
    stop(OutboxRow.household_id.in_(select(wanted.c[0])), mailings=_mailings_about(about), why=LeftOut.OVER)


def print_again(about: AnyParent) -> None:
    """Ask for printed paper about this thing once more, because its words have changed since."""
    printed = OutboxRow.mailing_id.in_(_mailings_about(about)), OutboxRow.state == OutboxState.PRINTED
    db.session.execute(update(OutboxRow).where(*printed).values(state=OutboxState.TO_PRINT))


def put_off(about: AnyParent, not_after: datetime) -> None:
    """Let waiting mail about this thing go out until another time, because it is now later or sooner."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.mailing_id.in_(_mailings_about(about)), OutboxRow.state.in_(WAITING))
        .where(OutboxRow.not_after.is_not(None))
        .values(not_after=not_after)
    )


def _mailings_about(about: AnyParent) -> Select[int]:
    """Return a select of the ids of all mailings about this thing."""
    return select(Mailing.id).where(getattr(Mailing, f"{about.__tablename__}_id") == about.id)


def sharing(row: OutboxRow) -> Select[OutboxRow]:
    """Return a select of the rows sent as one mail with this row: same mailing, mailbox and language.

    If they name more than one person, the page behind the mail's link asks who is answering.
    """
    return (
        select(OutboxRow)
        .where(
            OutboxRow.mailing_id == row.mailing_id,
            OutboxRow.mailbox_id == row.mailbox_id,
            OutboxRow.language == row.language,
        )
        .options(joinedload(OutboxRow.person))
        .order_by(OutboxRow.id)
    )


def _mailing(mail: Mail[AnyParent], about: AnyParent, form_key: str | None = None) -> Mailing:
    if not isinstance(about, mail.about):
        raise TypeError(f"{mail.kind} is not about a {type(about).__name__}")
    find = ALSO_CALLS.get(mail.kind)
    also = find(about) if find else None
    return Mailing(kind=mail.kind, form_key=form_key, next_meeting=also, **{about.__tablename__: about})


def stop(
    recipients: ColumnElement[bool], *, mailings: Select[int], why: LeftOut, at: datetime | None = None
) -> int:
    """Stop waiting rows of these mailings (a select of ids) for some recipients; return how many.

    `recipients` is a condition on OutboxRow, and `why` is stored as the reason. Paper that is not handed out
    yet is stopped too. Other rows of the same message stay due. If none is left, the next claim finds nothing
    to send. `at` is when, if not now.
    """
    stopping = (
        update(OutboxRow)
        .where(recipients, OutboxRow.mailing_id.in_(mailings), OutboxRow.state.in_(WAITING))
        .values(state=OutboxState.CANCELLED, left_out=why, settled_at=at or utcnow())
    )
    return changed(stopping)


def resume_paper(household_id: int, *, mailings: Select[int], since: datetime) -> None:
    """Ask again for paper of these mailings (a select of ids) that was stopped since its reader had left."""
    stopped = and_(
        OutboxRow.household_id == household_id, OutboxRow.left_out == LeftOut.READER,
        OutboxRow.settled_at >= since,
    )  # fmt: skip
    wait_again(stopped, mailings=mailings)


def wait_again(rows: ColumnElement[bool], *, mailings: Select[int]) -> None:
    """Let cancelled rows (a condition on OutboxRow) of these mailings (a select of ids) wait again.

    A message of which a claim has found nothing to send meanwhile is due again.
    """
    cancelled = rows, OutboxRow.mailing_id.in_(mailings), OutboxRow.state == OutboxState.CANCELLED
    again: dict[str, Any] = {"left_out": None, "settled_at": None}
    papers = update(OutboxRow).where(*cancelled, OutboxRow.household_id.is_not(None))
    db.session.execute(papers.values(state=OutboxState.TO_PRINT, **again))
    mails = update(OutboxRow).where(*cancelled, OutboxRow.household_id.is_(None))
    queued = mails.values(state=OutboxState.QUEUED, **again).returning(OutboxRow.id)
    if ids := db.session.scalars(queued).all():
        set_due(OutboxRow.id.in_(heads_of(ids)), utcnow())
        db.session.info[WAKE] = True


def erase(rows: ColumnElement[bool]) -> None:
    """Delete rows (a condition on OutboxRow), after stopping those that wait.

    ErasedRows keeps how many a notice had in each state. If a deleted row was a head row, another row of the
    message becomes the head.
    """
    stop(rows, mailings=select(Mailing.id), why=LeftOut.READER)
    _count_erased(rows)
    for head in db.session.scalars(select(OutboxRow).where(rows, OutboxRow.next_at.is_not(None))).all():
        due, head.next_at = head.next_at, None
        db.session.flush()
        if heir := db.session.scalar(sharing(head).where(~rows).limit(1)):
            heir.next_at = due
            db.session.flush()
    db.session.execute(delete(OutboxRow).where(rows).execution_options(synchronize_session=False))


def _count_erased(rows: ColumnElement[bool]) -> None:
    of_notices = select(Mailing.id).where(Mailing.notice_id.is_not(None))
    same = OutboxRow.mailing_id, OutboxRow.channel, OutboxRow.state
    counted = select(*same, func.count()).where(rows, OutboxRow.mailing_id.in_(of_notices)).group_by(*same)
    kept = upsert(ErasedRows).from_select(["mailing_id", "channel", "state", "count"], counted)
    more = {"count": ErasedRows.count + kept.excluded.count}
    one = [ErasedRows.mailing_id, ErasedRows.channel, ErasedRows.state]
    db.session.execute(kept.on_conflict_do_update(index_elements=one, set_=more))
