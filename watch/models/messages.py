"""Messages that go by mail without either address being shown."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_MEMBER, Model, exactly_one, impersonal, personal, utcnow
from watch.models.groups import Group
from watch.models.people import Person
from watch.models.places import Building

AS_MESSAGE = "30 days after sending"


class MessageAudience(StrEnum):
    """Whom a message is for."""

    COORDINATORS = "coordinators"  # coordinators of the group, from somebody in it
    MEMBER = "member"  # the writer of the message that it answers; from a coordinator
    COORDINATOR = "coordinator"  # the coordinator whose answer it answers
    INTERESTED = "interested"  # everybody interested in a building; from an officer
    MEMBERS = "members"  # the members of a group without coordinator; from an officer


ANSWERS = (MessageAudience.MEMBER, MessageAudience.COORDINATOR)


class ContactMessage(Model):
    """A message mailed to people whose addresses its sender does not see, and who do not see the sender's.

    An answer has the message that it answers. `form_key` makes a double press one message. After `stopped_at`
    no more of its mails are sent.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    audience: Mapped[MessageAudience]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    sender_id: Mapped[int] = personal(
        "A", "who wrote it", AS_MESSAGE, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    answers_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_message.id", ondelete="CASCADE"), index=True
    )
    text: Mapped[str] = personal(
        "B", "what is asked or answered", AS_MESSAGE, Encrypted("contact_message.text")
    )
    written_as: Mapped[str | None] = personal(
        "B", "the sender's name when it was written", AS_MESSAGE, Encrypted("contact_message.written_as")
    )
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)
    sent_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    stopped_at: Mapped[datetime | None]

    group: Mapped[Group | None] = relationship()
    building: Mapped[Building | None] = relationship()
    sender: Mapped[Person] = relationship()
    answers: Mapped[ContactMessage | None] = relationship(remote_side="ContactMessage.id")

    __table_args__ = (
        exactly_one("one_place", ("group_id", "building_id")),
        CheckConstraint("(building_id IS NOT NULL) = (audience = 'interested')", name="interested_in_one"),
        CheckConstraint(
            "(answers_id IS NOT NULL) = (audience IN ('member', 'coordinator'))", name="answers_one"
        ),
    )

    @property
    def sender_name(self) -> str | None:
        """The sender's name when it was written. Coordinators give theirs only if they show it."""
        is_shown = self.audience is not MessageAudience.MEMBER or self.sender.shows_name
        return (self.written_as or self.sender.name) if is_shown else None


class StoppedWriter(Model):
    """A person from whom the coordinators of a group take no more messages; it holds for all of them."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"))
    person_id: Mapped[int] = personal(
        "A", "who is stopped", AS_MEMBER, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(default=utcnow)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("group_id", "person_id", name="uq_stopped_writer_once_per_group"),)
