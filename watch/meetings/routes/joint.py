"""Coordinators' pages of a joint gathering: which groups are in, and saying yes or no for the own one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import can, current_person, current_relations, requires
from watch.groups.labels import officers_signature
from watch.groups.queries.members import appointment_of
from watch.meetings import service
from watch.meetings.errors import AlreadyAnswered, AnsweredMeanwhile, MeetingCancelled, MeetingStarted
from watch.meetings.queries import answers, invited, joint
from watch.meetings.queries.answers import Sums
from watch.meetings.queries.attendance import Tally, flats_by_group
from watch.meetings.queries.notes import published_of
from watch.meetings.routes.blueprint import bp, is_open
from watch.meetings.routes.cells import said_roughly
from watch.models import Group, GroupState, Meeting, MeetingPart, PartState, utcnow
from watch.permissions import Permission
from watch.recipients import CountChanged, RecipientCounts
from watch.saving import Explanations, saving

TOO_LATE: Explanations = {
    MeetingCancelled: _l("Träffen är inställd, så ni behöver inte svara."),
    MeetingStarted: _l("Träffen har redan börjat, så det går inte att svara längre."),
    AnsweredMeanwhile: _l("Något har ändrats sedan du tittade. Titta igen innan du svarar."),
    CountChanged: _l("Antalet har ändrats sedan du tittade. Titta igen innan du svarar."),
}
ANSWERS = {"yes": PartState.TAKES_PART, "no": PartState.DECLINED}
SAME: Explanations = {AlreadyAnswered: _l("Ni har redan svarat så.")}
SAID = {
    PartState.TAKES_PART: _l("Ni är med. Gruppens medlemmar får inbjudan."),
    PartState.DECLINED: _l("Ni är inte med. De som ordnar träffen ser det."),
}
SAID_AFTER = {
    PartState.TAKES_PART: _l("Ni var med. Träffen räknas hos er, och finns anteckningar får ni dem."),
    PartState.DECLINED: _l("Ni var inte med. Träffen räknas inte hos er."),
}


@dataclass(frozen=True)
class Question:
    """What a group of the reader has answered, and whom another answer reaches; None if they may not know."""

    group: Group
    part: MeetingPart
    reach: RecipientCounts | None
    seen: str

    @property
    def shown(self) -> dict[str, str]:
        """What the page shows, as fields to send with the answer."""
        return {"seen": self.seen, "counted": self.reach.preview_token if self.reach else ""}


@dataclass(frozen=True)
class GroupAnswers:
    """What the members of a group have answered; `exact` if the reader works with all of them.

    Else only `said` is shown: yes, maybe and no, rounded; nothing where nearly all of the house were asked.
    """

    group: Group
    sums: Sums
    exact: bool
    said: Sequence[str]


@bp.get("/meetings/<int:meeting_id>/joint")
@requires(Permission.ANSWER_JOINT_MEETING)
def joint_gathering(meeting: Meeting) -> str:
    """Show who asks, and for each group of the reader whom its answer reaches."""
    own = current_relations().coordinates
    questions = [_question(meeting, each) for each in _asked(meeting) if each.group_id in own]
    return render_template(
        "meetings/joint_gathering.html",
        meeting=meeting,
        questions=questions,
        is_open=is_open(meeting),
        has_notes=published_of(meeting) is not None,
    )


def _question(meeting: Meeting, part: MeetingPart) -> Question:
    recipients = joint.recipients_of_leaving if part.takes_part else joint.recipients_of_joining
    knows_all = current_relations().works_with_all_of(part.group, None)
    reach = recipients(meeting, part.group) if knows_all else None
    return Question(part.group, part, reach, joint.mark_of_part(meeting, part))


def _asked(meeting: Meeting) -> list[MeetingPart]:
    """Return the parts of the groups that may answer. A closed one does not any more."""
    others = (each for each in meeting.parts if each.group_id != meeting.group_id)
    return [each for each in others if each.group.state is not GroupState.CLOSED]


@bp.post("/meetings/<int:meeting_id>/joint/<int:group_id>")
@requires(Permission.ANSWER_JOINT_MEETING)
def answer_joint(meeting: Meeting, group_id: int) -> Response:
    own = [each.group for each in _asked(meeting) if each.group_id in current_relations().coordinates]
    group = next((each for each in own if each.id == group_id), None) or abort(404)
    answer = ANSWERS.get(request.form.get("answer", "")) or abort(400)
    seen, promised = request.form.get("seen", ""), request.form.get("counted") or None
    said = SAID_AFTER if meeting.is_written_down else SAID
    with saving(said[answer], already=SAME, unless=TOO_LATE):
        if meeting.is_written_down:
            service.say_whether_there(meeting, group, answer, by=current_person(), seen=seen)
        elif answer is PartState.TAKES_PART:
            service.take_part(meeting, group, by=current_person(), seen=seen, promised=promised)
        else:
            service.decline(meeting, group, by=current_person(), seen=seen, promised=promised)
    return redirect(url_for("meetings.joint_gathering", meeting_id=meeting.id), 303)


@bp.get("/meetings/<int:meeting_id>/joint/<int:group_id>")
@requires(Permission.ANSWER_JOINT_MEETING)
def back_to_joint(meeting: Meeting, group_id: int) -> Response:
    """Redirect a tab that was reopened at the address of a button to the page with the button."""
    return redirect(url_for("meetings.joint_gathering", meeting_id=meeting.id), 303)


@bp.app_template_filter("who_asks")
def who_asks(meeting: Meeting) -> str:
    """Return the role, never the name, of whoever asks other groups to a joint gathering."""
    if meeting.area:
        authority = officers_signature(meeting.called_by_id, meeting.area) or _("De ansvariga")
        return _("%(authority)s i %(area)s", authority=authority, area=meeting.area.name)
    assert meeting.group is not None  # held by a_group_or_an_area_calls
    asker = appointment_of(meeting.called_by_id or 0, meeting.group.id)
    if asker and asker.is_lead:
        return _("Huvudkontaktombudet i %(group)s", group=meeting.group.name)
    return _("Kontaktombuden i %(group)s", group=meeting.group.name)


@bp.app_template_global()
def questions_to(group: Group) -> list[tuple[Meeting, MeetingPart]]:
    """Return the joint gatherings to which others have asked the group, for its coordinators."""
    return invited.questions_to(group, utcnow()) if can(Permission.CALL_MEETINGS, group) else []


@bp.app_template_global()
def groups_at(meeting: Meeting) -> dict[PartState, list[Group]] | None:
    """Return the groups that are in, asked or out, for those who organise or answer; None otherwise."""
    own = set(current_relations().coordinates) & {each.group_id for each in meeting.parts}
    is_joint = len({each.group_id for each in meeting.parts} | {meeting.group_id}) > 1
    if meeting.building or not is_joint or not (own or can(Permission.MANAGE_MEETINGS, meeting)):
        return None
    found = {state: invited.asked_groups(meeting, state) for state in PartState}
    silent = invited.silent_groups(meeting)
    there = [each for each in found[PartState.TAKES_PART] if each not in silent]
    return found | {PartState.TAKES_PART: there, PartState.INVITED: found[PartState.INVITED] + silent}


def answers_by_group(meeting: Meeting) -> Sequence[GroupAnswers]:
    """Return the answers group by group if several take part: exact of the reader's own, else rounded."""
    groups = invited.asked_groups(meeting, PartState.TAKES_PART)
    if meeting.building or len(groups) + bool(meeting.area_id) < 2:
        return []
    exact, flats = current_relations().works_with_all_of, flats_by_group([each.id for each in groups])
    found = [(each, answers.sums(meeting, each.id)) for each in groups]
    return [
        GroupAnswers(each, sums, exact(each, None), said_roughly(_tally(sums), flats.get(each.id))[1:4])
        for each, sums in found
    ]


def _tally(sums: Sums) -> Tally:
    asked = sums.yes + sums.maybe + sums.no + sums.unanswered
    return Tally(asked, sums.yes, sums.maybe, sums.no, sums.people)
