"""Gives contact persons a page of their own and ends it; what partners report and correct."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from watch import audit
from watch.accounts.queries import was_told_today
from watch.accounts.service.officers import demand_no_coordinator
from watch.accounts.service.people import mailbox_for_asking
from watch.accounts.service.signing_in import end_sign_ins
from watch.contacts import service as contacts
from watch.extensions import db
from watch.findings import service as findings
from watch.mail import outbox
from watch.models import ContactPerson, Finding, Language, Partner, Person, utcnow
from watch.partners.mails import PARTNER_ASSIGNED
from watch.partners.queries import Properties, pages_of

Report = findings.Report
WORTH_READING = timedelta(days=30)


def give_page(contact: ContactPerson, places: Iterable[Properties], *, by: Person) -> bool:
    """Give a contact person a page for each of these properties. Twice changes nothing.

    Returns True if a mail about it was queued: one for all of them, once a day at most. The officer vouches
    for the address. Raises CoordinatorNeverFollows.
    """
    person, now = _reader_of(contact), utcnow()
    demand_no_coordinator(person)
    has_page = bool(pages_of(person))
    given = [_assign(person, each, now, by) for each in places]
    new = [each for each in given if each is not None]
    return bool(new) and _let_in(new[0], has_page=has_page)


def give_again(partner: Partner, *, by: Person) -> None:
    """Undo the end of a page. Raises CoordinatorNeverFollows."""
    demand_no_coordinator(partner.person)
    if partner.ended_at is not None:
        has_page = bool(pages_of(partner.person))
        partner.ended_at = None
        audit.note("partner-assigned", about=partner.person, by=by, area=partner.area)
        _let_in(partner, has_page=has_page)


def end_page(partner: Partner, *, by: Person) -> None:
    """End a page. Its mail, if it waits, is left out when its turn comes. Twice changes nothing."""
    if partner.ended_at is None:
        partner.ended_at = utcnow()
        audit.note("partner-ended", about=partner.person, by=by, area=partner.area)


def report(finding: Finding, said: Report, *, seen: str, by: Person) -> None:
    """Say as its owner how far a finding has come, as by the mailed link.

    Raises FindingRemoved, NothingNew and ReportedMeanwhile.
    """
    findings.report(finding, said, role=finding.owner, seen=seen, by=by)


def correct_entry(
    card: Collection[ContactPerson], said: contacts.Correction, *, seen: str, by: Person, today: date
) -> None:
    """Correct a partner's own entry, as by the mailed link. For whom it is stays as it is.

    Raises ChangedMeanwhile and ContactRemoved.
    """
    contacts.correct_card([*card], said, seen=seen, by=by, today=today)


def _reader_of(contact: ContactPerson) -> Person:
    """Return who had a page last at a contact's address; else a new person with the contact's name.

    Nobody else who reads the mailbox is taken: officers would learn who lives here, and they the page.
    """
    mailbox = mailbox_for_asking(contact.email or "")  # locked: two presses at once make one person
    here = select(Partner).join(Partner.person).where(Person.mailbox_id == mailbox.id)
    current_first = here.order_by(Partner.ended_at.is_not(None), Partner.id.desc())
    if last := db.session.scalars(current_first.limit(1)).first():
        return last.person
    name = (contact.name or contact.organisation).partition(",")[0].strip()  # "Lars Ek, förvaltare"
    person = Person(name=name, mailbox=mailbox, language=Language.SWEDISH)
    db.session.add(person)
    return person


def _assign(person: Person, places: Properties, now: datetime, by: Person) -> Partner | None:
    """Return the new page, or the one that ended today; None if there is one. The mailbox is locked."""
    landlord_id = places.landlord.id if places.landlord else None
    here = Partner.area_id == places.area.id, Partner.landlord_id.is_not_distinct_from(landlord_id)
    known = (
        select(Partner).where(Partner.person_id == person.id, *here).order_by(Partner.ended_at.is_not(None))
    )
    partner = db.session.scalars(known.limit(1)).first()
    if partner is not None and partner.ended_at is None:
        return None
    if partner is None:
        partner = Partner(area_id=places.area.id, landlord_id=landlord_id, person=person)
        db.session.add(partner)
    partner.assigned_at, partner.ended_at = now, None
    audit.note("partner-assigned", about=person, by=by, area=places.area)
    return partner


def _let_in(partner: Partner, *, has_page: bool) -> bool:
    """Let a person sign in who has a page now, with the stricter rules; return True if they are mailed.

    Whoever has had a page already has signed in by those rules, and stays signed in.
    """
    person = partner.person
    person.address_confirmed_at = person.address_confirmed_at or utcnow()
    if not has_page:
        end_sign_ins(person)
    db.session.flush()
    if person.mailbox_id is None or was_told_today(person.mailbox_id, PARTNER_ASSIGNED.kind):
        return False
    outbox.queue(PARTNER_ASSIGNED, to=person, about=partner, not_after=utcnow() + WORTH_READING)
    return True
