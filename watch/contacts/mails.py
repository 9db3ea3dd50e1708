"""The mail that asks a contact person once a year whether their entry is still right."""

from __future__ import annotations

from datetime import datetime

from watch import tokens
from watch.contacts.asking import is_open
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import ContactQuestion, LeftOut, OutboxRow, Purpose


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
