"""Checks that replaying the journal applies the last entry of each row, and changes nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_address_change,
    make_answer,
    make_building,
    make_contact,
    make_group,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_open_meeting,
    make_person,
    make_request,
    make_verification,
    make_visit_request,
    store,
)
from tests.journal.lines import change_settings, journal
from tests.ops.installation import differences, everything, put_back
from tests.ops.test_restore import coordinator, membership_of
from watch import tokens
from watch.accounts.service.people import works_again
from watch.addresses.service import cancel_change, confirm_change, undo_change
from watch.canvassing.service import join_at_door, say_no, take_back_visit
from watch.contacts.entry import Entry, Target
from watch.contacts.queries import mark_of
from watch.contacts.service import ask_contacts, change_card, remove_card, resign
from watch.extensions import db
from watch.groups.mails import GROUP_STARTED
from watch.groups.service.choices import choose_notices, i_have_moved, take_back
from watch.groups.service.households import move_out
from watch.groups.service.members import add_on_paper, leave
from watch.groups.service.moves import undo_move_out
from watch.interest.service import take_back_name, withdraw
from watch.invitations.queries.inviting import has_declined
from watch.invitations.service.invited import correct_address, revoke
from watch.joining.service import verifying
from watch.joining.service.answering import decline_invitation, take_back_no
from watch.joining.service.deciding import approve, decline
from watch.journal.kinds import NAMELESS
from watch.journal.recording import OFF
from watch.lifecycle.service import merge
from watch.mail import outbox as mails
from watch.meetings.queries.checkin import heads_at
from watch.meetings.queries.coming import past_of_area
from watch.meetings.queries.drafts import drafts_of
from watch.meetings.queries.public import public_meeting
from watch.meetings.service import (
    Plan,
    Press,
    answer,
    call,
    cancel,
    change,
    planned_for_everybody,
    press,
    throw_away,
    write_count,
)
from watch.messages.queries.writing import is_stopped
from watch.models import (
    Answer,
    Area,
    ContactPerson,
    ContactRole,
    ContactScope,
    Counting,
    GroupState,
    Household,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Mailbox,
    Meeting,
    MeetingAnswer,
    MeetingPress,
    Membership,
    MessageAudience,
    NoticeChoice,
    OldPoster,
    Person,
    Refusal,
    RequestState,
    StoppedWriter,
    Suppression,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.notices.service import stop_sending
from watch.ops.copies.replay import NOT_PLAYED, play
from watch.printing.queries import poster_code
from watch.printing.service.letters import use
from watch.printing.service.posters import renew_poster
from watch.retention.service.traces import meeting_presses
from watch.tokens import Purpose


@contextmanager
def since_the_copy() -> Iterator[Counter[str]]:
    """Undo what happens in the block, then replay the journal. Yields the number of changes replayed."""
    db.session.commit()
    copy, begins = everything(), len(lines())
    counts = Counter[str]()
    yield counts
    db.session.commit()
    put_back(copy)
    db.session.info[OFF] = True
    counts.update(play(lines()[begins:]))
    db.session.commit()
    db.session.info.pop(OFF)
    db.session.expire_all()


def lines() -> list[dict[str, object]]:
    """Return the journal's lines, or none if nothing was journaled yet."""
    try:
        return journal().lines
    except AssertionError:
        return []


def test_where_nothing_is_taken_away_the_copy_stays_as_it_is(scene: Scene) -> None:
    before = everything()
    with since_the_copy() as counts:
        make_invitation(scene.group, "ny@example.org", by=scene.amina)
        approve(db.session.scalars(select(JoinRequest)).one(), by=scene.amina)
        change_settings(scene.dawit, language=Language.ENGLISH)
    changed = differences(before, everything())
    assert changed.pop("join_request") == Counter(state=1, decided_at=1)  # answered: nobody waits for it
    assert changed == {}
    assert counts == Counter({"requests that were answered or withdrawn": 1})


