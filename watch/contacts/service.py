"""Changes to contact persons, and the yearly question to them. Each change leaves an audit entry.

A card is a contact person with all the rows that differ only in whom they are for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from watch import audit
from watch.accounts.service.people import mailbox_at
from watch.contacts.asking import asked_since, cards_to_ask, contacts_of, language_at
from watch.contacts.entry import Correction as Correction  # partners use it too
from watch.contacts.entry import Entry, Target, line_of
from watch.contacts.errors import ChangedMeanwhile, ContactRemoved
from watch.contacts.mails import CONTACT_ASKED, CONTACT_CORRECTED
from watch.contacts.queries import Card, facts_of, keepers_to_tell, mark_of
from watch.extensions import db
from watch.mail import outbox
from watch.models import (
    Area,
    ContactPerson,
    ContactQuestion,
    ContactScope,
    Group,
    Mailing,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)

BETWEEN_MAILS = timedelta(hours=1)  # about the corrections of one card
LINK_LASTS = timedelta(days=90)
AFTER_ANSWER = timedelta(days=14)  # in which they may think again; whoever got the mail forwarded could, too


def publish_card(entry: Entry, targets: Collection[Target], *, by: Person, today: date) -> Card:
    """Publish a contact person for some targets, as checked today. What is published already stays one."""
    card = []
    for target in targets:
        contact = _written(ContactPerson(), entry, target)
        if same := _published(contact):
            check_card([same], by=by, today=today)
        else:
            contact.checked_on = today
            db.session.add(contact)
            _note("contact-published", contact, by)
        card.append(same or contact)
    return card


def change_card(
    card: Card, entry: Entry, targets: Collection[Target], *, seen: str, by: Person, today: date
) -> None:
    """Change a card and whom it is for, and mark it as checked today.

    A row whose target is not among them any more is given to a new one, or taken away. A card that was taken
    away comes back, if the form said that it was. `seen` is the card's mark when its form was shown. Raises
    ChangedMeanwhile if it has another one by now, unless it says all of this already, and ContactRemoved.
    """
    wanted = {_whom(target): target for target in targets}
    published = {each.whom for each in card if each.is_current}
    says_so = published == wanted.keys() and all(_says(each, entry) for each in card)
    if not _is_as_seen(card, seen, says_so=says_so):
        return
    kept = {each.whom: each for each in card if each.whom in wanted}
    left = [each for each in card if each not in kept.values()]
    for whom, target in wanted.items():
        contact = kept.get(whom) or (left.pop(0) if left else _beside(card[0]))
        is_new = contact not in card
        _written(contact, entry, target)
        _mark_checked(contact, today)
        bring_back_card([contact], by=by)
        if is_new or db.session.is_modified(contact):
            db.session.add(contact)
            _note("contact-published" if is_new else "contact-changed", contact, by)
    remove_card(left, by=by)


def check_card(card: Card, *, by: Person, today: date, seen: str = "") -> None:
    """Mark a card as checked today. Raises ChangedMeanwhile if it is not what was `seen`, where given."""
    if seen:
        _lock(card, seen)
    for contact in card:
        _mark_checked(contact, today)
        if db.session.is_modified(contact):
            _note("contact-checked", contact, by)


def remove_card(card: Card, *, by: Person) -> None:
    """Take a contact person away. They are erased after 30 days; until then it can be undone."""
    now = utcnow()  # the same for all rows, because they come back together
    for contact in card:
        if contact.is_current:
            contact.removed_at = now
            _note("contact-removed", contact, by)


def bring_back_card(card: Card, *, by: Person) -> None:
    """Undo taking a contact person away. What was published anew meanwhile is not published twice."""
    for contact in card:
        if not contact.is_current and _published(contact) is None:
            contact.removed_at = None
            _note("contact-brought-back", contact, by)


def ask_contacts(now: datetime) -> None:
    """Mail each contact person whose question is due, a mail a card. Running it twice sends no more."""
    for card in cards_to_ask(now):
        _ask(card, now)


def _ask(card: Card, now: datetime) -> None:
    """Ask whether a card is still right, the second time with the same link. A dead address is not asked."""
    mailbox = mailbox_at(card[0].email or "")
    if mailbox.suppression is not None:
        return
    first, _again = asked_since(card)
    known = (each.question for each in card if first and each.question)
    question = next((each for each in known if each.mailbox_id == mailbox.id), None)
    if question is None:
        question = ContactQuestion(mailbox=mailbox)
        db.session.add(question)
    question.sent_at, question.expires_at = now, now + LINK_LASTS
    for contact in card:
        contact.question = question
        contact.asked_at, contact.asked_again_at = first or now, now if first else None
    db.session.flush()
    outbox.queue(CONTACT_ASKED, to=mailbox, about=question, language=language_at(mailbox))


def confirm(question: ContactQuestion, *, seen: str, today: date) -> None:
    """Let a contact person say that all is right. Doing so twice has no further effect.

    Raises ChangedMeanwhile if it is not what they were shown (`seen`).
    """
    contacts = contacts_of(question)
    _lock(contacts, seen)
    for contact in contacts:
        contact.checked_on, contact.resigned_at = today, None
        if db.session.is_modified(contact):
            _note("contact-confirmed", contact, None)
    _end_soon(question)


def correct(question: ContactQuestion, card: Card, correction: Correction, *, seen: str, today: date) -> Card:
    """Publish what a contact person has corrected of one of the question's cards, and let the officers know.

    Raises ChangedMeanwhile if it is not what they were shown (`seen`), unless it says all of this already.
    """
    corrected = correct_card(card, correction, seen=seen, by=None, today=today)
    _end_soon(question)
    return corrected


def _end_soon(question: ContactQuestion) -> None:
    """Let the link of a question that was answered end in some days. Another answer adds no days."""
    question.expires_at = min(question.expires_at, utcnow() + AFTER_ANSWER)


def correct_card(card: Card, correction: Correction, *, seen: str, by: Person | None, today: date) -> Card:
    """Publish what a contact person has corrected of their card, and let the officers know.

    Raises ChangedMeanwhile if it is not what they were shown (`seen`), unless it says all of this already.
    """
    if not _is_as_seen(card, seen, says_so=all(_says(each, correction) for each in card)):
        return card
    changed = []
    for contact in card:
        before, line = facts_of(contact), line_of(contact)
        for name in ("name", "phone", "hours"):
            setattr(contact, name, getattr(correction, name) or None)
        contact.checked_on, contact.resigned_at = today, None
        if facts_of(contact) != before:
            if contact.corrected_at is None:  # of several corrections, what it was when officers saw it last
                contact.corrected_from = line
            contact.corrected_at = utcnow()
            _note("contact-corrected", contact, by)
            changed.append(contact)
    if changed:
        _tell_officers(card)
    return card


def _tell_officers(card: Card) -> None:
    """Mail the officers who follow a card, once an hour at most.

    A mail that waits tells of later corrections too, because it is written when it is sent.
    """
    rows = db.session.execute(
        select(OutboxRow.state, OutboxRow.settled_at)
        .join(OutboxRow.mailing)
        .where(
            Mailing.kind == CONTACT_CORRECTED.kind,
            Mailing.contact_person_id.in_([each.id for each in card]),
            or_(OutboxRow.state == OutboxState.QUEUED, OutboxRow.may_have_arrived()),
        )
    ).all()
    if any(state is OutboxState.QUEUED for state, _settled in rows):
        return
    last = max((settled or utcnow() for _state, settled in rows), default=None)
    due_at = last + BETWEEN_MAILS if last else None
    outbox.queue_many(CONTACT_CORRECTED, people=keepers_to_tell(card), about=card[0], due_at=due_at)


def resign(question: ContactQuestion) -> None:
    """Let a contact person say that they are it no more. The entry stays until an officer acts."""
    for contact in contacts_of(question):
        if contact.resigned_at is None:
            contact.resigned_at = utcnow()
            _note("contact-resigned", contact, None)


def _is_as_seen(card: Card, seen: str, *, says_so: bool) -> bool:
    """Lock a card, and return False if it is another than was seen, but says all that was typed: by the same
    press, a moment earlier. Raises ChangedMeanwhile and ContactRemoved."""
    try:
        _lock(card, seen)
    except ChangedMeanwhile:
        if not says_so:
            raise
        return False
    return True


def _says(contact: ContactPerson, typed: Entry | Correction) -> bool:
    return all(getattr(contact, name) == (value or None) for name, value in asdict(typed).items())


def _lock(card: Card, seen: str) -> None:
    """Read a card again and keep others from changing it meanwhile; raise an error if it is another now."""
    rows = select(ContactPerson).where(ContactPerson.id.in_([each.id for each in card]))
    found = db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all()
    if mark_of(found) != seen:
        raise ChangedMeanwhile if any(each.is_current for each in found) else ContactRemoved


def _mark_checked(contact: ContactPerson, today: date) -> None:
    """Mark a contact as checked today, which also answers what its contact person has said."""
    for name, value in (
        ("checked_on", today), ("corrected_at", None), ("corrected_from", None), ("resigned_at", None),
    ):  # fmt: skip
        if getattr(contact, name) != value:
            setattr(contact, name, value)


def _written(contact: ContactPerson, entry: Entry, target: Target) -> ContactPerson:
    for name in ("role", "organisation", "name", "phone", "email", "hours"):
        setattr(contact, name, getattr(entry, name) or None)
    contact.reach = target.reach
    for reach in (ContactScope.GROUP, ContactScope.BUILDING, ContactScope.LANDLORD, ContactScope.AREA):
        setattr(contact, f"{reach.value}_id", target.id if reach is target.reach else None)
    return contact


def _beside(contact: ContactPerson) -> ContactPerson:
    """Return a new row for another target of a contact, which was asked together with it."""
    return ContactPerson(
        question_id=contact.question_id, asked_at=contact.asked_at, asked_again_at=contact.asked_again_at
    )


def _whom(target: Target) -> str:
    return f"{target.reach.value} {target.id}" if target.id else target.reach.value


def _published(contact: ContactPerson) -> ContactPerson | None:
    """Return what is published already and says the same for the same target."""
    like = ContactPerson.organisation == contact.organisation, ContactPerson.role == contact.role
    with db.session.no_autoflush:
        rows = db.session.scalars(select(ContactPerson).where(*like, ContactPerson.is_current)).all()
    return next(
        (each for each in rows if (each.whom, *facts_of(each)) == (contact.whom, *facts_of(contact))), None
    )


def _note(what: str, contact: ContactPerson, by: Person | None) -> None:
    area = db.session.get(Area, contact.area_id) if contact.area_id else None
    group = db.session.get(Group, contact.group_id) if contact.group_id else None
    audit.note(what, about=contact, by=by, group=group, area=area)
