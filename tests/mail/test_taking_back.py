"""Checks that what is taken back while a worker tries to deliver its mail is never sent.

Each kind of mail has a line here: what takes it back, or why nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.cast import Scene
from tests.factories import make_coordinator, make_meeting, make_request
from tests.mail.letters import LETTERS
from tests.mail.relay import Relay
from watch.accounts.service import signing_in
from watch.accounts.service.people import works_again
from watch.addresses import service as addresses
from watch.closing import service as closing
from watch.contacts import service as contacts
from watch.contacts.asking import contacts_of
from watch.extensions import db
from watch.findings import service as findings
from watch.groups.service import choices, coordinators, members
from watch.handouts import service as handouts
from watch.interest import service
from watch.invitations.service import invited
from watch.joining.service import answering, deciding, verifying
from watch.language import local
from watch.mail import delivery, outbox, queue, record
from watch.mail.kinds import KINDS, Mail
from watch.meetings import service as meetings
from watch.messages import service as messages
from watch.messages.mails import OFFICER_WROTE_INTERESTED, OFFICER_WROTE_MEMBERS
from watch.models import (
    Answer,
    Coordinator,
    Finding,
    FindingOwner,
    FindingStatus,
    Interest,
    Mailing,
    Membership,
    NoticeChoice,
    Officer,
    OutboxRow,
    OutboxState,
    Person,
    RequestState,
    utcnow,
)
from watch.notices import service as notices
from watch.notices.mails import NOTICE
from watch.partners import service as partners
from watch.partners.queries import given_with
from watch.recipients import flats_on_paper

Act = Callable[[Scene, Any], object]  # the second is what the mail is about


def leave(scene: Scene, person: Person) -> None:
    """A member leaves the group."""
    theirs = select(Membership).where(Membership.person_id == person.id, Membership.is_current)
    members.leave(db.session.scalars(theirs).one(), by=person)


def choose(person: Person, choice: NoticeChoice) -> None:
    """A member chooses which mails come."""
    theirs = select(Membership).where(Membership.person_id == person.id)
    choices.choose_notices(db.session.scalars(theirs).one(), choice, by=person)


def end(scene: Scene, person: Person) -> None:
    """An appointment ends."""
    theirs = select(Coordinator).where(Coordinator.person_id == person.id, Coordinator.ended_at.is_(None))
    coordinators.end_appointment(db.session.scalars(theirs).one(), by=scene.amina)


def unassign(scene: Scene, person: Person) -> None:
    """An officer follows other areas only."""
    theirs = select(Officer).where(Officer.person_id == person.id, Officer.area_id == scene.group.area_id)
    db.session.scalars(theirs).one().ended_at = utcnow()


def let_in(scene: Scene, person: Person) -> None:
    """Let somebody join."""
    members.admit(person, scene.group, stairwell=scene.stairwell_3)


def hand_out_all(scene: Scene) -> None:
    """Let Amina tick off every paper of the group."""
    flats = flats_on_paper(select(Mailing.id), {scene.group.id: None})
    handouts.hand_out(flats, by=scene.amina)


def mend_all(scene: Scene) -> None:
    """Close every finding of the area."""
    here = update(Finding).where(Finding.area_id == scene.group.area_id)
    db.session.execute(here.values(status=FindingStatus.DONE, outcome="Det är lagat."))


def answered(scene: Scene, about: Any) -> None:
    """Let a quicker colleague approve."""
    deciding.approve(about, by=scene.amina)


def stop(scene: Scene, notice: Any) -> None:
    """Stop the notice, while another recipient's mail waits."""
    outbox.queue(NOTICE, to=scene.bengt, about=notice)
    notices.stop_sending(notice, by=scene.amina)


def stop_message(scene: Scene, message: Any, mail: Mail[Any]) -> None:
    """Stop an officer's message, while another recipient's mail waits."""
    outbox.queue(mail, to=scene.bengt, about=message)
    messages.stop_sending(message, by=scene.gun)


