"""People and where mail reaches them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_MEMBER, Model, personal, utcnow
from watch.models.derived import Derived, Purpose

AS_LINK = "1 day"
AS_SIGN_IN = "30 days after its end"


class Language(StrEnum):
    """The languages of pages, mails, posters and letters."""

    SWEDISH = "sv"
    ENGLISH = "en"
    ARABIC = "ar"
    SOMALI = "so"


class Suppression(StrEnum):
    """Why a mailbox gets no mail."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Mailbox(Model):
    """An e-mail address; several people may share one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = personal("B", "to reach its owner", AS_MEMBER, Encrypted("mailbox.address"))
    address_index: Mapped[bytes] = personal("B", "to find the address again", AS_MEMBER, unique=True)
    suppression: Mapped[Suppression | None] = personal("B", "not to write to a dead address", AS_MEMBER)
    suppressed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(suppression IS NULL) = (suppressed_at IS NULL)", name="suppressed_has_a_time"),
    )


class Person(Model):
    """A resident, coordinator or officer: a display name and, if they wish, how to reach them.

    What neighbours may see is opt-in, each by itself, and off until chosen.
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
    """A mailed (or operator's) link for signing in: derived from this row, used once.

    `browser_index` is the keyed hash of the browser that asked: of its links the newest works, and with a
    role only there.
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
    """A signed-in browser; ending the row ends it at once, in every process.

    Flask-Login keeps `id` (random) in the signed cookie.
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
        """Not yet ended."""
        return self.ended_at is None

    def get_id(self) -> str:
        """What the cookie carries."""
        return self.id
