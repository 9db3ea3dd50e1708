"""Invitations: whom a coordinator has invited, how it went, and what they may hear of the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.joining.queries.asking import stairwells_of_group
from watch.models import (
    Coordinator,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Mailbox,
    Mailing,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)


@dataclass(frozen=True)
class SentInvitation:
    """An invitation with how far its newest mail came, and whether its address has a member now."""

    invitation: Invitation
    mail: OutboxState | None
    has_member: bool = False

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
        # Kept back from who said no to somebody else: that is not the inviter's to know.
        return "delivered" if self.mail in {OutboxState.SENT, OutboxState.CANCELLED} else "waiting"


def stairwells_to_accept_in(invitation: Invitation) -> list[Stairwell]:
    """Where whoever is invited can say that they live: the flat's port, else those of who invited."""
    if invitation.flat is not None:
        return [invitation.flat.stairwell]
    latest = (
        select(Coordinator)
        .where(Coordinator.group_id == invitation.group_id, Coordinator.person_id == invitation.by_id)
        .order_by(Coordinator.id.desc())
    )
    inviter = db.session.scalar(latest.limit(1))
    own = [each.id for each in inviter.stairwells] if inviter else []
    return stairwells_of_group(invitation.group, own or None)


def contacted_flats(flats: Collection[Flat]) -> set[int]:
    """Ids of those flats whose household has been asked, has answered or takes part."""
    wanted = select(Household.flat_id).where(
        Household.flat_id.in_([flat.id for flat in flats]),
        Household.ended_at.is_(None),
        Household.status != HouseholdStatus.NOT_CONTACTED,
    )
    return set(db.session.scalars(wanted))


def members_on_mailbox(
    group: Group, mailbox_id: int, stairwells: Collection[int] | None = None
) -> list[Membership]:
    """Those who share a mailbox and take part in the group; `stairwells` leaves out who lives elsewhere."""
    wanted = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.group_id == group.id, Membership.left_at.is_(None), Person.mailbox_id == mailbox_id)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    return list(db.session.scalars(wanted))


def _in_list_of(by: Person, stairwells: Collection[int] | None) -> ColumnElement[bool]:
    """The invitations that a coordinator of these stairwells (None: of the whole house) reads of."""
    if stairwells is None:
        return true()
    flats = select(Flat.id).where(Flat.stairwell_id.in_(stairwells))
    return or_(and_(Invitation.flat_id.is_(None), Invitation.by_id == by.id), Invitation.flat_id.in_(flats))


def has_declined(group: Group, mailbox: Mailbox, by: Person, stairwells: Collection[int] | None) -> bool:
    """Whether this address has said no to an invitation that stands in the coordinator's list."""
    declined = select(Invitation.id).where(
        Invitation.group_id == group.id,
        or_(Invitation.mailbox_id == mailbox.id, Invitation.declined_index == mailbox.address_index),
        Invitation.state == InvitationState.DECLINED,
        _in_list_of(by, stairwells),
    )
    return db.session.scalar(declined.limit(1)) is not None


def has_open_invitation(
    group: Group, mailbox: Mailbox, by: Person, stairwells: Collection[int] | None
) -> bool:
    """Whether an invitation in the coordinator's list waits for this address' answer."""
    waits = select(Invitation.id).where(
        Invitation.group_id == group.id,
        Invitation.mailbox_id == mailbox.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at > utcnow(),
        _in_list_of(by, stairwells),
    )
    return db.session.scalar(waits.limit(1)) is not None


def sent_too_many_until(by: Person, most: int) -> datetime | None:
    """When a coordinator can invite again whose invitations made so many letters in a day; None for now."""
    day = timedelta(days=1)
    letters = (
        select(Mailing.created_at)
        .join(Invitation, Invitation.id == Mailing.invitation_id)
        .where(Invitation.by_id == by.id, Mailing.created_at > utcnow() - day)
        .order_by(Mailing.created_at.desc())
    )
    oldest_that_fills = db.session.scalar(letters.offset(most - 1).limit(1))
    return oldest_that_fills + day if oldest_that_fills else None


def invitations_of(
    group: Group, by: Person, stairwells: Collection[int] | None = None
) -> list[SentInvitation]:
    """A group's invitations, newest first, with their newest mail's state (three statements).

    `stairwells` leaves out what was sent to flats elsewhere in the house, and by others to no flat.
    """
    wanted = (
        select(Invitation)
        .where(Invitation.group_id == group.id, _in_list_of(by, stairwells))
        .options(
            joinedload(Invitation.mailbox),
            joinedload(Invitation.flat).joinedload(Flat.stairwell),
            joinedload(Invitation.by),
        )
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    mails, members = _newest_mails(group), _mailboxes_of_members(group, stairwells)
    return [
        SentInvitation(each, mails.get(each.id), each.mailbox_id in members)
        for each in db.session.scalars(wanted)
    ]


def _mailboxes_of_members(group: Group, stairwells: Collection[int] | None) -> set[int | None]:
    wanted = (
        select(Person.mailbox_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == group.id, Membership.left_at.is_(None), Person.mailbox_id.is_not(None))
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    return set(db.session.scalars(wanted))


def _newest_mails(group: Group) -> dict[int | None, OutboxState]:
    """The state of each invitation's newest mail: it comes last and stays."""
    rows = (
        select(Mailing.invitation_id, OutboxRow.state)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .join(Invitation, Invitation.id == Mailing.invitation_id)
        .where(Invitation.group_id == group.id)
        .order_by(OutboxRow.id)
    )
    return dict(db.session.execute(rows).all())
