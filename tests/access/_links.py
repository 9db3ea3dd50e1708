"""Links and codes, each for its recipient, as the addresses of the data files name them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_address_change,
    make_contact,
    make_contact_question,
    make_coordinator,
    make_finding,
    make_finding_link,
    make_interest,
    make_meeting,
    make_member,
    make_message,
    make_open_meeting,
    make_person,
    make_request,
    make_verification,
    store,
)
from watch import tokens
from watch.extensions import db
from watch.findings.mails import FINDING_UPDATED
from watch.joining.mails import JOIN_REQUESTED
from watch.mail import outbox
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.service import lend
from watch.messages.mails import NEIGHBOUR_WROTE, OFFICER_WROTE_INTERESTED, OFFICER_WROTE_MEMBERS
from watch.models import (
    AddressVerification,
    CalendarFeed,
    CheckinLink,
    ContactRole,
    FindingFollower,
    GuestAnswer,
    JoinRequest,
    MessageAudience,
    OutboxRow,
    Purpose,
    RequestState,
    SignInLink,
    StoppedWriter,
    utcnow,
)


def links(scene: Scene) -> dict[str, object]:
    """Return valid links and codes, each for its recipient."""
    kerstin = make_person("Kerstin Ström", "kerstin@example.org")
    unconfirmed = make_request(kerstin, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    interest = make_interest(make_person("Olle Väst", "olle@example.org"), scene.langgatan, confirmed=False)
    lars = make_person("Lars Nyström", "lars@example.org")
    appointment = make_coordinator(lars, scene.group, stairwells=[scene.stairwell_1], accepted=False)
    sign_in = store(SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10)))
    changed = make_address_change(kerstin, "kerstin@home.example", confirmed=True)
    asked = one(select(JoinRequest).where(JoinRequest.person == scene.farah))
    decide = outbox.queue(JOIN_REQUESTED, to=scene.bengt, about=asked)
    called = outbox.queue(MEETING_CALLED, to=scene.carin, about=make_meeting(scene.group, by=scene.amina))
    assert isinstance(decide, OutboxRow)
    assert isinstance(called, OutboxRow)
    wrote = outbox.queue(NEIGHBOUR_WROTE, to=scene.bengt, about=make_message(scene.carin, scene.group))
    assert isinstance(wrote, OutboxRow)
    letter = make_message(scene.gun, scene.langgatan, audience=MessageAudience.INTERESTED)
    make_interest(scene.jenny, scene.langgatan)
    unseen = outbox.queue(OFFICER_WROTE_INTERESTED, to=scene.jenny, about=letter)
    assert isinstance(unseen, OutboxRow)
    to_members = make_message(scene.gun, scene.group, audience=MessageAudience.MEMBERS)
    outbox.queue(OFFICER_WROTE_MEMBERS, to=scene.carin, about=to_members)
    return {
        **_findings(scene),
        "interested_message": letter.id,
        "members_message": to_members.id,
        "stopped_writer": store(StoppedWriter(group_id=scene.group.id, person_id=scene.elsa.id)).id,
        "to_interested": tokens.make(Purpose.REPLY, unseen),
        "poster": tokens.show_code(tokens.code(Purpose.POSTER, scene.stairwell_3.nonce)),
        "sign_in_link": tokens.make(Purpose.SIGN_IN, sign_in),
        "address_change": tokens.make(
            Purpose.CONFIRM_ADDRESS, make_address_change(lars, "lars@home.example")
        ),
        "address_undo": tokens.make(Purpose.UNDO_ADDRESS, changed),
        "verification": tokens.make(Purpose.CONFIRM_REQUEST, _verification(scene)),
        "confirm_request": tokens.make(Purpose.CONFIRM_REQUEST, unconfirmed),
        "interest": tokens.make(Purpose.CONFIRM_INTEREST, interest),
        "appointment": tokens.make(Purpose.APPOINTMENT, appointment),
        "decide": tokens.make(Purpose.DECIDE, decide),
        "answer": tokens.make(Purpose.ANSWER, called),
        "checkin_link": tokens.make(Purpose.CHECK_IN, _lent(scene)),
        "reply": tokens.make(Purpose.REPLY, wrote),
        "unsubscribe": tokens.make(Purpose.UNSUBSCRIBE, called),
        **_public(scene),
        "calendar_feed": tokens.make(Purpose.CALENDAR, store(CalendarFeed(person_id=scene.elsa.id))),
    }


def _findings(scene: Scene) -> dict[str, object]:
    """Add a finding of the group that Carin follows, with the landlord's link, and one of the area."""
    finding = make_finding(scene.group)
    store(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    told = outbox.queue(FINDING_UPDATED, to=scene.carin, about=finding)
    return {
        "finding": finding.id,
        "area_finding": make_finding(scene.group.area).id,
        "contact_question": tokens.make(Purpose.CONTACT, make_contact_question()),
        "own_contact": make_contact(ContactRole.GROUP, "Husmötet", scene.group).id,
        "finding_link": tokens.make(Purpose.FINDING, make_finding_link(finding)),
        "told": tokens.make(Purpose.FOLLOW, told) if told else "",
    }


def _verification(scene: Scene) -> AddressVerification:
    neighbour = make_member(make_person("Greta"), scene.group, flat_of(scene.stairwell_3, "1203"))
    return make_verification(make_person("Greta", "greta@example.org"), neighbour)


def _public(scene: Scene) -> dict[str, object]:
    """Add a meeting that is open to everybody, and a stranger's answer to it."""
    meeting = make_open_meeting(scene.group.area, by=scene.gun)
    answer = store(GuestAnswer(meeting=meeting, key="0123456789abcdef01234567", people=2))
    code = tokens.show_code(meeting.code or "")
    return {"public_meeting": code, "guest": answer.key, "open_meeting": meeting.id}


def _lent(scene: Scene) -> CheckinLink:
    return lend(make_meeting(scene.group, by=scene.amina, starts_at=utcnow()), by=scene.amina)


def one(wanted: Select[Any]) -> Any:
    return db.session.scalars(wanted).one()
