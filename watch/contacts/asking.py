"""The yearly question to contact persons: which cards it is due for, and what its link is about."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from watch.contacts.queries import Card, cards_of, in_order, is_stale, stale
from watch.extensions import db
from watch.language import local
from watch.models import (
    ContactPerson,
    ContactQuestion,
    Group,
    GroupState,
    Language,
    Mailbox,
    Person,
)

ASK_AGAIN_AFTER = timedelta(days=30)


def cards_to_ask(now: datetime) -> list[Card]:
    """Return the cards with an address that nobody has checked for a year, and whose question is due.

    It is mailed twice at most, 30 days apart; after that it is the officers' matter. A card whose contact
    person has said that they are it no more, or of a group that is closed, is left alone.
    """
    today = local(now).date()
    of_closed = select(Group.id).where(Group.state == GroupState.CLOSED)
    asked = (
        ContactPerson.is_current,
        ContactPerson.email.is_not(None),
        or_(ContactPerson.group_id.is_(None), ContactPerson.group_id.not_in(of_closed)),
    )
    # the rows of one card have the same organisation; the other facts are encrypted
    organisations = select(ContactPerson.organisation).where(*asked, stale(today))
    rows = select(ContactPerson).where(*asked, ContactPerson.organisation.in_(organisations))
    return [card for card in cards_of(in_order(db.session.scalars(rows))) if _is_due(card, today)]


def _is_due(card: Card, today: date) -> bool:
    if not any(is_stale(each, today) for each in card) or any(each.resigned_at for each in card):
        return False
    first, again = asked_since(card)
    return first is None or (again is None and local(first).date() <= today - ASK_AGAIN_AFTER)


def asked_since(card: Card) -> tuple[datetime | None, datetime | None]:
    """Return when the card's contact person was asked since it was last checked: first and again."""
    checked = min(each.checked_on for each in card)
    first, again = (
        max((at for at in times if at and local(at).date() > checked), default=None)
        for times in ([each.asked_at for each in card], [each.asked_again_at for each in card])
    )
    return first, again


def contacts_of(question: ContactQuestion) -> Card:
    """Return the contact persons that a question is about still: not removed, and at the same address."""
    asked = select(ContactPerson).where(ContactPerson.question_id == question.id, ContactPerson.is_current)
    rows = in_order(db.session.scalars(asked))
    return [each for each in rows if each.email == question.mailbox.address]


def card_of(question: ContactQuestion, contact_id: int | None) -> Card | None:
    """Return the question's card that holds a contact person, or None; without one, its first."""
    cards = cards_of(contacts_of(question))
    if contact_id is None:
        return cards[0]
    return next((card for card in cards if contact_id in {each.id for each in card}), None)


def can_answer(question: ContactQuestion, now: datetime) -> bool:
    """Return True if the question's link still works."""
    return question.expires_at > now and bool(contacts_of(question))


def is_open(question: ContactQuestion, now: datetime) -> bool:
    """Return True if it can be answered, and nobody has checked the contact since it was asked."""
    contacts, sent_on = contacts_of(question), local(question.sent_at).date()
    return (
        question.expires_at > now
        and any(each.checked_on < sent_on for each in contacts)
        and not any(each.resigned_at for each in contacts)
    )


def language_at(mailbox: Mailbox) -> Language:
    """Return the language of the first person at a mailbox, else Swedish."""
    known = select(Person.language).where(Person.mailbox_id == mailbox.id).order_by(Person.id).limit(1)
    return db.session.scalar(known) or Language.SWEDISH
