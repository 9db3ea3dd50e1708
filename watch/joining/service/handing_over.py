"""Gives a member the address that its owner has confirmed, without making a second person."""

from __future__ import annotations

from sqlalchemy import select

from watch.accounts.service.people import confirm_address
from watch.addresses.service import give_address
from watch.extensions import db
from watch.groups.queries.members import active_membership, is_reached_elsewhere
from watch.groups.service.merging import absorb, is_used, join_answers, let_go
from watch.models import AddressVerification, Channel, Membership, Person


def hand_over(membership: Membership, reader: Person) -> Membership:
    """Let a member be reached at the address of `reader`, who is the same person; return the membership.

    `reader` is the record that was made for the address, perhaps long ago. Unless that is used elsewhere, the
    member's own record gets the address, and the other goes. If the reader has joined the group as well, both
    records become one, unless mail reaches the member at another address. Raises HasRole.
    """
    mailbox = reader.mailbox
    wait_for_others(membership)
    confirm_address(reader)
    if reader is membership.person or membership.person.mailbox is mailbox:
        return membership
    if (joined := active_membership(reader, membership.group)) is not None:
        if not is_reached_elsewhere(membership.person, reader):
            absorb(joined, membership, by=reader)
        return joined
    if is_used(reader):
        before, membership.person = membership.person, reader
        join_answers(membership.group_id, reader, before)
        let_go(before)
    elif mailbox is not None:
        _stand_in(membership.person, reader)
        let_go(reader)
        give_address(membership.person, mailbox)
    membership.channel = Channel.MAIL
    return membership


def wait_for_others(membership: Membership) -> None:
    """Lock the membership, and read what another link has made of it at the same moment.

    Every link locks it before anything else of the member, or two would wait for each other.
    """
    db.session.flush()
    db.session.refresh(membership, with_for_update={"of": Membership})
    db.session.refresh(membership.person)


def _stand_in(member: Person, reader: Person) -> None:
    """Let what asked the reader's record about its address belong to the member."""
    theirs = select(AddressVerification).where(AddressVerification.person_id == reader.id)
    for verification in db.session.scalars(theirs).all():
        verification.person = member
