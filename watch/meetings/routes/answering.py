"""Pages for those who are called: the meetings, one meeting, and answering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import can, current_person, current_relations, public, requires
from watch.errors import LinkExpired
from watch.extensions import db
from watch.limits import limit_network
from watch.meetings import service, sheets
from watch.meetings.errors import MeetingCancelled, MeetingStarted
from watch.meetings.forms.answering import AnswerMeetingForm
from watch.meetings.queries import answers, calls, coming, drafts, reminding
from watch.meetings.queries.answers import Answering
from watch.meetings.queries.checkin import is_checkin_open
from watch.meetings.queries.notes import PUBLISHED
from watch.meetings.routes.blueprint import bp, groups_out, has_sheet, is_open, knows, own_flats
from watch.meetings.routes.joint import answers_by_group
from watch.meetings.routes.notes import notes_task
from watch.meetings.routes.so_far import so_far
from watch.models import Counting, Group, Meeting, MeetingAudience, OutboxRow, Person, Purpose, utcnow
from watch.paging import page_of
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer, sent_to

IS_OVER: Explanations = {
    MeetingCancelled: _l("Träffen är inställd, så du behöver inte svara."),
    MeetingStarted: _l("Träffen har redan börjat, så det går inte att svara längre."),
}


@bp.get("/groups/<int:group_id>/meetings")
@requires(Permission.SEE_GROUP)
def index(group: Group) -> str:
    """Show the coming meetings, then past ones with how many came."""
    now = utcnow()
    page = page_of(
        coming.past_meeting_ids(group, now),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "meetings/index.html",
        group=group,
        upcoming=coming.upcoming_meetings(group, now),
        past=coming.meetings_by_id(page.keys),
        drafts=drafts.drafts_of(group) if can(Permission.CALL_MEETINGS, group) else [],
        of_area=_for_coordinators(group, now) if _coordinates(group) else [],
        page=page,
    )


def _for_coordinators(group: Group, now: datetime) -> list[Meeting]:
    """Return the coming meetings of the coordinators of the group's area."""
    found = coming.coming_of_area(group.area_id, now)
    return [each for each in found if each.audience is MeetingAudience.COORDINATORS]


def _coordinates(group: Group) -> bool:
    return group.id in current_relations().coordinates


@bp.get("/meetings/<int:meeting_id>")
@requires(Permission.SEE_MEETING)
def show(meeting: Meeting) -> str:
    """Show a meeting and the reader's answer, and how many come; coordinators also see other totals."""
    return _show_page(meeting)


@bp.get("/meetings/<int:meeting_id>/sheet.pdf")
@requires(Permission.SEE_MEETING)
def sheet(meeting: Meeting) -> Response:
    """Give a meeting as an A4 for notice board or homes, or that it is changed or cancelled."""
    if not has_sheet(meeting):
        abort(404)
    pdf = BytesIO(sheets.sheet_of(meeting, groups_out(meeting), for_homes="homes" in request.args))
    day = language.local(meeting.starts_at).date()
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"träff-{day}.pdf")


@bp.post("/meetings/<int:meeting_id>/answer")
@requires(Permission.SEE_MEETING)
def answer(meeting: Meeting) -> ViewAnswer:
    person = current_person()
    whose = answers.answering(meeting, person)
    form = _sent_form(whose)
    if not coming.is_called(meeting, person):
        abort(403)
    if not form.validate():
        return _show_page(meeting, form), 422
    with saving(_("Tack! Ditt svar är sparat."), already=IS_OVER):
        _save(meeting, whose, form)
    return redirect(url_for("meetings.show", meeting_id=meeting.id), 303)


@bp.get("/r/<token>")
@public
def open_answer(token: str) -> ViewAnswer:
    """Show a form for everybody the mail names, without signing in.

    A welcome mail that named no meeting leads to the group, and one of notes to the meeting's page, unless
    its readers are members of no group yet.
    """
    row = row_behind(token)
    if row.mailing.membership and row.mailing.next_meeting is None:
        return redirect(url_for("groups.show", group_id=row.mailing.membership.group_id), 303)
    meeting = meeting_of(row)
    if row.mailing.kind == PUBLISHED and meeting.audience is not MeetingAudience.INTERESTED:
        return redirect(url_for("meetings.show", meeting_id=meeting.id))
    return _answer_page(token, row)


@bp.get("/r/not-you")
@public
def not_you() -> str:
    """Explain what to do with a mail that came to somebody else. It is the same page for everybody."""
    return render_template("meetings/not_you.html")


