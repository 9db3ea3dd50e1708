"""Whom calling and cancelling a meeting reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from watch.extensions import db
from watch.groups.queries.answered import people_who_said
from watch.groups.queries.choices import WANTS_MEETINGS, wants_mail_of, wants_word_of
from watch.groups.queries.members import coordinates, takes_part
from watch.meetings.queries.coming import (
    and_the_interested,
    called_by_interest,
    called_people,
    is_for_member,
    members_of,
    who_said,
)
from watch.meetings.queries.invited import ASKED, LEFT, people_asked
from watch.models import (
    Answer,
    Building,
    Group,
    Interest,
    Mailing,
    Meeting,
    MeetingAudience,
    MeetingChange,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
)
from watch.recipients import RecipientCounts, count_recipients, households_on_paper

_AtHome = aliased(Membership)


def people_to_call(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those whom a meeting, saved or not, is for and who want such mail."""
    if meeting.audience is MeetingAudience.COORDINATORS:
        return _coordinators(meeting).where(_wants_mail(meeting, Person.id))
    return and_the_interested(meeting, members_of(meeting).where(WANTS_MEETINGS))


def _coordinators(meeting: Meeting) -> Select[int]:
    return select(Person.id).where(coordinates(Person.id, meeting.has_group))


def _wants_mail(
    meeting: Meeting, person_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    return wants_mail_of(person_id, meeting.has_group, WANTS_MEETINGS)


def households_to_call(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of their households that need paper."""
    return households_on_paper(is_for_member(meeting), WANTS_MEETINGS)


def recipients_of_call(meeting: Meeting) -> RecipientCounts:
    """Count the recipients of a call to a meeting, which need not be saved."""
    return _counts(meeting, people_to_call(meeting), households_to_call(meeting), called_people(meeting))


def _counts(
    meeting: Meeting, people: Select[int], households: Select[int], audience: Select[int]
) -> RecipientCounts:
    counts = count_recipients(people, households, audience=audience)
    if meeting.audience is MeetingAudience.COORDINATORS:  # who goes without mail gets no paper
        everybody = db.session.scalar(select(func.count()).select_from(people.distinct().subquery())) or 0
        return replace(counts, unreached=everybody - counts.mail)
    return counts


def was_called(meeting: Meeting) -> bool:
    """Return True if the meeting was called. One recorded afterwards was not."""
    calls = select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called")
    return db.session.scalar(calls.limit(1)) is not None


def people_called_by_mail(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of people whom a call was queued for, or who may know of the meeting.

    They want word of it (hears_of). Somebody who joined later knows of it from their welcome mail.
    """
    rows = _rows_of_call(meeting, OutboxRow.person_id).where(OutboxRow.person_id.is_not(None))
    people, person_id = _told(meeting)
    return people.where(or_(person_id.in_(rows), _has_heard_of(meeting, person_id)))


def people_to_tell(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of people who may know of the meeting and want word of it."""
    people, person_id = _told(meeting)
    return people.where(_has_heard_of(meeting, person_id))


def _told(meeting: Meeting) -> tuple[Select[int], InstrumentedAttribute[int]]:
    """Return a select of those in the meeting's groups who want word of it, and its column of ids."""
    if meeting.audience is MeetingAudience.COORDINATORS:
        wanted = or_(_wants_mail(meeting, Person.id), Person.id.in_(_who_comes(meeting)))
        return _coordinators(meeting).where(wanted), Person.id
    here = Membership.group_id.in_(_groups(meeting)), Membership.is_current
    members = select(Membership.person_id).where(*here, wants_word_of(meeting.id))
    if meeting.audience is MeetingAudience.INTERESTED:
        return and_the_interested(meeting, members), Person.id
    return members, Membership.person_id


def _groups(meeting: Meeting) -> Select[int]:
    return select(Group.id).where(meeting.has_group)


def _who_comes(meeting: Meeting) -> Select[int | None]:
    """Return a select of the ids of those who have answered yes or maybe for themselves."""
    return who_said(meeting, Answer.YES, Answer.MAYBE)


def households_to_tell(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of households with a member who may know of the meeting and needs paper."""
    if meeting.audience is MeetingAudience.COORDINATORS:
        return households_on_paper(false())
    return households_on_paper(
        Membership.group_id.in_(_groups(meeting)),
        wants_word_of(meeting.id),
        _has_heard_of(meeting, Membership.person_id),
    )


def hears_of(
    meeting: Meeting, person_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Return the condition that a person, given as a column of ids, may get mail about the meeting.

    They are a member or coordinator of one of its groups who wants such mail, a member who has answered yes
    or maybe, or interested in one of their buildings. A start meeting is for the interested, and those who
    have ended their interest by a mail's link hear of it if they have answered yes or maybe.
    """
    if meeting.audience is MeetingAudience.COORDINATORS:
        still = coordinates(person_id, meeting.has_group)
        return and_(still, or_(_wants_mail(meeting, person_id), person_id.in_(_who_comes(meeting))))
    return or_(
        _wants_mail(meeting, person_id),
        takes_part(person_id, meeting.has_group, wants_word_of(meeting.id)),
        _is_interested(meeting, person_id),
    )


def _is_interested(
    meeting: Meeting, person_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    if meeting.audience is MeetingAudience.INTERESTED:
        return person_id.in_(called_by_interest(meeting))
    here = Building.group_id.in_(_groups(meeting)), Interest.ended_at.is_(None)
    theirs = select(Interest.id).join(Building, Building.id == Interest.building_id)
    return theirs.where(Interest.person_id == person_id, *here).exists()


def heard_of(meeting: Meeting) -> list[Select[int | None]]:
    """Return selects of the ids of people who may know of a meeting.

    A call or reminder may have arrived, or a welcome mail that names the next meeting, or they or their
    household have answered, or the call on paper was ticked as handed out to their flat.
    """
    words = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    words = words.where(OutboxRow.person_id.is_not(None), OutboxRow.may_have_arrived())
    welcomed = words.where(Mailing.next_meeting_id == meeting.id)
    if meeting.cancelled_at:  # a welcome that went later did not name it
        is_older = OutboxRow.settled_at < meeting.cancelled_at
        welcomed = welcomed.where(or_(OutboxRow.settled_at.is_(None), is_older))
    said = Mailing.meeting_id == meeting.id, Mailing.kind.not_in(["meeting-cancelled", ASKED])
    answered = people_who_said(meeting.id, *Answer)
    handed_out = _rows_of_call(meeting, OutboxRow.household_id).where(
        OutboxRow.household_id.is_not(None), OutboxRow.state == OutboxState.HANDED_OUT
    )
    on_paper = select(_AtHome.person_id).where(_AtHome.household_id.in_(handed_out))
    if meeting.audience is MeetingAudience.COORDINATORS:  # no welcome names it, and nobody has it on paper
        return [words.where(*said), who_said(meeting, *Answer)]
    alone = [who_said(meeting, *Answer)] if meeting.audience is MeetingAudience.INTERESTED else []
    return [words.where(*said), welcomed, answered, on_paper, *alone]


def _has_heard_of(meeting: Meeting, person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return or_(*(person_id.in_(people) for people in heard_of(meeting)))


def people_to_tell_of_change(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those to tell of a change.

    Somebody whose mail of an earlier change still waits is told by that one: it is written when it is sent.
    """
    people, person_id = _told(meeting)
    return people.where(_has_heard_of(meeting, person_id), person_id.not_in(_told_of_change(meeting)))


def _told_of_change(meeting: Meeting) -> Select[int | None]:
    waiting = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    waiting = waiting.where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-changed")
    waiting = waiting.where(OutboxRow.state == OutboxState.QUEUED, ~OutboxRow.may_have_arrived())
    return waiting.where(OutboxRow.person_id.is_not(None))


def people_to_tell_of_cancelling(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those to tell, and of coordinators whom the question has reached."""
    told, asked = people_to_tell(meeting), people_asked(meeting)
    return select(Person.id).where(or_(Person.id.in_(told), Person.id.in_(asked)))


def people_who_know(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of those who may know of the meeting, also if they want no word of it."""
    return select(Person.id).where(Person.id.in_(called_people(meeting)), _has_heard_of(meeting, Person.id))


def recipients_of_change(meeting: Meeting, group: Group | None = None) -> RecipientCounts:
    """Count the recipients of the mail and paper that a meeting is changed, in all groups or in one."""
    know = people_who_know(meeting).where(Person.id.not_in(_told_of_change(meeting)))
    return _counts_told(meeting, people_to_tell_of_change(meeting), know, group)


def _counts_told(
    meeting: Meeting, people: Select[int], know: Select[int], group: Group | None
) -> RecipientCounts:
    households = households_to_tell(meeting)
    if group:
        members = select(_AtHome.person_id).where(_AtHome.group_id == group.id, _AtHome.is_current)
        people, know = (some.where(some.selected_columns[0].in_(members)) for some in (people, know))
        households = households.where(Membership.group_id == group.id)
    return _counts(meeting, people, households, know)


def changes_told(meeting: Meeting) -> Sequence[MeetingChange]:
    """Return what the meeting was before each change that people were told of, the latest first."""
    told = select(MeetingChange).where(
        MeetingChange.meeting_id == meeting.id, MeetingChange.mailing_id.is_not(None)
    )
    return db.session.scalars(told.order_by(MeetingChange.id.desc())).all()


def last_change(meeting: Meeting) -> MeetingChange | None:
    """Return what the meeting was before the last change that people were told of, or None."""
    return next(iter(changes_told(meeting)), None)


def recipients_of_cancelling(meeting: Meeting, group: Group | None = None) -> RecipientCounts:
    """Count the recipients of the mail and paper that a meeting is cancelled, in all groups or in one."""
    return _counts_told(meeting, people_to_tell_of_cancelling(meeting), people_who_know(meeting), group)


def mails_not_sent(meeting: Meeting) -> tuple[int, int]:
    """Return how many calls to a meeting are queued and have not been sent, and how many other mails."""
    is_call = Mailing.kind == "meeting-called"
    wanted = (
        select(is_call, func.count(OutboxRow.id))
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .where(Mailing.meeting_id == meeting.id, ~OutboxRow.may_have_arrived())
        .where(OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
        .group_by(is_call)
    )
    found = {bool(calls): count for calls, count in db.session.execute(wanted)}
    return found.get(True, 0), found.get(False, 0)


def _rows_of_call(meeting: Meeting, column: InstrumentedAttribute[int | None]) -> Select[int | None]:
    return (
        select(column)
        .join(Mailing, Mailing.id == OutboxRow.mailing_id)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "meeting-called")
    )


def mailings_of(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the mailings that called or changed a meeting, or cancelled it."""
    kinds = ("meeting-called", "meeting-changed") if meeting.cancelled_at is None else ("meeting-cancelled",)
    return select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind.in_(kinds))


def mailings_on_paper(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of these and of those that told that a group is not in the meeting."""
    left = Mailing.meeting_id == meeting.id, Mailing.kind == LEFT
    return select(Mailing.id).where(or_(Mailing.id.in_(mailings_of(meeting)), and_(*left)))
