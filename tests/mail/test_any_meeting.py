"""Checks random sequences of calling, answering, joining, leaving, changing and cancelling: who is told what.

Nobody gets the same mail twice. Nobody gets mail about a meeting that is not for them, or that they have
left. Whoever was told of a time is told of its change, or that the meeting is off.

The same seeds on every run; `settings(derandomize=False, max_examples=500)` for a long search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import select, update

from tests.databases import empty
from tests.factories import (
    flat_of,
    make_area,
    make_building,
    make_coordinator,
    make_group,
    make_landlord,
    make_member,
    make_person,
    stairwell_of,
)
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.service import choices, members
from watch.mail.queue import UNLEASED, claim
from watch.meetings import service
from watch.models import (
    Answer,
    Group,
    Meeting,
    MeetingAudience,
    MeetingKind,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)

BEGINS = datetime(2026, 5, 4, 10, tzinfo=UTC)
WANTS = (NoticeChoice.EVERYTHING, NoticeChoice.MEETINGS)
number = st.integers(0, 9)


class Town(RuleBasedStateMachine):
    """Two houses with a group each. Kim has a flat alone; Lina and Mio share a flat and a mailbox.

    Olle and Pia live in the other house. Nina lives nowhere yet. `told` is the last that somebody was told of
    a meeting: when it begins, and whether it is on for them, and `mailed` the last that a mail told them.
    `said` is what they have answered for themselves.
    """

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        empty(db.engine)
        db.session.expunge_all()
        self.clock = time_machine.travel(BEGINS, tick=False)
        self.now = self.clock.start()
        self.area, landlord = make_area("boda", "Boda"), make_landlord()
        house, other = (make_building(self.area, landlord, street, (1, 3)) for street in ("Gatan", "Vägen"))
        self.groups = [make_group(house), make_group(other)]
        self.stairwells = [stairwell_of(house, number) for number in (1, 3)]
        homes = [flat_of(self.stairwells[at], flat) for at, flat in ((0, "1001"), (0, "1002"), (1, "1001"))]
        away = [flat_of(stairwell_of(other, 1), flat) for flat in ("1001", "1002")]
        self.free = [(self.groups[0], homes[2]), (self.groups[1], flat_of(stairwell_of(other, 3), "1203"))]
        people = {
            each: make_person(each, f"{'lina' if each == 'Mio' else each.lower()}@example.org")
            for each in ("Amina", "Kim", "Lina", "Mio", "Nina", "Olle", "Pia")
        }
        self.people = list(people.values())
        self.amina, self.olle = people["Amina"], people["Olle"]
        for who, group, flat in (
            ("Amina", 0, flat_of(self.stairwells[0], "1101")), ("Kim", 0, homes[0]), ("Lina", 0, homes[1]),
            ("Mio", 0, homes[1]), ("Olle", 1, away[0]), ("Pia", 1, away[1]),
        ):  # fmt: skip
            make_member(people[who], self.groups[group], flat)
        make_coordinator(self.amina, self.groups[0], lead=True)
        make_coordinator(people["Olle"], self.groups[1], lead=True)
        db.session.commit()
        self.told: dict[tuple[int, int], tuple[datetime, bool]] = {}
        self.said: dict[tuple[int, int], Answer] = {}
        self.mailed: dict[tuple[int, int], tuple[datetime, bool]] = {}
        self.got: Counter[tuple[int, str, int]] = Counter()

    def teardown(self) -> None:
        """Roll back what the last act left open, and let the clock go."""
        db.session.rollback()
        self.clock.stop()

    def do(self, act: Callable[..., Any], *what: Any, **more: Any) -> bool:
        """Do one act in a transaction, as a request does; a refused act changes nothing."""
        try:
            act(*what, **more)
        except DomainError:
            db.session.rollback()
            return False
        db.session.commit()
        return True

    def meeting(self, which: int) -> Meeting | None:
        """Return one of the meetings, or None if there is none yet."""
        meetings = db.session.scalars(select(Meeting).order_by(Meeting.id)).all()
        return meetings[which % len(meetings)] if meetings else None

    # Meetings

    @rule(days=st.integers(1, 12), whom=st.sampled_from(["group", "stairwell", "everybody", "two"]))
    def call(self, days: int, whom: str) -> None:
        """Call a meeting of the first group, of a stairwell, of the other group too, or of everybody."""
        begins = utcnow() + timedelta(days=days, hours=7)
        plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Gården")
        group = self.groups[0]
        match whom:
            case "everybody":
                meeting = service.planned_for_everybody(self.area, plan)
            case "stairwell":
                meeting = service.planned(group, plan, [self.stairwells[0]])
            case "two":
                meeting = service.planned_jointly(group, plan, [self.groups[1]])
            case _:
                meeting = service.planned(group, plan)
        self.do(service.call, meeting, by=self.amina)

    @rule(which=number, hours=st.integers(-30, 30))
    def change(self, which: int, hours: int) -> None:
        """Move a meeting."""
        if meeting := self.meeting(which):
            begins = max(meeting.starts_at + timedelta(hours=hours), utcnow() + timedelta(hours=1))
            plan = service.Plan(meeting.kind, begins, begins + timedelta(hours=1), meeting.place)
            self.do(service.change, meeting, plan, seen=meeting.sequence, by=self.amina)

    @rule(which=number)
    def cancel(self, which: int) -> None:
        """Cancel a meeting."""
        if meeting := self.meeting(which):
            self.do(service.cancel, meeting, by=self.amina)

    @rule(which=number, comes=st.booleans())
    def reply(self, which: int, comes: bool) -> None:
        """Let the other group say whether it takes part in a joint gathering, or change its mind."""
        meeting = self.meeting(which)
        if meeting and len(meeting.parts) > 1:
            self.do(service.take_part if comes else service.decline, meeting, self.groups[1], by=self.olle)

    @rule(which=number, who=number, said=st.sampled_from(Answer), alone=st.booleans())
    def answer(self, which: int, who: int, said: Answer, alone: bool) -> None:
        """Answer for oneself or for one's household, by page or mail."""
        person, meeting = self.people[who % len(self.people)], self.meeting(which)
        if meeting and self.do(service.answer, meeting, person, said, alone=alone):
            self.said[person.id, meeting.id] = said
            self.told[person.id, meeting.id] = (meeting.starts_at, True)

    # People

    @rule(who=number, where=st.integers(0, 1))
    def join(self, who: int, where: int) -> None:
        """Join a group; what the welcome mail says is for other tests."""
        person, (group, flat) = self.people[who % len(self.people)], self.free[where]
        if self.membership(person, group) is None:
            make_member(person, group, flat)
            db.session.commit()

    @rule(who=number, where=st.integers(0, 1))
    def leave(self, who: int, where: int) -> None:
        """Leave a group."""
        person = self.people[who % len(self.people)]
        if membership := self.membership(person, self.groups[where]):
            self.do(members.leave, membership, by=person)

    @rule(who=number, where=st.integers(0, 1), choice=st.sampled_from(NoticeChoice))
    def choose_mails(self, who: int, where: int, choice: NoticeChoice) -> None:
        """Change which mails are wanted."""
        person = self.people[who % len(self.people)]
        if membership := self.membership(person, self.groups[where]):
            self.do(choices.choose_notices, membership, choice, by=person)

    def membership(self, person: Person, group: Group) -> Membership | None:
        """Return somebody's membership of a group."""
        current = select(Membership).where(Membership.person_id == person.id, Membership.is_current)
        return db.session.scalar(current.where(Membership.group_id == group.id))

    def is_for(self, meeting: Meeting, person: Person, *, moved: bool = False) -> list[Membership]:
        """Return the memberships by which a meeting is for a person, or was before they moved."""
        current = select(Membership).where(Membership.person_id == person.id, Membership.is_current)
        found = db.session.scalars(current).all()
        if meeting.audience is MeetingAudience.EVERYBODY:
            return list(found)
        stairwells = [each.id for each in meeting.stairwells]
        own = [each for each in found if each.group_id in meeting.group_ids]
        return [each for each in own if moved or not stairwells or each.stairwell_id in stairwells]

    def wants(self, meeting: Meeting, person: Person, *, moved: bool = False) -> bool:
        """Return True if somebody wants mail about a meeting, or relies on it because they said they come."""
        mine = self.is_for(meeting, person, moved=moved)
        comes = self.said.get((person.id, meeting.id)) in (Answer.YES, Answer.MAYBE)
        return bool(mine) and (comes or any(each.notices in WANTS for each in mine))

    # Time and mail

    @rule(hours=st.sampled_from([1, 12, 24, 72]))
    def wait(self, hours: int) -> None:
        """Let time pass, and the clock do its work."""
        self.now.shift(timedelta(hours=hours))
        service.call_latecomers(utcnow())
        service.remind(utcnow())
        db.session.commit()

    @rule()
    def the_post_goes(self) -> None:
        """Let a worker claim what waits, and check that whoever gets it should."""
        claim("worker", 200)
        going = select(OutboxRow).where(OutboxRow.state == OutboxState.SENDING).order_by(OutboxRow.id)
        for row in db.session.scalars(going):
            if row.person and row.mailing.meeting:
                self.receive(row.person, row.mailing.meeting, row)
        sent = update(OutboxRow).where(OutboxRow.state == OutboxState.SENDING)
        db.session.execute(sent.values(state=OutboxState.SENT, settled_at=utcnow(), **UNLEASED))
        db.session.commit()

    def receive(self, person: Person, meeting: Meeting, row: OutboxRow) -> None:
        """Check a mail that goes now, and remember what it tells."""
        kind, about = row.mailing.kind, (person.name, meeting.id, row.mailing.kind)
        if kind == "joint-invited":
            return
        their, is_off = (person.id, meeting.id), meeting.cancelled_at is not None
        if kind == "meeting-left":
            assert self.is_for(meeting, person) == [], about
            assert self.told[their][1], about
        else:
            assert self.wants(meeting, person, moved=their in self.told), about
            assert is_off == (kind == "meeting-cancelled"), about
        assert is_off or meeting.starts_at > utcnow(), about
        now = meeting.starts_at, not is_off and kind != "meeting-left"
        if kind == "meeting-reminder":
            assert self.said.get(their) is not Answer.NO, about
        if kind in ("meeting-reminder", "meeting-changed"):
            self.got[person.id, kind, row.mailing_id] += 1
            assert self.got[person.id, kind, row.mailing_id] == 1, about
        else:  # nothing that a mail has told them already
            assert self.mailed.get(their) != now, about
        self.told[their] = self.mailed[their] = now

    @rule()
    def all_is_said(self) -> None:
        """Let everything be done and sent, and check that everybody knows what they should."""
        service.call_latecomers(utcnow())
        db.session.commit()
        self.the_post_goes()
        for meeting in db.session.scalars(select(Meeting).where(Meeting.starts_at > utcnow())).all():
            for person in self.people:
                if self.wants(meeting, person):
                    self.knows(person, meeting)

    def knows(self, person: Person, meeting: Meeting) -> None:
        """Check that somebody whom a coming meeting is for knows when it is, or that it is off."""
        told, is_on = self.told.get((person.id, meeting.id)), meeting.cancelled_at is None
        if is_on:
            assert told == (meeting.starts_at, True), (person.name, meeting.id, told)
        elif told:
            assert not told[1], (person.name, meeting.id, told)


@pytest.mark.timeout(300)
@pytest.mark.long
def test_in_any_order_everybody_is_told_once_and_of_every_change(app: Flask) -> None:
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
