"""The mail that asks a contact person once a year whether their entry is right; that about a correction."""

from __future__ import annotations

from datetime import datetime

from watch import tokens
from watch.contacts.asking import is_open
from watch.contacts.queries import elsewhere, keepers_to_tell
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import ContactPerson, ContactQuestion, LeftOut, OutboxRow, Purpose


def _unless(question: ContactQuestion, now: datetime) -> Unless:
    return {
        LeftOut.OVER: not is_open(question, now),
        LeftOut.ADDRESS: OutboxRow.mailbox_id != question.mailbox_id,
    }


CONTACT_ASKED = Mail(
    "contact-asked",
    about=ContactQuestion,
    sender=FromAddress.ACCOUNT,
    link=lambda question: f"/c/{tokens.make(Purpose.CONTACT, question)}",
    wanted_unless=_unless,
    to_many=True,
)


def _unless_seen(contact: ContactPerson, _now: datetime) -> Unless:
    """Leave it out once every officer has looked at the card, and to who follows it no more."""
    card = [contact, *elsewhere([contact])]
    return {
        LeftOut.OVER: not contact.is_current or not any(each.corrected_at for each in card),
        LeftOut.READER: OutboxRow.person_id.not_in(keepers_to_tell(card)),
    }


CONTACT_CORRECTED = Mail(
    "contact-corrected",
    about=ContactPerson,
    sender=FromAddress.ACCOUNT,
    link=lambda _contact: "/contacts/edit",
    wanted_unless=_unless_seen,
)
