"""Checks the way of a row to the mail server and back: the right state, and the right recipient."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text, update

from tests.cast import Scene
from tests.factories import (
    empty_flats,
    flat_of,
    make_coordinator,
    make_interest,
    make_invitation,
    make_meeting,
    make_member,
    make_notice,
    make_person,
)
from tests.mail.relay import Relay
from watch.accounts.mails import SIGN_IN
from watch.extensions import db
from watch.groups.mails import COORDINATOR_APPOINTED, COORDINATOR_ENDED, LEAD_ASKED
from watch.groups.queries.members import active_member_ids
from watch.interest.mails import INTEREST_CONFIRM
from watch.invitations.mails import INVITATION, JOIN_APPROVED
from watch.joining.mails import JOIN_REQUESTED
from watch.mail import connections as connections_module
from watch.mail import delivery, outbox, queue, record
from watch.mail.compose import message_id, prepare
from watch.mail.connections import Connections
from watch.mail.types import NOT_TRIED, Meaning, Result
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Coordinator,
    InvitationState,
    JoinRequest,
    Mailing,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    Person,
    RequestState,
    SignInLink,
    Suppression,
    utcnow,
)
from watch.notices.mails import NOTICE

ALL = ["amina", "bengt", "carin", "dawit"]


def tell(scene: Scene) -> Notice:
    """Queue a notice to the whole group, and commit."""
    notice = make_notice(scene.group, by=scene.amina)
    outbox.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()
    return notice


def states() -> dict[str, list[str]]:
    """Return the state of each person's row."""
    found: dict[str, list[str]] = {}
    rows = select(OutboxRow).order_by(OutboxRow.id).execution_options(populate_existing=True)
    for row in db.session.scalars(rows):
        address = row.mailbox.address if row.mailbox else "nobody"
        found.setdefault(row.state.value, []).append(address.partition("@")[0])
    db.session.rollback()
    return found