AS_ONE = FindingOwner.COORDINATOR
CLOSING = findings.Report(FindingStatus.DONE, "Ny lampa sitter uppe.", None)
TAKEN_BACK: dict[str, dict[str, Act]] = {
    "trial": {},  # the writer has asked for it, and it is theirs alone
    "sign-in": {"asked again": lambda s, about: signing_in.end_links(s.carin.mailbox_id)},
    "address-change": {"cancelled": lambda s, about: addresses.cancel_change(about.person)},
    "address-changed": {"undone": lambda s, about: addresses.undo_change(about)},
    "address-change-undone": {},  # it was so, and stays so: a new change is another one
    "join-confirm": {"asked by another address": lambda s, about: withdraw(about)},
    "address-recorded": {"taken back at the door": lambda s, about: verifying.give_up(about.membership)},
    "join-requested": {"answered": answered, "not theirs to answer now": lambda s, about: end(s, s.bengt)},
    "join-waiting": {"answered": answered},
    "join-unanswered": {"answered": answered},
    "join-approved": {"left": lambda s, about: leave(s, s.carin)},
    "join-declined": {"let in after all": lambda s, about: let_in(s, about.person)},
    "join-already-member": {"left": lambda s, about: leave(s, s.carin)},
    "interest-confirm": {"withdrawn": lambda s, about: service.withdraw(about)},
    "interest-ended": {"shown again": lambda s, about: service.show_again(about)},
    "group-closed": {"undone": lambda s, about: closing.undo(about.group, by=s.gun)},
    "group-split": {
        "closed": lambda s, about: closing.close(about.group, reason="Nu", by=s.gun),
        "left": lambda s, about: leave(s, s.carin),
    },
    "group-merged": {
        "closed": lambda s, about: closing.close(about.group, reason="Nu", by=s.gun),
        "left": lambda s, about: leave(s, s.carin),
    },
    "group-reopened": {
        "closed again": lambda s, about: closing.close(about.group, reason="Nu", by=s.gun),
        "left": lambda s, about: leave(s, s.carin),
    },
    "group-started": {"withdrawn": lambda s, about: service.withdraw(about)},
    "invitation": {
        "revoked": lambda s, about: invited.revoke(about, by=s.bengt),
        "declined": lambda s, about: answering.decline_invitation(about),
        "never again": lambda s, about: answering.decline_invitation(about, never_again=True),
        "to the right address": lambda s, about: invited.correct_address(
            about, "nytt@example.org", days=30, by=s.bengt
        ),
    },
    "invitation-reminder": {"revoked": lambda s, about: invited.revoke(about, by=s.bengt)},
    "coordinator-appointed": {
        "ended": lambda s, about: coordinators.end_appointment(about, by=s.amina),
        "declined": lambda s, about: coordinators.decline_appointment(about),
        "accepted": lambda s, about: coordinators.accept_appointment(about),
    },
    "coordinator-ended": {},  # it was so, and stays so: a new appointment is another one
    "record-corrected": {"left": lambda s, about: leave(s, s.carin)},
    "membership-ended": {"undone": lambda s, about: choices.take_back(about, by=s.amina)},
    "flatmate-joined": {
        "the new one left": lambda s, about: leave(s, about.person),
        "lives there no more": lambda s, about: leave(s, s.amina),
    },
    "membership-left": {"undone": lambda s, about: choices.take_back(about, by=about.person)},
    "lead-asked": {"coordinates no more": lambda s, about: end(s, s.bengt)},  # that it was asked stays so
    "coordinator-accepted": {
        "coordinates no more": lambda s, about: end(s, s.bengt),
        "ended": lambda s, about: coordinators.end_appointment(about, by=s.amina),
    },
    "group-buildings": {
        "coordinates no more": lambda s, about: end(s, s.bengt),
        "closed": lambda s, about: closing.close(about.group, reason="Nu", by=s.gun),
    },
    "coordinator-unreached": {
        "reached again": lambda s, about: works_again(about.person.mailbox, by=None),
        "follows the area no more": lambda s, about: unassign(s, s.gun),
    },
    "lead-asked-in-area": {"follows the area no more": lambda s, about: unassign(s, s.gun)},  # the same
    "meeting-called": {
        "called off": lambda s, about: meetings.cancel(about, by=s.amina),
        "left": lambda s, about: leave(s, s.carin),
        "wants nothing": lambda s, about: choose(s.carin, NoticeChoice.NOTHING),
    },
    "meeting-reminder": {
        "called off": lambda s, about: meetings.cancel(about, by=s.amina),
        "said no": lambda s, about: meetings.answer(about, s.carin, Answer.NO),
    },
    "meeting-changed": {
        "called off": lambda s, about: meetings.cancel(about, by=s.amina),
        "left": lambda s, about: leave(s, s.carin),
    },
    "joint-invited": {
        "called off": lambda s, about: meetings.cancel(about, by=s.ivan),
        "answered": lambda s, about: meetings.decline(about, s.group, by=s.amina),
        "coordinates no more": lambda s, about: end(s, s.bengt),
    },
    "meeting-left": {
        "in again": lambda s, about: meetings.take_part(about, s.group, by=s.amina),
        "left": lambda s, about: leave(s, s.carin),
    },
    "part-ended": {"opened again": lambda s, about: closing.undo(s.group, by=s.gun)},
    "meeting-cancelled": {"left": lambda s, about: leave(s, s.carin)},  # off is off
    "finding-updated": {
        "taken away": lambda s, about: findings.remove(about, by=s.amina),
        "wants no more": lambda s, about: findings.unfollow(about, s.carin),
        "left": lambda s, about: leave(s, s.carin),
    },
    "finding-removed": {
        "brought back": lambda s, about: findings.bring_back(about, by=s.amina),
        "wants no more": lambda s, about: findings.unfollow(about, s.carin),
        "left": lambda s, about: leave(s, s.carin),
    },
    "finding-assigned": {
        "closed": lambda s, about: findings.report(about.finding, CLOSING, role=AS_ONE, by=s.amina),
        "taken away": lambda s, about: findings.remove(about.finding, by=s.amina),
        "another owner": lambda s, about: setattr(about.finding, "owner", FindingOwner.POLICE),
        "another address": lambda s, about: setattr(about.contact, "email", "ny@example.org"),
    },
    "contact-asked": {
        "checked": lambda s, about: contacts.check_card(
            contacts_of(about), by=s.gun, today=local(utcnow()).date()
        ),
        "removed": lambda s, about: contacts.remove_card(contacts_of(about), by=s.gun),
        "said no": lambda s, about: contacts.resign(about),
        "another address": lambda s, about: setattr(contacts_of(about)[0], "email", "ny@example.org"),
    },
    "contact-corrected": {
        "checked": lambda s, about: contacts.check_card([about], by=s.gun, today=local(utcnow()).date()),
        "removed": lambda s, about: contacts.remove_card([about], by=s.gun),
        "follows the area no more": lambda s, about: unassign(s, s.gun),
    },
    "notes-published": {
        "left": lambda s, about: leave(s, s.carin),
        "wants nothing": lambda s, about: choose(s.carin, NoticeChoice.NOTHING),
    },
    "notes-missing": {
        "none will come": lambda s, about: meetings.skip_notes(about, by=s.bengt),
        "nobody came": lambda s, about: meetings.write_count(about, 0, by=s.bengt),
        "coordinates no more": lambda s, about: end(s, s.bengt),
    },
    "notice": {
        "stopped": lambda s, about: stop(s, about),
        "left": lambda s, about: leave(s, s.carin),
        "gatherings only": lambda s, about: choose(s.carin, NoticeChoice.MEETINGS),
    },
    "neighbour-wrote": {"coordinates no more": lambda s, about: end(s, s.bengt)},
    "message-answered": {},  # what was answered stays so, also to somebody who has left
    "officer-wrote-interested": {
        "stopped": lambda s, about: stop_message(s, about, OFFICER_WROTE_INTERESTED),
        "withdrawn": lambda s, about: withdraw_interest(s),
    },
    "officer-wrote-members": {
        "stopped": lambda s, about: stop_message(s, about, OFFICER_WROTE_MEMBERS),
        "left": lambda s, about: leave(s, s.carin),
        "wants nothing": lambda s, about: choose(s.carin, NoticeChoice.NOTHING),
    },
    "paper-to-hand-out": {
        "ended": lambda s, about: end(s, s.bengt),
        "handed out": lambda s, about: hand_out_all(s),
    },
    "officers-week": {
        "is no officer any more": lambda s, about: setattr(about, "ended_at", utcnow()),
        "nothing is left to do": lambda s, about: mend_all(s),
    },
    "partner-assigned": {
        "the pages ended": lambda s, about: [partners.end_page(each, by=s.gun) for each in given_with(about)]
    },
    "unsubscribed": {
        "left": lambda s, about: leave(s, s.carin),
        "thought again": lambda s, about: choose(s.carin, NoticeChoice.EVERYTHING),
    },
    "sign-in-unknown": {},  # it says how to join, whatever happens, and ends by itself
}


