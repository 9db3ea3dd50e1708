"""Why a claimed row is not sent after all.

Between the press and the sending somebody leaves, a meeting is cancelled, an invitation revoked. The rules
of a mail stand in its declaration (`Mail.wanted_unless`); those of every mail stand here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_

from watch.mail.kinds import KINDS, FromAddress, Mail
from watch.models import LeftOut, Mailbox, Mailing, OutboxRow, Person, Suppression


def reason(mailing: Mailing, now: datetime) -> ColumnElement[LeftOut | None]:
    """The first reason to leave out a row (joined to its Mailbox and Person); NULL for one that is sent."""
    mail = KINDS.get(mailing.kind)
    if mail is None or not isinstance(mailing.about, mail.about):
        # It is of another version of the program, and is parked where it cannot be made.
        return literal(None, OutboxRow.left_out.type)
    rules = [
        (LeftOut.TOO_LATE, and_(OutboxRow.not_after.is_not(None), OutboxRow.not_after <= now)),
        (LeftOut.ADDRESS, ~_reaches_its_reader(mail)),
        *mail.wanted_unless(mailing.about, now).items(),
    ]
    whens = [(func.coalesce(rule, True), literal(word, OutboxRow.left_out.type)) for word, rule in rules]
    return case(*whens, else_=None)


def _reaches_its_reader(mail: Mail[Any]) -> ColumnElement[bool]:
    """The mailbox is still theirs, is not dead, and has not complained of being written to."""
    stops = {Suppression.BOUNCED}
    if mail.sender is FromAddress.NOTICES:
        stops.add(Suppression.COMPLAINED)
    return and_(
        Mailbox.id.is_not(None),
        or_(Mailbox.suppression.is_(None), Mailbox.suppression.not_in(stops)),
        or_(OutboxRow.person_id.is_(None), Person.mailbox_id == OutboxRow.mailbox_id),
    )
