"""Joins two records of one person, as a coordinator says, or asks the person where addresses differ."""

from __future__ import annotations

from watch import audit
from watch.extensions import db
from watch.groups.errors import DifferentAddresses, HasRole
from watch.groups.queries.members import is_reached_elsewhere
from watch.groups.service.merging import absorb, demand_one_address
from watch.joining.mails import ADDRESS_RECORDED
from watch.joining.service import verifying
from watch.mail import outbox
from watch.models import AddressVerification, Flat, Membership, Person
from watch.records.errors import NotTwo
from watch.records.queries import kept_of, open_question
from watch.records.service.correcting import correct_flat, tell_corrected
from watch.relations import relations_of


def merge(one: Membership, other: Membership, *, name: str, flat: Flat | None, by: Person) -> Membership:
    """Make one record of two, with this name and flat, mail the person, and return it. It cannot be undone.

    The record with the address is kept. Raises NotTwo, DifferentAddresses and HasRole.
    """
    kept, lost = pair(one, other)
    demand_one_address(kept.person, lost.person)
    if flat is not None:
        correct_flat(kept, flat, by=by)
    absorb(kept, lost, by=by)
    kept.person.name = name
    tell_corrected(kept, by=by)
    return kept


def ask_the_person(kept: Membership, lost: Membership, *, by: Person) -> None:
    """Mail the address that shall stay, to ask whether both records are its reader's; then they are joined.

    Raises NotTwo; DifferentAddresses if mail reaches both, because then they may be two people; and HasRole
    for somebody who coordinates or is an officer: they end that themselves.
    """
    pair(kept, lost)
    if kept.person.mailbox_id is None:
        raise NotTwo
    if is_reached_elsewhere(lost.person, kept.person):
        raise DifferentAddresses
    if relations_of(lost.person).has_role:
        raise HasRole
    asked = open_question(lost)
    if asked is not None and asked.person_id == kept.person_id:
        return  # pressed twice
    verifying.give_up(lost)
    verification = AddressVerification(membership=lost, person=kept.person)
    db.session.add(verification)
    outbox.queue(ADDRESS_RECORDED, to=kept.person, about=verification)
    audit.note("member-merge-asked", about=kept, by=by, group=kept.group)


def pair(one: Membership, other: Membership) -> tuple[Membership, Membership]:
    """Return the record that is kept and the other one. Raises NotTwo."""
    is_two = one is not other and one.group_id == other.group_id
    if not is_two or one.left_at is not None or other.left_at is not None:
        raise NotTwo
    return kept_of(one, other)
