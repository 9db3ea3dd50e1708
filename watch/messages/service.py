"""Sends messages to coordinators, and answers, without showing anybody's address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import GroupClosed
from watch.groups.queries.choices import WANTS_NOTICES, wants_mail_of
from watch.groups.queries.members import coordinates
from watch.mail import outbox
from watch.messages.errors import (
    AlreadyStopped,
    AlreadyWritten,
    HasCoordinator,
    NobodyReads,
    NothingWaits,
    WriterCoordinates,
    WriterStopped,
    WroteOften,
)
from watch.messages.mails import (
    MESSAGE_ANSWERED,
    NEIGHBOUR_WROTE,
    OFFICER_WROTE_INTERESTED,
    OFFICER_WROTE_MEMBERS,
)
from watch.messages.queries.unseen import area_of, interest_behind, is_closed, is_reached, somebody_reads
from watch.messages.queries.writing import KEPT, is_stopped, may_be_stopped
from watch.models import (
    Building,
    Channel,
    ContactMessage,
    Group,
    GroupState,
    Interest,
    LeftOut,
    Mailing,
    MessageAudience,
    OutboxRow,
    Person,
    Purpose,
    StoppedWriter,
    utcnow,
)

MOST_A_DAY = 5  # messages by one person, and answers by one person to one message
DAY = timedelta(days=1)


def write_to_coordinators(
    group: Group, coordinators: Collection[Person], text: str, *, by: Person, form_key: str | None = None
) -> ContactMessage:
    """Mail a message to coordinators of a group.

    Raises NobodyReads, WriterStopped, AlreadyWritten, and WroteOften after five messages in 24 hours.
    """
    if not coordinators:
        raise NobodyReads
    if is_stopped(by, group):
        raise WriterStopped
    _demand_few(by, ContactMessage.audience == MessageAudience.COORDINATORS)
    message = _store(
        ContactMessage(audience=MessageAudience.COORDINATORS, group_id=group.id, text=text), by, form_key
    )
    readers = select(Person.id).where(Person.id.in_([each.id for each in coordinators]))
    outbox.queue_many(NEIGHBOUR_WROTE, people=readers, about=message)
    audit.note("coordinators-written-to", about=message, by=by, group=group)
    return message


def answer(message: ContactMessage, text: str, *, by: Person, form_key: str | None = None) -> ContactMessage:
    """Mail an answer to whoever wrote the message.

    Raises NobodyReads if they have no working address, WriterStopped, AlreadyWritten, and WroteOften after
    five answers to the same message in 24 hours.
    """
    is_to_coordinator = message.audience is MessageAudience.MEMBER
    if is_to_coordinator and message.group and is_stopped(by, message.group):
        raise WriterStopped
    _demand_few(by, ContactMessage.answers_id == message.id)
    audience = MessageAudience.COORDINATOR if is_to_coordinator else MessageAudience.MEMBER
    given = ContactMessage(audience=audience, group_id=message.group_id, answers_id=message.id, text=text)
    _store(given, by, form_key)
    if outbox.queue(MESSAGE_ANSWERED, to=message.sender, about=given) is None:
        raise NobodyReads
    audit.note("message-answered", about=given, by=by, group=message.group)
    return given


def write_to_interested(
    building: Building, text: str, *, by: Person, form_key: str | None = None
) -> ContactMessage:
    """Mail everybody who is interested in the building now. Nobody is told how many there are.

    Raises NobodyReads, AlreadyWritten, and WroteOften after five messages to them in 24 hours.
    """
    demand_unseen_readers(building)
    message = ContactMessage(audience=MessageAudience.INTERESTED, building_id=building.id, text=text)
    _demand_few(by, ContactMessage.building_id == building.id)
    _store(message, by, form_key)
    interested = select(Interest.person_id).where(Interest.building_id == building.id, Interest.is_current)
    outbox.queue_many(OFFICER_WROTE_INTERESTED, people=interested, about=message)
    audit.note("interested-written-to", about=message, by=by, area=building.property.area)
    return message


def write_to_members(group: Group, text: str, *, by: Person, form_key: str | None = None) -> ContactMessage:
    """Mail the members of a group whose coordinators nobody can reach, unless they want no notices.

    Raises GroupClosed, HasCoordinator, NobodyReads, AlreadyWritten, and WroteOften after five such messages
    in 24 hours.
    """
    demand_unseen_readers(group)
    message = ContactMessage(audience=MessageAudience.MEMBERS, group_id=group.id, text=text)
    _demand_few(by, ContactMessage.group_id == group.id)
    _store(message, by, form_key)
    wanted = wants_mail_of(Person.id, Group.id == group.id, WANTS_NOTICES)
    outbox.queue_many(OFFICER_WROTE_MEMBERS, people=select(Person.id).where(wanted), about=message)
    audit.note("members-written-to", about=message, by=by, group=group)
    return message


def demand_unseen_readers(to: Building | Group) -> None:
    """Raise GroupClosed, HasCoordinator, or NobodyReads if nobody is there, as far as officers may know."""
    if is_closed(to):
        raise GroupClosed
    if isinstance(to, Group) and is_reached(to):
        raise HasCoordinator
    if not somebody_reads(to):
        raise NobodyReads


def stop_sending(message: ContactMessage, *, by: Person) -> int:
    """Stop the mails of an officer's message that wait, and return how many.

    Raises AlreadyStopped and NothingWaits.
    """
    mailings = select(Mailing.id).where(Mailing.contact_message_id == message.id)
    stopped = outbox.stop(OutboxRow.channel == Channel.MAIL, mailings=mailings, why=LeftOut.OVER)
    if not stopped:
        raise AlreadyStopped if message.stopped_at else NothingWaits
    message.stopped_at = utcnow()  # a claimed mail, or one that a restore brings back, is not retried either
    audit.note("message-stopped", about=message, by=by, group=message.group, area=area_of(message))
    return stopped


def stop_writer(message: ContactMessage, *, by: Person) -> None:
    """Take no more messages from the writer of a message in its group. Done again, it changes nothing.

    Raises WriterCoordinates.
    """
    if not may_be_stopped(message):
        raise WriterCoordinates
    try:
        with db.session.begin_nested():
            db.session.add(StoppedWriter(group_id=message.group_id, person_id=message.sender_id))
    except IntegrityError:
        return
    audit.note("writer-stopped", about=message.sender, by=by, group=message.group)


def take_back_writer(stopped: StoppedWriter, group: Group, *, by: Person) -> None:
    """Take messages from a stopped writer again."""
    audit.note("writer-taken-back", about=stopped.person, by=by, group=group)
    db.session.delete(stopped)


def interest_of_message(token: str) -> Interest:
    """Return the interest of the reader of an officer's mail. Raises BadToken and LinkExpired."""
    row = tokens.row_of(Purpose.REPLY, OutboxRow, token)
    interest = interest_behind(row)
    if interest is None or not row.has_its_reader:
        raise LinkExpired(row.language)
    return interest


