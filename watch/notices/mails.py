"""The mail with a notice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from watch.groups.queries.choices import WANTS_NOTICES, has_opted_out, wants_mail_of
from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import Area, Audience, Group, LeftOut, Mailing, Notice, OutboxRow


def _unless(notice: Notice, _now: datetime) -> Unless:
    return {LeftOut.OVER: notice.stopped_at is not None, LeftOut.READER: ~_is_for(notice)}


def _is_for(notice: Notice) -> ColumnElement[bool]:
    """Return the condition that a row's reader is in the notice's audience and wants such mail."""
    reader = OutboxRow.person_id
    if notice.group_id is not None:
        return wants_mail_of(reader, Group.id == notice.group_id, WANTS_NOTICES)
    return or_(*(_is_in(area, notice, reader) for area in notice.areas))


def _is_in(area: Area, notice: Notice, reader: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    here = Group.area_id == area.id
    is_in_it = coordinates(reader, here)
    if notice.audience is not Audience.AREA_COORDINATORS:
        is_in_it = or_(takes_part(reader, here), is_in_it)
    return is_in_it & ~has_opted_out(reader, area.id)


def _list_of(mailing: Mailing) -> Group | Area:
    notice, part = mailing.notice, mailing.notice_area
    assert notice is not None
    to = notice.group or (part.area if part else notice.area)
    assert to is not None
    return to


NOTICE = Mail(
    "notice",
    about=Notice,
    sender=FromAddress.NOTICES,
    link=lambda notice: f"/notices/{notice.id}",
    wanted_unless=_unless,
    list_of=_list_of,
)