def test_who_left_and_came_back_is_in(scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)
    with since_the_copy() as counts:
        leave(membership, by=scene.carin)
        db.session.commit()
        take_back(membership, by=scene.carin)
    assert membership.left_at is None
    assert membership.household
    assert membership.household.status is HouseholdStatus.TAKES_PART
    assert +counts == Counter()


def test_who_had_left_before_the_copy_and_came_back_since_is_in(scene: Scene) -> None:
    membership = membership_of(scene.carin, scene)
    i_have_moved(membership, by=scene.carin)
    with since_the_copy():
        take_back(membership, by=scene.carin)
    assert membership.left_at is None
    assert membership.household
    assert (membership.household.ended_at, membership.household.status) == (None, HouseholdStatus.TAKES_PART)


def test_who_came_back_elsewhere_meanwhile_is_not_in_twice(scene: Scene) -> None:
    """They left, joined again, left that and undid leaving the first. In the copy they are still in."""
    first = membership_of(scene.carin, scene)
    leave(first, by=scene.carin)
    flat = flat_of(scene.stairwell_3, "1101")
    second = add_on_paper(flat, scene.group, name="C", language=Language.SWEDISH, by=scene.amina)
    second.person = scene.carin
    with since_the_copy() as counts:
        leave(second, by=scene.carin)
        db.session.commit()
        take_back(first, by=scene.carin)
    active = select(Membership.id).where(Membership.person_id == scene.carin.id, Membership.is_current)
    assert db.session.scalars(active).all() == [first.id]
    assert counts[NOT_PLAYED] == 0


def test_a_place_that_is_anothers_in_the_copy_is_not_given_back(scene: Scene) -> None:
    """No form leads there, but it must not stop the restore."""
    first = membership_of(scene.carin, scene)
    leave(first, by=scene.carin)
    second = add_on_paper(
        flat_of(scene.stairwell_3, "1101"), scene.group, name="C", language=Language.SWEDISH, by=scene.amina
    )
    second.person = scene.carin
    db.session.commit()
    counts = play([{"serial": 1, "rows": {"membership": {str(first.id): {"left_at": None}}}}])
    assert counts == Counter({NOT_PLAYED: 1})
    db.session.expire_all()
    assert first.left_at is not None


def test_undone_choices_are_undone_and_others_last(scene: Scene, carins_husband: Person) -> None:
    dawits, pars, carins = (membership_of(each, scene) for each in (scene.dawit, carins_husband, scene.carin))
    carins.notices = NoticeChoice.NOTHING
    change_settings(carins_husband, shows_name=True, shows_phone=True)
    with since_the_copy():
        choose_notices(dawits, NoticeChoice.NOTHING, by=scene.dawit)
        choose_notices(pars, NoticeChoice.MEETINGS, by=carins_husband)
        choose_notices(carins, NoticeChoice.EVERYTHING, by=scene.carin)
        change_settings(carins_husband, shows_name=False)
        change_settings(scene.carin, shows_name=False)
        db.session.commit()
        choose_notices(dawits, NoticeChoice.EVERYTHING, by=scene.dawit)
        change_settings(scene.carin, shows_name=True)
    assert [each.notices.value for each in (dawits, pars, carins)] == ["everything", "meetings", "everything"]
    assert (carins_husband.shows_name, carins_husband.shows_phone) == (False, True)
    assert scene.carin.shows_name


def test_a_name_that_was_changed_is_told_to_nobody(scene: Scene) -> None:
    with since_the_copy() as counts:
        change_settings(scene.carin, name="Kim", phone="+46701740699")
        change_settings(scene.dawit, phone=None)
    assert (scene.carin.name, scene.carin.phone, scene.dawit.phone) == (NAMELESS, None, None)
    assert scene.dawit.name == "Dawit Tesfaye"
    assert counts["phone numbers that were changed or taken out"] == 2