def row_of(person: Person) -> OutboxRow:
    """Return the person's only row, reloaded."""
    wanted = select(OutboxRow).where(OutboxRow.person_id == person.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def after(minutes: float) -> time_machine.travel:
    """Move the clock so much later."""
    return time_machine.travel(utcnow() + timedelta(minutes=minutes), tick=True)


def test_a_notice_reaches_every_member_one_by_one(scene: Scene, relay: Relay) -> None:
    tell(scene)
    assert delivery.run() == 4
    assert sorted(relay.addresses()) == [f"{name}@example.org" for name in ALL]
    assert all(len(message.recipients) == 1 for message in relay.taken)
    assert len({message.sender for message in relay.taken}) == 4
    assert all(message.sender.startswith("bounce+") for message in relay.taken)
    assert states() == {"sent": ALL}
    assert delivery.run() == 0


def test_two_on_one_mailbox_get_one_mail_that_names_both_and_two_settled_rows(
    scene: Scene, relay: Relay
) -> None:
    olle = make_person("Olle Öberg", "carin@example.org")
    make_member(olle, scene.group, flat_of(scene.stairwell_3, "1103"))
    tell(scene)
    assert delivery.run() == 4
    (mail,) = [message for message in relay.taken if message.recipients == ["carin@example.org"]]
    assert "Carin Öberg" in mail.text()
    assert "Olle Öberg" in mail.text()
    assert row_of(olle).state is row_of(scene.carin).state is OutboxState.SENT
    assert mail.mail["Message-ID"] == message_id(row_of(scene.carin).nonce)  # the first row names the mail
    assert [row.person for row in db.session.scalars(outbox.sharing(row_of(olle)))] == [scene.carin, olle]


def test_who_left_between_the_press_and_the_sending_gets_nothing(scene: Scene, relay: Relay) -> None:
    tell(scene)
    membership = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    membership.left_at = utcnow()
    db.session.commit()
    delivery.run()
    assert sorted(relay.addresses()) == ["amina@example.org", "bengt@example.org", "dawit@example.org"]
    assert states() == {"sent": ["amina", "bengt", "dawit"], "cancelled": ["carin"]}


def test_of_two_on_one_mailbox_the_one_who_stayed_gets_the_mail(scene: Scene, relay: Relay) -> None:
    olle = make_person("Olle Öberg", "carin@example.org")
    make_member(olle, scene.group, flat_of(scene.stairwell_3, "1103"))
    tell(scene)
    db.session.execute(
        update(Membership).where(Membership.person_id == scene.carin.id).values(left_at=utcnow())
    )
    db.session.commit()
    delivery.run()
    (mail,) = [message for message in relay.taken if message.recipients == ["carin@example.org"]]
    assert "Carin" not in mail.text()
    assert (row_of(scene.carin).state, row_of(olle).state) == (OutboxState.CANCELLED, OutboxState.SENT)


@pytest.mark.parametrize(
    ("suppression", "sent"), [(Suppression.BOUNCED, []), (Suppression.COMPLAINED, ["join-approved"])]
)
def test_a_dead_mailbox_gets_nothing_and_one_that_complained_no_notices(
    scene: Scene, relay: Relay, suppression: Suppression, sent: list[str]
) -> None:
    membership = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    outbox.queue(JOIN_APPROVED, to=scene.carin, about=membership)
    assert scene.carin.mailbox
    scene.carin.mailbox.suppression, scene.carin.mailbox.suppressed_at = suppression, utcnow()
    db.session.commit()
    delivery.run()
    went = select(Mailing.kind).join(OutboxRow).where(OutboxRow.state == OutboxState.SENT)
    assert list(db.session.scalars(went)) == sent
    assert len(relay.taken) == len(sent)


def test_somebody_with_a_new_address_is_written_to_there_and_not_at_the_old_one(
    scene: Scene, relay: Relay
) -> None:
    tell(scene)
    for_the_old_mailbox = row_of(scene.carin).nonce
    scene.carin.mailbox = make_person("x", "carin.ny@example.org").mailbox
    db.session.commit()
    assert delivery.run() == 4
    assert sorted(relay.addresses()) == [
        "amina@example.org", "bengt@example.org", "carin.ny@example.org", "dawit@example.org"
    ]  # fmt: skip
    assert (row_of(scene.carin).state, row_of(scene.carin).attempts) == (OutboxState.SENT, 1)
    assert row_of(scene.carin).nonce != for_the_old_mailbox


def test_where_the_new_address_has_a_copy_there_comes_no_second_one(scene: Scene, relay: Relay) -> None:
    tell(scene)
    scene.carin.mailbox = scene.bengt.mailbox
    scene.amina.mailbox = scene.dawit.mailbox = make_person("x", "hemma@example.org").mailbox
    db.session.commit()
    assert delivery.run() == 3  # at home one reads Swedish, one Arabic
    assert sorted(relay.addresses()) == ["bengt@example.org", "hemma@example.org", "hemma@example.org"]
    assert row_of(scene.carin).state is OutboxState.CANCELLED
    assert set(states()) == {"sent", "cancelled"}


def test_a_link_that_was_mailed_for_an_address_follows_nobody_to_another(scene: Scene, relay: Relay) -> None:
    link = SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10))
    outbox.queue(SIGN_IN, to=scene.carin, about=link)
    scene.carin.mailbox = make_person("x", "carin.ny@example.org").mailbox
    db.session.commit()
    delivery.run()
    assert (relay.taken, row_of(scene.carin).state) == ([], OutboxState.CANCELLED)


