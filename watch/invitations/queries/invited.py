"""A coordinator's invitations and how far each has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.invitations.queries.inviting import in_list_of
from watch.models import (
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Mailing,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    Suppression,
    may_be_one_person,
    utcnow,
)

REMINDED_LATELY = timedelta(days=1)  # a reminder is not sent within a day of the last mail


@dataclass(frozen=True)
class SentInvitation:
    """An invitation, the state and time of its newest mail, and whether its address belongs to a member.

    `has_refused`: the flat's household has declined since. `homes`: the flats of members with that address,
    as far as the reader may know.
    """

    invitation: Invitation
    mail: OutboxState | None
    has_member: bool = False
    written_at: datetime | None = None
    has_refused: bool = False
    homes: frozenset[Flat] = frozenset()

    @property
    def flat(self) -> Flat | None:
        """The invited flat, else the home of the only member who has joined by the address."""
        (home,) = self.homes if len(self.homes) == 1 and self.state in {"accepted", "joined"} else (None,)
        return self.invitation.flat or home

    @property
    def state(self) -> str:
        """waiting, delivered, bounced, accepted, declined, revoked, joined (another way) or expired."""
        if self.invitation.state is InvitationState.REVOKED and self.has_member:
            return "joined"
        if self.invitation.state is not InvitationState.OPEN:
            return self.invitation.state.value
        if self.invitation.expires_at <= utcnow():
            return "expired"
        mailbox = self.invitation.mailbox
        if self.mail is OutboxState.BOUNCED or (mailbox and mailbox.suppression is Suppression.BOUNCED):
            return "bounced"
        # A mail held back because the address declined another invitation: the inviter must not learn that.
        return "delivered" if self.mail in {OutboxState.SENT, OutboxState.CANCELLED} else "waiting"

    @property
    def waits_for_answer(self) -> bool:
        """True if a reminder may be sent: mailed over a day ago, and nobody has declined or joined."""
        is_old = self.written_at is not None and self.written_at <= utcnow() - REMINDED_LATELY
        return self.is_reached and is_old

    @property
    def is_reached(self) -> bool:
        """True if a mail has come, which nobody there has answered in any way."""
        has_come = self.state == "delivered" and self.invitation.mailbox_id is not None
        return has_come and not self.has_member and not self.has_refused

    @property
    def can_be_corrected(self) -> bool:
        """True if the address can be corrected: the invitation is neither answered nor revoked."""
        is_open = self.invitation.state is InvitationState.OPEN
        return is_open and self.invitation.mailbox_id is not None


def invitations_of(
    group: Group, by: Person, stairwells: Collection[int] | None = None
) -> list[SentInvitation]:
    """Return a group's invitations, newest first, with their newest mail's state, in four statements.

    With `stairwells`, invitations to flats elsewhere are left out, and those by others to no flat.
    """
    wanted = (
        select(Invitation)
        .where(Invitation.group_id == group.id, in_list_of(by, stairwells))
        .options(
            joinedload(Invitation.mailbox),
            joinedload(Invitation.flat).joinedload(Flat.stairwell),
            joinedload(Invitation.by),
        )
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    mails, homes, refused = _newest_mails(group), _homes_of_members(group, stairwells), _refused(group)
    return [
        SentInvitation(
            each,
            state,
            bool(theirs),
            written_at,
            each.flat_id in refused,
            frozenset(flat for _name, flat in theirs if flat is not None),
        )
        for each in db.session.scalars(wanted)
        for state, written_at in [mails.get(each.id, (None, None))]
        for theirs in [
            [home for home in homes.get(each.mailbox_id, ()) if may_be_one_person(each.name, home[0])]
        ]
    ]


Home = tuple[str, Flat | None]


def _homes_of_members(group: Group, stairwells: Collection[int] | None) -> dict[int | None, list[Home]]:
    """Return the members' names and flats, where known, by mailbox."""
    wanted = (
        select(Person.mailbox_id, Person.name, Flat)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Household, Household.id == Membership.household_id)
        .outerjoin(Flat, Flat.id == Household.flat_id)
        .where(Membership.group_id == group.id, Membership.is_current, Person.mailbox_id.is_not(None))
        .options(joinedload(Flat.stairwell))
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    homes: dict[int | None, list[Home]] = {}
    for mailbox_id, name, flat in db.session.execute(wanted):
        homes.setdefault(mailbox_id, []).append((name, flat))
    return homes


def _refused(group: Group) -> set[int | None]:
    """Return the ids of invited flats whose household has declined."""
    wanted = (
        select(Household.flat_id)
        .join(Invitation, Invitation.flat_id == Household.flat_id)
        .where(Invitation.group_id == group.id, Household.is_current)
        .where(Household.status == HouseholdStatus.DECLINED)
    )
    return set(db.session.scalars(wanted))


def _newest_mails(group: Group) -> dict[int | None, tuple[OutboxState, datetime]]:
    """Return the state and time of each invitation's newest mail."""
    rows = (
        select(Mailing.invitation_id, OutboxRow.state, Mailing.created_at)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .join(Invitation, Invitation.id == Mailing.invitation_id)
        .where(Invitation.group_id == group.id)
        .order_by(OutboxRow.id)
    )
    return {about: (state, at) for about, state, at in db.session.execute(rows)}