def test_a_household_whose_members_left_takes_part_no_more(scene: Scene, carins_husband: Person) -> None:
    """The household was invited again since, which the copy cannot know."""
    alone, shared = membership_of(scene.dawit, scene), membership_of(scene.carin, scene)
    membership_of(carins_husband, scene).household = shared.household
    with since_the_copy():
        for each in (alone, shared):
            leave(each, by=each.person)
        db.session.commit()
        assert alone.household
        alone.household.become(HouseholdStatus.INVITED)
    assert alone.household
    assert shared.household
    assert (alone.household.status, shared.household.status) == (
        HouseholdStatus.NOT_CONTACTED,
        HouseholdStatus.TAKES_PART,
    )


def test_a_move_that_was_taken_back_is_taken_back(scene: Scene, carins_husband: Person) -> None:
    flat = flat_of(scene.stairwell_3, "1102")
    shared, his = membership_of(scene.carin, scene), membership_of(carins_husband, scene)
    his.household = shared.household
    letter = make_letter(flat, scene.group, by=scene.amina)
    move_out(flat, by=scene.bengt)
    with since_the_copy():
        undo_move_out(flat, by=scene.bengt)
    assert shared.household
    assert (shared.household.ended_at, shared.household.status) == (None, HouseholdStatus.TAKES_PART)
    assert (shared.left_at, his.left_at, letter.ended_at) == (None, None, None)


def test_a_group_that_was_merged_into_another_is_so_again(scene: Scene, hassleholmen: Area) -> None:
    landlord = scene.house.property.landlord
    beside = make_group(make_building(hassleholmen, landlord, "Marklandsgatan", (5, 7)))
    ulf, dawit = make_person("Ulf", "ulf@example.org"), membership_of(scene.dawit, scene)
    theirs = make_member(ulf, beside, flat_of(beside.buildings[0].stairwells[0], "1001"))
    for each in (scene.group, beside):
        each.counted_taking_part = 5
    db.session.commit()
    with since_the_copy():
        merge(scene.group, beside, reason="Samma gård", by=scene.gun)
        db.session.commit()
        leave(theirs, by=ulf)
        leave(dawit, by=scene.dawit)
    assert (beside.state, beside.merged_into_id) == (GroupState.CLOSED, scene.group.id)
    assert {each.address for each in scene.group.buildings} == {"Marklandsgatan 5–7", "Våglängdsgatan 1–3"}
    assert (theirs.group_id, theirs.left_at is None, dawit.left_at is None) == (scene.group.id, False, False)


def test_doors_that_were_closed_are_closed(scene: Scene) -> None:
    letter = make_letter(flat_of(scene.stairwell_1, "1202"), scene.group, by=scene.amina)
    unused = make_letter(flat_of(scene.stairwell_1, "1203"), scene.group, by=scene.amina)
    waiting = db.session.scalars(select(JoinRequest)).one()
    other = make_request(scene.ivan, scene.group, scene.stairwell_1)
    interested, named = (
        make_interest(scene.jenny, scene.langgatan),
        make_interest(scene.ivan, scene.langgatan, named=True),
    )
    mistyped = make_invitation(scene.group, "fel@example.org", by=scene.amina)
    vouched = make_request(scene.jenny, scene.group, scene.stairwell_1, state=RequestState.UNCONFIRMED)
    vouched.invitation = mistyped
    with since_the_copy():
        assert use(letter, utcnow())
        decline(waiting, by=scene.amina)
        approve(other, by=scene.amina)
        withdraw(interested)
        take_back_name(named)
        correct_address(mistyped, "ratt@example.org", days=30, by=scene.amina)
    assert (letter.used_at is None, letter.ended_at is None) == (False, False)
    assert unused.ended_at is None
    assert (waiting.state, other.state) == (RequestState.DECLINED, RequestState.APPROVED)
    assert interested.ended_at is not None
    assert (named.ended_at, named.named_at) == (None, None)
    assert (mistyped.mailbox_id, mistyped.state) == (None, InvitationState.OPEN)
    assert vouched.invitation_id is None


