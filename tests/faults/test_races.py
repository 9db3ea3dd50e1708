"""Checks somebody who leaves, stops a kind of mail or cancels a meeting while mail is being sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_meeting, make_notice
from tests.faults import claims, truth
from tests.faults.processes import Relay, Workers
from tests.faults.test_killing import SEED, fill, unsettled, wait_for
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.groups.service.members import leave
from watch.mail import outbox
from watch.meetings import service as meetings
from watch.meetings.mails import MEETING_CALLED
from watch.models import Group, Mailing, Meeting, Membership, NoticeChoice, OutboxRow, OutboxState, Person
from watch.notices.mails import NOTICE
from watch.recipients import reached_by_mail

SLOW = ("--delay-ms", "40")  # so that there is time to change one's mind
MINDS, MEETINGS = 45, 3
TooLate = list[tuple[int, float]]  # rows, and the moment from which on no claim of them may be sent


@pytest.fixture
def noted(app: Flask) -> Iterator[None]:
    """Let the database record each claim."""
    claims.note()
    yield
    db.session.rollback()
    claims.forget()


@pytest.mark.parametrize("mail_server", [SLOW], indirect=True)
def test_what_is_claimed_after_somebody_changed_their_mind_is_not_sent(
    noted: None, scene: Scene, mail_server: Relay, settings: dict[str, str], tmp_path: Path
) -> None:
    fill(scene)
    group, lead = scene.group.id, scene.amina.id
    with Workers(2, {**settings, "WATCH_MAIL_CONNECTIONS": "1"}, tmp_path):
        too_late = change_minds(group, lead)
        for _ in range(MEETINGS):
            too_late += call_off(group, lead)
        wait_for(lambda: unsettled() == 0)
    _claimed, sent = claims.sent_too_late(too_late, mail_server.entries())
    assert sent == []
    assert readers_of("meeting-called") == readers_of("meeting-cancelled")  # nobody else was told
    ends = {db.session.get_one(OutboxRow, row).state for row, _moment in too_late}
    assert ends == {OutboxState.SENT, OutboxState.CANCELLED}  # some were quicker, some were not
    assert len(too_late) > MINDS
    counts = truth.count(truth.load_rows(), mail_server.entries(), seed=SEED)
    assert counts.is_clean, str(counts)


def readers_of(kind: str) -> set[tuple[int | None, int | None]]:
    """Return the recipients of one kind of mail about each meeting, to be compared with the journal."""
    sent = select(Mailing.meeting_id, OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    sent = sent.where(Mailing.kind == kind, OutboxRow.state == OutboxState.SENT)
    return {(meeting, person) for meeting, person in db.session.execute(sent)}


def change_minds(group: int, lead: int) -> TooLate:
    """Let one after the other leave or unsubscribe, while a notice to all is being sent."""
    about = make_notice(db.session.get_one(Group, group), by=db.session.get_one(Person, lead))
    mailing = outbox.queue_many(NOTICE, people=active_member_ids(about.group), about=about).id
    db.session.commit()
    wait_for(lambda: bool(claims.noted()))
    found: TooLate = []
    for place, id_ in enumerate(Random(SEED).sample(alone_on_their_mailbox(group, lead), MINDS)):
        membership = db.session.get_one(Membership, id_)
        person = membership.person_id
        if place % 2:
            leave(membership)
        else:
            membership.notices = NoticeChoice.NOTHING
        db.session.commit()
        moment = time.time()
        own = select(OutboxRow.id).where(OutboxRow.mailing_id == mailing, OutboxRow.person_id == person)
        found += [(row, moment) for row in db.session.scalars(own)]
        db.session.rollback()
    return found


def alone_on_their_mailbox(group: int, lead: int) -> list[int]:
    """Return the memberships of people who share no mailbox."""
    wanted = (
        select(Membership.id, Person.id, Person.mailbox_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.group_id == group, Person.mailbox_id.is_not(None))
    )
    members = db.session.execute(wanted).all()
    db.session.rollback()
    readers = Counter(mailbox for _id, _person, mailbox in members)
    return [id_ for id_, person, mailbox in members if readers[mailbox] == 1 and person != lead]


def call_off(group: int, lead: int) -> TooLate:
    """Call a meeting, and cancel it when the first recipients have got their mail."""
    meeting = make_meeting(db.session.get_one(Group, group), by=db.session.get_one(Person, lead))
    people = reached_by_mail(active_member_ids(meeting.group))
    mailing, id_ = outbox.queue_many(MEETING_CALLED, people=people, about=meeting).id, meeting.id
    db.session.commit()
    rows = list(db.session.scalars(select(OutboxRow.id).where(OutboxRow.mailing_id == mailing)))
    db.session.rollback()
    wait_for(lambda: any(row in claims.noted() for row in rows))
    meetings.cancel(db.session.get_one(Meeting, id_), by=db.session.get_one(Person, lead))
    db.session.commit()
    moment = time.time()
    return [(row, moment) for row in rows]
