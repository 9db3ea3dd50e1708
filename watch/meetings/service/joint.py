"""Asks other groups to a joint gathering, and saves what they answer."""

from __future__ import annotations

from sqlalchemy import select, update

from watch import audit
from watch.extensions import db
from watch.mail import outbox
from watch.mail.kinds import Mail
from watch.meetings.errors import AlreadyAnswered, AnsweredMeanwhile, MeetingCancelled
from watch.meetings.mails import JOINT_INVITED, MEETING_CALLED, MEETING_LEFT, PART_ENDED
from watch.meetings.queries.invited import WORDS_OF_LEAVING, asked_groups, people_to_ask
from watch.meetings.queries.joint import (
    households_to_join,
    households_to_leave,
    is_row_of,
    mark_of_part,
    people_to_join,
    people_to_leave,
    recipients_of_joining,
    recipients_of_leaving,
)
from watch.meetings.service.plans import expect_open
from watch.models import Group, LeftOut, Mailing, Meeting, MeetingPart, PartState, Person, utcnow
from watch.recipients import reached_by_mail
from watch.statements import changed


def ask_groups(meeting: Meeting) -> None:
    """Mail the question whether they take part to the groups that have not answered, if there are any.

    A question that waits is stopped, because this one takes its place.
    """
    if asked_groups(meeting):
        outbox.cancel(meeting, JOINT_INVITED)
        people = reached_by_mail(people_to_ask(meeting))
        outbox.queue_many(JOINT_INVITED, people=people, about=meeting, not_after=meeting.starts_at)


def take_part(
    meeting: Meeting, group: Group, *, by: Person, seen: str | None = None, promised: str | None = None
) -> None:
    """Let a group that was asked take part, and call its members who do not know of the meeting yet.

    `seen` is the mark of the answer that was shown, and `promised` its numbers (a preview_token). Raises
    AlreadyAnswered, MeetingCancelled, MeetingStarted, and AnsweredMeanwhile and CountChanged if they differ.
    """
    part = _take_turn(meeting, group, PartState.TAKES_PART, seen)
    recipients_of_joining(meeting, group).require_unchanged(promised)
    _call(meeting, group)
    _decide(part, PartState.TAKES_PART, by)
    audit.note("joint-accepted", about=meeting, by=by, group=group)


def _call(meeting: Meeting, group: Group) -> None:
    """Call those of a group who do not know of the meeting, and stop words that they are not in it."""
    about = select(Mailing.id).where(Mailing.meeting_id == meeting.id)
    words_of_leaving = about.where(Mailing.kind.in_(WORDS_OF_LEAVING))
    outbox.stop(is_row_of(meeting, group), mailings=words_of_leaving, why=LeftOut.OVER)
    mailing = outbox.queue_many(
        MEETING_CALLED,
        people=reached_by_mail(people_to_join(meeting, group)),
        about=meeting,
        not_after=meeting.starts_at,
    )
    outbox.queue_paper(mailing, households_to_join(meeting, group))


def decline(
    meeting: Meeting, group: Group, *, by: Person, seen: str | None = None, promised: str | None = None
) -> None:
    """Say no for a group that was asked. If it took part, its members who may know of the meeting are told.

    The arguments and errors are those of `take_part`.
    """
    part = _take_turn(meeting, group, PartState.DECLINED, seen)
    if part.takes_part:
        recipients_of_leaving(meeting, group).require_unchanged(promised)
        mailing = _tell_of_leaving(MEETING_LEFT, meeting, group)
        outbox.queue_paper(mailing, households_to_leave(meeting, group))
    _decide(part, PartState.DECLINED, by)
    audit.note("joint-declined", about=meeting, by=by, group=group)


def end_part(meeting: Meeting, group: Group) -> None:
    """Let a group be in the meeting no more because it is closed, and mail those who may know of the meeting.

    What it has answered stays, for an undo.
    """
    part = _take_turn(meeting, group, PartState.ENDED)
    _tell_of_leaving(PART_ENDED, meeting, group)
    part.state = PartState.ENDED
    db.session.flush()


def bring_part_back(meeting: Meeting, group: Group) -> None:
    """Let a group that is opened again be in the meeting as before, and call those who do not know of it."""
    part = _take_turn(meeting, group, PartState.TAKES_PART)
    _call(meeting, group)
    part.state = PartState.TAKES_PART
    db.session.flush()


def _tell_of_leaving(mail: Mail[Meeting], meeting: Meeting, group: Group) -> Mailing:
    """Stop what waits for a group's members about the meeting, and mail those who may know of it."""
    about = select(Mailing.id).where(Mailing.meeting_id == meeting.id)
    outbox.stop(is_row_of(meeting, group), mailings=about, why=LeftOut.OVER)
    people = reached_by_mail(people_to_leave(meeting, group))
    return outbox.queue_many(mail, people=people, about=meeting, not_after=meeting.ends_at)


def _take_turn(meeting: Meeting, group: Group, answer: PartState, seen: str | None = None) -> MeetingPart:
    """Return the group's part as it is, and keep other answers and mails out until this is committed.

    A higher sequence lets calendar programs take the meeting out, or in again.
    """
    expect_open(meeting)
    still_on = update(Meeting).where(Meeting.id == meeting.id, Meeting.cancelled_at.is_(None))
    if not changed(still_on.values(sequence=Meeting.sequence + 1)):
        raise MeetingCancelled
    db.session.refresh(meeting)
    asked = select(MeetingPart).where(MeetingPart.meeting_id == meeting.id, MeetingPart.group_id == group.id)
    part = db.session.scalars(asked.execution_options(populate_existing=True)).one()
    if part.state is answer:
        raise AlreadyAnswered
    if seen is not None and seen != mark_of_part(meeting, part):
        raise AnsweredMeanwhile
    return part


def _decide(part: MeetingPart, answer: PartState, by: Person) -> None:
    part.state, part.decided_at, part.decided_by_id = answer, utcnow(), by.id
    db.session.flush()
