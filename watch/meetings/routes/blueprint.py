"""The blueprint of meetings, with its template filters."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint
from flask_babel import format_datetime
from flask_babel.speaklater import LazyString

from watch.access import current_relations
from watch.mail.progress import sending
from watch.meetings.labels import ANSWERS, KINDS
from watch.meetings.queries import calls
from watch.models import Answer, Meeting, MeetingKind, utcnow
from watch.recipients import FlatOnPaper, flats_on_paper

bp = Blueprint("meetings", __name__)
bp.add_app_template_global(sending, "mail_sending")


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


def is_open(meeting: Meeting) -> bool:
    """Return True if the meeting is still to come, and so can be answered and cancelled."""
    return meeting.cancelled_at is None and meeting.starts_at > utcnow()