def test_a_no_that_was_taken_back_is_taken_back(scene: Scene) -> None:

    refusing = make_invitation(scene.group, "aldrig@example.org", by=scene.amina)
    thinking = make_invitation(scene.group, "kanske@example.org", by=scene.amina)
    decline_invitation(thinking, never_again=True)
    with since_the_copy():
        decline_invitation(refusing, never_again=True)
        db.session.commit()
        take_back_no(tokens.make(Purpose.INVITATION, thinking))
    (wish,) = db.session.scalars(select(Refusal)).all()
    assert wish.address_index == refusing.declined_index
    assert (thinking.declined_index, thinking.state) == (None, InvitationState.REVOKED)


def test_a_stopped_writer_stays_stopped_and_one_who_was_taken_back_does_not_come_back(scene: Scene) -> None:
    before = store(StoppedWriter(group_id=scene.group.id, person_id=scene.elsa.id))
    with since_the_copy():
        store(StoppedWriter(group_id=scene.group.id, person_id=scene.carin.id))
        db.session.delete(before)
    assert is_stopped(scene.carin, scene.group)
    assert not is_stopped(scene.elsa, scene.group)


def test_an_officers_message_that_was_stopped_stays_stopped(scene: Scene) -> None:
    message = make_message(scene.gun, scene.langgatan, audience=MessageAudience.INTERESTED)
    with since_the_copy():
        message.stopped_at = utcnow()
    assert message.stopped_at is not None


def test_a_no_to_an_invitation_that_the_copy_does_not_have_is_kept(scene: Scene) -> None:
    with since_the_copy() as counts:
        young = make_invitation(scene.group, "nej@example.org", by=scene.amina)
        revoked = make_invitation(scene.group, "annan@example.org", by=scene.amina)
        db.session.commit()
        decline_invitation(young)
        revoke(revoked, by=scene.amina)
    assert counts["addresses that said no to a group"] == 1
    (no,) = db.session.scalars(select(Invitation)).all()
    assert (no.state, no.mailbox_id, no.group_id) == (InvitationState.DECLINED, None, scene.group.id)
    mailbox = Mailbox(address="nej@example.org", address_index=no.declined_index)
    db.session.add(mailbox)
    db.session.flush()
    assert has_declined(scene.group, mailbox, scene.amina, None)


def test_a_household_that_said_no_is_left_in_peace_though_the_copy_does_not_know_it(scene: Scene) -> None:
    known, unknown, undone = (flat_of(scene.stairwell_1, number) for number in ("1201", "1202", "1203"))
    db.session.add(Household(flat=known, status=HouseholdStatus.INVITED))
    with since_the_copy():
        say_no(known, after=0, by=scene.amina)
        say_no(unknown, after=0, by=scene.amina)
        mistake = say_no(undone, after=0, by=scene.amina)
        db.session.commit()
        take_back_visit(mistake, by=scene.amina)
    current = select(Household.flat_id, Household.status).where(
        Household.flat_id.in_([known.id, unknown.id, undone.id])
    )
    assert dict(db.session.execute(current).all()) == {
        known.id: HouseholdStatus.DECLINED,
        unknown.id: HouseholdStatus.DECLINED,
    }


def test_an_address_that_was_given_up_is_asked_about_no_more_and_a_guess_stays_counted(scene: Scene) -> None:
    given_up, guessed, waits = (
        make_verification(
            make_person(name, f"{name.lower()}@example.org"),
            make_member(make_person(name), scene.group, flat_of(scene.stairwell_1, number)),
        )
        for name, number in (("Greta", "1201"), ("Gösta", "1202"), ("Gerd", "1203"))
    )
    with since_the_copy() as counts:
        verifying.give_up(given_up.membership)
        assert not verifying.verify(guessed, 7)
    assert given_up.ended_at is not None
    assert (guessed.ended_at, guessed.floor_tries) == (None, 1)
    assert (waits.ended_at, waits.floor_tries) == (None, 0)
    assert counts == Counter(
        {
            "addresses recorded at a door that nobody is asked about any more": 1,
            "addresses recorded at a door whose floor was guessed": 1,
        }
    )


