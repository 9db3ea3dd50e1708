"""Somebody leaves, unsubscribes or cancels a meeting while mail is being sent."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Select, select

from bench.scenarios.result import Result
from bench.scenarios.stage import Asked, Stage, addresses, stage, wait_for
from tests.factories import make_meeting
from tests.faults import claims
from tests.faults.processes import Workers
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.groups.service import members
from watch.mail import outbox
from watch.meetings import service as meetings
from watch.meetings.mails import MEETING_CALLED
from watch.models import Group, Mailing, Meeting, Membership, NoticeChoice, OutboxRow, Person
from watch.recipients import reached_by_mail

MEETINGS = 5  # at once, so that one of them is always being sent when one is cancelled


def against_sending(asked: Asked, races: int = 1000) -> Result:
    """(h) what is claimed after the commit of a leave, an unsubscribing or a cancelling is not sent."""
    with stage(asked, relay=("--delay-ms", "15")) as here:
        claims.note()
        here.fill(addresses(races), sharing=0)
        too_late: list[tuple[int, float]] = []  # rows, and the time after which no claim of them may be sent
        with Workers(2, here.settings, here.folder):
            wait_for(lambda: bool(_first_claim(here)), 60)
            for kind, change in (("left", _leave), ("wants nothing", _unsubscribe)):
                too_late += _race_readers(here, change, races // 3)
                here.say(f"{races // 3} {kind}")
                here.settle(300)
            too_late += _race_meetings(here, races // 3)
            here.settle(600)
        result = Result(f"h {races} races, {asked.database}", races, here.count(), None)
        claimed, sent = claims.sent_too_late(too_late, here.relay.entries())
        result.notes.append(
            f"{len(too_late)} rows were concerned; {claimed} were claimed after the commit, {len(sent)} sent"
        )
        result.demand(not sent, f"{len(sent)} messages were claimed after the commit and sent")
        return result.judge()


def _first_claim(here: Stage) -> object:
    if not here.acknowledged:
        here.queue()
    return claims.noted()


def _race_readers(here: Stage, change: Callable[[Membership], object], count: int) -> list[tuple[int, float]]:
    """Let one reader after the other leave or unsubscribe while a notice to all is being sent."""
    ids = list(
        db.session.scalars(
            select(Membership.id).where(
                Membership.is_current, Membership.notices == NoticeChoice.EVERYTHING,
                Membership.person_id != here.lead_id,
            )
        )
    )  # fmt: skip
    db.session.rollback()
    found: list[tuple[int, float]] = []
    mailing = here.queue()
    for id_ in here.random.sample(ids, min(count, len(ids))):
        membership = db.session.get_one(Membership, id_)
        person = membership.person_id
        change(membership)
        db.session.commit()
        moment = time.time()
        own = select(OutboxRow.id).where(OutboxRow.mailing_id == mailing, OutboxRow.person_id == person)
        found += [(row, moment) for row in db.session.scalars(own)]
        db.session.rollback()
    return found


def _leave(membership: Membership) -> None:
    members.leave(membership)


def _unsubscribe(membership: Membership) -> None:
    membership.notices = NoticeChoice.NOTHING


def _race_meetings(here: Stage, count: int) -> list[tuple[int, float]]:
    """Call meetings and cancel each at some moment while its mails are being sent."""
    found: list[tuple[int, float]] = []
    open_: list[int] = []
    for _ in range(count):
        while len(open_) < MEETINGS:
            open_.append(_call(here))
        time.sleep(here.random.uniform(0, 0.1))
        meeting = db.session.get_one(Meeting, open_.pop(here.random.randrange(len(open_))))
        rows = list(db.session.scalars(_rows_of(meeting)))
        meetings.cancel(meeting, by=db.session.get_one(Person, here.lead_id))
        db.session.commit()
        moment = time.time()
        found += [(row, moment) for row in rows]
    return found


def _rows_of(meeting: Meeting) -> Select[int]:
    return select(OutboxRow.id).join(Mailing).where(Mailing.meeting_id == meeting.id)


def _call(here: Stage) -> int:
    """Call a meeting with some twenty of the members; return its id."""
    group, lead = db.session.get_one(Group, here.group_id), db.session.get_one(Person, here.lead_id)
    meeting = make_meeting(group, by=lead)
    some = reached_by_mail(active_member_ids(group)).order_by(Person.id.desc()).limit(20)
    outbox.queue_many(MEETING_CALLED, people=some, about=meeting)
    id_ = meeting.id
    db.session.commit()
    return id_
