"""The outbox: what is said (mailing), and a row for each recipient."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import get_args

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, or_
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_MAIL, Model, exactly_one, impersonal, one_where, personal, some, utcnow
from watch.models.contacts import ContactPerson, ContactQuestion
from watch.models.derived import Derived, Purpose
from watch.models.findings import Finding, FindingLink
from watch.models.groups import Channel, Coordinator, Membership, Officer
from watch.models.joining import AddressVerification, Interest, Invitation, JoinRequest
from watch.models.lifecycle import GroupTransition
from watch.models.meetings import Meeting, MeetingChange
from watch.models.messages import ContactMessage
from watch.models.notices import Notice, NoticeArea
from watch.models.partners import Partner
from watch.models.people import AddressChange, Language, Mailbox, Person, SignInLink
from watch.models.places import Household
from watch.models.trials import TrialMail

# What a mailing can be about: each has a column and a relationship in Mailing, named after its table.
Parent = (
    Notice | Meeting | Invitation | SignInLink | JoinRequest | Interest | Membership | Coordinator
    | AddressVerification | AddressChange | ContactMessage | TrialMail | Finding | FindingLink
    | GroupTransition | Officer | Partner | ContactQuestion | ContactPerson
)  # fmt: skip
PARENTS = tuple(f"{parent.__tablename__}_id" for parent in get_args(Parent))


def _about(table: str) -> MappedColumn[int | None]:
    """Return a parent's column: a mailing goes with what it is about."""
    return mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), index=True)


class Mailing(Model):
    """A message to one or many recipients. Its kind is a folder in templates/email.

    `form_key` makes sure that a double press, Back, or a retry after a crash makes one mailing only. A
    newcomer's welcome also calls them to their next meeting, which `next_meeting_id` keeps.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = impersonal("the name of a template", String(40))
    version: Mapped[int] = mapped_column(default=1)
    form_key: Mapped[str | None] = impersonal("random", String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    notice_id: Mapped[int | None] = _about("notice")
    meeting_id: Mapped[int | None] = _about("meeting")
    invitation_id: Mapped[int | None] = _about("invitation")
    sign_in_link_id: Mapped[int | None] = _about("sign_in_link")
    join_request_id: Mapped[int | None] = _about("join_request")
    interest_id: Mapped[int | None] = _about("interest")
    membership_id: Mapped[int | None] = _about("membership")
    coordinator_id: Mapped[int | None] = _about("coordinator")
    address_verification_id: Mapped[int | None] = _about("address_verification")
    address_change_id: Mapped[int | None] = _about("address_change")
    contact_message_id: Mapped[int | None] = _about("contact_message")
    trial_mail_id: Mapped[int | None] = _about("trial_mail")
    finding_id: Mapped[int | None] = _about("finding")
    finding_link_id: Mapped[int | None] = _about("finding_link")
    group_transition_id: Mapped[int | None] = _about("group_transition")
    officer_id: Mapped[int | None] = _about("officer")
    partner_id: Mapped[int | None] = _about("partner")
    contact_question_id: Mapped[int | None] = _about("contact_question")
    contact_person_id: Mapped[int | None] = _about("contact_person")
    next_meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("meeting.id", ondelete="SET NULL"), index=True
    )

    notice: Mapped[Notice | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship(foreign_keys=[meeting_id])
    invitation: Mapped[Invitation | None] = relationship()
    sign_in_link: Mapped[SignInLink | None] = relationship()
    join_request: Mapped[JoinRequest | None] = relationship()
    interest: Mapped[Interest | None] = relationship()
    membership: Mapped[Membership | None] = relationship()
    coordinator: Mapped[Coordinator | None] = relationship()
    address_verification: Mapped[AddressVerification | None] = relationship()
    address_change: Mapped[AddressChange | None] = relationship()
    contact_message: Mapped[ContactMessage | None] = relationship()
    trial_mail: Mapped[TrialMail | None] = relationship()
    finding: Mapped[Finding | None] = relationship()
    finding_link: Mapped[FindingLink | None] = relationship()
    group_transition: Mapped[GroupTransition | None] = relationship()
    officer: Mapped[Officer | None] = relationship()
    partner: Mapped[Partner | None] = relationship()
    contact_question: Mapped[ContactQuestion | None] = relationship()
    contact_person: Mapped[ContactPerson | None] = relationship()
    next_meeting: Mapped[Meeting | None] = relationship(foreign_keys=[next_meeting_id])
    meeting_change: Mapped[MeetingChange | None] = relationship(viewonly=True, uselist=False)
    notice_area: Mapped[NoticeArea | None] = relationship(viewonly=True, uselist=False)

    __table_args__ = (exactly_one("one_parent", PARENTS),)

    @property
    def revision(self) -> int:
        """How often the meeting that the mailing tells of has been changed."""
        return self.tells_of.sequence if self.tells_of else 0

    @property
    def tells_of(self) -> Meeting | None:
        """The meeting that the mailing is about, or to which it calls besides."""
        return self.meeting or self.next_meeting

    @property
    def meeting_in_welcome(self) -> Meeting | None:
        """The meeting to which a welcome calls, unless it has begun or was cancelled since."""
        return self.next_meeting if self.next_meeting and self.next_meeting.is_to_come else None

    @property
    def about(self) -> Parent:
        """The only parent that is set: what the mailing is about."""
        names = (column.removesuffix("_id") for column in PARENTS if getattr(self, column) is not None)
        found: Parent = getattr(self, next(names))
        return found


class OutboxState(StrEnum):
    """The states of a row. delivery.md shows the transitions."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARKED = "parked"
    HELD = "held"
    TO_PRINT = "to_print"
    PRINTED = "printed"
    HANDED_OUT = "handed_out"


