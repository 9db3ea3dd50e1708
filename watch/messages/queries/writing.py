"""Who may write to a group's coordinators, who reads it, and what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from watch.extensions import db
from watch.groups.queries.members import REACHED_BY_MAIL, coordinates, coordinators_for
from watch.models import (
    ContactMessage,
    Coordinator,
    Group,
    Mailing,
    Membership,
    MessageAudience,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    StoppedWriter,
    utcnow,
)

_Answer = aliased(ContactMessage)

KEPT = timedelta(days=30)  # how long a message is kept, and how long somebody who has left may still write
WAITING = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN, OutboxState.HELD)


@dataclass(frozen=True)
class Readers:
    """The coordinators who would get a message: those of the writer's stairwell, and all of the group."""

    near: Sequence[Person]
    everybody: Sequence[Person]

    @property
    def has_choice(self) -> bool:
        """True if the stairwell's coordinators are some, and not all."""
        return 0 < len(self.near) < len(self.everybody)


def has_left_lately(person: Person, group: Group) -> bool:
    """Return True for a month after somebody has left a group.

    They may have left by mistake, and the pages about undoing it send them to a coordinator.
    """
    left = exists().where(
        Membership.person_id == person.id,
        Membership.group_id == group.id,
        Membership.left_at > utcnow() - KEPT,
    )
    return bool(db.session.scalar(select(left)))


def readers_for(person: Person, group: Group) -> Readers:
    """Return the coordinators whom the person can write to, other than themselves."""
    wanted = (
        select(Person)
        .join(Coordinator, Coordinator.person_id == Person.id)
        .where(Coordinator.group_id == group.id, Coordinator.is_current, REACHED_BY_MAIL)
        .order_by(Coordinator.is_lead.desc(), Coordinator.id)
    )
    everybody = [each for each in db.session.scalars(wanted) if each.id != person.id]
    stairwell = _stairwell_of(person, group)
    near = coordinators_for(stairwell) if stairwell else []
    return Readers([each for each in near if each.id != person.id], everybody)


def _stairwell_of(person: Person, group: Group) -> Stairwell | None:
    lives = (
        select(Stairwell)
        .join(Membership, Membership.stairwell_id == Stairwell.id)
        .where(Membership.person_id == person.id, Membership.group_id == group.id)
        .order_by(Membership.id.desc())
    )
    return db.session.scalar(lives.limit(1))


@dataclass(frozen=True)
class SentMessage:
    """A message, the number of its readers, how many mails wait and have been sent, and of answers."""

    message: ContactMessage
    readers: int
    waiting: int
    sent: int
    answers: int


def sent_by(person: Person, group: Group) -> list[SentMessage]:
    """Return what a person has written in a group, the latest first; one statement."""
    answers = select(func.count(_Answer.id)).where(_Answer.answers_id == ContactMessage.id).scalar_subquery()
    counts = (
        select(
            Mailing.contact_message_id.label("message_id"),
            func.count(OutboxRow.id).label("readers"),
            func.count(OutboxRow.id).filter(OutboxRow.state.in_(WAITING)).label("waiting"),
            func.count(OutboxRow.id).filter(OutboxRow.state == OutboxState.SENT).label("sent"),
        )
        .join(OutboxRow, OutboxRow.mailing_id == Mailing.id)
        .group_by(Mailing.contact_message_id)
        .subquery()
    )
    wanted = (
        select(ContactMessage, counts.c.readers, counts.c.waiting, counts.c.sent, answers)
        .join(counts, counts.c.message_id == ContactMessage.id)
        .where(ContactMessage.sender_id == person.id, ContactMessage.group_id == group.id, is_kept())
        .order_by(ContactMessage.id.desc())
    )
    return [SentMessage(*row) for row in db.session.execute(wanted)]


def received_by(
    person: Person, group: Group, *, coordinates: bool
) -> list[tuple[ContactMessage, OutboxRow, bool]]:
    """Return what was written to a person in a group, the latest first, and whether they have answered.

    What was written to them as a coordinator is left out once they are none. The row is the person's own,
    from which the link to answer is made. One statement.
    """
    as_coordinator = (MessageAudience.COORDINATORS, MessageAudience.COORDINATOR)
    shown = (MessageAudience.MEMBER, *(as_coordinator if coordinates else ()))
    answered = exists().where(_Answer.answers_id == ContactMessage.id, _Answer.sender_id == person.id)
    wanted = (
        select(ContactMessage, OutboxRow, answered)
        .join(Mailing, Mailing.contact_message_id == ContactMessage.id)
        .join(OutboxRow, OutboxRow.mailing_id == Mailing.id)
        .where(OutboxRow.person_id == person.id, ContactMessage.group_id == group.id, is_kept())
        .where(ContactMessage.audience.in_(shown))
        .options(joinedload(ContactMessage.sender))
        .order_by(ContactMessage.id.desc())
    )
    return [(message, row, bool(is_so)) for message, row, is_so in db.session.execute(wanted)]


def answers_by(person: Person, message: ContactMessage) -> Sequence[ContactMessage]:
    """Return a person's answers to a message, the oldest first."""
    theirs = select(ContactMessage).where(
        ContactMessage.answers_id == message.id, ContactMessage.sender_id == person.id
    )
    return db.session.scalars(theirs.order_by(ContactMessage.id)).all()


def is_coordinator(message: ContactMessage) -> bool:
    """Return True if the sender coordinates the message's group now."""
    appointed = select(Coordinator.id).where(
        Coordinator.person_id == message.sender_id,
        Coordinator.group_id == message.group_id,
        Coordinator.is_current,
    )
    return db.session.scalar(appointed.limit(1)) is not None


def may_be_stopped(message: ContactMessage) -> bool:
    """Return True if the message is a neighbour's, whose messages the coordinators may take no more."""
    from_neighbour = (MessageAudience.COORDINATORS, MessageAudience.COORDINATOR)
    return message.audience in from_neighbour and not is_coordinator(message)


def is_stopped(person: Person, group: Group) -> bool:
    """Return True if the group takes no messages from the person. It does from its coordinators."""
    stopped = select(StoppedWriter.id).where(
        StoppedWriter.person_id == person.id,
        StoppedWriter.group_id == group.id,
        ~coordinates(StoppedWriter.person_id, Group.id == group.id),
    )
    return db.session.scalar(stopped) is not None


def stopped_writers(group: Group) -> Sequence[tuple[StoppedWriter, int | None]]:
    """Return whose messages a group does not take, the latest first, and their stairwell; one statement."""
    home = (
        select(func.max(Membership.stairwell_id))
        .where(Membership.person_id == StoppedWriter.person_id, Membership.group_id == group.id)
        .where(Membership.is_current)
        .correlate(StoppedWriter)
        .scalar_subquery()
    )
    wanted = select(StoppedWriter, home).where(StoppedWriter.group_id == group.id)
    wanted = wanted.options(joinedload(StoppedWriter.person)).order_by(StoppedWriter.id.desc())
    return [(stopped, stairwell) for stopped, stairwell in db.session.execute(wanted)]


def home_of(message: ContactMessage) -> Membership | None:
    """Return the sender's membership of the message's group, the latest if it has ended."""
    theirs = select(Membership).where(
        Membership.person_id == message.sender_id, Membership.group_id == message.group_id
    )
    return db.session.scalar(theirs.order_by(Membership.id.desc()).limit(1))


def is_kept() -> ColumnElement[bool]:
    """Return the condition on ContactMessage that it is still kept."""
    return ContactMessage.sent_at > utcnow() - KEPT
