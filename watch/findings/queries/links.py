"""Who answers for a finding's owner, and the mailed link by which they report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from watch.contacts.queries import contacts_for, in_order
from watch.extensions import db
from watch.findings.queries import Place, houses_then
from watch.models import (
    Building,
    ContactPerson,
    ContactRole,
    ContactScope,
    Finding,
    FindingLink,
    FindingOwner,
    FindingStep,
    Group,
    Person,
    Property,
)

REPORT_BY_LINK = {  # the owners that are no users, and whose contact person gets a link, by preference
    FindingOwner.LANDLORD: (ContactRole.LANDLORD, ContactRole.FAULT_REPORT),
    FindingOwner.MUNICIPALITY: (ContactRole.MUNICIPALITY,),
}


def contact_of(finding: Finding) -> ContactPerson | None:
    """Return the nearest contact person of the finding's owner who has an e-mail address, or None."""
    if finding.group:
        return _contact_for(finding.owner, _contacts_at(finding, finding.group))
    return _contact_for(finding.owner, contacts_near(finding.area)) if finding.area else None


def is_their_own_word(finding: Finding, by: Person | None) -> bool:
    """Return True if the owner's contact person reports: by the mailed link (None), or signed in.

    A colleague of theirs is somebody else, also one who reports in the owner's name.
    """
    contact = contact_of(finding)
    if by is None or contact is None or contact.email is None or by.mailbox is None:
        return by is None
    return by.mailbox.address.casefold() == contact.email.casefold()


def _contacts_at(finding: Finding, group: Group) -> Sequence[ContactPerson]:
    """Return the contact persons of where a finding of a group is, the nearest first.

    Those of a house or a landlord are among them if it is at the house, or if all of its houses have the same
    landlord: nobody is asked to mend what is another's.
    """
    house = house_of(finding)
    houses = [house] if house else houses_then(group, finding.created_at)
    here = [
        ContactPerson.group_id == group.id,
        ContactPerson.area_id == group.area_id,
        ContactPerson.reach == ContactScope.EVERYWHERE,
    ]
    if len(landlords := _landlords_of(houses)) == 1:
        here.append(ContactPerson.building_id.in_([each.id for each in houses]))
        here.append(ContactPerson.landlord_id.in_(landlords))
    return in_order(db.session.scalars(select(ContactPerson).where(or_(*here), ContactPerson.is_current)))


def house_of(finding: Finding) -> Building | None:
    """Return the building that a finding is in, if it is not of a whole place."""
    return finding.stairwell.building if finding.stairwell else finding.building


def _landlords_of(houses: Collection[Building]) -> set[int]:
    return {each.property.landlord_id for each in houses}


def has_several_landlords(place: Place, at: datetime) -> bool:
    """Return True for a group whose houses at that moment have several landlords, or are its houses no more.

    What is to be mended in all of it is then left to no landlord.
    """
    return isinstance(place, Group) and len(_landlords_of(houses_then(place, at))) != 1


def is_left_to_no_landlord(finding: Finding) -> bool:
    """Return True if it is left to the landlord of a whole group whose houses have several."""
    group = finding.group
    is_landlords = finding.owner is FindingOwner.LANDLORD and house_of(finding) is None
    return is_landlords and group is not None and has_several_landlords(group, finding.created_at)


def contacts_near(place: Place) -> Sequence[ContactPerson]:
    """Return the contact persons of a group or an area, the nearest first.

    Those of an area's landlord are among them if all of its houses have the same one.
    """
    if isinstance(place, Group):
        return contacts_for(place)
    only_landlord = select(func.max(Property.landlord_id)).where(Property.area_id == place.id)
    only_landlord = only_landlord.having(func.count(Property.landlord_id.distinct()) == 1)
    here = or_(
        ContactPerson.area_id == place.id,
        ContactPerson.landlord_id.in_(only_landlord),
        ContactPerson.reach == ContactScope.EVERYWHERE,
    )
    return in_order(db.session.scalars(select(ContactPerson).where(here, ContactPerson.is_current)))


def _contact_for(owner: FindingOwner, known: Sequence[ContactPerson]) -> ContactPerson | None:
    roles = REPORT_BY_LINK.get(owner, ())
    return next((each for role in roles for each in known if each.role is role and each.email), None)


def owners_without_contact(place: Place) -> list[FindingOwner]:
    """Return the owners who are no users and have no contact person here whom a mail reaches."""
    known = contacts_near(place)
    return [owner for owner in REPORT_BY_LINK if _contact_for(owner, known) is None]


def link_of(finding: Finding) -> FindingLink | None:
    """Return the link of the owner's contact person, also one that has ended."""
    return db.session.scalar(select(FindingLink).where(FindingLink.finding_id == finding.id))


def link_sent_at(finding: Finding) -> str:
    """Return when the contact person's link was mailed, in ISO 8601; "" if none was."""
    link = link_of(finding)
    return link.sent_at.isoformat() if link else ""


def is_theirs(link: FindingLink) -> bool:
    """Return True if the link's contact person is still the owner's, at the address that it was mailed to."""
    finding, contact = link.finding, link.contact
    is_owner = contact.is_current and contact.role in REPORT_BY_LINK.get(finding.owner, ())
    is_here = is_owner and _answers_for(contact, house_of(finding))
    return finding.removed_at is None and is_here and contact.email == link.mailbox.address


def _answers_for(contact: ContactPerson, house: Building | None) -> bool:
    """Return False if it is at a house, and the contact person is another house's or landlord's."""
    if house is None:
        return True
    return contact.building_id in (None, house.id) and contact.landlord_id in (
        None, house.property.landlord_id,
    )  # fmt: skip


def can_report(link: FindingLink, now: datetime) -> bool:
    """Return True if the link still lets its contact person report."""
    return is_theirs(link) and link.ended_at is None and link.expires_at > now and not link.finding.is_closed


def can_renew(link: FindingLink, now: datetime) -> bool:
    """Return True if the link has only become too old: nothing else has ended it, nor has another contact."""
    is_too_old = link.ended_at is None and link.expires_at <= now
    contact = contact_of(link.finding)
    is_nearest = contact is not None and contact.id == link.contact_id
    return is_too_old and is_nearest and is_theirs(link) and not link.finding.is_closed


def reports_by_link(finding: Finding, *, since: datetime) -> int:
    """Return how often the owner's contact person has reported by the mailed link since then."""
    by_link = FindingStep.by_id.is_(None), FindingStep.role.in_(REPORT_BY_LINK), FindingStep.at > since
    counted = select(func.count(FindingStep.id)).where(FindingStep.finding_id == finding.id, *by_link)
    return db.session.scalar(counted) or 0
