"""The mails that carry messages. Each reader's link leads to a page where they answer."""

from __future__ import annotations

from datetime import datetime

from watch.groups.queries.members import coordinates
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import ContactMessage, Group, LeftOut, MessageAudience, OutboxRow, Purpose


def _unless(message: ContactMessage, _now: datetime) -> Unless:
    """Leave out whoever coordinates no more. A member gets the answer even if they have left meanwhile."""
    if message.audience is MessageAudience.MEMBER:
        return {}
    return {LeftOut.READER: ~coordinates(OutboxRow.person_id, Group.id == message.group_id)}


NEIGHBOUR_WROTE = Mail(
    "neighbour-wrote",
    about=ContactMessage,
    sender=FromAddress.ACCOUNT,
    link=lambda _message: "/messages/",
    wanted_unless=_unless,
    for_row=Purpose.REPLY,
)
MESSAGE_ANSWERED = Mail(
    "message-answered",
    about=ContactMessage,
    sender=FromAddress.ACCOUNT,
    link=lambda _message: "/messages/",
    wanted_unless=_unless,
    for_row=Purpose.REPLY,
)
