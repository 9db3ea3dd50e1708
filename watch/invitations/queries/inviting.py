"""Whom a coordinator may invite, and what they may know of others' invitations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from watch.crypto import keyring
from watch.extensions import db
from watch.groups.queries.flats import stairwells_of_group
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
    Person,
    Refusal,
    Stairwell,
    may_be_one_person,
    utcnow,
)


def stairwells_to_accept_in(invitation: Invitation) -> list[Stairwell]:
    """Return the stairwells to choose from when accepting: the flat's, else the inviter's."""
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
    """Return the ids of the flats whose household has been invited, has answered or takes part."""
    wanted = select(Household.flat_id).where(
        Household.flat_id.in_([flat.id for flat in flats]),
        Household.is_current,
        Household.status != HouseholdStatus.NOT_CONTACTED,
    )
    return set(db.session.scalars(wanted))


def members_on_mailbox(
    group: Group, mailbox_id: int, stairwells: Collection[int] | None = None, *, name: str | None = None
) -> list[Membership]:
    """Return the members of a group on a mailbox who may have that name.

    With `stairwells`, only those who live there.
    """
    wanted = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.group_id == group.id, Membership.is_current, Person.mailbox_id == mailbox_id)
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    if stairwells is not None:
        wanted = wanted.where(Membership.stairwell_id.in_(stairwells))
    return [each for each in db.session.scalars(wanted) if may_be_one_person(name, each.person.name)]


def in_list_of(by: Person, stairwells: Collection[int] | None) -> ColumnElement[bool]:
    """Return the condition for invitations that a coordinator of these stairwells may see (None: all)."""
    if stairwells is None:
        return true()
    flats = select(Flat.id).where(Flat.stairwell_id.in_(stairwells))
    return or_(and_(Invitation.flat_id.is_(None), Invitation.by_id == by.id), Invitation.flat_id.in_(flats))


def declined_in(group_id: int, mailbox: Mailbox | type[Mailbox]) -> Select[int]:
    """Select the ids of a group's invitations that a mailbox (or one of the outer select) has declined.

    The address was promised that the group does not write to it again.
    """
    return select(Invitation.id).where(
        Invitation.group_id == group_id,
        or_(Invitation.mailbox_id == mailbox.id, Invitation.declined_index == mailbox.address_index),
        Invitation.state == InvitationState.DECLINED,
    )


def refuses_all(mailbox: Mailbox | type[Mailbox]) -> ColumnElement[bool]:
    """Return the condition that the owner of the address asked never to be invited again, by any group."""
    return select(Refusal.id).where(Refusal.address_index == mailbox.address_index).exists()


def has_declined(group: Group, mailbox: Mailbox, by: Person, stairwells: Collection[int] | None) -> bool:
    """Return True if the address has declined an invitation that the coordinator may see."""
    declined = declined_in(group.id, mailbox).where(in_list_of(by, stairwells))
    return db.session.scalar(declined.limit(1)) is not None


def has_open_invitation(
    group: Group, mailbox: Mailbox, by: Person, stairwells: Collection[int] | None, name: str | None = None
) -> bool:
    """Return True if the address has an open invitation that the coordinator may see.

    With a name, only one to the same name counts.
    """
    waits = select(Invitation.name).where(
        Invitation.group_id == group.id,
        Invitation.mailbox_id == mailbox.id,
        Invitation.state == InvitationState.OPEN,
        Invitation.expires_at > utcnow(),
        in_list_of(by, stairwells),
    )
    return any(
        not name or (other is not None and may_be_one_person(name, other))
        for other in db.session.scalars(waits)
    )


def open_ordinals(group_id: int, mailbox_id: int, by_id: int | None) -> dict[int, str | None]:
    """Return the ordinals of a coordinator's open invitations to an address, each with its name."""
    taken = select(Invitation.ordinal, Invitation.name).where(
        Invitation.group_id == group_id,
        Invitation.mailbox_id == mailbox_id,
        Invitation.by_id == by_id,
        Invitation.state == InvitationState.OPEN,
    )
    return {row.ordinal: row.name for row in db.session.execute(taken)}


def free_ordinal(taken: Collection[int]) -> int:
    """Return the lowest ordinal that is not taken."""
    return next(each for each in range(len(taken) + 1) if each not in taken)


@dataclass(frozen=True)
class DailyQuota:
    """How many invitation mails a coordinator may still send, and when the next becomes possible."""

    left: int
    until: datetime


