"""The blueprint of meetings, with its template filters."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from watch import audit
from watch.access import can, current_person, current_relations
from watch.bands import at_least
from watch.bodies import MEGABYTE
from watch.extensions import db
from watch.fields import Form
from watch.mail.progress import sending
from watch.meetings.forms.planning import MeetingForm
from watch.meetings.forms.reminders import RemindersForm
from watch.meetings.labels import (
    ANSWERS,
    KINDS,
    REMINDER_DAYS,
    called_to,
    languages_said,
    reason_called,
    reminders_said,
    said_by,
    so_far_said,
    told_by_mail,
    when_said,
    who_sees_answers,
    whom_said,
)
from watch.meetings.queries import calls, reminding
from watch.meetings.queries.public import public_address
from watch.meetings.service import Plan, Reminders
from watch.models import Answer, Group, Meeting, MeetingAudience, MeetingKind, PartState, utcnow
from watch.permissions import Permission
from watch.positions import groups_on_paper
from watch.recipients import FlatOnPaper, flats_on_paper
from watch.web import leave_trace

CALL = MEGABYTE // 8  # bytes; more than the longest valid text, so that a text too long can be shown again
BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
CLASHES_CHANGED = _l("Träffarna vid samma tid har ändrats sedan du tittade. Granska igen innan du skickar.")
bp = Blueprint("meetings", __name__)
bp.add_app_template_global(sending, "mail_sending")
for said in (
    when_said,
    whom_said,
    languages_said,
    public_address,
    called_to,
    reason_called,
    reminders_said,
    who_sees_answers,
    so_far_said,
    told_by_mail,
):
    bp.add_app_template_filter(said)
bp.add_app_template_global(said_by, "answer_of_reader")
bp.add_app_template_filter(at_least)


@bp.app_template_filter("meeting_kind")
def meeting_kind(kind: MeetingKind) -> LazyString:
    return KINDS[kind]


@bp.app_template_filter("meeting_answer")
def meeting_answer(answer: Answer) -> LazyString:
    return ANSWERS[answer]


@bp.app_template_global()
def days_of_reminders(meeting: Meeting) -> dict[str, list[LazyString]]:
    """Return the chosen days before a meeting in words: those that go out if it is called now, and others."""
    will_go = reminding.reminders_if_called(meeting, utcnow())
    chosen = reminding.reminders_of(meeting)
    return {
        "planned": [REMINDER_DAYS[each.days] for each in will_go],
        "too_soon": [REMINDER_DAYS[each.days] for each in chosen if each not in will_go],
    }


@bp.app_template_filter("day_number")
def day_number(moment: datetime) -> str:
    """Return the day of the month, for a date tile."""
    return str(format_datetime(moment, "d"))


@bp.app_template_filter("month_name")
def month_name(moment: datetime) -> str:
    """Return the month's short name, for a date tile."""
    return str(format_datetime(moment, "MMM")).rstrip(".")


@bp.app_template_global()
def crumbs_of(meeting: Meeting, name: str | None = None) -> list[tuple[str, str]]:
    """Return the way to a meeting's page from the reader's group, or, with its `name`, to a page below it."""
    group = _group_of_reader(meeting)
    crumbs, listed = [], ""
    if group:
        crumbs = [(group.name, url_for("groups.show", group_id=group.id))]
        listed = url_for("meetings.index", group_id=group.id)
    elif meeting.area and can(Permission.CALL_AREA_MEETINGS, meeting.area):
        crumbs = [(meeting.area.name, url_for("followup.area", slug=meeting.area.slug))]
        listed = url_for("meetings.area_index", slug=meeting.area.slug)
    if name:
        return [*crumbs, (name, url_for("meetings.show", meeting_id=meeting.id))]
    return [*crumbs, (_("Träffar"), listed)] if listed else []


def _group_of_reader(meeting: Meeting) -> Group | None:
    """Return the group in which the reader finds the meeting: the one that calls, or one of their own."""
    relations = current_relations()
    own = relations.member_of | set(relations.coordinates)
    groups = [each.group for each in meeting.parts if each.group_id in own]
    if meeting.group_there and meeting.group_there.id in own:
        groups.append(meeting.group_there)
    if meeting.group and (meeting.group in groups or not groups):
        return meeting.group
    return groups[0] if groups else None


def own_flats(meeting: Meeting) -> list[FlatOnPaper]:
    """Return the reader's own flats that get the call, or the cancellation, on paper."""
    scopes = current_relations().scopes_among(groups_on_paper(meeting))
    return flats_on_paper(calls.mailings_on_paper(meeting), scopes)


def seen_flats(meeting: Meeting) -> list[FlatOnPaper]:
    """Return the reader's own flats that need paper, and write down that they have seen them."""
    trace_flats(meeting)
    return own_flats(meeting)


def trace_flats(meeting: Meeting) -> None:
    """Write down that the reader has seen flats of the groups in which they work."""
    scopes = current_relations().scopes_among(groups_on_paper(meeting))
    for group in db.session.scalars(select(Group).where(Group.id.in_(scopes))):
        leave_trace("house-seen", about=group)


def plan_in(form: MeetingForm, kind: MeetingKind) -> Plan:
    """Return what a valid form plans."""
    return Plan(
        kind,
        form.starts_at,
        form.ends_at,
        form.place.data or "",
        form.about.data,
        form.link.data,
        form.is_open_ended,
    )


def reminders_in(form: RemindersForm) -> Reminders:
    """Return the reminders that a valid form chooses."""
    return Reminders(form.remind_early.data, form.remind_late.data, form.reminder_text.data)


def note_assurance(form: Form, meeting: Meeting) -> None:
    """Record that the writer has said that a text is about no person."""
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=meeting, by=current_person(), group=meeting.group)


def knows(meeting: Meeting) -> bool:
    """Return True if the reader works with everybody who is called, and so may see the exact number."""
    relations = current_relations()
    if meeting.audience is MeetingAudience.COORDINATORS:  # of whom an officer knows everyone
        return meeting.area is not None and can(Permission.CALL_AREA_MEETINGS, meeting.area)
    if meeting.building:
        return False
    takes_part = [each for each in meeting.parts if each.takes_part]
    return bool(takes_part) and all(
        relations.works_with_all_of(each.group, each.stairwell_id) for each in takes_part
    )


@bp.app_template_global()
def has_sheet(meeting: Meeting) -> bool:
    """Return True if the meeting has an A4 for the notice board. Coordinators are called by mail only."""
    return meeting.audience is not MeetingAudience.COORDINATORS


@bp.app_template_global()
def groups_out(meeting: Meeting) -> list[Group]:
    """Return the groups that the reader coordinates and that were asked, if all of them have said no."""
    own = [each for each in meeting.parts if each.group_id in current_relations().coordinates]
    is_out = all(each.state is PartState.DECLINED for each in own)
    return [each.group for each in own] if is_out else []


def is_open(meeting: Meeting) -> bool:
    """Return True if the meeting is still to come, and so can be answered and cancelled."""
    return meeting.is_to_come
