"""Groups that are asked to a joint gathering: which there are, who is asked for them, and who was told no."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from watch.extensions import db
from watch.groups.queries.members import REACHED_BY_MAIL, coordinates
from watch.models import (
    Coordinator,
    Group,
    GroupState,
    Mailing,
    Meeting,
    MeetingAudience,
    MeetingPart,
    OutboxRow,
    OutboxState,
    PartState,
)

_Later, _OfLater = aliased(OutboxRow), aliased(Mailing)

ASKED, LEFT, ENDED = "joint-invited", "meeting-left", "part-ended"  # kinds of mail
WORDS_OF_LEAVING = LEFT, ENDED  # that a group said no after all, or was closed
STILL_ASKED = timedelta(days=60)  # whether a group was there, after others have written it down


def groups_to_ask(group: Group) -> list[Group]:
    """Return the other groups of the area that are active or starting, by name."""
    wanted = select(Group).where(Group.area_id == group.area_id, Group.id != group.id)
    living = Group.state.in_([GroupState.STARTING, GroupState.ACTIVE])
    return list(db.session.scalars(wanted.where(living).order_by(Group.name)))


def without_coordinator(groups: Collection[Group]) -> Sequence[str]:
    """Return the names of those of the groups in which nobody can answer yet."""
    coordinated = select(Coordinator.group_id).where(Coordinator.is_current)
    wanted = select(Group.name).where(Group.id.in_(_ids(groups)), Group.id.not_in(coordinated))
    return db.session.scalars(wanted.order_by(Group.name)).all()


def questions_to(group: Group, now: datetime) -> list[tuple[Meeting, MeetingPart]]:
    """Return joint gatherings of others that a group answers about, with what it has answered.

    They have asked it to a coming one, or have lately written down that it was there.
    """
    written_down = and_(Meeting.called_at >= Meeting.starts_at, Meeting.called_at > now - STILL_ASKED)
    wanted = (
        select(Meeting, MeetingPart)
        .join(MeetingPart, MeetingPart.meeting_id == Meeting.id)
        .where(MeetingPart.group_id == group.id, Meeting.group_id.is_distinct_from(group.id))
        .where(Meeting.audience == MeetingAudience.PARTS, Meeting.is_on)
        .where(or_(Meeting.starts_at > now, written_down))
        .options(selectinload(Meeting.parts), joinedload(Meeting.group), joinedload(Meeting.area))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [(meeting, part) for meeting, part in db.session.execute(wanted)]


def asked_groups(meeting: Meeting, state: PartState = PartState.INVITED) -> list[Group]:
    """Return the groups that have not answered yet, or that have answered so, each once.

    Closed ones never will.
    """
    groups = dict.fromkeys(each.group for each in meeting.parts if each.state is state)
    return [each for each in groups if each.state is not GroupState.CLOSED]


def silent_groups(meeting: Meeting) -> list[Group]:
    """Return the groups of a gathering that others have written down that have not said whether they came.

    Until they do, their members hear nothing of it. Closed groups never will.
    """
    silent = (each for each in meeting.parts if each.takes_part and not meeting.is_told_to(each))
    groups = dict.fromkeys(each.group for each in silent)
    return [each for each in groups if each.state is not GroupState.CLOSED]


def people_to_ask(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the leads of the groups that have not answered yet.

    Where no mail reaches a lead it is all coordinators.
    """
    waiting = Coordinator.group_id.in_(_ids(asked_groups(meeting))), Coordinator.is_current
    led = select(Coordinator.group_id).where(*waiting, Coordinator.is_lead, REACHED_BY_MAIL)
    asked = select(Coordinator.person_id).where(*waiting)
    return asked.where(or_(Coordinator.is_lead, Coordinator.group_id.not_in(led))).distinct()


def people_asked(meeting: Meeting) -> Select[int | None]:
    """Return a select of the ids of coordinators who may have read the question, and have not answered it."""
    read = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    read = read.where(Mailing.meeting_id == meeting.id, Mailing.kind == ASKED, OutboxRow.may_have_arrived())
    return read.where(coordinates(OutboxRow.person_id, Group.id.in_(_ids(asked_groups(meeting)))))


def people_left_out(meeting: Meeting) -> Select[int | None]:
    """Return a select of the ids of those whose last word was that their group is not in the meeting."""
    is_word = _OfLater.meeting_id == meeting.id, _OfLater.kind.not_in(WORDS_OF_LEAVING)
    stopped = and_(_Later.state.in_([OutboxState.CANCELLED, OutboxState.EXPIRED]), ~_Later.in_doubt)
    called_again = (
        exists()
        .where(_Later.person_id == OutboxRow.person_id, _Later.id > OutboxRow.id)
        .where(_OfLater.id == _Later.mailing_id, *is_word, ~stopped)
    )
    told = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    of_leaving = Mailing.meeting_id == meeting.id, Mailing.kind.in_(WORDS_OF_LEAVING)
    told = told.where(*of_leaving, OutboxRow.may_have_arrived())
    return told.where(OutboxRow.person_id.is_not(None), ~called_again)


def _ids(groups: Collection[Group]) -> list[int]:
    return [each.id for each in groups]
