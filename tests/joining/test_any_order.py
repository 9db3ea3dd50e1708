"""Checks random sequences of joining, declining and leaving: sums agree, nobody gone or declined is mailed.

The same seeds on every run; `settings(derandomize=False, max_examples=500)` for a long search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import and_, select, update

from tests.databases import empty
from tests.factories import (
    flat_of,
    make_area,
    make_building,
    make_coordinator,
    make_group,
    make_landlord,
    make_member,
    make_notice,
    make_person,
    stairwell_of,
)
from watch import tokens
from watch.canvassing import service
from watch.canvassing.queries import newest_visit
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.queries.households import counts_of_group, households_of, sums
from watch.groups.queries.members import active_member_ids
from watch.groups.service import choices, households, members
from watch.invitations.service import invited, inviting
from watch.joining.service import answering, asking, confirming, deciding, escalation, verifying
from watch.joining.service.asking import Submission
from watch.mail import outbox
from watch.mail.queue import UNLEASED, claim
from watch.models import (
    AddressVerification,
    Coordinator,
    Flat,
    Household,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Letter,
    Mailing,
    Membership,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Outcome,
    Person,
    Purpose,
    RequestState,
    Visit,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.printing import queries
from watch.printing.queries import letter_of_code
from watch.printing.service import letters

FLATS = ("1001", "1002", "1101")
NAMES = ("Kim", "Lina", "Mio", "Nina")  # each with an address; Lina and Mio share theirs
SHARED = {"Mio": "lina"}
BY_LETTER = and_(
    JoinRequest.state == RequestState.APPROVED,
    JoinRequest.decided_by_id.is_(None),
    JoinRequest.letter_id.is_not(None),
)
name, place, number = st.sampled_from(NAMES), st.integers(0, 5), st.integers(0, 9)


def address_of(who: str) -> str:
    """Return somebody's address."""
    return f"{SHARED.get(who, who.lower())}@example.org"


