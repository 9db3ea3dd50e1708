"""Interest, join requests, invitations and the verification of recorded addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

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
LEAD_AFTER = timedelta(days=7)  # then the lead may answer a waiting request too
EVERYBODY_AFTER = timedelta(days=14)  # then every coordinator of the group may
OPEN_REQUEST = "state IN ('unconfirmed', 'waiting')"


class Interest(Derived, Model):
    """A resident's wish for a group in a building that has none.

    It counts once the address is confirmed. The police contact sees the name only if `named_at` is set.
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
    """The state of a join request: the address is confirmed first, then a coordinator decides."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class JoinRequest(Derived, Model):
    """A request to join a building's group, decided by a coordinator of the stairwell.

    An applicant without e-mail asks for a visit, and is told the answer at the door (`told_at`). Consent
    dates from the request. `asked_index` is the keyed hash of a secret in the browser that sent the form;
    only that browser may change the address, until it is confirmed.

    Of a member (`is_of_member`) who chose their flat themselves, it asks only whether they live there.
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

    is_of_member: Mapped[bool] = column_property(
        select(Membership.id)
        .where(Membership.person_id == person_id, Membership.group_id == group_id, Membership.is_current)
        .correlate_except(Membership)
        .exists(),
        deferred=True,
    )

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
        """True if it has waited so long that every coordinator of the group may answer."""
        if self.confirmed_at is None or self.state is not RequestState.WAITING:
            return False
        return utcnow() - self.confirmed_at >= EVERYBODY_AFTER


class AddressVerification(Derived, Model):
    """The verification of an e-mail address that a coordinator recorded at a neighbour's door.

    Meanwhile the neighbour is a member on paper (`membership`). `person` has the recorded name and address,
    and becomes the member by giving the floor the neighbour lives on, in at most three tries. Ended once the
    address is verified or given up. `floor_tries` counts the wrong ones; three are shown to the coordinators
    until the address is recorded anew or dropped, and then count as none.

    The link has the purpose of a join request's, because verifications used to be join requests and links
    mailed then must still work.
    """

    purposes = frozenset({Purpose.CONFIRM_REQUEST})

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = personal(
        "A",
        "who gave the address",
        AS_APPLICANT,
        ForeignKey("membership.id", ondelete="CASCADE"),
        index=True,
    )
    person_id: Mapped[int] = personal(
        "A", "whose address it is", AS_APPLICANT, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    ended_at: Mapped[datetime | None]
    floor_tries: Mapped[int] = mapped_column(default=0)

    membership: Mapped[Membership] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        CheckConstraint("floor_tries BETWEEN 0 AND 3", name="few_floor_tries"),
        one_where("address_verification_one_open_per_member", "membership_id", where="ended_at IS NULL"),
    )

    @property
    def group(self) -> Group:
        """The group that the neighbour takes part in."""
        return self.membership.group

    @property
    def stairwell(self) -> Stairwell | None:
        """The stairwell that the neighbour lives in."""
        return self.membership.stairwell


class InvitationState(StrEnum):
    """The state of an invitation. Whether it has expired is read from `expires_at`."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(Derived, Model):
    """An invitation from a coordinator to an e-mail address. Accepting it verifies the address.

    Resending it changes the nonce, and so the link, and increases `generation`; a form carries the generation
    its page showed. Two coordinators may each have an open invitation to one address, since they must not
    learn of each other's. Once declined, the address's keyed hash stays, so that the group does not write to
    it again.

    Two people may share an address, and each has an invitation: `ordinal` is 0 for the first, 1 for the
    second.

    Only the owner of the address may use it, or, if `is_transferable`, anybody who has the link; they give an
    address of their own and confirm it by mail.
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
    ordinal: Mapped[int] = mapped_column(default=0)
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
            "invitation_one_open_per_address",
            "group_id",
            "mailbox_id",
            "by_id",
            "ordinal",
            where="state = 'open'",
        ),
    )


class Refusal(Model):
    """The keyed hash of an address whose owner asked never to be invited again, by any group.

    It refers to no other row, so that it outlives the invitation, the group and the person.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    address_index: Mapped[bytes] = personal("B", "not to ask whoever asked for it", AS_REFUSAL, unique=True)
    said_at: Mapped[datetime] = mapped_column(default=utcnow)
