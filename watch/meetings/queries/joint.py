"""Whom it concerns when a group answers whether it takes part in a joint gathering."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from watch.groups.queries.choices import WANTS_MEETINGS
from watch.marks import mark
from watch.meetings.queries.calls import households_to_tell, people_to_tell
from watch.meetings.queries.coming import lives_in
from watch.meetings.queries.invited import LEFT, people_left_out
from watch.meetings.queries.latecomers import told
from watch.meetings.queries.notes import published_of
from watch.models import (
    Group,
    Household,
    Mailing,
    Meeting,
    MeetingKind,
    MeetingPart,
    Membership,
    OutboxRow,
    OutboxState,
    PartState,
)
from watch.recipients import RecipientCounts, count_recipients, households_on_paper


def gatherings_beside(meeting: Meeting) -> Select[Meeting]:
    """Return a select of the joint gatherings with the same group at the time of one that is not saved.

    It is the group that calls, or any that takes part if an officer does.
    """
    groups = [meeting.group_id] if meeting.group_id else [each.group_id for each in meeting.parts]
    parts = select(MeetingPart.meeting_id).where(
        MeetingPart.group_id.in_(groups), MeetingPart.state.in_([PartState.INVITED, PartState.TAKES_PART])
    )
    at_once = Meeting.starts_at < meeting.ends_at, Meeting.ends_at > meeting.starts_at
    joint = select(Meeting).where(Meeting.kind == MeetingKind.JOINT, Meeting.is_on, *at_once)
    return joint.where(Meeting.id.in_(parts)).order_by(Meeting.id)


def mark_of_part(meeting: Meeting, part: MeetingPart) -> str:
    """Return the mark of what a group has answered, and of whether there are notes that an answer sends."""
    return mark(part.state.value, part.decided_at, published_of(meeting) is not None)


def people_to_join(meeting: Meeting, group: Group) -> Select[int]:
    """Return a select of the ids of those to call if a group says yes, who want such mail.

    Who is called with another group, or knows of the meeting already, is not called twice.
    """
    return _newcomers(meeting, group).where(WANTS_MEETINGS)


def _newcomers(meeting: Meeting, group: Group) -> Select[int]:
    knows = or_(*(Membership.person_id.in_(people) for people in told(meeting)))
    is_new = or_(~knows, Membership.person_id.in_(people_left_out(meeting)))
    return select(Membership.person_id).where(*_only_in(meeting, group), is_new).distinct()


def households_to_join(meeting: Meeting, group: Group) -> Select[int]:
    """Return a select of the ids of their households that need paper."""
    here = households_on_paper(*_only_in(meeting, group), WANTS_MEETINGS)
    has_call = _papers(meeting).where(Mailing.kind != LEFT, OutboxRow.state != OutboxState.CANCELLED)
    was_told = _papers(meeting).where(Mailing.kind == LEFT, OutboxRow.state == OutboxState.HANDED_OUT)
    return here.where(or_(Household.id.not_in(has_call), Household.id.in_(was_told)))


def recipients_of_joining(meeting: Meeting, group: Group) -> RecipientCounts:
    """Count whom the call reaches if a group says yes."""
    people, households = people_to_join(meeting, group), households_to_join(meeting, group)
    return count_recipients(people, households, audience=_newcomers(meeting, group))


def people_to_leave(meeting: Meeting, group: Group) -> Select[int]:
    """Return a select of the ids of those to tell if a group that took part says no after all."""
    left = Membership.person_id.not_in(people_left_out(meeting))
    return people_to_tell(meeting).where(*_only_in(meeting, group), left)


def households_to_leave(meeting: Meeting, group: Group) -> Select[int]:
    """Return a select of the ids of their households to tell on paper."""
    return households_to_tell(meeting).where(*_only_in(meeting, group))


def recipients_of_leaving(meeting: Meeting, group: Group) -> RecipientCounts:
    """Count whom it reaches that a group does not take part after all."""
    people = people_to_leave(meeting, group)
    return count_recipients(people, households_to_leave(meeting, group), audience=people)


def is_row_of(meeting: Meeting, group: Group) -> ColumnElement[bool]:
    """Return the condition on OutboxRow that it is for somebody whom only this group brings in."""
    members = select(Membership.person_id).where(*_only_in(meeting, group))
    homes = select(Membership.household_id).where(*_only_in(meeting, group))
    return or_(
        OutboxRow.person_id.in_(members),
        OutboxRow.household_id.in_(homes.where(Membership.household_id.is_not(None))),
    )


def _only_in(meeting: Meeting, group: Group) -> tuple[ColumnElement[bool], ...]:
    """Return conditions on Membership: a member of the group whom no other group of the meeting brings in."""
    others = (lives_in(each) for each in meeting.parts if each.takes_part and each.group_id != group.id)
    elsewhere = select(Membership.person_id).where(Membership.is_current, or_(false(), *others))
    return (
        and_(Membership.group_id == group.id, Membership.is_current),
        Membership.person_id.not_in(elsewhere),
    )


def _papers(meeting: Meeting) -> Select[int | None]:
    rows = select(OutboxRow.household_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    return rows.where(Mailing.meeting_id == meeting.id, OutboxRow.household_id.is_not(None))