@bp.post("/r/<token>")
@public
@limit_network("60 per hour")
def answer_by_mail(token: str) -> ViewAnswer:
    row = row_behind(token)
    meeting = meeting_of(row)
    person = _whose(answers.people_of_mail(row, meeting))
    whose = answers.answering(meeting, person)
    form = _sent_form(whose)
    if not form.validate():
        return _answer_page(token, row, person, form), 422
    try:
        _save(meeting, whose, form)
    except (MeetingCancelled, MeetingStarted):
        return _answer_page(token, row), 409
    db.session.commit()
    flash(_("Tack! Ditt svar är sparat."), "done")
    return redirect(url_for("meetings.open_answer", token=token), 303)


def _show_page(meeting: Meeting, form: AnswerMeetingForm | None = None) -> str:
    person = current_person()
    whose = answers.answering(meeting, person)
    called, totals = coming.is_called(meeting, person), answers.sums(meeting)
    coordinates, exact = can(Permission.MANAGE_MEETINGS, meeting), knows(meeting)
    flats = own_flats(meeting) if can(Permission.HAND_OUT_CALLS, meeting) else []
    counts = coordinates or can(Permission.COUNT_AT_DOOR, meeting)
    is_asked = counts and meeting.counting is Counting.NOT_YET and calls.was_called(meeting)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        whose=whose,
        form=(form or _answer_form(whose)) if is_open(meeting) and called else None,
        coming=so_far(meeting, [person.id]),
        is_for_others=bool(meeting.stairwells) and not called,
        is_open=is_open(meeting),
        has_begun=meeting.starts_at <= utcnow(),
        coordinates=coordinates,
        counts=counts,
        helps=counts or bool(flats) or (meeting.code is not None and is_open(meeting)),
        sums=totals if is_asked else None,
        by_group=answers_by_group(meeting) if is_asked else [],
        unreached=answers.coming_without_mail(meeting) if coordinates else 0,
        exact=exact,
        reminder=reminding.next_reminder(meeting, utcnow()) if is_asked and is_open(meeting) else None,
        checkin_open=is_checkin_open(meeting, utcnow()),
        own_flats=flats,
        changed=calls.last_change(meeting) if meeting.changed_at else None,
        notes=notes_task(meeting) if meeting.starts_at <= utcnow() else None,
    )


def _answer_form(whose: Answering) -> AnswerMeetingForm:
    given = whose.before(alone=False)
    return AnswerMeetingForm(
        formdata=None, data={"answer": given.answer, "people": given.people or 1} if given else None
    )


def _sent_form(whose: Answering) -> AnswerMeetingForm:
    """Return the form that was sent; without a number of people in it, the one said before stays."""
    before = whose.before(alone="alone" in request.form)
    return AnswerMeetingForm(data={"people": before.people or 1} if before else None)


def _save(meeting: Meeting, whose: Answering, form: AnswerMeetingForm) -> None:
    alone = bool(form.alone.data)
    people = form.number_of(whose.before(alone=alone))
    service.answer(meeting, whose.person, form.answer.data, people, alone=alone)


def row_behind(token: str) -> OutboxRow:
    """Return the row of an answer link and switch to the mail's language. Raises BadToken, LinkExpired."""
    row = tokens.row_of(Purpose.ANSWER, OutboxRow, token)
    if row.mailing.meeting is None and row.mailing.membership is None:
        raise LinkExpired
    language.follow_letter(row.language)
    sent_to(person_id=row.person_id, mailbox_id=row.mailbox_id)
    return row


def meeting_of(row: OutboxRow) -> Meeting:
    """Return the meeting of a call or reminder, or the one that a welcome mail named. Raises LinkExpired."""
    meeting = row.mailing.tells_of
    if meeting is None:
        raise LinkExpired
    return meeting


def _whose(people: Sequence[Person]) -> Person:
    """Return which of the people named in the mail answers. Raises LinkExpired."""
    if not people:
        raise LinkExpired
    number = request.form.get("person", "")
    if not number and len(people) == 1:
        return people[0]
    return next((each for each in people if str(each.id) == number), None) or abort(404)


def _answer_page(
    token: str, row: OutboxRow, person: Person | None = None, form: AnswerMeetingForm | None = None
) -> str:
    meeting = meeting_of(row)
    people = answers.people_of_mail(row, meeting)
    if not people:
        raise LinkExpired
    answering = [answers.answering(meeting, each) for each in people]
    forms = {each.person.id: _answer_form(each) for each in answering}
    if person and form:
        forms[person.id] = form
    for number, each in forms.items():
        each.person.data = str(number)
        each.people.id, each.answer.id = f"people-{number}", f"answer-{number}"
        each.people.label.field_id = each.people.id
    return render_template(
        "meetings/open_answer.html",
        token=token, meeting=meeting, answering=answering, forms=forms, is_open=is_open(meeting),
        coming=so_far(meeting, [each.id for each in people]),
        changed=calls.last_change(meeting) if meeting.changed_at else None,
    )  # fmt: skip