def test_a_request_for_a_visit_that_waits_again_waits(scene: Scene) -> None:
    flat = flat_of(scene.stairwell_1, "1201")
    wish = make_visit_request("Ylva", scene.group, flat)
    with since_the_copy():
        knock = join_at_door(
            flat, after=0, name="Ylva", language=Language.SWEDISH, address=None, by=scene.amina
        )
        db.session.commit()
        assert wish.state is RequestState.APPROVED
        take_back_visit(knock, by=scene.amina)
    assert (wish.state, wish.decided_at) == (RequestState.WAITING, None)


def test_a_poster_that_leaked_twice_is_the_last_one(scene: Scene) -> None:
    first = scene.stairwell_1.poster_index
    with since_the_copy():
        renew_poster(scene.stairwell_1, poster_code(scene.stairwell_1), by=scene.amina)
        db.session.commit()
        renew_poster(scene.stairwell_1, poster_code(scene.stairwell_1), by=scene.amina)
        db.session.commit()
        last = scene.stairwell_1.poster_index
        nonce = scene.stairwell_1.nonce
    assert (scene.stairwell_1.poster_index, scene.stairwell_1.nonce) == (last, nonce)
    assert first in db.session.scalars(select(OldPoster.code_index)).all()


def test_what_was_called_off_or_stopped_stays_so(scene: Scene, outbox: Outbox) -> None:
    meeting, other = make_meeting(scene.group, by=scene.amina), make_meeting(scene.group, by=scene.amina)
    make_answer(meeting, scene.carin, Answer.YES, people=2)
    make_answer(other, scene.carin, Answer.YES)
    notice = make_notice(scene.group, by=scene.amina)
    people = select(Person.id).where(Person.id.in_([scene.carin.id, scene.dawit.id]))
    mails.queue_many(NOTICE, people=people, about=notice)
    with since_the_copy():
        answer(other, scene.carin, Answer.NO)
        cancel(meeting, by=scene.amina)
        stop_sending(notice, by=scene.amina)
    assert (meeting.cancelled_at is None, other.cancelled_at is None) == (False, True)
    given = {
        each.meeting_id: (each.answer, each.people) for each in db.session.scalars(select(MeetingAnswer))
    }
    assert given == {meeting.id: (Answer.YES, 2), other.id: (Answer.NO, 1)}
    assert notice.stopped_at is not None


@pytest.mark.parametrize(("place", "kept"), [("Tvättstugan", "Tvättstugan"), ("Garaget", "–")])
def test_a_meeting_that_was_moved_stays_at_its_new_time(scene: Scene, place: str, kept: str) -> None:
    """The journal holds no place; a place that was changed since the copy is not known after it."""
    meeting = make_meeting(scene.group, by=scene.amina, place="Tvättstugan")
    begins, ends = meeting.starts_at + timedelta(days=2), meeting.ends_at + timedelta(days=2)
    with since_the_copy():
        change(meeting, Plan(meeting.kind, begins, ends, place), seen=1, by=scene.amina)
    assert (meeting.starts_at, meeting.ends_at, meeting.sequence) == (begins, ends, 2)
    assert meeting.place == kept


