"""Checks that every retention period of a column has a rule, and that the rules erase everything due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import time_machine
from sqlalchemy import Column, func, select, update

from tests.cast import Scene
from tests.factories import (
    make_address_change,
    make_answer,
    make_contact,
    make_contact_question,
    make_finding,
    make_finding_link,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_operation,
    make_outreach,
    make_pack,
    make_partner,
    make_person,
    make_promise,
    make_report,
    make_request,
    make_verification,
    make_visit,
    store,
)
from tests.retention.nights import erase_all
from watch import audit
from watch.extensions import db
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Answer,
    AreaOptOut,
    CalendarFeed,
    CheckinLink,
    ChecklistItem,
    ContactRole,
    Coordinator,
    FindingFollower,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Group,
    GroupState,
    GroupTransition,
    Household,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    ListUpload,
    Meeting,
    MeetingChange,
    MeetingPress,
    Membership,
    NotesAside,
    NotesDraft,
    Officer,
    Operation,
    OutreachEntry,
    Partner,
    Personal,
    Promise,
    PublishedNotes,
    RateCount,
    Refusal,
    Report,
    ReportEdition,
    RequestState,
    SignIn,
    SignInLink,
    StartStep,
    StoppedWriter,
    TrialMail,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.retention.service.rules import RULES

# who takes the entry, or the report's contact person, out has erased it
AS_LONG_AS_IT_STANDS = {"contact_person", "refusal", "report", "report_edition"}
STAY_WITHOUT_NAMES = {
    "group_transition",
    "checklist_item",
    "meeting",
    "meeting_part",
    "finding",
    "outreach_entry",
    "promise",
    "operation",
}  # and counts


def marks() -> Iterator[tuple[str, Personal, Column[object]]]:
    """Return every personal column, with its table and its retention rule."""
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(mark := column.info.get("personal"), Personal):
                yield table.name, mark, column


def test_every_mark_has_a_rule() -> None:
    promised = {(table, mark.kept) for table, mark, _column in marks()}
    ruled = {(model.__tablename__, rule.kept) for rule in RULES for model in rule.of}
    assert promised - ruled == set(), "watch/retention/service/rules.py has to carry out what a mark promises"
    assert ruled - promised == set(), "a rule for which there is no mark"


def test_once_all_is_over_nothing_personal_is_left(scene: Scene) -> None:
    _leave_something_everywhere(scene)
    filled = {table for table, _mark, column in marks() if _count(column)}
    assert filled == {table for table, _mark, _column in marks()}, "a table that the test does not fill"

    _end_everything()
    with time_machine.travel(utcnow() + timedelta(days=731)):
        erase_all()

    left = {table for table, _mark, column in marks() if _count(column)}
    assert left == STAY_WITHOUT_NAMES | AS_LONG_AS_IT_STANDS
    for meeting in db.session.scalars(select(Meeting)):
        assert (meeting.place, meeting.about, meeting.called_by_id) == ("", None, None)
        assert (meeting.cancel_reason, meeting.reminder_text) == (None, None)
        assert meeting.head_count == 12
    (visit,) = db.session.scalars(select(OutreachEntry))
    assert (visit.place, visit.by_id, visit.doors_knocked) == (None, None, 18)
    for step in (GroupTransition, ChecklistItem, Promise, Operation, Report, ReportEdition):
        assert set(db.session.scalars(select(step.by_id))) == {None}


def _count(column: Column[object]) -> int:
    return db.session.scalar(select(func.count()).select_from(column.table)) or 0


def _leave_something_everywhere(scene: Scene) -> None:
    make_request(scene.jenny, scene.group, scene.stairwell_1, state=RequestState.DECLINED).reason = "Fel port"
    on_paper = make_member(make_person("Greta"), scene.group, scene.stairwell_1.flats[5])
    make_verification(make_person("Greta", "greta@example.org"), on_paper)
    make_address_change(scene.carin, "carin@home.example", confirmed=True)
    make_interest(scene.jenny, scene.langgatan)
    make_invitation(scene.group, "ny@example.org", flat=scene.stairwell_1.flats[5], by=scene.amina)
    make_invitation(scene.group, "nej@example.org", by=scene.amina)
    make_pack(scene.group, scene.stairwell_1.flats, by=scene.amina)
    asked = make_request(scene.ivan, scene.group, scene.stairwell_1)
    asked.letter = make_letter(scene.stairwell_1.flats[6], scene.group, by=scene.amina)
    asked.invitation = make_invitation(scene.group, "vidare@example.org", by=scene.amina)
    asked.invitation.name = "Ny granne"
    store(Refusal(address_index=b"keyed hash"))
    store(StoppedWriter(person_id=scene.carin.id, group_id=scene.group.id))
    make_partner(scene.jenny, scene.group.area)
    store(AreaOptOut(person_id=scene.carin.id, area_id=scene.group.area_id))
    store(CalendarFeed(person_id=scene.carin.id))
    make_visit(scene.stairwell_1.flats[7], scene.group, by=scene.amina)
    meeting = make_meeting(scene.group, by=scene.amina)
    meeting.about = "Belysningen"
    make_answer(meeting, scene.carin, Answer.YES)
    make_answer(meeting, scene.dawit, Answer.YES, alone=True)
    store(MeetingPress(meeting=meeting, key="key", heads=1, person_id=scene.carin.id))
    store(CheckinLink(meeting=meeting, by=scene.amina))
    meeting.cancel_reason = "Lokalen är upptagen"
    meeting.reminder_text = "Ring på hos Amina"
    before = {"place": "Hos Amina", "about": "Låsen", "starts_at": utcnow(), "ends_at": utcnow()}
    db.session.add(MeetingChange(meeting=meeting, by_id=scene.amina.id, **before))
    writers = {"meeting_id": meeting.id, "text": "Belysningen"}
    store(NotesDraft(saved_by_id=scene.amina.id, **writers))
    store(NotesAside(saved_by_id=scene.amina.id, form_key="a", **writers))
    store(PublishedNotes(by_id=scene.amina.id, **writers))
    finding = make_finding(scene.group, by=scene.amina)
    finding.outcome = "Ny lampa"
    store(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    make_finding_link(finding)
    make_contact_question()
    role, status = FindingOwner.COORDINATOR, FindingStatus.OPEN
    make_outreach(scene.group.area, place="Torget", by=scene.gun)
    make_promise(scene.group.area, by=scene.gun)
    make_operation(scene.group.area, by=scene.gun)
    make_report(scene.group.area, published=True, by=scene.gun)
    step = {"text": "Anmäld.", "role": role, "status": status, "by_id": scene.amina.id}
    store(FindingStep(finding_id=finding.id, **step))
    called = outbox.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    outbox.queue_paper(called, paper_households(scene.group))
    notice = make_notice(scene.group, by=scene.amina)
    outbox.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    make_message(scene.carin, scene.group)
    store(ListUpload(area=scene.group.area, by_id=scene.gun.id, contents=b"rows"))
    store(TrialMail(person_id=scene.carin.id, content_index=b"hash", subject="Prov", text="Hej", html="Hej"))
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house)
    store(SignIn(id="random", person=scene.carin, device="Firefox"))
    store(SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow()))
    store(ChecklistItem(group=scene.group, step=StartStep.MEETING_HELD, done_on=utcnow(), by_id=scene.gun.id))
    store(RateCount(key=b"key", expires_at=utcnow()))
    audit.note("signed-in", about=scene.carin, by=scene.carin)
    db.session.commit()


def _end_everything() -> None:
    now = utcnow()
    for model in (Coordinator, Officer, Partner, Household, Interest, SignIn):
        db.session.execute(update(model).values(ended_at=now))
    db.session.execute(update(Membership).values(left_at=now))
    waiting = update(JoinRequest).where(JoinRequest.decided_at.is_(None))
    db.session.execute(waiting.values(state=RequestState.WITHDRAWN, decided_at=now))
    declined = update(Invitation).where(Invitation.flat_id.is_(None))
    db.session.execute(declined.values(state=InvitationState.DECLINED, ended_at=now))
    db.session.execute(update(Group).values(state=GroupState.CLOSED))
    db.session.execute(update(Meeting).values(counting="counted", head_count=12))
    db.session.commit()