def withdraw_interest(scene: Scene) -> None:
    """Withdraw Carin's interest."""
    service.withdraw(db.session.scalars(select(Interest).where(Interest.person_id == scene.carin.id)).one())


def withdraw(request: Any) -> None:
    """Withdraw the request, as joining.change_address does."""
    request.state, request.decided_at = RequestState.WITHDRAWN, utcnow()
    outbox.cancel(request)


def wanted(scene: Scene, kind: str) -> OutboxRow:
    """Return a mail of that kind that its recipient may have."""
    match kind:
        case "coordinator-appointed":
            asked = make_coordinator(scene.carin, scene.group, accepted=False)
            return taken(outbox.queue(KINDS[kind], to=scene.carin, about=asked))
        case "lead-asked":
            lead = make_coordinator(scene.carin, scene.group, lead=True, accepted=False)
            return taken(outbox.queue(KINDS[kind], to=scene.bengt, about=lead))
        case "coordinator-accepted":
            accepted = make_coordinator(scene.carin, scene.group)
            return taken(outbox.queue(KINDS[kind], to=scene.bengt, about=accepted))
        case "lead-asked-in-area":
            lead = make_coordinator(scene.carin, scene.group, lead=True, accepted=False)
            return taken(outbox.queue(KINDS[kind], to=scene.gun, about=lead))
        case "join-declined":
            asked = make_request(scene.jenny, scene.group, scene.stairwell_3, state=RequestState.DECLINED)
            return taken(outbox.queue(KINDS[kind], to=scene.jenny, about=asked))
        case "meeting-called" | "meeting-reminder":
            return taken(
                outbox.queue(KINDS[kind], to=scene.carin, about=make_meeting(scene.group, by=scene.amina))
            )
    row = taken(LETTERS[kind](scene))
    if kind == "meeting-changed" and (meeting := row.mailing.meeting):
        meeting.starts_at, meeting.ends_at = utcnow() + timedelta(days=7), utcnow() + timedelta(days=8)
    return row


