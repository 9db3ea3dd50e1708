"""The blueprint of partners, with what the officers' page of contact persons shows of them."""

from __future__ import annotations

from flask import Blueprint

from watch.access import current_relations
from watch.contacts.labels import ROLES
from watch.contacts.queries import Card, is_stale
from watch.followup.labels import KINDS, STATES
from watch.groups.labels import HouseholdsSaid
from watch.language import local
from watch.models import ContactPerson, utcnow
from watch.partners import queries
from watch.registers.labels import SIGN_KINDS, SIGN_STATES

bp = Blueprint("partners", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {
        "states": STATES, "kinds": KINDS, "households_of": HouseholdsSaid.roughly, "roles": ROLES,
        "sign_states": SIGN_STATES, "sign_kinds": SIGN_KINDS,
        "is_stale": lambda contact: is_stale(contact, local(utcnow()).date()),
    }  # fmt: skip


@bp.app_template_global("addresses_with_page")
def addresses_with_page() -> frozenset[str]:
    """Return the addresses, in lower case, whose readers have a page in the reader's areas."""
    return queries.addresses_with_page(current_relations().officer_of)


@bp.app_template_global("left_to_give")
def left_to_give(card: Card) -> bool:
    """Return True if a card's reader can be given a page of more in the reader's areas."""
    return bool(queries.left_to_give(card, current_relations().officer_of))


bp.add_app_template_global(queries.given_with, "given_with")


@bp.app_template_global("may_have_page")
def may_have_page(contact: ContactPerson) -> bool:
    """Return True for a landlord's or the municipality's contact person with an address."""
    return contact.role in queries.ROLES and bool(contact.email)