class House(RuleBasedStateMachine):
    """Two stairwells of three flats. Amina leads and lives in stairwell 1, Bengt coordinates stairwell 3."""

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        empty(db.engine)
        db.session.expunge_all()
        house = make_building(make_area("boda", "Boda"), make_landlord(), "Gatan", (1, 3), flats=FLATS)
        self.group = make_group(house)
        stairwells = [stairwell_of(house, number) for number in (1, 3)]
        self.flats = [flat_of(stairwell, flat) for stairwell in stairwells for flat in FLATS]
        amina, bengt = (make_person(each, f"{each.lower()}@example.org") for each in ("Amina", "Bengt"))
        make_member(amina, self.group, self.flats[0])
        make_member(bengt, self.group, self.flats[3])
        make_coordinator(amina, self.group, lead=True)
        make_coordinator(bengt, self.group, stairwells=[stairwells[1]])
        self.said_no: set[str] = set()  # addresses, until they ask or join themselves
        self.noes: dict[int, str] = {}  # by invitation: one that is never to be repeated forgets its address
        db.session.commit()

    def teardown(self) -> None:
        """Roll back what the last act left open."""
        db.session.rollback()

    def do(self, act: Callable[..., Any], *what: Any, **more: Any) -> bool:
        """Do one act in a transaction, as a request does; a refused act changes nothing."""
        try:
            act(*what, **more)
        except DomainError:
            db.session.rollback()
            return False
        db.session.commit()
        return True

    def some(self, model: type[Any], which: int, *where: Any) -> Any:
        """Return one of the matching rows, or None."""
        rows = db.session.scalars(select(model).where(*where).order_by(model.id)).all()
        return rows[which % len(rows)] if rows else None

    def coordinator(self, *, last: bool = False) -> Person:
        """Return the lead while there is one, else the last coordinator, because appointments end too."""
        current = select(Coordinator).where(Coordinator.ended_at.is_(None)).order_by(Coordinator.id)
        return db.session.scalars(current).all()[-1 if last else 0].person

    # Asking

    @rule(who=name, at=place, knows_flat=st.booleans())
    def ask(self, who: str, at: int, knows_flat: bool) -> None:
        """Ask to join by poster or by address."""
        flat = self.flats[at]
        self._ask(who, Submission(flat.stairwell, flat if knows_flat else None))

    def _ask(self, who: str, sent: Submission) -> None:
        address = address_of(who)
        self.do(asking.ask_to_join, sent, name=who, address=address, language=Language.SWEDISH)

    @rule(several=st.sets(name, min_size=1, max_size=2), at=place, at_once=st.booleans())
    def ask_by_letter(self, several: set[str], at: int, at_once: bool) -> None:
        """Ask by the newest letter of a flat, valid or not. The mails may be read at once."""
        flat = self.flats[at]
        if self.some(Letter, 0, Letter.flat_id == flat.id) is None:
            self.do(letters.print_letters, self.group, [flat], by=self.coordinator())
        letter = self.some(Letter, -1, Letter.flat_id == flat.id)
        assert letter_of_code(queries.code_of(letter)) == letter
        for who in sorted(several):
            self._ask(who, Submission(flat.stairwell, flat, vouch=letter))
            if at_once:
                self.confirm(-1)

    @rule(at=place)
    def ask_for_a_visit(self, at: int) -> None:
        """Ask for a visit without e-mail."""
        flat = self.flats[at]
        self.do(asking.ask_for_visit, flat.stairwell, flat, "Olle", language=Language.SWEDISH)

    @rule(which=number)
    def confirm(self, which: int) -> None:
        """Confirm a request as the owner of the address."""
        request = self.some(JoinRequest, which, JoinRequest.state == RequestState.UNCONFIRMED)
        if request:
            self.said_no.discard(request.person.mailbox.address)
            self.do(confirming.confirm, request)

    @rule(which=number, floor=st.sampled_from([0, 1]))
    def verify(self, which: int, floor: int) -> None:
        """Verify an address recorded at the door by a floor."""
        verification = self.some(AddressVerification, which, AddressVerification.ended_at.is_(None))
        if verification:
            address = verification.person.mailbox.address
            self.do(verifying.verify, verification, floor)
            if verification.person.address_confirmed_at:
                self.said_no.discard(address)

    @rule(which=number, at=st.none() | place)
    def approve(self, which: int, at: int | None) -> None:
        """Approve a request, with the flat if the coordinator knows it."""
        request = self.some(JoinRequest, which, JoinRequest.state == RequestState.WAITING)
        if request:
            self.do(
                deciding.approve, request, by=self.coordinator(), flat=None if at is None else self.flats[at]
            )

    @rule(which=number)
    def decline(self, which: int) -> None:
        """Decline a request with a reason."""
        request = self.some(JoinRequest, which, JoinRequest.state == RequestState.WAITING)
        if request:
            self.do(deciding.decline, request, by=self.coordinator(), reason="Fel port?")

    @rule(days=st.sampled_from([8, 15]))
    def nobody_answers(self, days: int) -> None:
        """Make all waiting requests older, and run the job that escalates them."""
        waits = JoinRequest.state == RequestState.WAITING
        db.session.execute(update(JoinRequest).where(waits).values(confirmed_at=utcnow() - timedelta(days)))
        self.do(escalation.escalate, utcnow())

    # Inviting

    @rule(who=name, at=st.none() | place, by_bengt=st.booleans(), may_pass_on=st.booleans())
    def invite(self, who: str, at: int | None, by_bengt: bool, may_pass_on: bool) -> None:
        """Invite an address."""
        flat = None if at is None else self.flats[at]
        self._invite(address_of(who), flat, last=by_bengt, is_transferable=may_pass_on)

    def _invite(self, address: str, flat: Flat | None, *, last: bool, is_transferable: bool = False) -> None:
        sent = {"flat": flat, "language": Language.SWEDISH, "by": self.coordinator(last=last), "days": 30}
        self.do(inviting.invite, self.group, address, is_transferable=is_transferable, **sent)

    def open_invitation(self, which: int, *where: Any) -> Invitation | None:
        """Return an open invitation."""
        is_open = Invitation.state == InvitationState.OPEN
        found: Invitation | None = self.some(Invitation, which, is_open, *where)
        return found

    @rule(which=number, who=name, at=place)
    def accept(self, which: int, who: str, at: int) -> None:
        """Join by the mailed link."""
        if invitation := self.open_invitation(which):
            flat = self.flats[at]
            address = invitation.mailbox.address
            if self.do(
                answering.accept,
                invitation,
                who,
                stairwell=flat.stairwell,
                flat=flat,
                language=Language.SWEDISH,
            ):
                self.said_no.discard(address)

    @rule(which=number, who=name, at=place, at_once=st.booleans())
    def accept_what_was_passed_on(self, which: int, who: str, at: int, at_once: bool) -> None:
        """Join by somebody else's transferable link with an address of one's own."""
        if invitation := self.open_invitation(which, Invitation.is_transferable):
            flat = invitation.flat or self.flats[at]
            self._ask(who, Submission(flat.stairwell, flat, vouch=invitation))
            if at_once:
                self.confirm(-1)

    @rule(who=name, which=number, by_bengt=st.booleans(), never_again=st.booleans())
    def say_no(self, who: str, which: int, by_bengt: bool, never_again: bool) -> None:
        """Decline an invitation. The group must not mail the address again."""
        if self.open_invitation(which) is None:
            self._invite(address_of(who), None, last=by_bengt)
        if invitation := self.open_invitation(which):
            address = invitation.mailbox.address
            self.said_no.add(address)
            self.noes[invitation.id] = address
            self.do(answering.decline_invitation, invitation, never_again=never_again)
            for last in (False, True):  # who does not know of it invites again
                self._invite(address, None, last=last)
            self.the_post_goes()

    @initialize(who=name, by_bengt=st.booleans(), never_again=st.booleans())
    def one_has_said_no(self, who: str, by_bengt: bool, never_again: bool) -> None:
        """Let one address decline before anything else, so that every later act could mail it."""
        self.say_no(who=who, which=0, by_bengt=by_bengt, never_again=never_again)

    @rule(which=number)
    def take_back_no(self, which: int) -> None:
        """Take a refusal back by the same link."""
        if invitation := self.some(Invitation, which, Invitation.state == InvitationState.DECLINED):
            token = tokens.make(Purpose.INVITATION, invitation)
            if self.do(answering.take_back_no, token):
                self.said_no.discard(self.noes[invitation.id])

    @rule(which=number, a_day_later=st.booleans())
    def remind(self, which: int, a_day_later: bool) -> None:
        """Remind somebody who has not answered."""
        if invitation := self.some(Invitation, which):
            if a_day_later:
                theirs = Mailing.invitation_id == invitation.id
                db.session.execute(update(Mailing).where(theirs).values(created_at=utcnow() - timedelta(2)))
            self.do(invited.remind, invitation, by=self.coordinator())

    @rule(which=number, who=name)
    def correct(self, which: int, who: str) -> None:
        """Correct a mistyped address."""
        if invitation := self.some(Invitation, which):
            by = invitation.by or self.coordinator()
            self.do(invited.correct_address, invitation, address_of(who), days=30, by=by)

    @rule(which=number)
    def resend(self, which: int) -> None:
        """Send an invitation again."""
        if invitation := self.some(Invitation, which):
            self.do(invited.resend, invitation, days=30, by=self.coordinator())

    @rule(which=number)
    def revoke(self, which: int) -> None:
        """Revoke an invitation."""
        if invitation := self.some(Invitation, which):
            self.do(invited.revoke, invitation, by=self.coordinator())

    @rule(chosen=st.sets(place, min_size=1))
    def print_letters(self, chosen: set[int]) -> None:
        """Print letters, for the first time or again."""
        self.do(
            letters.print_letters,
            self.group,
            [self.flats[at] for at in sorted(chosen)],
            by=self.coordinator(),
        )

    # At the door

    @rule(at=place)
    def add_on_paper(self, at: int) -> None:
        """Add somebody who joined at the door."""
        self.do(
            members.add_on_paper,
            self.flats[at],
            self.group,
            name="Elsa",
            language=Language.SWEDISH,
            by=self.coordinator(),
        )

    @rule(at=place, status=st.sampled_from([HouseholdStatus.DECLINED, HouseholdStatus.INVITED]))
    def note(self, at: int, status: HouseholdStatus) -> None:
        """Record a household's answer at the door."""
        self.do(households.note_household, self.flats[at], status, by=self.coordinator())

    @rule(at=place, outcome=st.sampled_from(Outcome), who=st.none() | name, is_stale=st.booleans())
    def knock(self, at: int, outcome: Outcome, who: str | None, is_stale: bool) -> None:
        """Record a visit by the list as it was a while ago or is now."""
        flat = self.flats[at]
        last = newest_visit(flat)
        where = {"after": 0 if is_stale or last is None else last.id, "by": self.coordinator()}
        match outcome:
            case Outcome.NOT_HOME:
                self.do(service.not_at_home, flat, **where)
            case Outcome.DECLINED:
                self.do(service.say_no, flat, **where)
            case Outcome.MOVED:
                self.do(service.say_moved, flat, **where)
            case Outcome.JOINED:
                address = address_of(who) if who else None
                yes = {"name": who or "Elsa", "language": Language.SWEDISH, "address": address}
                self.do(service.join_at_door, flat, **yes, **where)

    @rule(which=number)
    def take_back_visit(self, which: int) -> None:
        """Undo a visit."""
        if knock := self.some(Visit, which):
            self.do(service.take_back_visit, knock, by=knock.by or self.coordinator())

    @rule(at=place)
    def move_out(self, at: int) -> None:
        """Let a new household move into the flat."""
        self.do(households.move_out, self.flats[at], by=self.coordinator())

    # Members

    @rule(which=number)
    def leave(self, which: int) -> None:
        """Leave the group."""
        if membership := self.some(Membership, which, Membership.is_current):
            self.do(members.leave, membership, by=membership.person)

    @rule(which=number)
    def move(self, which: int) -> None:
        """Move away."""
        if membership := self.some(Membership, which, Membership.is_current):
            self.do(choices.i_have_moved, membership, by=membership.person)

    @rule(which=number)
    def come_back(self, which: int) -> None:
        """Undo leaving."""
        if membership := self.some(Membership, which, Membership.left_at.is_not(None)):
            self.do(choices.take_back, membership, by=membership.person)

    @rule(which=number, choice=st.sampled_from(NoticeChoice))
    def choose_mails(self, which: int, choice: NoticeChoice) -> None:
        """Change which mails are wanted."""
        if membership := self.some(Membership, which, Membership.is_current):
            self.do(choices.choose_notices, membership, choice, by=membership.person)

    # Mail

    @rule()
    def tell_everybody(self) -> None:
        """Queue a notice to the group."""
        notice = make_notice(self.group, by=self.coordinator())
        self.do(outbox.queue_many, NOTICE, people=active_member_ids(self.group), about=notice)

    @rule()
    def the_post_goes(self) -> None:
        """Let a worker claim what waits, and check that all of it is wanted now."""
        claim("worker", 100)
        for row in db.session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.SENDING)):
            assert row.mailbox
            assert self._may_be_sent(row), (row.mailing.kind, row.mailbox.address)
        sent = update(OutboxRow).where(OutboxRow.state == OutboxState.SENDING)
        db.session.execute(sent.values(state=OutboxState.SENT, settled_at=utcnow(), **UNLEASED))
        db.session.commit()

    def _may_be_sent(self, row: OutboxRow) -> bool:
        assert row.mailbox
        current = select(Membership).where(Membership.person_id == row.person_id, Membership.is_current)
        membership = db.session.scalar(current)
        if isinstance(row.mailing.about, Invitation):
            return row.mailbox.address not in self.said_no
        match row.mailing.kind:
            case "notice":
                return membership is not None and membership.notices is NoticeChoice.EVERYTHING
            case "join-approved":
                return membership is not None
            case "join-requested" | "join-waiting":
                return self._coordinates(row.person)
        return True  # asked for by whoever reads it, or by a stranger: once a day

    def _coordinates(self, person: Person | None) -> bool:
        current = select(Coordinator.id).where(Coordinator.person == person, Coordinator.ended_at.is_(None))
        return db.session.scalar(current) is not None

    # What holds all the time

    @invariant()
    def all_is_well(self) -> None:
        """Check the invariants after every act."""
        self.sums_add_up()
        self.who_takes_part_is_a_member()
        self.nobody_is_twice_what_one_is_once()
        assert self.coordinator()

    def sums_add_up(self) -> None:
        """Check that every flat is counted once, and that the counts add up to all flats."""
        flats = households_of(self.group)
        assert sorted(each.flat_id for each in flats) == sorted(flat.id for flat in self.flats)
        for counts in (sums(flats), counts_of_group(self.group.id)):
            stand = (
                counts.takes_part,
                counts.invited,
                counts.wants_to_join,
                counts.declined,
                counts.not_contacted,
            )
            assert (sum(stand), counts.flats) == (6, 6)

    def who_takes_part_is_a_member(self) -> None:
        """Check that exactly the households with a current member count as taking part."""
        lit = {each.flat_id for each in households_of(self.group) if each.state.is_lit}
        lives = select(Household.flat_id).join(Membership).where(Membership.is_current)
        assert lit == set(db.session.scalars(lives))

    def nobody_is_twice_what_one_is_once(self) -> None:
        """Check that nobody has two memberships or open requests, and no flat two households or letters."""
        for column, where in (
            (Membership.person_id, Membership.is_current),
            (JoinRequest.person_id, JoinRequest.state.in_([RequestState.UNCONFIRMED, RequestState.WAITING])),
            (Household.flat_id, Household.is_current),
            (Letter.flat_id, Letter.ended_at.is_(None)),
            (JoinRequest.letter_id, BY_LETTER),
        ):
            counts = Counter(db.session.scalars(select(column).where(where)))
            assert not {what: count for what, count in counts.items() if count > 1}, column


@pytest.mark.timeout(300)
@pytest.mark.long
def test_any_order_keeps_the_sums_and_writes_to_nobody_who_said_no(app: Flask) -> None:
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
