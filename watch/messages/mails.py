"""The mails that carry messages. Each reader's link leads to a page where they answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists

from watch.groups.queries.choices import WANTS_NOTICES, wants_mail_of
from watch.groups.queries.members import coordinates
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import (
    ContactMessage,
    Group,
    Interest,
    LeftOut,
    Mailing,
    MessageAudience,
    OutboxRow,
    Purpose,
)


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


def _interested_unless(message: ContactMessage, _now: datetime) -> Unless:
    interested = exists().where(
        Interest.person_id == OutboxRow.person_id,
        Interest.building_id == message.building_id,
        Interest.is_current,
    )
    return {LeftOut.OVER: message.stopped_at is not None, LeftOut.READER: ~interested}


def _group_of(mailing: Mailing) -> Group:
    message = mailing.contact_message
    assert message is not None
    assert message.group is not None
    return message.group


OFFICER_WROTE_INTERESTED = Mail(
    "officer-wrote-interested",
    about=ContactMessage,
    sender=FromAddress.ACCOUNT,
    link=lambda _message: "/messages/interest/",
    wanted_unless=_interested_unless,
    for_row=Purpose.REPLY,
    to_many=True,
)
OFFICER_WROTE_MEMBERS = Mail(
    "officer-wrote-members",
    about=ContactMessage,
    sender=FromAddress.NOTICES,
    link=lambda message: f"/groups/{message.group_id}/contacts",
    wanted_unless=lambda message, _now: {
        LeftOut.OVER: message.stopped_at is not None,
        LeftOut.READER: ~wants_mail_of(OutboxRow.person_id, Group.id == message.group_id, WANTS_NOTICES),
    },
    list_of=_group_of,
)