def test_a_cancelled_meeting_a_revoked_invitation_a_used_link_and_a_decided_request_send_nothing(
    scene: Scene, relay: Relay
) -> None:
    meeting = make_meeting(scene.group, by=scene.amina)
    outbox.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    meeting.cancelled_at = utcnow()
    invitation = make_invitation(scene.group, "ny@example.org", by=scene.amina)
    assert invitation.mailbox
    outbox.queue(INVITATION, to=invitation.mailbox, about=invitation)
    invitation.state, invitation.ended_at = InvitationState.REVOKED, utcnow()
    link = SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10))
    outbox.queue(SIGN_IN, to=scene.carin, about=link)
    link.ended_at = utcnow()
    request = farahs_request(scene)
    outbox.queue(JOIN_REQUESTED, to=scene.bengt, about=request)
    request.state, request.decided_at = RequestState.WITHDRAWN, utcnow()
    interest = make_interest(scene.jenny, scene.langgatan)
    outbox.queue(INTEREST_CONFIRM, to=scene.jenny, about=interest)
    interest.ended_at = utcnow()
    appointment = db.session.scalars(select(Coordinator).where(Coordinator.person_id == scene.bengt.id)).one()
    outbox.queue(COORDINATOR_APPOINTED, to=scene.bengt, about=appointment)
    appointment.ended_at = utcnow()
    db.session.commit()
    delivery.run()
    assert relay.taken == []
    assert set(states()) == {"cancelled"}


def test_a_request_is_not_mailed_to_somebody_who_coordinates_no_longer(scene: Scene, relay: Relay) -> None:
    request = farahs_request(scene)
    people = select(Person.id).where(Person.id.in_([scene.bengt.id, scene.amina.id]))
    outbox.queue_many(JOIN_REQUESTED, people=people, about=request)
    db.session.execute(
        update(Coordinator).where(Coordinator.person_id == scene.bengt.id).values(ended_at=utcnow())
    )
    db.session.commit()
    delivery.run()
    assert relay.addresses() == ["amina@example.org"]


def test_the_coordinators_hear_of_a_lead_who_is_not_that_any_longer(scene: Scene, relay: Relay) -> None:
    lead = make_coordinator(scene.carin, scene.group, lead=True)
    for coordinator in (scene.amina, scene.bengt):
        outbox.queue(LEAD_ASKED, to=coordinator, about=lead)
    lead.ended_at = utcnow()
    db.session.scalars(select(Coordinator).where(Coordinator.person == scene.bengt)).one().ended_at = utcnow()
    db.session.commit()
    delivery.run()
    assert relay.addresses() == ["amina@example.org"]


def test_who_lost_an_appointment_hears_of_it_and_who_is_asked_no_longer_does_not(
    scene: Scene, relay: Relay
) -> None:
    asked = make_coordinator(scene.carin, scene.group, accepted=False)
    outbox.queue(COORDINATOR_APPOINTED, to=scene.carin, about=asked)
    lost = db.session.scalars(select(Coordinator).where(Coordinator.person == scene.bengt)).one()
    outbox.queue(COORDINATOR_ENDED, to=scene.bengt, about=lost)
    asked.ended_at = lost.ended_at = utcnow()
    db.session.commit()
    delivery.run()
    assert relay.addresses() == ["bengt@example.org"]


def test_what_comes_too_late_is_not_sent(scene: Scene, relay: Relay) -> None:
    meeting = make_meeting(scene.group, starts_at=utcnow() + timedelta(hours=1))
    people = active_member_ids(scene.group)
    outbox.queue_many(MEETING_CALLED, people=people, about=meeting, not_after=meeting.starts_at)
    db.session.commit()
    with after(61):
        delivery.run()
    assert relay.taken == []
    assert states() == {"expired": ALL}


def test_while_the_mail_server_is_down_rows_wait_and_then_leave(scene: Scene, relay: Relay) -> None:
    relay.stop()
    tell(scene)
    assert delivery.run() == 0
    assert states() == {"queued": ALL}
    assert row_of(scene.carin).attempts == 0
    relay.start()
    assert delivery.run() == 4
    assert states() == {"sent": ALL}


def test_a_refusal_for_now_is_tried_again_later_and_later_and_delays_nobody_else(
    scene: Scene, relay: Relay
) -> None:
    relay.answers["carin@example.org"] = "450 4.2.2 <carin@example.org> over quota"
    tell(scene)
    assert delivery.run() == 3
    later = 0.0
    for wait in (1, 5, 15, 60, 60):
        row = row_of(scene.carin)
        assert row.state is OutboxState.QUEUED
        assert (row.last_code, row.last_text) == (450, "4.2.2 … over quota")
        tried = relay.tried["carin@example.org"]
        with after(later + wait - 0.1):
            delivery.run()
        assert relay.tried["carin@example.org"] == tried
        later += wait + 0.1
        with after(later):
            delivery.run()
        assert relay.tried["carin@example.org"] == tried + 1
    del relay.answers["carin@example.org"]
    with after(later + 61):
        assert delivery.run() == 1
    assert states() == {"sent": ALL}
    assert len(relay.taken) == 4


