"""Queueing mail: rows in the same transaction as what they tell of; a worker sends them later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, insert, literal, select

from watch.extensions import db
from watch.models import (
    Channel,
    Coordinator,
    Interest,
    Invitation,
    JoinRequest,
    Language,
    Mailbox,
    Mailing,
    Meeting,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    Person,
    SignInLink,
    utcnow,
)

Parent = Notice | Meeting | Invitation | SignInLink | JoinRequest | Interest | Membership | Coordinator


def queue(
    kind: str,
    *,
    to: Person | Mailbox,
    about: Parent,
    language: Language | None = None,
    not_after: datetime | None = None,
) -> OutboxRow | None:
    """A mail to one person or address; `kind` is its folder in templates/email.

    A person without an address gets none (None is returned): their coordinator reaches them on paper.
    """
    mailbox = to if isinstance(to, Mailbox) else to.mailbox
    if mailbox is None:
        return None
    person = to if isinstance(to, Person) else None
    row = OutboxRow(
        mailing=_mailing(kind, about),
        person=person,
        invited_mailbox_id=None if person else mailbox.id,
        mailbox=mailbox,
        language=language or (person.language if person else Language.SWEDISH),
        not_after=not_after,
    )
    db.session.add(row)
    db.session.flush()
    return row


def queue_many(
    kind: str, *, people: Select[tuple[int]], about: Parent, form_key: str | None = None, not_after: datetime | None = None
) -> Mailing:
    """A mail to everyone in `people` (a select of person ids) who has an address; one INSERT … SELECT."""
    mailing = _mailing(kind, about, form_key)
    db.session.add(mailing)
    db.session.flush()
    wanted = people.subquery()
    rows = (
        select(
            literal(mailing.id),
            Person.id,
            Person.mailbox_id,
            Person.language,
            literal(Channel.MAIL, OutboxRow.channel.type),
            literal(OutboxState.QUEUED, OutboxRow.state.type),
            literal(0),
            literal(0),
            literal(utcnow(), OutboxRow.created_at.type),
            literal(utcnow(), OutboxRow.next_at.type),
            literal(not_after, OutboxRow.not_after.type),
        )
        .where(Person.id.in_(select(wanted.c[0])), Person.mailbox_id.is_not(None))
        .distinct()
    )
    into = ["mailing_id", "person_id", "mailbox_id", "language", "channel", "state", "attempts", "render_failures",
            "created_at", "next_at", "not_after"]  # fmt: skip
    db.session.execute(insert(OutboxRow).from_select(into, rows, include_defaults=False))
    return mailing


def queue_paper(mailing: Mailing, households: Select[tuple[int]]) -> None:
    """The same thing on paper for households (a select of their ids) that no mail reaches."""
    rows = select(
        literal(mailing.id),
        households.subquery().c[0],
        literal(Language.SWEDISH, OutboxRow.language.type),
        literal(Channel.PAPER, OutboxRow.channel.type),
        literal(OutboxState.TO_PRINT, OutboxRow.state.type),
        literal(0),
        literal(0),
        literal(utcnow(), OutboxRow.created_at.type),
        literal(utcnow(), OutboxRow.next_at.type),
    ).distinct()
    into = ["mailing_id", "household_id", "language", "channel", "state", "attempts", "render_failures", "created_at",
            "next_at"]  # fmt: skip
    db.session.execute(insert(OutboxRow).from_select(into, rows, include_defaults=False))


def cancel(about: Parent) -> None:
    """Stop every row about this that has not been claimed yet."""
    column = getattr(Mailing, f"{about.__tablename__}_id")
    mailings = select(Mailing.id).where(column == about.id)
    waiting = select(OutboxRow).where(
        OutboxRow.mailing_id.in_(mailings), OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.UNCERTAIN])
    )
    for row in db.session.scalars(waiting):
        row.state = OutboxState.CANCELLED
        row.settled_at = utcnow()


def _mailing(kind: str, about: Parent, form_key: str | None = None) -> Mailing:
    return Mailing(kind=kind, form_key=form_key, **{about.__tablename__: about})


