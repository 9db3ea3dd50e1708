"""One mail of each kind, as the services queue it, for snapshots and for rules that all mails keep."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

from flask import current_app
from sqlalchemy import delete, select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_address_change,
    make_contact,
    make_contact_question,
    make_finding,
    make_finding_link,
    make_interest,
    make_invitation,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_partner,
    make_person,
    make_request,
    make_verification,
)
from watch import tokens
from watch.accounts.mails import SIGN_IN, SIGN_IN_UNKNOWN
from watch.addresses.mails import ADDRESS_CHANGE, ADDRESS_CHANGE_UNDONE, ADDRESS_CHANGED
from watch.closing import service as closing
from watch.closing.mails import GROUP_CLOSED, GROUP_REOPENED
from watch.contacts.mails import CONTACT_ASKED, CONTACT_CORRECTED
from watch.extensions import db
from watch.findings.mails import FINDING_ASSIGNED, FINDING_REMOVED, FINDING_UPDATED
from watch.followup.mails import OFFICERS_WEEK
from watch.groups.mails import (
    COORDINATOR_ACCEPTED,
    COORDINATOR_APPOINTED,
    COORDINATOR_ENDED,
    COORDINATOR_UNREACHED,
    GROUP_STARTED,
    LEAD_ASKED,
    LEAD_ASKED_IN_AREA,
    MEMBERSHIP_ENDED,
    RECORD_CORRECTED,
    UNSUBSCRIBED,
)
from watch.groups.queries.households import paper_households
from watch.groups.service import members
from watch.groups.service.choices import end_interest
from watch.handouts.mails import PAPER_TO_HAND_OUT
from watch.interest.mails import INTEREST_CONFIRM
from watch.invitations.mails import (
    INVITATION,
    INVITATION_REMINDER,
    JOIN_ALREADY_MEMBER,
    JOIN_APPROVED,
)
from watch.joining.mails import (
    ADDRESS_RECORDED,
    JOIN_CONFIRM,
    JOIN_DECLINED,
    JOIN_REQUESTED,
    JOIN_UNANSWERED,
    JOIN_WAITING,
)
from watch.language import local
from watch.lifecycle.mails import GROUP_BUILDINGS, GROUP_MERGED, GROUP_SPLIT
from watch.mail import outbox
from watch.mail.compose import address_of, prepare
from watch.mail.kinds import KINDS, Mail
from watch.mail.types import Recipient
from watch.meetings.mails import (
    JOINT_INVITED,
    MEETING_CALLED,
    MEETING_CANCELLED,
    MEETING_CHANGED,
    MEETING_LEFT,
    MEETING_REMINDER,
    NOTES_MISSING,
    NOTES_PUBLISHED,
    PART_ENDED,
)
from watch.messages.mails import (
    MESSAGE_ANSWERED,
    NEIGHBOUR_WROTE,
    OFFICER_WROTE_INTERESTED,
    OFFICER_WROTE_MEMBERS,
)
from watch.models import (
    AddressChange,
    Audience,
    ContactRole,
    Coordinator,
    FindingFollower,
    FindingStatus,
    GroupTransition,
    Invitation,
    JoinRequest,
    Language,
    Mailing,
    Meeting,
    MeetingChange,
    MeetingKind,
    MeetingPart,
    Membership,
    MessageAudience,
    NoticeChoice,
    Officer,
    OutboxRow,
    OutboxState,
    PartState,
    PublishedNotes,
    RequestState,
    SignInLink,
    StepKind,
    Suppression,
    utcnow,
)
from watch.notices import service as notices
from watch.notices.mails import NOTICE
from watch.notices.queries import Target
from watch.partners.mails import PARTNER_ASSIGNED

NOW = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)  # a Monday
MEETING_AT = datetime(2026, 9, 23, 16, tzinfo=UTC)  # 18.00 in Borås
SampleMail = Callable[[Scene], OutboxRow | None]


def _link(scene: Scene) -> SignInLink:
    return SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10))


def _request(scene: Scene) -> JoinRequest:
    return db.session.scalars(select(JoinRequest).where(JoinRequest.person_id == scene.farah.id)).one()


def _of_member(scene: Scene) -> JoinRequest:
    return make_request(scene.carin, scene.group, scene.stairwell_3, state=RequestState.WITHDRAWN)


def _membership(scene: Scene) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()


def _appointment(scene: Scene) -> Coordinator:
    bengts = select(Coordinator).where(
        Coordinator.person_id == scene.bengt.id, Coordinator.ended_at.is_(None)
    )
    return db.session.scalars(bengts).one()


def _unanswered(scene: Scene) -> Coordinator:
    appointment = _appointment(scene)
    appointment.accepted_at = appointment.duty_version = None
    return appointment


def _ended(scene: Scene) -> Coordinator:
    appointment = Coordinator(
        group=scene.group, person=scene.bengt, stairwells=[scene.stairwell_3],
        accepted_at=utcnow(), duty_version="2026-01", ended_at=utcnow(),
    )  # fmt: skip
    db.session.add(appointment)
    return appointment


def _membership_ended(scene: Scene) -> OutboxRow | None:
    membership = make_member(make_person("Karin Ek"), scene.other_group, None)
    membership.left_at = utcnow()
    return outbox.queue(MEMBERSHIP_ENDED, to=scene.carin, about=membership)


def _membership_left(scene: Scene) -> OutboxRow:
    karin = make_person("Karin Ek", "karin@example.org")
    members.leave(make_member(karin, scene.other_group, None), by=karin)
    return db.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)).one()


def _flatmate_joined(scene: Scene) -> OutboxRow:
    make_member(make_person("Karin Ek", "karin@example.org"), scene.group, flat_of(scene.stairwell_1, "1001"))
    members.tell_household(db.session.scalars(select(Membership).order_by(Membership.id.desc())).first())
    return db.session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc()).limit(1)).one()


def _declined(scene: Scene) -> JoinRequest:
    return make_request(scene.farah, scene.group, scene.stairwell_3, state=RequestState.DECLINED)


def _approved(scene: Scene) -> OutboxRow | None:
    scene.bengt.shows_name = True
    return outbox.queue(JOIN_APPROVED, to=scene.carin, about=_membership(scene))


def _recorded(scene: Scene) -> OutboxRow | None:
    neighbour = make_member(make_person("Greta"), scene.group, scene.stairwell_3.flats[4])
    greta = make_person("Greta", "greta@example.org")
    return outbox.queue(ADDRESS_RECORDED, to=greta, about=make_verification(greta, neighbour))


def _invitation(
    scene: Scene, mail: Mail[Invitation] = INVITATION, address: str = "ny@example.org"
) -> OutboxRow | None:
    invitation = make_invitation(scene.group, address, flat=scene.stairwell_3.flats[4], by=scene.bengt)
    assert invitation.mailbox
    return outbox.queue(mail, to=invitation.mailbox, about=invitation)


def _unreached(scene: Scene) -> OutboxRow | None:
    appointment = _appointment(scene)
    mailbox = appointment.person.mailbox
    mailbox.suppression, mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.flush()
    return outbox.queue(COORDINATOR_UNREACHED, to=scene.gun, about=appointment)


def _group_closed(scene: Scene) -> OutboxRow | None:
    closing.close(scene.group, reason="Huset byggs om.", by=scene.gun)
    return _told_of_step(scene, GROUP_CLOSED)


def _group_split(scene: Scene) -> OutboxRow | None:
    step = GroupTransition(group_id=scene.group.id, state=scene.group.state, reason="Det blev för stort.")
    db.session.add(step)
    db.session.flush()
    return outbox.queue(GROUP_SPLIT, to=scene.carin, about=step)


def _group_merged(scene: Scene) -> OutboxRow | None:
    step = GroupTransition(group_id=scene.group.id, state=scene.group.state, reason="Husen har samma gård.")
    step.kind, step.house = StepKind.CAME_WITH, "Marklandsgatan 5–7"
    db.session.add(step)
    db.session.flush()
    return outbox.queue(GROUP_MERGED, to=scene.carin, about=step)


def _group_reopened(scene: Scene) -> OutboxRow | None:
    closing.close(scene.group, reason="Huset byggs om.", by=scene.gun)
    closing.undo(scene.group, reason="Bygget är klart.", by=scene.gun)
    return _told_of_step(scene, GROUP_REOPENED)


def _told_of_step(scene: Scene, mail: Mail[GroupTransition]) -> OutboxRow | None:
    """Tell Carin alone of the last step of her group."""
    db.session.flush()
    db.session.execute(delete(OutboxRow))
    last = select(GroupTransition).order_by(GroupTransition.id.desc()).limit(1)
    return outbox.queue(mail, to=scene.carin, about=db.session.scalars(last).one())


def _group_started(scene: Scene) -> OutboxRow | None:
    return outbox.queue(GROUP_STARTED, to=scene.carin, about=make_interest(scene.carin, scene.house))


def _cancelled(scene: Scene) -> OutboxRow | None:
    meeting = make_meeting(scene.group, starts_at=MEETING_AT, by=scene.amina)
    call = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert call
    call.state, call.next_at, call.settled_at = OutboxState.SENT, None, utcnow()
    meeting.cancelled_at, meeting.sequence = utcnow(), 2
    return outbox.queue(MEETING_CANCELLED, to=scene.carin, about=meeting)


def _moved(scene: Scene) -> OutboxRow | None:
    meeting = make_meeting(scene.group, starts_at=MEETING_AT, by=scene.amina)
    call = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert call
    call.state, call.next_at, call.settled_at = OutboxState.SENT, None, utcnow()
    told = outbox.queue(MEETING_CHANGED, to=scene.carin, about=meeting)
    assert told
    before = MeetingChange(
        meeting=meeting, mailing_id=told.mailing_id, starts_at=MEETING_AT - timedelta(hours=1),
        ends_at=meeting.ends_at, place="Cykelrummet", about="Lampan i port 3",
    )  # fmt: skip
    db.session.add(before)
    meeting.link, meeting.about = "https://meet.example/huset", "Lampan i port 3\nStädningen i maj"
    meeting.changed_at, meeting.sequence = before.changed_at, 2
    return told


def _joint(scene: Scene, state: PartState) -> Meeting:
    meeting = make_meeting(
        scene.other_group, starts_at=utcnow() + timedelta(days=9), kind=MeetingKind.JOINT, by=scene.ivan
    )
    decided = None if state is PartState.INVITED else utcnow()
    meeting.parts.append(MeetingPart(group=scene.group, state=state, decided_at=decided))
    return meeting


def _asked(scene: Scene) -> OutboxRow | None:
    return outbox.queue(JOINT_INVITED, to=scene.bengt, about=_joint(scene, PartState.INVITED))


def _out(scene: Scene) -> OutboxRow | None:
    meeting = _called_jointly(scene, PartState.DECLINED)
    return outbox.queue(MEETING_LEFT, to=scene.carin, about=meeting)


def _group_out(scene: Scene) -> OutboxRow | None:
    meeting = _called_jointly(scene, PartState.TAKES_PART)
    closing.close(scene.group, reason="Huset byggs om.", by=scene.gun)
    others = select(Mailing.id).where(Mailing.kind == GROUP_CLOSED.kind)
    db.session.execute(delete(OutboxRow).where(OutboxRow.mailing_id.in_(others)))
    told = select(OutboxRow).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    told = told.where(Mailing.meeting_id == meeting.id, Mailing.kind == PART_ENDED.kind)
    return db.session.scalars(told.where(OutboxRow.person_id == scene.carin.id)).one()


def _called_jointly(scene: Scene, state: PartState) -> Meeting:
    meeting = _joint(scene, state)
    call = outbox.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    assert call
    call.state, call.next_at, call.settled_at = OutboxState.SENT, None, utcnow()
    return meeting


def _noted(scene: Scene) -> OutboxRow | None:
    meeting = make_meeting(scene.group, starts_at=NOW - timedelta(days=2), by=scene.amina)
    words = "## Kort sagt\n\nLampan i port 3 är lagad.\nVi städar cykelrummet i maj.\n\n- Dörren\n- Grinden"
    db.session.add(PublishedNotes(meeting=meeting, text=words, by_id=scene.amina.id))
    return outbox.queue(NOTES_PUBLISHED, to=scene.carin, about=meeting)


def _without_notes(scene: Scene) -> OutboxRow | None:
    meeting = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=3), by=scene.bengt)
    db.session.add(Mailing(kind="meeting-called", meeting=meeting))
    return outbox.queue(NOTES_MISSING, to=scene.bengt, about=meeting)


def _finding_updated(scene: Scene) -> OutboxRow | None:
    finding = make_finding(scene.group)
    finding.status, finding.outcome = FindingStatus.DONE, "Ny lampa sitter uppe."
    db.session.add(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    return outbox.queue(FINDING_UPDATED, to=scene.carin, about=finding)


def _finding_removed(scene: Scene) -> OutboxRow | None:
    finding = make_finding(scene.group)
    finding.removed_at = utcnow()
    db.session.add(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    return outbox.queue(FINDING_REMOVED, to=scene.carin, about=finding)


def _finding_assigned(scene: Scene) -> OutboxRow | None:
    link = make_finding_link(make_finding(scene.group))
    return outbox.queue(FINDING_ASSIGNED, to=link.mailbox, about=link)


def _contact_asked(scene: Scene) -> OutboxRow | None:
    contact = make_contact(ContactRole.POLICE, "Polisen i Borås", scene.group.area)
    contact.name, contact.hours = "Gun Sandberg", "vardagar 8–16"
    question = make_contact_question(contact)
    return outbox.queue(CONTACT_ASKED, to=question.mailbox, about=question)


def _contact_corrected(scene: Scene) -> OutboxRow | None:
    contact = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area)
    contact.name, contact.hours, contact.corrected_at = "Åsa Ek", "vardagar 8–16", utcnow()
    contact.corrected_from = "Per Ek · 033-12 34 56"
    return outbox.queue(CONTACT_CORRECTED, to=scene.gun, about=contact)


def _answered(scene: Scene) -> OutboxRow | None:
    asked = make_message(scene.carin, scene.group)
    scene.bengt.shows_name = True
    answer = make_message(scene.bengt, scene.group, "På torsdag i tvättstugan.", answers=asked)
    return outbox.queue(MESSAGE_ANSWERED, to=scene.carin, about=answer)


def _to_interested(scene: Scene) -> OutboxRow | None:
    house = scene.other_group.buildings[0]
    make_interest(scene.carin, house)
    text, interested = "Startmötet är på torsdag.", MessageAudience.INTERESTED
    message = make_message(scene.gun, house, text, audience=interested)
    return outbox.queue(OFFICER_WROTE_INTERESTED, to=scene.carin, about=message)


def _undone(scene: Scene) -> AddressChange:
    change = make_address_change(scene.carin, "carin@home.example")
    change.ended_at = utcnow()
    return change


def _changed(scene: Scene) -> OutboxRow | None:
    old = scene.carin.mailbox
    assert old
    change = make_address_change(scene.carin, "carin@home.example", confirmed=True)
    return outbox.queue(ADDRESS_CHANGED, to=old, about=change, language=scene.carin.language)


def _interest_ended(scene: Scene) -> OutboxRow | None:
    interest = make_interest(scene.carin, scene.other_group.buildings[0])
    end_interest(interest)
    db.session.flush()
    wanted = select(OutboxRow).join(OutboxRow.mailing).where(Mailing.interest_id == interest.id)
    return db.session.scalars(wanted).one()


def _unsubscribed(scene: Scene) -> OutboxRow | None:
    membership = _membership(scene)
    membership.notices = NoticeChoice.MEETINGS
    return outbox.queue(UNSUBSCRIBED, to=scene.carin, about=membership)


def _paper(scene: Scene) -> OutboxRow | None:
    mailing = Mailing(kind="notice", notice=make_notice(scene.group, by=scene.amina))
    db.session.add(mailing)
    db.session.flush()
    outbox.queue_paper(mailing, paper_households(scene.group))
    return outbox.queue(PAPER_TO_HAND_OUT, to=scene.bengt, about=_appointment(scene))


def _officers_week(scene: Scene) -> OutboxRow | None:
    make_finding(scene.group.area, due_on=local(utcnow()).date() - timedelta(days=1))
    office = select(Officer).where(Officer.person == scene.gun).order_by(Officer.id)
    return outbox.queue(OFFICERS_WEEK, to=scene.gun, about=db.session.scalars(office).first())


def _partner_assigned(scene: Scene) -> OutboxRow | None:
    lena = make_person("Lena Lind", "lena@example.org")
    areas = scene.group.area, scene.other_group.area
    page, also = (make_partner(lena, each, scene.house.property.landlord) for each in areas)
    also.assigned_at = page.assigned_at  # by the same press
    return outbox.queue(PARTNER_ASSIGNED, to=lena, about=page)


def _trial(scene: Scene) -> OutboxRow | None:
    text = {Language.SWEDISH: ("Ny lampa", "Den är på plats.")}
    target = Target(Audience.GROUP, scene.group)
    notices.try_out(target, notices.Draft(text, scene.group.name), by=scene.amina)
    trials = select(OutboxRow).join(Mailing).where(Mailing.kind == "trial")
    return db.session.scalars(trials.order_by(OutboxRow.id.desc())).first()


LETTERS: dict[str, SampleMail] = {
    "sign-in": lambda s: outbox.queue(SIGN_IN, to=s.carin, about=_link(s)),
    "sign-in-unknown": lambda s: outbox.queue(SIGN_IN_UNKNOWN, to=s.carin.mailbox, about=_link(s)),
    "address-change": lambda s: outbox.queue(
        ADDRESS_CHANGE, to=s.carin.mailbox, about=make_address_change(s.farah, "carin@example.org")
    ),
    "address-changed": _changed,
    "address-change-undone": lambda s: outbox.queue(
        ADDRESS_CHANGE_UNDONE, to=s.carin.mailbox, about=_undone(s)
    ),
    "join-confirm": lambda s: outbox.queue(JOIN_CONFIRM, to=s.farah, about=_request(s)),
    "address-recorded": _recorded,
    "join-requested": lambda s: outbox.queue(JOIN_REQUESTED, to=s.bengt, about=_request(s)),
    "join-waiting": lambda s: outbox.queue(JOIN_WAITING, to=s.amina, about=_request(s)),
    "join-unanswered": lambda s: outbox.queue(JOIN_UNANSWERED, to=s.farah, about=_request(s)),
    "join-approved": _approved,
    "join-declined": lambda s: outbox.queue(JOIN_DECLINED, to=s.farah, about=_declined(s)),
    "join-already-member": lambda s: outbox.queue(JOIN_ALREADY_MEMBER, to=s.carin, about=_of_member(s)),
    "interest-confirm": lambda s: outbox.queue(
        INTEREST_CONFIRM, to=s.carin, about=make_interest(s.carin, s.langgatan, confirmed=False)
    ),
    "interest-ended": _interest_ended,
    "invitation": _invitation,
    "invitation-reminder": lambda s: _invitation(s, INVITATION_REMINDER, "tyst@example.org"),
    "group-started": _group_started,
    "group-closed": _group_closed,
    "group-split": _group_split,
    "group-merged": _group_merged,
    "group-reopened": _group_reopened,
    "coordinator-appointed": lambda s: outbox.queue(COORDINATOR_APPOINTED, to=s.bengt, about=_unanswered(s)),
    "coordinator-ended": lambda s: outbox.queue(COORDINATOR_ENDED, to=s.bengt, about=_ended(s)),
    "record-corrected": lambda s: outbox.queue(RECORD_CORRECTED, to=s.carin, about=_membership(s)),
    "membership-ended": _membership_ended,
    "membership-left": _membership_left,
    "flatmate-joined": _flatmate_joined,
    "lead-asked": lambda s: outbox.queue(LEAD_ASKED, to=s.amina, about=_appointment(s)),
    "group-buildings": lambda s: outbox.queue(GROUP_BUILDINGS, to=s.bengt, about=_appointment(s)),
    "coordinator-accepted": lambda s: outbox.queue(COORDINATOR_ACCEPTED, to=s.amina, about=_appointment(s)),
    "coordinator-unreached": _unreached,
    "lead-asked-in-area": lambda s: outbox.queue(LEAD_ASKED_IN_AREA, to=s.gun, about=_appointment(s)),
    "meeting-called": lambda s: outbox.queue(
        MEETING_CALLED, to=s.carin, about=make_meeting(s.group, starts_at=MEETING_AT, by=s.amina)
    ),
    "meeting-reminder": lambda s: outbox.queue(
        MEETING_REMINDER, to=s.carin, about=make_meeting(s.group, starts_at=MEETING_AT, by=s.amina)
    ),
    "meeting-changed": _moved,
    "meeting-cancelled": _cancelled,
    "joint-invited": _asked,
    "meeting-left": _out,
    "part-ended": _group_out,
    "notes-published": _noted,
    "notes-missing": _without_notes,
    "finding-updated": _finding_updated,
    "finding-removed": _finding_removed,
    "finding-assigned": _finding_assigned,
    "contact-asked": _contact_asked,
    "contact-corrected": _contact_corrected,
    "neighbour-wrote": lambda s: outbox.queue(
        NEIGHBOUR_WROTE, to=s.bengt, about=make_message(s.carin, s.group)
    ),
    "message-answered": _answered,
    "officer-wrote-interested": _to_interested,
    "officer-wrote-members": lambda s: outbox.queue(
        OFFICER_WROTE_MEMBERS,
        to=s.carin,
        about=make_message(s.gun, s.group, "Vem kan vara ombud?", audience=MessageAudience.MEMBERS),
    ),
    "unsubscribed": _unsubscribed,
    "paper-to-hand-out": _paper,
    "officers-week": _officers_week,
    "partner-assigned": _partner_assigned,
    "trial": _trial,
    "notice": lambda s: outbox.queue(NOTICE, to=s.carin, about=make_notice(s.group, by=s.amina)),
}


def in_language(letter: SampleMail, scene: Scene, language: Language) -> OutboxRow:
    """Return the row of a sample mail for a reader of that language."""
    scene.amina.language = language  # a mail that she tries out is composed at once
    row = letter(scene)
    assert row
    row.language = language
    db.session.flush()
    return row


def contents_of(row: OutboxRow) -> list[str]:
    """Return a mail's text and its HTML, as they are sent."""
    assert row.mailbox
    reader = Recipient(row.id, row.nonce, row.mailbox.address, (row.person.name,) if row.person else ())
    wire = prepare(row.mailing, row.language, greets=bool(reader.names)).render_for(reader).wire
    mail = message_from_bytes(wire, policy=policy.default)
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    return [part.get_content() for part in parts if part]


def text_of(row: OutboxRow) -> str:
    """Return a mail's text, with the breaks of its lines as spaces."""
    return " ".join(contents_of(row)[0].split())


def links_in(row: OutboxRow) -> set[str]:
    """Return our addresses in a mail as it is sent, in its text and its HTML."""
    ours = re.compile(re.escape(current_app.config["BASE_URL"]) + r"/[^\s\"<>]*")
    return {html.unescape(link) for content in contents_of(row) for link in ours.findall(content)}


def button_of(row: OutboxRow) -> str:
    """Return the address of a mail's only button, or an empty text."""
    purpose = KINDS[row.mailing.kind].for_row
    return address_of(row.mailing, tokens.make(purpose, row) if purpose else "") or ""
