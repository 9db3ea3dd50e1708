"""Records a meeting that was held already, corrects it, and removes one that was recorded by mistake."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from watch import audit
from watch.extensions import db
from watch.meetings.errors import (
    AlreadyAnswered,
    AnsweredMeanwhile,
    ChangedMeanwhile,
    KeepsMeeting,
    NothingChanged,
    NotRecorded,
    OtherCalled,
)
from watch.meetings.queries.joint import gatherings_beside, mark_of_part
from watch.meetings.queries.recorded import is_correctable, is_recorded, is_removable
from watch.meetings.service.drafting import rewrite
from watch.meetings.service.notes import stop_notes_of_group, tell_group_of_notes
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


def correct(meeting: Meeting, planned: Meeting, *, seen: int, by: Person) -> None:
    """Make a recorded meeting what was `planned` instead, without mails; how many came stays.

    `seen` is the meeting's `sequence` when the form was shown. Raises NotRecorded, NothingChanged,
    ChangedMeanwhile, and OtherCalled if the group has such a meeting at that time already.
    """
    if not is_correctable(meeting):
        raise NotRecorded
    if is_same(meeting, planned):
        raise NothingChanged
    if other := _known(planned, but=meeting):
        raise OtherCalled(other)
    assert meeting.called_at is not None  # it is recorded
    recorded_at = max(meeting.called_at, planned.starts_at)  # never before it began
    unchanged = update(Meeting).where(Meeting.id == meeting.id, Meeting.sequence == seen)
    if not changed(unchanged.values(sequence=seen + 1, called_at=recorded_at)):
        raise ChangedMeanwhile
    db.session.refresh(meeting)
    rewrite(meeting, planned)
    audit.note("meeting-corrected", about=meeting, by=by, group=meeting.group)


def remove(meeting: Meeting, *, by: Person) -> None:
    """Erase a recorded meeting, with how many came and what is written of its notes; nobody is mailed.

    Raises NotRecorded, and KeepsMeeting if notes are published or a finding is from it.
    """
    here = select(Meeting).where(Meeting.id == meeting.id).execution_options(populate_existing=True)
    if db.session.scalar(here.with_for_update()) is None:  # a colleague was faster
        return  # and until this is committed, nobody publishes notes or adds a finding
    if not is_recorded(meeting):
        raise NotRecorded
    if not is_removable(meeting):
        raise KeepsMeeting
    audit.note("meeting-removed", about=meeting, by=by, group=meeting.group)
    db.session.expunge(meeting)
    changed(delete(Meeting).where(Meeting.id == meeting.id))


def _known(meeting: Meeting, *, but: Meeting | None = None) -> Meeting | None:
    """Return the same meeting if it is there already. No group is at two joint gatherings at once."""
    if meeting.kind is MeetingKind.JOINT:
        return db.session.scalars(gatherings_beside(meeting)).first()
    same_time = select(Meeting).where(
        Meeting.group_id == meeting.group_id,
        Meeting.starts_at == meeting.starts_at,
        Meeting.kind == meeting.kind,
        Meeting.is_on,
    )
    found = (each for each in db.session.scalars(same_time) if each is not but)
    return next((each for each in found if each.is_for_the_same_as(meeting)), None)


def say_whether_there(meeting: Meeting, group: Group, answer: PartState, *, by: Person, seen: str) -> None:
    """Say for a group whether it was at a gathering that others have written down.

    With yes its members get the notes, if there are any already. `seen` is the mark of what was shown. Raises
    AlreadyAnswered and AnsweredMeanwhile.
    """
    wanted = select(MeetingPart).where(MeetingPart.meeting_id == meeting.id, MeetingPart.group_id == group.id)
    part = db.session.scalars(
        wanted.with_for_update(of=MeetingPart).execution_options(populate_existing=True)
    ).one()
    if part.state is answer and part.decided_at:
        raise AlreadyAnswered
    if seen != mark_of_part(meeting, part):
        raise AnsweredMeanwhile
    part.state, part.decided_at, part.decided_by_id = answer, utcnow(), by.id
    db.session.flush()
    was_there = answer is PartState.TAKES_PART
    if was_there:
        tell_group_of_notes(meeting, group)
    else:
        stop_notes_of_group(meeting, group)
    audit.note("joint-accepted" if was_there else "joint-declined", about=meeting, by=by, group=group)