def taken(row: OutboxRow | None) -> OutboxRow:
    assert row
    return row


WAYS = [(kind, way) for kind, ways in TAKEN_BACK.items() for way in ways]


def test_every_kind_has_a_line_here() -> None:
    assert set(TAKEN_BACK) == set(KINDS)


@pytest.mark.parametrize("is_in_hand", [True, False])
@pytest.mark.parametrize(("kind", "way"), WAYS, ids=[f"{kind}: {way}" for kind, way in WAYS])
def test_what_was_taken_back_is_not_sent(
    scene: Scene, relay: Relay, kind: str, way: str, is_in_hand: bool
) -> None:
    row = wanted(scene, kind)
    number, about = row.id, row.mailing.about
    db.session.commit()
    held = (queue.claim("a worker", 10) or []) if is_in_hand else []
    assert not is_in_hand or number in [id_ for claim in held for id_ in claim.ids]
    TAKEN_BACK[kind][way](scene, about)
    db.session.commit()
    record.give_back(held)  # the mail server is away
    db.session.commit()
    delivery.run()
    assert state_of(number) is OutboxState.CANCELLED


@pytest.mark.parametrize("kind", TAKEN_BACK)
def test_what_was_not_taken_back_is_sent(scene: Scene, relay: Relay, kind: str) -> None:
    row = wanted(scene, kind)
    number, address = row.id, row.mailbox.address if row.mailbox else ""
    db.session.commit()
    delivery.run()
    assert (state_of(number), relay.addresses()) == (OutboxState.SENT, [address])


def state_of(number: int) -> OutboxState:
    """Return a row's state now."""
    db.session.expire_all()
    return db.session.get_one(OutboxRow, number).state