def test_after_three_days_of_refusals_it_could_not_be_reached(scene: Scene, relay: Relay) -> None:
    relay.answers["carin@example.org"] = "data 451 try later"
    tell(scene)
    with after(71.5 * 60):
        delivery.run()
    assert row_of(scene.carin).state is OutboxState.QUEUED
    with after(72.5 * 60):
        delivery.run()
    assert row_of(scene.carin).state is OutboxState.BOUNCED


def test_a_refusal_for_good_is_final_and_holds_no_address(
    scene: Scene, relay: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    relay.answers["carin@example.org"] = "550 5.1.1 <carin@example.org>: carin@example.org unknown here"
    tell(scene)
    assert delivery.run() == 3
    row = row_of(scene.carin)
    assert (row.state, row.last_code, row.last_text) == (OutboxState.BOUNCED, 550, "5.1.1 … … unknown here")
    assert row.settled_at is not None
    with after(24 * 60):
        assert delivery.run() == 0
    said = capsys.readouterr()
    assert "meaning=dead_address" in re.sub(r"\x1b\[\d+m", "", said.out)
    assert "@" not in said.out + said.err
    assert "Carin" not in said.out + said.err


@pytest.mark.parametrize("silence", ["drop", "hang"])
def test_without_an_answer_it_is_tried_again_after_ten_minutes_as_the_same_mail(
    scene: Scene, relay: Relay, silence: str
) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    relay.answers["carin@example.org"] = silence
    delivery.run()
    row = row_of(scene.carin)
    assert (row.state, row.attempts) == (OutboxState.UNCERTAIN, 1)
    relay.answers.clear()
    with after(9):
        assert delivery.run() == 0
    with after(11):
        assert delivery.run() == 1
    assert row_of(scene.carin).state is OutboxState.SENT
    assert relay.taken[-1].mail["Message-ID"] == message_id(row.nonce)


def test_after_three_days_without_any_answer_it_could_not_be_reached(scene: Scene, relay: Relay) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    relay.answers["carin@example.org"] = "drop"
    with after(71.5 * 60):
        delivery.run()
    assert row_of(scene.carin).state is OutboxState.UNCERTAIN
    with after(72.5 * 60):
        delivery.run()
    assert row_of(scene.carin).state is OutboxState.BOUNCED


def test_without_an_answer_it_is_tried_again_after_twice_as_long_each_time(
    scene: Scene, relay: Relay
) -> None:
    """A server that takes the message but replies too late stores every attempt."""
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    relay.answers["carin@example.org"] = "drop"
    attempts = []
    for minutes in (0, 9, 11, 30, 32, 71, 73):
        with after(minutes):
            delivery.run()
        attempts.append(row_of(scene.carin).attempts)
    assert attempts == [1, 1, 2, 2, 3, 3, 4]


def test_a_sign_in_link_without_an_answer_is_never_sent_twice(scene: Scene, relay: Relay) -> None:
    link = SignInLink(mailbox=scene.carin.mailbox, expires_at=utcnow() + timedelta(minutes=10))
    outbox.queue(SIGN_IN, to=scene.carin, about=link, not_after=link.expires_at)
    db.session.commit()
    relay.answers["carin@example.org"] = "drop"
    delivery.run()
    assert states() == {"uncertain": ["carin"]}
    relay.answers.clear()
    with after(9):
        delivery.run()
    assert states() == {"uncertain": ["carin"]}
    with after(15):
        delivery.run()
    assert states() == {"expired": ["carin"]}
    assert relay.tried["carin@example.org"] == 1


def test_a_mail_server_that_hangs_up_leaves_the_others_waiting(scene: Scene, relay: Relay) -> None:
    tell(scene)
    relay.answers.update({f"{name}@example.org": "421 closing" for name in ALL})
    assert delivery.run() == 0
    assert states() == {"queued": ALL}
    relay.answers.clear()
    with after(2):
        assert delivery.run() == 4


def test_a_mail_that_cannot_be_made_is_parked_and_stops_nobody(scene: Scene, relay: Relay) -> None:
    row = outbox.queue(NOTICE, to=scene.dawit, about=make_notice(scene.group, by=scene.amina))
    assert row
    row.mailing.kind = "no-such-kind"
    tell(scene)
    for round_ in range(4):
        with after(round_ * 2):
            delivery.run()
    assert states() == {"parked": ["dawit"], "sent": ALL}
    parked = db.session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.PARKED)).one()
    assert parked.render_failures == 3


