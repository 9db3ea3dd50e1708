"""What officers write to people whom they do not see, and to how many it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from watch.extensions import db
from watch.groups.queries.areas import last_night, were_interested
from watch.groups.queries.choices import WANTS_NOTICES
from watch.groups.queries.members import REACHED_BY_MAIL
from watch.mail.progress import STOPPABLE
from watch.messages.queries.writing import WAITING, is_kept
from watch.models import (
    FEW,
    Area,
    Building,
    ContactMessage,
    Coordinator,
    Group,
    GroupState,
    Interest,
    Mailbox,
    Mailing,
    Membership,
    MessageAudience,
    Officer,
    OutboxRow,
    Person,
    utcnow,
)
from watch.notices.queries import officer_in


def is_reached(group: Group) -> bool:
    """Return True if the group has a coordinator with a working address."""
    current = select(Coordinator.id).where(Coordinator.group_id == group.id, Coordinator.is_current)
    return db.session.scalar(current.where(REACHED_BY_MAIL).limit(1)) is not None


def is_closed(to: Building | Group) -> bool:
    """Return True for a closed group, whose members of last night get no mail any more."""
    return isinstance(to, Group) and to.state is GroupState.CLOSED


@dataclass(frozen=True)
class UnseenMessage:
    """An officer's message to people they do not see, and how many of its mails wait and can be stopped."""

    message: ContactMessage
    waiting: int
    stoppable: int


def written_unseen(to: Building | Group) -> list[UnseenMessage]:
    """Return what officers wrote to a building's interested or a group's members, the latest first."""
    place = ContactMessage.building_id if isinstance(to, Building) else ContactMessage.group_id
    unseen = ContactMessage.audience.in_([MessageAudience.INTERESTED, MessageAudience.MEMBERS])
    waiting, stoppable = (
        func.count(OutboxRow.id).filter(OutboxRow.state.in_(states)) for states in (WAITING, STOPPABLE)
    )
    wanted = (
        select(ContactMessage, waiting, stoppable)
        .join(Mailing, Mailing.contact_message_id == ContactMessage.id)
        .outerjoin(OutboxRow, OutboxRow.mailing_id == Mailing.id)
        .where(place == to.id, unseen, is_kept())
        .group_by(ContactMessage.id)
        .order_by(ContactMessage.id.desc())
    )
    return [UnseenMessage(*row) for row in db.session.execute(wanted)]


def readers_unseen(to: Building | Group) -> int:
    """Return how many people an officer's message goes to, as of last night; one statement.

    The present number would show officers who comes and goes by day.
    """
    return db.session.scalar(_readers(to, last_night(utcnow()))) or 0


def somebody_reads(to: Building | Group) -> bool:
    """Return True if an officer's message goes to somebody: of last night, or to five or more by now.

    So officers can write on the day a group starts, and never learn of a single person who has just come.
    One statement.
    """
    now = utcnow()
    counts = (_readers(to, at).scalar_subquery() for at in (last_night(now), now))
    last, present = db.session.execute(select(*counts)).one()
    return bool(last > 0 or present >= FEW)


def _readers(to: Building | Group, at: datetime) -> Select[int]:
    """Return a select of how many were interested then, or were members who want notices and get mail now."""
    if isinstance(to, Building):
        return select(func.count(Interest.id)).where(Interest.building_id == to.id, were_interested(at))
    return (
        select(func.count(Membership.person_id.distinct()))
        .join(Person, Person.id == Membership.person_id)
        .join(Mailbox, Mailbox.id == Person.mailbox_id)
        .where(Membership.group_id == to.id, Membership.joined_at <= at, WANTS_NOTICES)
        .where(or_(Membership.is_current, Membership.left_at > at))
        .where(Mailbox.suppression.is_(None))
    )


def can_be_written_to(to: Building | Group) -> bool:
    """Return True if officers can write to people there whom they do not see."""
    return not is_closed(to) and somebody_reads(to) and (isinstance(to, Building) or not is_reached(to))


def office_of_sender(message: ContactMessage) -> tuple[Area, Officer | None]:
    """Return the area of a message from an officer, and their office in it; None if it has ended."""
    area = area_of(message)
    return area, officer_in(area, message.sender)


def area_of(message: ContactMessage) -> Area:
    """Return the area of a message's group or building."""
    place = message.group or message.building
    assert place is not None  # the database holds exactly one
    return place.area if isinstance(place, Group) else place.property.area


def interest_behind(row: OutboxRow) -> Interest | None:
    """Return the reader's interest in the building that a mailed message is about, if it goes on."""
    message = row.mailing.contact_message
    if message is None:
        return None
    return db.session.scalar(
        select(Interest).where(
            Interest.person_id == row.person_id,
            Interest.building_id == message.building_id,
            Interest.is_current,
        )
    )