def test_whoever_was_counted_at_a_door_since_the_copy_still_counts_as_a_number(scene: Scene) -> None:
    """The journal does not say who came, and what a phone sends again is counted once."""
    meeting = make_meeting(scene.group, starts_at=utcnow() - timedelta(minutes=5), by=scene.amina)
    flat, scopes = scene.stairwell_1.flats[0].id, {scene.group.id: None}
    carin, dawit = Press("k2", 1, person_id=scene.carin.id), Press("k3", 1, person_id=scene.dawit.id)
    sent = [Press("k1", 1, flat_id=flat), carin, dawit, Press("k4", 1), Press("k5", -1)]
    sent.append(Press("k6", 1, flat_id=flat))
    press(meeting, sent[:1], scopes)
    with since_the_copy() as counts:
        press(meeting, sent[1:], scopes)
    assert heads_at(meeting) == 4
    rows = db.session.execute(select(MeetingPress.flat_id, MeetingPress.person_id).order_by(MeetingPress.id))
    assert rows.all() == [(flat, None)] + [(None, None)] * 5
    assert counts == Counter({"presses at the doors of meetings, as numbers only": 5})
    press(meeting, sent, scopes)
    assert heads_at(meeting) == 4


def test_a_head_count_that_was_written_since_the_copy_stands(scene: Scene) -> None:
    long_ago = utcnow() - timedelta(days=400)
    counted, corrected, not_counted, erased = (
        make_meeting(scene.group, starts_at=starts_at, by=scene.amina)
        for starts_at in (*[utcnow() - timedelta(hours=2)] * 3, long_ago)
    )
    write_count(corrected, 7, by=scene.amina)
    store(MeetingPress(meeting=erased, key="old", heads=1))
    with since_the_copy():
        write_count(counted, 12, by=scene.amina)
        write_count(corrected, 8, by=scene.amina)
        write_count(not_counted, None, by=scene.amina)
        meeting_presses(utcnow())
    assert [(each.counting, each.head_count) for each in (counted, corrected, not_counted)] == [
        (Counting.COUNTED, 12), (Counting.COUNTED, 8), (Counting.NOT_COUNTED, None),
    ]  # fmt: skip
    assert db.session.scalars(select(MeetingPress)).all() == []


def test_a_draft_that_was_called_and_cancelled_since_is_cancelled(scene: Scene) -> None:
    """Else the draft of the copy could be called, to a meeting that is known to be off."""
    draft = make_open_draft(scene)
    with since_the_copy():
        planned = planned_for_everybody(scene.group.area, Plan.of(draft))
        cancel(call(planned, by=scene.gun, draft=draft), by=scene.gun)
    assert (draft.is_draft, draft.is_on, draft.cancelled_at is None) == (False, False, False)
    assert (drafts_of(scene.group.area), past_of_area(draft.area_id or 0, utcnow())) == ([], [draft])


def test_a_draft_that_was_only_called_since_is_a_draft_again_and_one_thrown_away_is_gone(
    scene: Scene, outbox: Outbox
) -> None:
    kept, gone = make_open_draft(scene), make_open_draft(scene)
    with since_the_copy():
        call(planned_for_everybody(scene.group.area, Plan.of(kept)), by=scene.gun, draft=kept)
        throw_away(gone, by=scene.gun)
    assert drafts_of(scene.group.area) == [kept]
    assert (outbox.names(), public_meeting(kept.code or "")) == ([], None)


def make_open_draft(scene: Scene) -> Meeting:
    """Add a draft of a citizens' meeting in Hässleholmen."""
    draft = make_open_meeting(scene.group.area, by=scene.gun)
    draft.called_at = None
    return draft


def select_answers() -> object:
    """Return all answers to meetings."""
    from watch.models import MeetingAnswer

    return select(MeetingAnswer)


def test_an_address_that_is_dead_or_complained_stays_so(scene: Scene) -> None:
    assert scene.carin.mailbox
    with since_the_copy():
        scene.carin.mailbox.suppression = Suppression.COMPLAINED
        scene.carin.mailbox.suppressed_at = utcnow()
    assert scene.carin.mailbox.suppression is Suppression.COMPLAINED


