"""Records a member's address for them, and has a dead one used again."""

from __future__ import annotations

from watch import audit
from watch.accounts.service.people import works_again
from watch.crypto import keyring
from watch.groups.errors import HasRole
from watch.joining.service import verifying
from watch.joining.service.verifying import ask_owner
from watch.models import Membership, Person
from watch.records.errors import SameAddress
from watch.records.queries import open_question
from watch.relations import relations_of


def record_address(membership: Membership, address: str, *, by: Person) -> None:
    """Mail an address that a neighbour gave, to ask whether it is theirs; until then nothing changes.

    An earlier address that was asked about is dropped. Whoever has a role changes the address themselves.
    Raises HasRole and SameAddress.
    """
    mailbox = membership.person.mailbox
    if relations_of(membership.person).has_role:
        raise HasRole
    if mailbox is not None and mailbox.address_index == keyring().blind_index("address", address):
        raise SameAddress
    index = keyring().blind_index("address", address)
    asked = open_question(membership)
    if asked is not None and asked.person.mailbox and asked.person.mailbox.address_index == index:
        return  # pressed twice
    verifying.give_up(membership)
    ask_owner(membership, address)
    _note("household-address-asked", membership, by)


def cancel_address(membership: Membership, *, by: Person) -> None:
    """Drop the address that was asked about; its link stops working."""
    if verifying.give_up(membership):
        _note("household-address-dropped", membership, by)


def says_it_works(membership: Membership, *, by: Person) -> bool:
    """Let mail go to the member's address again; return False if it was not stopped."""
    if not works_again(membership.person.mailbox, by=by):
        return False
    _note("household-address-works", membership, by)
    return True


def _note(what: str, membership: Membership, by: Person) -> None:
    audit.note(what.replace("household", "member"), about=membership, by=by, group=membership.group)
    if membership.household is not None:
        audit.note(what, about=membership.household.flat, by=by, group=membership.group)
