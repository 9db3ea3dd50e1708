"""People, their mailboxes and their sign-ins."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_MEMBER, Model, one_where, personal, utcnow
from watch.models.derived import Derived, Purpose

AS_LINK = "1 day"
AS_SIGN_IN = "30 days after its end"
AS_CHANGE = "30 days after it was asked for"
CONFIRM_WITHIN = timedelta(days=3)  # how long the link to the new address works
UNDO_WITHIN = timedelta(days=7)  # how long the old address can undo a change


class Language(StrEnum):
    """The languages of pages, mails, posters and letters."""

    SWEDISH = "sv"
    ENGLISH = "en"
    ARABIC = "ar"
    SOMALI = "so"


class Suppression(StrEnum):
    """Why no mail is sent to a mailbox."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Mailbox(Model):
    """An e-mail address. Several people may share one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = personal("B", "to reach its owner", AS_MEMBER, Encrypted("mailbox.address"))
    address_index: Mapped[bytes] = personal("B", "to find the address again", AS_MEMBER, unique=True)
    suppression: Mapped[Suppression | None] = personal("B", "not to write to a dead address", AS_MEMBER)
    suppressed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(suppression IS NULL) = (suppressed_at IS NULL)", name="suppressed_has_a_time"),
    )


def may_be_one_person(name: str | None, other: str | None) -> bool:
    """Return True if two names on one mailbox may be one person's: one has all the words of the other.

    Case and accents do not count. Without a name it may be anybody.
    """
    one, two = _words(name), _words(other)
    return one <= two or two <= one


def _words(name: str | None) -> set[str]:
    plain = unicodedata.normalize("NFKD", (name or "").casefold())
    return {*"".join(each for each in plain if not unicodedata.combining(each)).split()}


class Person(Model):
    """A resident, coordinator or officer, known by a display name.

    Neighbours see name, address and phone only where the person has chosen to show them.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = personal("B", "to greet and to recognise", AS_MEMBER, Encrypted("person.name"))
    mailbox_id: Mapped[int | None] = personal(
        "B", "to send notices", AS_MEMBER, ForeignKey("mailbox.id", ondelete="SET NULL"), index=True
    )
    phone: Mapped[str | None] = personal("B", "to be called", AS_MEMBER, Encrypted("person.phone"))
    language: Mapped[Language] = personal("B", "language for messages", AS_MEMBER, default=Language.SWEDISH)
    shows_name: Mapped[bool] = personal("B", "a neighbour may see the name", AS_MEMBER, default=False)
    shows_email: Mapped[bool] = personal("B", "a neighbour may see the e-mail", AS_MEMBER, default=False)
    shows_phone: Mapped[bool] = personal("B", "a neighbour may see the phone", AS_MEMBER, default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    address_confirmed_at: Mapped[datetime | None]

    mailbox: Mapped[Mailbox | None] = relationship()


class SignInLink(Derived, Model):
    """A link that signs somebody in once: mailed, or printed by the operator.

    `browser_index` is the keyed hash of the browser that asked. A browser's newer link ends its older ones,
    and a person with a role can use the link only in that browser.
    """

    purposes = frozenset({Purpose.SIGN_IN})

    id: Mapped[int] = mapped_column(primary_key=True)
    mailbox_id: Mapped[int | None] = personal(
        "B", "to sign its owner in", AS_LINK, ForeignKey("mailbox.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = personal(
        "B", "an operator's link is for one person", AS_LINK, ForeignKey("person.id", ondelete="CASCADE")
    )
    browser_index: Mapped[bytes | None] = personal("B", "where the link was asked for", AS_LINK)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    mailbox: Mapped[Mailbox | None] = relationship()


class SignIn(Model):
    """A signed-in browser. Ending the row signs it out at once, in every process.

    `id` cannot be guessed, and is the same if the link's button is pressed twice. Flask-Login keeps it in
    the signed cookie.
    """

    id: Mapped[str] = personal("B", "to know the browser again", AS_SIGN_IN, primary_key=True)
    person_id: Mapped[int] = personal(
        "B",
        "who is signed in",
        AS_SIGN_IN,
        ForeignKey("person.id", ondelete="CASCADE"),
        index=True,
    )
    device: Mapped[str] = personal("C", 'to say "sign out there"', AS_SIGN_IN, Encrypted("sign_in.device"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """True until the sign-in has ended."""
        return self.ended_at is None

    def get_id(self) -> str:
        """Return the value that Flask-Login keeps in the cookie."""
        return self.id


class AddressChange(Derived, Model):
    """A person's change of their own e-mail address.

    Nothing changes before the link mailed to the new address is pressed (`confirmed_at`). The old address is
    then told, and can undo the change for a week. `ended_at` is when the change was cancelled, replaced by a
    newer one, or undone. `browser_index` is the keyed hash of the browser that asked; a person with a role
    confirms only there.
    """

    purposes = frozenset({Purpose.CONFIRM_ADDRESS, Purpose.UNDO_ADDRESS})

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = personal(
        "B", "whose address it is", AS_CHANGE, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    mailbox_id: Mapped[int | None] = personal(
        "B", "the new address", AS_CHANGE, ForeignKey("mailbox.id", ondelete="SET NULL"), index=True
    )
    old_mailbox_id: Mapped[int | None] = personal(
        "B", "who can undo it", AS_CHANGE, ForeignKey("mailbox.id", ondelete="SET NULL"), index=True
    )
    browser_index: Mapped[bytes | None] = personal("B", "where it was asked for", AS_CHANGE)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    mailbox: Mapped[Mailbox | None] = relationship(foreign_keys=[mailbox_id])
    old_mailbox: Mapped[Mailbox | None] = relationship(foreign_keys=[old_mailbox_id])

    __table_args__ = (
        one_where(
            "address_change_one_pending_per_person",
            "person_id",
            where="confirmed_at IS NULL AND ended_at IS NULL",
        ),
    )

    @property
    def expires_at(self) -> datetime:
        """When the link to the new address stops working."""
        return self.created_at + CONFIRM_WITHIN

    @property
    def undo_until(self) -> datetime:
        """When the link to the old address stops working."""
        return (self.confirmed_at or self.created_at) + UNDO_WITHIN

    def is_pending(self, now: datetime) -> bool:
        """Return True if it waits to be confirmed."""
        return self.confirmed_at is None and self.ended_at is None and now < self.expires_at

    def can_be_undone(self, now: datetime) -> bool:
        """Return True if it was confirmed within the last week and has not been undone."""
        return self.confirmed_at is not None and self.ended_at is None and now < self.undo_until
