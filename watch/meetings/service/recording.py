"""Records a meeting that was held already, and whether other groups were there."""

from __future__ import annotations

from sqlalchemy import select, update

from watch import audit
from watch.extensions import db
from watch.meetings.errors import AlreadyAnswered, OtherCalled
from watch.meetings.queries.joint import gatherings_beside
from watch.meetings.service.plans import is_same
from watch.models import Group, Meeting, MeetingKind, MeetingPart, PartState, Person, utcnow
from watch.statements import changed


def write_down(meeting: Meeting, *, by: Person) -> Meeting:
    """Record a meeting that was held already, without mails. The same meeting is recorded once only.

    The groups of a joint gathering were there until one says that it was not. Raises OtherCalled if the
    meeting is there with another end, place or text, or if somebody else has recorded the gathering.
    """
    if known := _known(meeting):
        if known.called_from is meeting.called_from and is_same(known, meeting):
            return known
        raise OtherCalled(known)
    for part in meeting.parts:
        part.state = PartState.TAKES_PART
    meeting.called_at, meeting.called_by_id = utcnow(), by.id
    db.session.add(meeting)
    db.session.flush()
    audit.note("meeting-written-down", about=meeting, by=by, group=meeting.group)
    return meeting


def _known(meeting: Meeting) -> Meeting | None:
    """Return the same meeting if it is there already. No group is at two joint gatherings at once."""
    if meeting.kind is MeetingKind.JOINT:
        return db.session.scalars(gatherings_beside(meeting)).first()
    same_time = select(Meeting).where(
        Meeting.group_id == meeting.group_id,
        Meeting.starts_at == meeting.starts_at,
        Meeting.kind == meeting.kind,
        Meeting.is_on,
    )
    return next((each for each in db.session.scalars(same_time) if each.is_for_the_same_as(meeting)), None)


def say_whether_there(meeting: Meeting, group: Group, answer: PartState, *, by: Person) -> None:
    """Say for a group whether it was at a gathering that others have written down. Nobody is mailed.

    Raises AlreadyAnswered.
    """
    part = update(MeetingPart).where(MeetingPart.meeting_id == meeting.id, MeetingPart.group_id == group.id)
    is_new = (MeetingPart.state != answer) | MeetingPart.decided_at.is_(None)
    if not changed(part.where(is_new).values(state=answer, decided_at=utcnow(), decided_by_id=by.id)):
        raise AlreadyAnswered
    db.session.expire(meeting, ["parts"])
    done = "joint-accepted" if answer is PartState.TAKES_PART else "joint-declined"
    audit.note(done, about=meeting, by=by, group=group)
