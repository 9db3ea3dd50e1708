"""The start meeting for those interested in a building: whether one can be called, and the next one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from watch.extensions import db
from watch.groups.queries.areas import last_night, were_interested
from watch.groups.queries.interested import houses_with, is_start_meeting_of
from watch.meetings.public_holidays import holiday_on
from watch.models import (
    FEW,
    Building,
    Group,
    GroupState,
    Interest,
    Mailing,
    Meeting,
    OutboxRow,
    Person,
    utcnow,
)

AHEAD = timedelta(days=14)  # letters must have come, and people need time to plan
TUESDAY = 1
INTERESTED = Interest.confirmed_at.is_not(None), Interest.ended_at.is_(None)


def group_in(building: Building) -> Group | None:
    """Return the group of a building, or None."""
    return db.session.get(Group, building.group_id) if building.group_id else None


def is_before_its_start(building: Building) -> bool:
    """Return True if the building has no group, or one that is starting or rests."""
    group = group_in(building)
    return group is None or group.state in {GroupState.STARTING, GroupState.DORMANT}


def somebody_is_interested(building: Building) -> bool:
    """Return True if a start meeting reaches somebody: one or more of last night, or five or more by now.

    So officers never learn of a single person who has come or gone by day. In a group that rests it also
    reaches its members.
    """
    group = group_in(building)
    if group is not None and group.state is GroupState.DORMANT and group.counted_taking_part:
        return True
    now = utcnow()
    last, present = _count(building, were_interested(last_night(now))), _count(building, *INTERESTED)
    before, by_now = db.session.execute(select(last, present)).one()
    return bool(before > 0 or by_now >= FEW)


def can_be_called_to_start(building: Building) -> bool:
    """Return True if officers can call those who are interested in a building to a start meeting."""
    return is_before_its_start(building) and somebody_is_interested(building)


def _count(building: Building, *which: ColumnElement[bool]) -> ScalarSelect[int]:
    here = select(func.count(Interest.id)).join(Building, Building.id == Interest.building_id)
    return here.where(houses_with(building.id), *which).scalar_subquery()


def next_start_meeting(building: Building, now: datetime) -> Meeting | None:
    """Return the next start meeting for those interested in a building, which has not ended, or None."""
    coming = is_start_meeting_of(building.id), Meeting.is_on, Meeting.ends_at > now
    return db.session.scalar(select(Meeting).where(*coming).order_by(Meeting.starts_at, Meeting.id).limit(1))


def last_mail_about(meeting: Meeting, person: Person) -> OutboxRow | None:
    """Return the row of the last mail to a person's mailbox that asks whether they come to a meeting."""
    rows = select(OutboxRow).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    asks = Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called"
    theirs = rows.where(*asks, OutboxRow.person_id == person.id, OutboxRow.mailbox_id == person.mailbox_id)
    return db.session.scalar(theirs.order_by(OutboxRow.id.desc()).limit(1))


def proposed_day(today: date) -> date:
    """Return the first Tuesday in two weeks or more that is no public holiday or eve."""
    day = today + AHEAD
    while day.weekday() != TUESDAY or holiday_on(day):
        day += timedelta(days=1)
    return day
