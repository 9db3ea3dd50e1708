"""The notes of a meeting: the draft, what is published, whom that reaches, and which are missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from watch.extensions import db
from watch.groups.queries.choices import WANTS_MEETINGS, wants_mail_of
from watch.language import local
from watch.meetings.queries.coming import called_people, interested_in, is_for_member
from watch.models import (
    Coordinator,
    Group,
    Mailing,
    Meeting,
    MeetingAudience,
    NotesAside,
    NotesDraft,
    Officer,
    Person,
    PublishedNotes,
)
from watch.recipients import RecipientCounts, count_recipients, households_on_paper

_Caller = aliased(Coordinator)

PUBLISHED, MISSING = "notes-published", "notes-missing"  # kinds of mail
NAGS = {3: 7, 7: 11}  # so many days after a meeting its organiser is reminded, until so many after an outage
LEFT_ALONE = timedelta(days=14)  # after this the task is gone, too


def draft_of(meeting: Meeting) -> NotesDraft | None:
    """Return what is being written, or None if nobody has saved anything."""
    return db.session.scalar(select(NotesDraft).where(NotesDraft.meeting_id == meeting.id))


def published_of(meeting: Meeting) -> PublishedNotes | None:
    """Return the notes that the members read, or None."""
    return db.session.scalar(select(PublishedNotes).where(PublishedNotes.meeting_id == meeting.id))


def edition_of(meeting: Meeting) -> int:
    """Return how often the notes have been published, 0 if never."""
    published = published_of(meeting)
    return published.edition if published else 0


def asides_of(meeting: Meeting) -> Sequence[NotesAside]:
    """Return the texts that were saved at the same time as another one, the oldest first."""
    wanted = select(NotesAside).where(NotesAside.meeting_id == meeting.id)
    return db.session.scalars(wanted.order_by(NotesAside.id)).all()


def wants_notes(
    meeting: Meeting, person_id: ColumnElement[Any] | InstrumentedAttribute[Any]
) -> ColumnElement[bool]:
    """Return the condition that the meeting was for a person (a column of ids) who wants mail of meetings."""
    wants_mail = wants_mail_of(person_id, meeting.has_group, WANTS_MEETINGS)
    wants_it = wants_mail & person_id.in_(called_people(meeting))
    if meeting.audience is MeetingAudience.INTERESTED:
        return or_(wants_it, person_id.in_(interested_in(meeting)))
    return wants_it


def people_to_send_notes(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the people whom the meeting was for and who want mail of meetings."""
    return select(Person.id).where(wants_notes(meeting, Person.id))


def households_to_send_notes(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of their households that need paper."""
    return households_on_paper(is_for_member(meeting), WANTS_MEETINGS)


def recipients_of_notes(meeting: Meeting) -> RecipientCounts:
    """Count the recipients of the notes by mail and on paper."""
    people, households = people_to_send_notes(meeting), households_to_send_notes(meeting)
    return count_recipients(people, households, audience=called_people(meeting))


def mailings_of_notes(meeting: Meeting) -> Select[int]:
    """Return a select of the ids of the mailings of a meeting's notes."""
    return select(Mailing.id).where(Mailing.meeting_id == meeting.id, Mailing.kind == PUBLISHED)


def lack_notes(now: datetime) -> Select[Meeting]:
    """Return a select of the meetings that ended lately and whose notes somebody should still write.

    It leaves out those that were cancelled or only recorded afterwards, those to which nobody came, and those
    of which the organiser said that there will be no notes.
    """
    called = exists().where(Mailing.meeting_id == Meeting.id, Mailing.kind == "meeting-called")
    published = exists().where(PublishedNotes.meeting_id == Meeting.id)
    skipped = exists().where(NotesDraft.meeting_id == Meeting.id, NotesDraft.skipped_at.is_not(None))
    somebody_came = or_(Meeting.head_count.is_(None), Meeting.head_count > 0)
    ended = Meeting.ends_at < now, Meeting.ends_at > now - LEFT_ALONE
    is_due = called, ~published, ~skipped, somebody_came, Meeting.cancelled_at.is_(None)
    return select(Meeting).where(*ended, *is_due).order_by(Meeting.starts_at, Meeting.id)


def notes_to_write(group: Group, person: Person, now: datetime) -> list[Meeting]:
    """Return the group's meetings whose notes this person should write."""
    is_theirs = literal(person.id).in_(organisers_of(Meeting).correlate(Meeting))
    return list(db.session.scalars(lack_notes(now).where(Meeting.group_id == group.id, is_theirs)))


def lacks_notes(meeting: Meeting, now: datetime) -> bool:
    """Return True if somebody should still write the meeting's notes."""
    return db.session.scalar(lack_notes(now).where(Meeting.id == meeting.id)) is not None


def organisers_of(meeting: Meeting | type[Meeting]) -> Select[int]:
    """Return a select of the id of whoever called the meeting, or of the leads if they coordinate no more.

    With the class instead of a meeting it is for use in a query for meetings of groups. A meeting of an area
    is its caller's, as long as they are an officer there.
    """
    if isinstance(meeting, Meeting) and meeting.area_id is not None:
        officers = select(Officer.person_id).where(Officer.area_id == meeting.area_id, Officer.is_current)
        return officers.where(Officer.person_id == meeting.called_by_id)
    still_there = exists().where(
        _Caller.group_id == meeting.group_id, _Caller.is_current, _Caller.person_id == meeting.called_by_id
    )
    is_one = or_(Coordinator.person_id == meeting.called_by_id, Coordinator.is_lead & ~still_there)
    here = Coordinator.group_id == meeting.group_id, Coordinator.is_current
    return select(Coordinator.person_id).where(*here, is_one).distinct()


def nags_due(now: datetime) -> list[tuple[Meeting, str]]:
    """Return the meetings whose organiser is to be reminded of the notes, each with its form key."""
    due = []
    for meeting in db.session.scalars(lack_notes(now)):
        days = (local(now).date() - local(meeting.ends_at).date()).days
        due += [(meeting, f"{MISSING}:{meeting.id}:{day}") for day, end in NAGS.items() if day <= days < end]
    keys = select(Mailing.form_key).where(Mailing.form_key.in_([key for _meeting, key in due]))
    done = set(db.session.scalars(keys))
    return [(meeting, key) for meeting, key in due if key not in done]
