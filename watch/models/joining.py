"""Doors into a group: interest, asking to join, invitations."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import (
    AS_APPLICANT,
    AS_GROUP,
    AS_INVITED,
    AS_MEMBER,
    Model,
    current,
    impersonal,
    one_where,
    personal,
    utcnow,
)
from watch.models.derived import Derived, Purpose
from watch.models.groups import ConsentChannel, Group, Membership
from watch.models.letters import Letter
from watch.models.people import Language, Mailbox, Person
from watch.models.places import Building, Flat, Stairwell

AS_REFUSAL = "until its owner takes it back"
CURRENT_INTEREST = "ended_at IS NULL"
LEAD_AFTER = timedelta(days=7)  # a request that nobody answers reaches the lead
EVERYBODY_AFTER = timedelta(days=14)  # and then every coordinator of the group
OPEN_REQUEST = "state IN ('unconfirmed', 'waiting')"


class Interest(Derived, Model):
    """A resident of a building without a group would like one.

    Counted once the address is confirmed; the police contact sees a name only where `named_at` is set.
    """

    purposes = frozenset({Purpose.CONFIRM_INTEREST})

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    person_id: Mapped[int] = personal(
        "A", "who is interested", AS_APPLICANT, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    could_coordinate: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    named_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    building: Mapped[Building] = relationship()
    person: Mapped[Person] = relationship()

    is_current = current(since="confirmed_at", until="ended_at")

    __table_args__ = (
        one_where("interest_one_current_per_person", "building_id", "person_id", where=CURRENT_INTEREST),
        CheckConstraint("named_at IS NULL OR confirmed_at IS NOT NULL", name="named_is_confirmed"),
    )


class RequestState(StrEnum):
    """An application: the address is confirmed first, then a coordinator decides."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class JoinRequest(Derived, Model):
    """Somebody asks to join the group of a building; a coordinator of that stairwell decides.

    Without an e-mail the applicant asked for a visit at the door, and is told the answer there (`told_at`).
    The yes is as old as the request. `asked_index` is the keyed hash of a secret that only the browser holds
    which sent the form: it alone can change the address until that is confirmed.
    """

    purposes = frozenset({Purpose.CONFIRM_REQUEST})

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = personal("A", "who asks to join what", AS_APPLICANT, ForeignKey("watch_group.id"))
    person_id: Mapped[int] = personal(
        "A", "who asks", AS_APPLICANT, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    stairwell_id: Mapped[int] = personal(
        "A", "which coordinator decides", AS_APPLICANT, ForeignKey("stairwell.id"), index=True
    )
    flat_id: Mapped[int | None] = personal("A", "where to find them", AS_APPLICANT, ForeignKey("flat.id"))
    letter_id: Mapped[int | None] = personal(
        "A",
        "whether their letter vouches",
        AS_APPLICANT,
        ForeignKey("letter.id", ondelete="SET NULL"),
    )
    invitation_id: Mapped[int | None] = personal(
        "A",
        "whether an invitation that may be passed on vouches",
        AS_APPLICANT,
        ForeignKey("invitation.id", ondelete="SET NULL"),
    )
    state: Mapped[RequestState] = mapped_column(default=RequestState.UNCONFIRMED)
    consent_version: Mapped[str] = impersonal("the version of a text", String(20))
    consent_channel: Mapped[ConsentChannel] = mapped_column(default=ConsentChannel.WEB)
    wants_visit: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = personal(
        "B", "who decided", AS_APPLICANT, ForeignKey("person.id", ondelete="SET NULL")
    )
    told_at: Mapped[datetime | None]
    asked_index: Mapped[bytes | None] = personal(
        "B", "who may still change a wrong address", AS_APPLICANT, index=True
    )
    reason: Mapped[str | None] = personal(
        "B", "a word to the applicant", AS_APPLICANT, Encrypted("join_request.reason")
    )

    group: Mapped[Group] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    stairwell: Mapped[Stairwell] = relationship()
    flat: Mapped[Flat | None] = relationship()
    letter: Mapped[Letter | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()

    __table_args__ = (
        CheckConstraint("consent_version <> ''", name="consent_to_a_text"),
        CheckConstraint(
            "(state IN ('approved', 'declined', 'withdrawn')) = (decided_at IS NOT NULL)",
            name="decided_has_a_time",
        ),
        one_where("join_request_one_open_per_person", "group_id", "person_id", where=OPEN_REQUEST),
    )

    @property
    def is_everybodys(self) -> bool:
        """It waits so long that every coordinator of the group may answer."""
        if self.confirmed_at is None or self.state is not RequestState.WAITING:
            return False
        return utcnow() - self.confirmed_at >= EVERYBODY_AFTER


class AddressVerification(Derived, Model):
    """A coordinator recorded a neighbour's e-mail address at the door; whoever reads it is asked by mail.

    The neighbour takes part on paper meanwhile (`membership`). `person` has the recorded name and address,
    and becomes the member by saying on which floor the neighbour lives; `floor_tries` counts how often they
    have tried. It has ended once the address is verified, or nobody is asked about it any more.

    Its link has the purpose of a request's: verifications were requests once, and links mailed then go on.
    """

    purposes = frozenset({Purpose.CONFIRM_REQUEST})

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = personal(
        "A",
        "who gave the address",
        AS_APPLICANT,
        ForeignKey("membership.id", ondelete="CASCADE"),
        unique=True,
    )
    person_id: Mapped[int] = personal(
        "A", "whose address it is", AS_APPLICANT, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    floor_tries: Mapped[int] = mapped_column(default=0)

    membership: Mapped[Membership] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("floor_tries BETWEEN 0 AND 3", name="few_floor_tries"),)

    @property
    def group(self) -> Group:
        """The group that the neighbour takes part in."""
        return self.membership.group

    @property
    def stairwell(self) -> Stairwell | None:
        """The stairwell that the neighbour lives in."""
        return self.membership.stairwell


class InvitationState(StrEnum):
    """An invitation's fate; expired is read from `expires_at`."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(Derived, Model):
    """A coordinator invites an address that was given for it; accepting proves the address.

    Its link is derived from its nonce; sending again gives it another, and counts that in `generation`, so
    that a press on a list says which link the list had shown. Coordinators who were given
    the same address each have one open: they do not learn of each other's. Of a no there stays the keyed hash
    of the address, so that the group does not write to it again, as it was promised.

    It is for the owner of the address, or, `is_transferable`, for whoever is given the link: they give an
    address of their own, which is confirmed by mail.
    """

    purposes = frozenset({Purpose.INVITATION})

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = personal("A", "who is invited where", AS_INVITED, ForeignKey("watch_group.id"))
    mailbox_id: Mapped[int | None] = personal(
        "A",
        "to send the invitation",
        AS_INVITED,
        ForeignKey("mailbox.id", ondelete="SET NULL"),
        index=True,
    )
    declined_index: Mapped[bytes | None] = personal("B", "not to ask again whoever said no", AS_GROUP)
    flat_id: Mapped[int | None] = personal("A", "which flat is invited", AS_INVITED, ForeignKey("flat.id"))
    name: Mapped[str | None] = personal("B", "to greet", AS_INVITED, Encrypted("invitation.name"))
    is_transferable: Mapped[bool] = mapped_column(default=False)
    language: Mapped[Language] = personal("B", "language of the mail", AS_INVITED, default=Language.SWEDISH)
    state: Mapped[InvitationState] = mapped_column(default=InvitationState.OPEN)
    generation: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int | None] = personal(
        "B", "who invited", AS_MEMBER, ForeignKey("person.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship()
    mailbox: Mapped[Mailbox | None] = relationship()
    flat: Mapped[Flat | None] = relationship()
    by: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_has_a_time"),
        one_where(
            "invitation_one_open_per_address", "group_id", "mailbox_id", "by_id", where="state = 'open'"
        ),
    )


class Refusal(Model):
    """Somebody asked that nobody invites them again, whichever house: the keyed hash of an address, no more.

    It hangs on nothing, so that it outlives the invitation, the group and the person.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    address_index: Mapped[bytes] = personal("B", "not to ask whoever asked for it", AS_REFUSAL, unique=True)
    said_at: Mapped[datetime] = mapped_column(default=utcnow)
