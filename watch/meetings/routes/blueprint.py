"""The blueprint of meetings, with its template filters."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_babel import format_datetime
from flask_babel.speaklater import LazyString

from watch import audit
from watch.access import current_person, current_relations
from watch.bodies import MEGABYTE
from watch.fields import Form
from watch.mail.progress import sending
from watch.meetings.labels import ANSWERS, KINDS, said_by
from watch.meetings.queries import calls
from watch.models import Answer, Group, Meeting, MeetingKind, Stairwell
from watch.recipients import FlatOnPaper, flats_on_paper

CALL = MEGABYTE // 8  # bytes; more than the longest valid text, so that a text too long can be shown again
bp = Blueprint("meetings", __name__)
bp.add_app_template_global(sending, "mail_sending")
bp.add_app_template_global(said_by, "answer_of_reader")


@bp.app_template_filter("meeting_kind")
def meeting_kind(kind: MeetingKind) -> LazyString:
    return KINDS[kind]


@bp.app_template_filter("meeting_answer")
def meeting_answer(answer: Answer) -> LazyString:
    return ANSWERS[answer]


@bp.app_template_filter("day_number")
def day_number(moment: datetime) -> str:
    """Return the day of the month, for a date tile."""
    return str(format_datetime(moment, "d"))


@bp.app_template_filter("month_name")
def month_name(moment: datetime) -> str:
    """Return the month's short name, for a date tile."""
    return str(format_datetime(moment, "MMM")).rstrip(".")


def own_flats(meeting: Meeting) -> list[FlatOnPaper]:
    """Return the reader's own flats that get the call, or the cancellation, on paper."""
    scopes = {meeting.group_id: current_relations().stairwells_in(meeting.group)}
    return flats_on_paper(calls.mailings_of(meeting), scopes)


def note_assurance(form: Form, meeting: Meeting) -> None:
    """Record that the writer has said that a text is about no person."""
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=meeting, by=current_person(), group=meeting.group)


def knows(group: Group, stairwell: Stairwell | None) -> bool:
    """Return True if the reader works with everybody who is called, and so may see the exact number."""
    return current_relations().works_with_all_of(group, stairwell.id if stairwell else None)


def is_open(meeting: Meeting) -> bool:
    """Return True if the meeting is still to come, and so can be answered and cancelled."""
    return meeting.is_to_come