def test_an_address_that_works_again_is_used_again(scene: Scene, nils: Person) -> None:
    with since_the_copy():
        assert works_again(nils.mailbox, by=None)
    assert nils.mailbox
    assert nils.mailbox.suppression is None


def test_a_change_of_address_that_was_undone_or_cancelled_does_not_come_back(scene: Scene) -> None:
    old = scene.carin.mailbox_id
    undone = make_address_change(scene.carin, "stranger@example.org", confirmed=True)
    cancelled = make_address_change(scene.dawit, "dawit@home.example")
    db.session.commit()
    with since_the_copy() as counts:
        undo_change(undone)
        cancel_change(scene.dawit)
    assert scene.carin.mailbox_id == old
    assert None not in {undone.ended_at, cancelled.ended_at}
    assert counts["changes of address that were cancelled or undone"] == 2


def test_a_change_that_was_confirmed_since_can_still_be_undone(scene: Scene) -> None:
    change = make_address_change(scene.carin, "carin@home.example")
    db.session.commit()
    with since_the_copy():
        confirm_change(change, browser=None)
    assert scene.carin.mailbox_id == change.mailbox_id
    assert change.can_be_undone(utcnow())
    assert change.old_mailbox
    assert change.old_mailbox.address == "carin@example.org"


def test_contacts_that_were_changed_or_removed(scene: Scene) -> None:
    removed, renamed, moved = (
        make_contact(ContactRole.POLICE, organisation, scene.group.area) for organisation in ("A", "B", "C")
    )
    renamed.name = "Gun Sjöström"
    with since_the_copy():
        remove_card([removed], by=scene.gun)
        for contact, name, phone in ((renamed, "Per", renamed.phone), (moved, None, "+46337000009")):
            entry = Entry(contact.role, contact.organisation, name, phone, email=None, hours=None)
            targets, seen = [Target(ContactScope.AREA, contact.area_id)], mark_of([contact])
            change_card([contact], entry, targets, seen=seen, by=scene.gun, today=utcnow().date())
    (left,) = db.session.scalars(select(ContactPerson).where(ContactPerson.is_current)).all()
    assert (left.organisation, left.name, left.phone) == ("B", None, "+46337000000")


def test_contacts_that_were_asked_are_not_asked_again_and_their_no_stays(
    scene: Scene, outbox: Outbox
) -> None:
    asked, gone = (make_contact(ContactRole.POLICE, name, scene.group.area) for name in ("A", "B"))
    for contact in (asked, gone):
        contact.email, contact.checked_on = "ring@example.org", date(2024, 5, 4)
    with since_the_copy():
        ask_contacts(utcnow())
        question = gone.question
        assert question
        resign(question)
    assert outbox.names() == []
    ask_contacts(utcnow())
    assert outbox.names() == []
    assert (asked.resigned_at, gone.resigned_at is None) == (None, False)
    ask_contacts(utcnow() + timedelta(days=31))
    assert outbox.names() == ["contact-asked"]


def test_a_lead_who_became_it_since_is_not_made_it_by_the_journal(scene: Scene) -> None:
    bengts = coordinator(scene.bengt)
    with since_the_copy():
        bengts.is_lead, bengts.stairwells = True, []
    assert not bengts.is_lead
    assert [stairwell.id for stairwell in bengts.stairwells] == [scene.stairwell_3.id]


def test_who_was_erased_is_erased_with_all_they_were(scene: Scene, outbox: Outbox) -> None:
    number = scene.jenny.id
    make_interest(scene.jenny, scene.langgatan)
    mails.queue(GROUP_STARTED, to=scene.jenny, about=make_interest(scene.jenny, scene.house))
    with since_the_copy() as counts:
        db.session.delete(scene.jenny)
    assert db.session.get(Person, number) is None
    assert outbox.rows() == []
    assert counts["rows that were erased"] == 1