def quota_of(by: Person, most: int) -> DailyQuota:
    """Return what is left of the coordinator's `most` mails a day."""
    day = timedelta(days=1)
    letters = (
        select(Mailing.created_at)
        .join(Invitation, Invitation.id == Mailing.invitation_id)
        .where(Invitation.by_id == by.id, Mailing.created_at > utcnow() - day)
    )
    count = db.session.scalar(select(func.count()).select_from(letters.subquery())) or 0
    that_fills = letters.order_by(Mailing.created_at.desc()).offset(min(count, most) - 1).limit(1)
    oldest = db.session.scalar(that_fills) if count else None
    return DailyQuota(max(most - count, 0), (oldest or utcnow()) + day)


MOST_LETTERS = 3  # from one coordinator to one address about one group in a day


def letters_to(address: ColumnElement[bool], group: Group, by_id: int | None) -> Select[int]:
    """Select the mailboxes of invitation mails that one coordinator sent within a day, a row per mail."""
    return (
        select(Mailbox.id)
        .join(OutboxRow, OutboxRow.mailbox_id == Mailbox.id)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .join(Invitation, Invitation.id == Mailing.invitation_id)
        .where(address, Invitation.group_id == group.id, Invitation.by_id == by_id)
        .where(Mailing.created_at > utcnow() - timedelta(days=1))
    )


def can_be_written_to_from(group: Group, mailbox: Mailbox, by_id: int | None) -> datetime | None:
    """Return when the address may be mailed again, or None if at once. Three mails a day are allowed."""
    letters = letters_to(Mailbox.id == mailbox.id, group, by_id).with_only_columns(Mailing.created_at)
    newest = list(db.session.scalars(letters.order_by(Mailing.created_at.desc()).limit(MOST_LETTERS)))
    return newest[-1] + timedelta(days=1) if len(newest) == MOST_LETTERS else None


@dataclass(frozen=True)
class Known:
    """What a coordinator may know of an address: member, declined, invited or lately, and of whom it is.

    `name` is None where nobody has a name, or where the coordinator may not know it (`is_told`).
    """

    state: str
    name: str | None = None
    is_told: bool = False


def known_among(
    group: Group, addresses: Collection[str], by: Person, stairwells: Collection[int] | None
) -> dict[str, list[Known]]:
    """Return what a coordinator may know of these addresses, by the address in small letters.

    Gives for a whole list what `invite` would refuse, in five statements. Other addresses look new.
    """
    indexes = {keyring().blind_index("address", address): address.casefold() for address in addresses}
    here = Mailbox.address_index.in_(indexes)
    open_ = and_(Invitation.state == InvitationState.OPEN, Invitation.expires_at > utcnow())
    in_list = and_(Invitation.group_id == group.id, in_list_of(by, stairwells))
    by_mailbox = select(Mailbox.address_index).join(Invitation, Invitation.mailbox_id == Mailbox.id)
    by_hash = select(Invitation.declined_index).where(Invitation.declined_index.in_(indexes))
    declined = Invitation.state == InvitationState.DECLINED
    lately = letters_to(here, group, by.id).with_only_columns(Mailbox.address_index)
    lately = lately.group_by(Mailbox.address_index).having(func.count() >= MOST_LETTERS)
    of_address = [
        ("declined", by_mailbox.where(here, in_list, declined)),
        ("declined", by_hash.where(in_list, declined)),
        ("lately", lately),
    ]
    found: dict[str, list[Known]] = {}
    for index, name in db.session.execute(_members_among(group, stairwells).where(here)):
        found.setdefault(indexes[bytes(index)], []).append(Known("member", name, is_told=True))
    for state, wanted in of_address:
        for index in filter(None, db.session.scalars(wanted)):
            found.setdefault(indexes[bytes(index)], []).append(Known(state))
    invited = by_mailbox.add_columns(Invitation.name, Invitation.by_id).where(here, in_list, open_)
    for index, name, by_id in db.session.execute(invited):
        found.setdefault(indexes[bytes(index)], []).append(Known("invited", name, is_told=by_id == by.id))
    return found


def _members_among(group: Group, stairwells: Collection[int] | None) -> Select[bytes, str]:
    wanted = (
        select(Mailbox.address_index, Person.name)
        .join(Person, Person.mailbox_id == Mailbox.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.group_id == group.id, Membership.is_current)
    )
    return wanted if stairwells is None else wanted.where(Membership.stairwell_id.in_(stairwells))