TO_HAND_OUT = (OutboxState.TO_PRINT, OutboxState.PRINTED)  # paper that waits for a coordinator


class LeftOut(StrEnum):
    """Why a row was cancelled or expired instead of being sent."""

    TOO_LATE = "too_late"  # its `not_after` has passed
    ADDRESS = "address"  # the mailbox is dead, has complained, or is not its reader's any more
    OVER = "over"  # what the mail is about is over: stopped, cancelled, revoked, answered
    READER = "reader"  # the reader has left, has another role now, or has said no to such mail


class OutboxRow(Derived, Model):
    """A mailing for one recipient: a person, a household on paper, or an address without a person.

    No address and no personalised text is stored here. Rows with the same mailing, mailbox and language are
    sent as one message. Only the first of them, the head row, carries `next_at`, the time the message is due.
    Once the message is claimed or settled, `next_at` is NULL.

    `in_doubt` is set, and stays set, once an attempt has ended without knowing whether the mail arrived.
    `left_out` is the reason why a row was not sent; NULL if an operator dropped it.
    """

    purposes = frozenset(
        {
            Purpose.ANSWER,
            Purpose.BOUNCE,
            Purpose.DECIDE,
            Purpose.FOLLOW,
            Purpose.MESSAGE_ID,
            Purpose.REPLY,
            Purpose.UNSUBSCRIBE,
        }
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = personal(
        "A", "whom it is for", AS_MAIL, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    household_id: Mapped[int | None] = personal(
        "A", "which letterbox it is for", AS_MAIL, ForeignKey("household.id", ondelete="CASCADE")
    )
    invited_mailbox_id: Mapped[int | None] = personal(
        "A", "an address that is nobody's yet", AS_MAIL, ForeignKey("mailbox.id", ondelete="CASCADE")
    )
    mailbox_id: Mapped[int | None] = personal(
        "A", "where it goes", AS_MAIL, ForeignKey("mailbox.id", ondelete="SET NULL")
    )
    language: Mapped[Language] = personal("B", "the reader's language", AS_MAIL, default=Language.SWEDISH)
    channel: Mapped[Channel] = personal("B", "mail or paper", AS_MAIL, default=Channel.MAIL)
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.QUEUED)
    precedence: Mapped[int] = mapped_column(default=1)  # 0 is sent first: somebody waits for it
    attempts: Mapped[int] = mapped_column(default=0)
    render_failures: Mapped[int] = mapped_column(default=0)
    in_doubt: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    next_at: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    lease_token: Mapped[str | None] = impersonal("random", String(40))
    lease_owner: Mapped[str | None] = impersonal("a machine's name and a number", String(80))
    lease_until: Mapped[datetime | None]
    last_code: Mapped[int | None]
    last_text: Mapped[str | None] = personal(
        "C", "what the mail server said, addresses cut out", AS_MAIL, Encrypted("outbox_row.last_text")
    )
    settled_at: Mapped[datetime | None]
    left_out: Mapped[LeftOut | None] = personal("B", "why the reader was not written to", AS_MAIL)

    mailing: Mapped[Mailing] = relationship()
    person: Mapped[Person | None] = relationship()
    household: Mapped[Household | None] = relationship()
    mailbox: Mapped[Mailbox | None] = relationship(foreign_keys=[mailbox_id])

    __table_args__ = (
        exactly_one("one_recipient", ("person_id", "household_id", "invited_mailbox_id")),
        # Also finds all rows of a mailing.
        Index("uq_outbox_row_one_per_person", "mailing_id", "person_id", unique=True),
        one_where(
            "outbox_row_one_per_household", "mailing_id", "household_id", where="household_id IS NOT NULL"
        ),
        one_where(
            "outbox_row_one_per_address",
            "mailing_id",
            "invited_mailbox_id",
            where="invited_mailbox_id IS NOT NULL",
        ),
        one_where("outbox_row_one_bell", "mailing_id", "mailbox_id", "language", where="next_at IS NOT NULL"),
        CheckConstraint(
            "state NOT IN ('to_print', 'printed', 'handed_out') OR channel = 'paper'",
            name="print_states_on_paper",
        ),
        CheckConstraint("(state = 'sending') = (lease_token IS NOT NULL)", name="sending_has_a_lease"),
        CheckConstraint("state <> 'uncertain' OR in_doubt", name="uncertain_is_in_doubt"),
        CheckConstraint("left_out IS NULL OR state IN ('cancelled', 'expired')", name="left_out_is_not_sent"),
        CheckConstraint(
            "(lease_token IS NULL) = (lease_until IS NULL) AND (lease_token IS NULL) = (lease_owner IS NULL)",
            name="lease_is_whole",
        ),
        # Partial indexes: of millions of rows only a few are due, leased or held.
        some("ix_outbox_row_due", "precedence", "next_at", "id", where="next_at IS NOT NULL"),
        some("ix_outbox_row_leased", "lease_until", where="lease_until IS NOT NULL"),
        some("ix_outbox_row_household_id", "household_id", where="household_id IS NOT NULL"),
        some(
            "ix_outbox_row_invited_mailbox_id", "invited_mailbox_id", where="invited_mailbox_id IS NOT NULL"
        ),
        some("ix_outbox_row_put_aside", "state", where="state IN ('parked', 'held')"),
        Index("ix_outbox_row_message", "mailbox_id", "mailing_id"),
    )

    @property
    def has_its_reader(self) -> bool:
        """True if its person still reads the mailbox that it goes or went to."""
        return self.person is not None and self.person.mailbox_id == self.mailbox_id

    @classmethod
    def may_have_arrived(cls) -> ColumnElement[bool]:
        """Return the condition that a mail was sent, is being sent, or is in doubt."""
        return or_(cls.in_doubt, cls.state.in_([OutboxState.SENDING, OutboxState.SENT]))


class ErasedRows(Model):
    """The number of erased rows of a mailing by state, so that its sender's numbers stay right."""

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(primary_key=True)
    state: Mapped[OutboxState] = mapped_column(primary_key=True)
    count: Mapped[int]


class Worker(Model):
    """A sending process, by machine and number: when it was last seen and how fast it sends."""

    owner: Mapped[str] = impersonal("a machine's name and a number", String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_sent_at: Mapped[datetime | None]
    sent: Mapped[int] = mapped_column(default=0)
    per_minute: Mapped[int] = mapped_column(default=0)


class ClockRun(Model):
    """A clock job has run for one slot, a local day, on some machine."""

    job: Mapped[str] = impersonal("a name from the code", String(40), primary_key=True)
    slot: Mapped[str] = impersonal("a local date", String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
