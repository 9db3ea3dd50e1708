"""Saves a meeting's notes, publishes and corrects them, and reminds the organiser of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.mail import outbox
from watch.meetings.errors import (
    AlreadyPublished,
    MeetingCancelled,
    MeetingNotStarted,
    NoNotes,
    NotesBeside,
    NotesChanged,
    NotesInTwo,
)
from watch.meetings.mails import NOTES_MISSING, NOTES_PUBLISHED
from watch.meetings.notes_template import has_every_line, without_empty_sections
from watch.meetings.queries.notes import (
    asides_of,
    draft_of,
    households_to_send_notes,
    mailings_of_notes,
    nags_due,
    organisers_of,
    people_to_send_notes,
    published_of,
    recipients_of_notes,
)
from watch.models import (
    Group,
    LeftOut,
    Meeting,
    Membership,
    NotesAside,
    NotesDraft,
    OutboxRow,
    OutboxState,
    Person,
    PublishedNotes,
    utcnow,
)
from watch.recipients import reached_by_mail
from watch.statements import changed


def save_notes(
    meeting: Meeting, text: str, *, seen: int, form_key: str, by: Person, settles: Collection[int] = ()
) -> NotesDraft:
    """Save the draft. `seen` is its version when the form was shown, 0 if there was none.

    If somebody else has saved another text since, this one is kept beside it and NotesBeside is raised; the
    caller commits all the same. `settles` are the ids of such texts that somebody says are needed no more.
    Others stay until every line of them stands in this one. Raises MeetingNotStarted and MeetingCancelled.
    """
    _expect_begun(meeting)
    draft = _saved(meeting, text, seen, by)
    if draft is None:
        _keep_beside(meeting, text, form_key, by)
        raise NotesBeside
    for aside in asides_of(meeting):
        if aside.id in settles or aside.form_key == form_key or has_every_line(text, of=aside.text):
            db.session.delete(aside)
    db.session.flush()
    return draft


def _saved(meeting: Meeting, text: str, seen: int, by: Person) -> NotesDraft | None:
    """Return the draft with this text, or None if another text has been saved since `seen`."""
    if not seen and draft_of(meeting) is None:
        try:
            with db.session.begin_nested():
                db.session.add(NotesDraft(meeting_id=meeting.id, text=text, saved_by_id=by.id))
        except IntegrityError:  # somebody else saved the first draft at the same moment
            db.session.expire_all()
    unchanged = update(NotesDraft).where(NotesDraft.meeting_id == meeting.id, NotesDraft.version == seen)
    draft = draft_of(meeting)
    if draft is not None and draft.text == text:
        return draft
    values = {
        "text": text,
        "version": seen + 1,
        "saved_at": utcnow(),
        "saved_by_id": by.id,
        "skipped_at": None,
    }
    is_saved = changed(unchanged.values(values))
    if draft is not None:
        db.session.refresh(draft)
    return draft if is_saved or (draft is not None and draft.text == text) else None


def _keep_beside(meeting: Meeting, text: str, form_key: str, by: Person) -> None:
    known = select(NotesAside).where(NotesAside.meeting_id == meeting.id, NotesAside.form_key == form_key)
    aside = db.session.scalar(known) or NotesAside(meeting_id=meeting.id, form_key=form_key)
    aside.text, aside.saved_at, aside.saved_by_id = text, utcnow(), by.id
    db.session.add(aside)
    db.session.flush()


def skip_notes(meeting: Meeting, *, by: Person) -> None:
    """Say that there will be no notes, so that nobody is reminded of them. A draft stays.

    Raises MeetingNotStarted, MeetingCancelled and AlreadyPublished.
    """
    _expect_begun(meeting)
    if published_of(meeting):
        raise AlreadyPublished
    draft = draft_of(meeting) or _saved(meeting, "", 0, by) or draft_of(meeting)
    if draft is not None and draft.skipped_at is None:
        draft.skipped_at = utcnow()
        audit.note("notes-skipped", about=meeting, by=by, group=meeting.group)
    outbox.cancel(meeting, NOTES_MISSING)


def expect_notes(meeting: Meeting, *, by: Person) -> None:
    """Take back that there will be no notes."""
    draft = draft_of(meeting)
    if draft is not None and draft.skipped_at is not None:
        draft.skipped_at = None
        audit.note("notes-expected", about=meeting, by=by, group=meeting.group)


def publish_notes(
    meeting: Meeting,
    *,
    seen: int,
    by: Person,
    tells: bool = True,
    form_key: str | None = None,
    promised: str | None = None,
) -> PublishedNotes:
    """Publish the draft on the meeting's page, and mail it; a correction only if `tells`.

    `seen` is the draft's version in the preview, and `promised` its numbers (a preview_token). Raises
    NoNotes, NotesInTwo, NotesChanged, AlreadyPublished and CountChanged.
    """
    published = published_of(meeting)
    text = _text_to_publish(meeting, published, seen)
    is_first = published is None
    if tells or is_first:
        recipients_of_notes(meeting).require_unchanged(promised)
    try:
        with db.session.begin_nested():
            published = _put_out(meeting, published, text, by)
            outbox.print_again(meeting)
            if tells or is_first:
                _tell(meeting, form_key)
    except IntegrityError:  # the same press, or a colleague's, was a moment quicker
        raise AlreadyPublished from None
    outbox.cancel(meeting, NOTES_MISSING)
    audit.note(
        "notes-published" if is_first else "notes-corrected", about=meeting, by=by, group=meeting.group
    )
    return published


def _text_to_publish(meeting: Meeting, published: PublishedNotes | None, seen: int) -> str:
    draft = draft_of(meeting)
    text = without_empty_sections(draft.text) if draft else ""
    if published and published.text == text:
        raise AlreadyPublished
    if draft is None or not text:
        raise NoNotes
    if asides_of(meeting):
        raise NotesInTwo
    if draft.version != seen:
        raise NotesChanged
    return text


def _put_out(meeting: Meeting, published: PublishedNotes | None, text: str, by: Person) -> PublishedNotes:
    if published is None:
        published = PublishedNotes(meeting_id=meeting.id, text=text, by_id=by.id)
        db.session.add(published)
    else:
        published.text, published.edition = text, published.edition + 1
        published.corrected_at, published.by_id = utcnow(), by.id
    db.session.flush()
    return published


def _tell(meeting: Meeting, form_key: str | None) -> None:
    households = households_to_send_notes(meeting)
    people = reached_by_mail(people_to_send_notes(meeting))
    outbox.replace_paper(meeting, households)
    mailing = outbox.queue_many(NOTES_PUBLISHED, people=people, about=meeting, form_key=form_key)
    outbox.queue_paper(mailing, households)


def tell_group_of_notes(meeting: Meeting, group: Group) -> None:
    """Send published notes to a group that says afterwards that it was there; nobody gets them twice."""
    if published_of(meeting) is None:
        return
    sent = select(OutboxRow).where(
        OutboxRow.mailing_id.in_(mailings_of_notes(meeting)), OutboxRow.state != OutboxState.CANCELLED
    )
    have_it, have_paper = (
        sent.with_only_columns(column).where(column.is_not(None))
        for column in (OutboxRow.person_id, OutboxRow.household_id)
    )
    members = select(Membership.person_id).where(Membership.group_id == group.id, Membership.is_current)
    people = people_to_send_notes(meeting).where(Person.id.in_(members), Person.id.not_in(have_it))
    homes = households_to_send_notes(meeting).where(Membership.group_id == group.id)
    mailing = outbox.queue_many(NOTES_PUBLISHED, people=reached_by_mail(people), about=meeting)
    outbox.queue_paper(mailing, homes.where(Membership.household_id.not_in(have_paper)))


def stop_notes_of_group(meeting: Meeting, group: Group) -> None:
    """Stop published notes that wait to be handed out to a group that says that it was not there."""
    homes = select(Membership.household_id).where(
        Membership.group_id == group.id, Membership.household_id.is_not(None)
    )
    outbox.stop(OutboxRow.household_id.in_(homes), mailings=mailings_of_notes(meeting), why=LeftOut.OVER)


def remind_of_notes(now: datetime) -> None:
    """Remind organisers of notes that are missing, 3 and 7 days after a meeting, and then no more."""
    for meeting, key in nags_due(now):
        outbox.queue_many(
            NOTES_MISSING,
            people=reached_by_mail(organisers_of(meeting)),
            about=meeting,
            form_key=key,
        )


def _expect_begun(meeting: Meeting) -> None:
    if meeting.cancelled_at is not None:
        raise MeetingCancelled
    if meeting.starts_at > utcnow():
        raise MeetingNotStarted