def test_a_row_that_cannot_be_read_is_parked_and_stops_nobody(scene: Scene, relay: Relay) -> None:
    tell(scene)
    damaged = text("UPDATE mailbox SET address = address_index WHERE id = :id")
    db.session.execute(damaged, {"id": scene.carin.mailbox_id})
    db.session.commit()
    for round_ in range(4):
        with after(round_ * 2):
            delivery.run()
    db.session.remove()
    counted = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
    assert dict(db.session.execute(counted).all()) == {OutboxState.SENT: 3, OutboxState.PARKED: 1}


def test_many_workers_at_once_never_send_one_thing_twice(app: Flask, scene: Scene, relay: Relay) -> None:
    for number, flat in enumerate(empty_flats(scene.stairwell_1, scene.stairwell_3)):
        make_member(make_person(f"Granne {number}", f"granne{number % 8}@example.org"), scene.group, flat)
    tell(scene)
    broken: list[BaseException] = []

    def worker() -> None:
        with app.app_context():
            try:
                for _ in range(3):
                    delivery.run()
            except BaseException as error:
                broken.append(error)

    workers = [Thread(target=worker) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert broken == []
    everybody = ALL + [f"granne{number}" for number in range(8)]
    assert sorted(relay.addresses()) == sorted(f"{name}@example.org" for name in everybody)
    assert set(states()) == {"sent"}
    assert db.session.scalar(select(func.max(OutboxRow.attempts))) == 1


def test_what_a_dead_worker_held_is_taken_back_when_its_lease_ends(scene: Scene, relay: Relay) -> None:
    tell(scene)
    claims = queue.claim("a dead one", 1)
    assert claims
    assert delivery.run() == 3  # the claimed one is nobody else's
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.lease_token == claims[0].lease.token)
        .values(lease_until=utcnow() - timedelta(minutes=5))
    )
    db.session.commit()
    assert delivery.run() == 1
    assert states() == {"sent": ALL}


def test_a_result_under_a_lost_lease_changes_nothing(scene: Scene, relay: Relay) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    claims = queue.claim("a slow one", 1)
    assert claims
    db.session.execute(update(OutboxRow).values(lease_token="another worker's"))
    db.session.commit()
    for result in (Result(250), Result(550, "no", Meaning.REFUSED), Result(is_uncertain=True), NOT_TRIED):
        record.record_results([(claims[0], result)])
        db.session.commit()
        assert states() == {"sending": ["carin"]}
        assert row_of(scene.carin).next_at is None
    ends = claims[0].lease.ends
    record.record_not_rendered(claims, "could not be made")
    record.give_back(claims)
    record.renew([claims[0].lease])
    db.session.commit()
    row = row_of(scene.carin)
    assert (row.state, row.next_at, row.attempts, row.render_failures) == (OutboxState.SENDING, None, 1, 0)
    assert claims[0].lease.ends == ends