def _demand_few(by: Person, which: ColumnElement[bool]) -> None:
    """Raise WroteOften. The lock makes two messages at the same moment count one after the other."""
    db.session.execute(select(Person.id).where(Person.id == by.id).with_for_update())
    today = ContactMessage.sender_id == by.id, ContactMessage.sent_at > utcnow() - DAY
    written = select(func.count(ContactMessage.id)).where(*today, which)
    if (db.session.scalar(written) or 0) >= MOST_A_DAY:
        raise WroteOften


def _store(message: ContactMessage, by: Person, form_key: str | None) -> ContactMessage:
    """Add a message. Raises AlreadyWritten if the form was sent before with the same text."""
    message.sender_id, message.written_as = by.id, by.name
    message.form_key = form_key
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        before = db.session.scalar(select(ContactMessage).where(ContactMessage.form_key == message.form_key))
        if form_key is None or before is None:
            raise
        raise AlreadyWritten(before) from None
    return message


def message_to_answer(token: str, signed_in: Person | None = None) -> tuple[ContactMessage, Person]:
    """Return the message of a mailed link, and the person it was mailed to.

    Raises BadToken, and LinkExpired after 30 days, when the group or a coordinator's appointment has ended,
    or if the person reads another mailbox now and is not signed in.
    """
    row = tokens.row_of(Purpose.REPLY, OutboxRow, token)
    message, reader = row.mailing.contact_message, row.person
    if message is None or reader is None or message.group is None:
        raise LinkExpired
    if not row.has_its_reader and reader is not signed_in:
        raise LinkExpired(reader.language)
    if message.sent_at < utcnow() - KEPT or message.group.state is GroupState.CLOSED:
        raise LinkExpired(reader.language)
    if message.audience is not MessageAudience.MEMBER and not _coordinates(reader, message.group):
        raise LinkExpired(reader.language)
    return message, reader


def _coordinates(person: Person, group: Group) -> bool:
    here = select(Person.id).where(Person.id == person.id, coordinates(Person.id, Group.id == group.id))
    return db.session.scalar(here) is not None
