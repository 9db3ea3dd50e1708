"""Checks queueing: a row for each recipient, in the transaction of the event."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_meeting, make_notice
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox as queueing
from watch.mail.queue import claim
from watch.meetings.mails import MEETING_CALLED
from watch.models import Channel, Household, Language, Membership, OutboxRow, OutboxState, Person, utcnow
from watch.notices.mails import NOTICE


def household_of(person: Person) -> int:
    """Return the id of a member's household."""
    number = db.session.scalar(select(Membership.household_id).where(Membership.person_id == person.id))
    assert number
    return number


def test_everybody_with_an_address_gets_a_row_in_their_language(scene: Scene, outbox: Outbox) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    queueing.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    rows = {row.person_id: (row.language, row.channel, row.state) for row in outbox.rows()}
    swedish = (Language.SWEDISH, Channel.MAIL, OutboxState.QUEUED)
    assert rows == {
        scene.amina.id: swedish, scene.bengt.id: swedish, scene.carin.id: swedish,
        scene.dawit.id: (Language.ARABIC, Channel.MAIL, OutboxState.QUEUED),
    }  # fmt: skip


def test_who_has_no_address_is_reached_on_paper(scene: Scene, outbox: Outbox) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    assert queueing.queue(NOTICE, to=scene.elsa, about=notice) is None
    mailing = queueing.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    queueing.queue_paper(mailing, select(Household.id).where(Household.id == household_of(scene.elsa)))
    (paper,) = [row for row in outbox.rows() if row.channel is Channel.PAPER]
    assert (paper.household_id, paper.state) == (household_of(scene.elsa), OutboxState.TO_PRINT)
    assert sorted(row.state for row in outbox.rows()) == ["queued"] * 4 + ["to_print"]


def test_the_same_form_twice_is_one_thing(scene: Scene) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    people = active_member_ids(scene.group)
    queueing.queue_many(NOTICE, people=people, about=notice, form_key="once")
    db.session.commit()
    with pytest.raises(IntegrityError):
        queueing.queue_many(NOTICE, people=people, about=notice, form_key="once")


def test_what_is_called_off_is_neither_sent_nor_printed(scene: Scene, outbox: Outbox) -> None:
    meeting, other = make_meeting(scene.group), make_meeting(scene.group)
    mailing = queueing.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    queueing.queue_paper(mailing, select(Household.id).where(Household.id == household_of(scene.elsa)))
    queueing.queue(MEETING_CALLED, to=scene.carin, about=other)
    sent = db.session.scalars(select(OutboxRow).where(OutboxRow.person_id == scene.amina.id)).one()
    sent.state = OutboxState.SENT
    queueing.cancel(meeting)
    assert sorted(row.state for row in outbox.rows()) == ["cancelled"] * 4 + ["queued", "sent"]


def test_what_was_called_off_and_is_asked_for_again_is_sent(scene: Scene) -> None:
    """Also if a worker has meanwhile found that there was nothing to send."""
    meeting = make_meeting(scene.group, by=scene.amina)
    queueing.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    since = utcnow()
    queueing.cancel(meeting)
    db.session.commit()
    assert claim("a worker", 100) == []
    queueing.resume(meeting, since=since)
    db.session.commit()
    assert [each.kind for each in claim("a worker", 100) or []] == ["meeting-called"]