def test_a_worker_that_stood_still_past_its_lease_ends_no_message(scene: Scene, relay: Relay) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    (claim,) = queue.claim("a slow one", 1) or []
    assert claim.recipient
    letter = prepare(db.session.get_one(Mailing, claim.mailing_id), claim.language, greets=True)
    relay.at_rcpt = lambda: setattr(claim.lease, "ends", time.monotonic())  # it stands still meanwhile
    connections = Connections()
    connections.begin(claim, letter.render_for(claim.recipient))
    connections.wait(5)
    ((thread, _claim, result),) = connections.ended
    assert (result, relay.taken) == (NOT_TRIED, [])
    assert thread.connection.host is not None
    assert thread.connection.host.sock is None  # and with it went what was begun
    record.record_results([(claim, result)])
    db.session.commit()
    connections.close()
    relay.at_rcpt = None
    assert delivery.run() == 1
    assert relay.addresses() == ["carin@example.org"]


def test_the_attempt_is_counted_before_the_mail_server_hears_of_it(scene: Scene, relay: Relay) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    assert queue.claim("this one", 1)
    db.session.rollback()
    assert (row_of(scene.carin).attempts, row_of(scene.carin).state) == (1, OutboxState.SENDING)


def test_a_sign_in_link_does_not_wait_behind_a_long_mailing(scene: Scene, relay: Relay) -> None:
    tell(scene)
    link = SignInLink(mailbox=scene.jenny.mailbox, expires_at=utcnow() + timedelta(minutes=10))
    outbox.queue(SIGN_IN, to=scene.jenny, about=link, not_after=link.expires_at)
    db.session.commit()
    claims = queue.claim("this one", 1)
    assert claims
    assert [claim.kind for claim in claims] == ["sign-in"]


def test_told_to_stop_it_stops_after_the_message_in_hand(app: Flask, scene: Scene, relay: Relay) -> None:
    tell(scene)
    app.config["MAIL_CONNECTIONS"], lines = 1, app.config["MAIL_CONNECTIONS"]
    try:
        assert delivery.run(is_stopping=lambda: len(relay.taken) >= 2) == 2
    finally:
        app.config["MAIL_CONNECTIONS"] = lines
    assert len(states()["queued"]) == 2
    assert delivery.run() == 2  # what was claimed already waits no longer than the rest


def farahs_request(scene: Scene) -> JoinRequest:
    """Farah's waiting request."""
    return db.session.scalars(select(JoinRequest).where(JoinRequest.person_id == scene.farah.id)).one()


def test_connections_stay_open_from_round_to_round_and_are_closed_when_nobody_speaks_any_more(
    scene: Scene, relay: Relay, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(scene)
    delivery.run(connections=connections)
    opened = list(connections.all)
    tell(scene)
    connections.rest()
    assert delivery.run(connections=connections) == 4
    assert [each for each in opened if each not in connections.all] == []
    assert relay.greeted == len(connections.all) <= 4  # a round that takes longer may open more

    with monkeypatch.context() as later:
        later.setattr(connections_module, "IDLE_SECONDS", 0)
        connections.rest()
    tell(scene)
    greeted = relay.greeted
    assert delivery.run(connections=connections) == 4
    assert greeted < relay.greeted


def test_a_connection_the_mail_server_closed_between_two_rounds_costs_no_message(
    scene: Scene, relay: Relay, connections: Connections
) -> None:
    tell(scene)
    delivery.run(connections=connections)
    relay.stop()
    relay.start()
    tell(scene)
    assert delivery.run(connections=connections) == 4
    assert len(relay.taken) == 8
    assert set(db.session.scalars(select(OutboxRow.attempts))) == {1}


def test_a_result_that_could_not_be_written_down_is_written_down_in_the_next_round(
    scene: Scene, relay: Relay, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(scene)
    delivery.run(connections=connections)
    opened = list(connections.all)
    tell(scene)
    with monkeypatch.context() as broken:
        broken.setattr(record, "record_results", lambda _results: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delivery.run(connections=connections)
    db.session.rollback()
    assert delivery.run(connections=connections) == 4
    assert (len(relay.taken), set(states())) == (8, {"sent"})
    assert connections.all[: len(opened)] == opened  # a slow machine may have opened one more
    assert set(connections.free) == set(connections.all)
