"""Checks that a destination that hangs or fails gets few connections, and does not delay others."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import empty_flats, make_member, make_notice, make_person
from tests.mail.relay import Relay
from tests.turns import begin
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.mail import delivery, outbox
from watch.mail.connections import Connections
from watch.mail.pacing import Destinations
from watch.models import Flat, OutboxRow, OutboxState, utcnow
from watch.notices.mails import NOTICE

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class To:
    """The part of a claim that sorting uses."""

    domain: str
    kind: str = "notice"


def sort(
    destinations: Destinations,
    *domains: str,
    under_way: Sequence[str] = (),
    most: int = 8,
    kind: str = "notice",
) -> tuple[list[str], list[float]]:
    """Return who may go soon, and how many seconds the others wait."""
    claims: list[Any] = [To(each, kind) for each in domains]
    now, waiting = destinations.sort(claims, under_way, most, longest=HOUR)
    return [each.domain for each in now], [turn.total_seconds() for _to, turn in waiting]


def begun(destinations: Destinations, *domains: str, most: int = 8, is_alone: bool = False) -> list[str]:
    """Return which of them get a connection, one after the other, while none has ended."""
    under_way: Counter[str] = Counter()
    for domain in domains:
        if destinations.may_begin(domain, under_way, most, is_alone=is_alone):
            under_way[domain] += 1
    return list(under_way.elements())


def known(*domains: str) -> Destinations:
    """Return what is known of destinations that have answered well."""
    destinations = Destinations()
    for domain in domains:
        for _ in range(3):
            destinations.note_result(domain, 0.01, 8, is_lost=False)
    return destinations


def failing(domain: str = "bad.example", *, seconds: float = 3.0, times: int = 3) -> Destinations:
    """Return what is known of a destination that was well and then failed so often, of eight connections."""
    destinations = known(domain)
    destinations.seconds.clear()
    for _ in range(times):
        destinations.note_result(domain, seconds, 8, is_lost=True)
    return destinations


def test_one_that_has_never_answered_gets_a_quarter_of_the_connections() -> None:
    assert begun(Destinations(), *["new.example"] * 20) == ["new.example"] * 2
    assert begun(Destinations(), *["new.example"] * 20, is_alone=True) == ["new.example"] * 2
    assert begun(Destinations(), *["new.example"] * 20, most=1) == ["new.example"]


def test_those_that_have_never_answered_leave_a_quarter_to_those_that_have() -> None:
    new = [f"new{number}.example" for number in range(9)]
    assert begun(known("big.example"), *new, "big.example", "big.example") == [*new[:6], *["big.example"] * 2]


def test_each_good_answer_earns_twice_as_many_connections_until_it_may_have_all() -> None:
    destinations, earned = Destinations(), []
    for _ in range(3):
        earned.append(len(begun(destinations, *["big.example"] * 20, is_alone=True)))
        destinations.note_result("big.example", 0.01, 8, is_lost=False)
    assert earned == [2, 4, 8]


def test_where_others_wait_the_greatest_leaves_them_a_quarter() -> None:
    destinations = known("big.example")
    assert begun(destinations, *["big.example"] * 20) == ["big.example"] * 6
    assert begun(destinations, *["big.example"] * 20, is_alone=True) == ["big.example"] * 8


def test_a_new_round_trusts_nobody_and_forgets_no_suspect() -> None:
    destinations = known("big.example")
    destinations.note_result("bad.example", 3.0, 8, is_lost=True)
    destinations.begin_anew()
    assert len(begun(destinations, *["big.example"] * 20, is_alone=True)) == 2
    assert "bad.example" in destinations.throttled


def test_a_stranger_that_fails_gets_one_connection() -> None:
    destinations = Destinations()
    assert destinations.note_result("bad.example", 3.0, 8, is_lost=True), "it may have fewer now"
    assert begun(destinations, *["bad.example"] * 20) == ["bad.example"]


def test_while_all_is_well_nobody_waits() -> None:
    destinations = Destinations()
    for _ in range(20):
        destinations.note_result("a.example", 0.01, 8, is_lost=False)
    assert sort(destinations, *["a.example"] * 20) == (["a.example"] * 20, [])


def test_each_failure_halves_the_connections_down_to_one() -> None:
    left = [len(sort(failing(times=times), *["bad.example"] * 20)[0]) for times in (1, 2, 3, 4)]
    assert left == [4, 2, 1, 1]


def test_one_that_fails_gets_one_and_the_rest_their_turn_after_it() -> None:
    mixed = "bad.example", "ok.example", "bad.example", "bad.example", "ok.example"
    assert sort(failing(), *mixed) == (["bad.example", "ok.example", "ok.example"], [3, 6])
    assert sort(failing(), "bad.example", under_way=("bad.example",)) == ([], [3])


def test_nobody_waits_longer_than_the_first_step_of_the_back_off() -> None:
    assert sort(failing(seconds=3000), *["bad.example"] * 3) == (["bad.example"], [3000, 3600])


def test_one_that_was_only_slow_and_a_link_that_somebody_waits_for_are_tried_again_in_a_moment() -> None:
    slow = Destinations()
    for _ in range(3):
        slow.note_result("slow.example", 30.0, 8, is_lost=False)
        slow.seconds.clear()  # it is not what is usual
    assert sort(slow, *["slow.example"] * 3) == (["slow.example"], [2, 2])
    assert sort(failing(seconds=30), *["bad.example"] * 3, kind="sign-in") == (["bad.example"], [2, 2])


def test_a_message_that_stands_still_costs_its_destination_half_of_the_connections_once() -> None:
    destinations = known("big.example")
    assert destinations.slow_down("big.example", 0.6, 8)
    held = ["big.example"]
    assert len(sort(destinations, *["big.example"] * 20, under_way=held)[0]) == 3
    destinations.note_result("big.example", 30.0, 8, is_lost=True, is_known=True)
    assert len(sort(destinations, *["big.example"] * 20)[0]) == 4
    assert sort(destinations, *["big.example"] * 5)[1] == [8], "it has failed now: 30 seconds over four"


def test_a_good_answer_after_one_that_stood_still_frees_the_destination() -> None:
    destinations = known("big.example")
    destinations.slow_down("big.example", 0.6, 8)
    destinations.note_result("big.example", 0.01, 8, is_lost=False)
    assert len(sort(destinations, *["big.example"] * 20, under_way=["big.example"])[0]) == 20


def test_each_good_answer_earns_twice_as_many_connections_until_it_is_like_all_others() -> None:
    destinations, earned = failing(), []
    for _ in range(4):
        earned.append(len(sort(destinations, *["bad.example"] * 20)[0]))
        destinations.note_result("bad.example", 0.01, 8, is_lost=False)
    assert earned == [1, 2, 4, 20]


def test_failing_anew_takes_what_was_earned() -> None:
    destinations = failing()
    destinations.note_result("bad.example", 0.01, 8, is_lost=False)
    assert destinations.note_result("bad.example", 1.0, 8, is_lost=True), "it may have fewer now"
    assert not destinations.note_result("bad.example", 1.0, 8, is_lost=True), "one is the least"
    assert sort(destinations, "bad.example", "bad.example") == (["bad.example"], [1])


def test_all_that_fail_have_half_of_the_connections_together() -> None:
    destinations = Destinations()
    bad = [f"bad{number}.example" for number in range(6)]
    for each in bad:
        destinations.note_result(each, 1.0, 8, is_lost=True)
    now, waiting = sort(destinations, *bad, "ok.example")
    assert now == [*bad[:4], "ok.example"]
    assert waiting == [1, 1]


def test_with_one_connection_the_one_that_fails_is_still_tried() -> None:
    destinations = Destinations()
    destinations.note_result("bad.example", 1.0, 1, is_lost=True)
    assert sort(destinations, "bad.example", most=1) == (["bad.example"], [])


@pytest.mark.parametrize(("usual", "seconds", "is_slow"), [
    (0.01, 0.4, False), (0.01, 0.6, True), (0.5, 1.9, False), (0.5, 2.1, True),
])  # fmt: skip
def test_slow_is_much_slower_than_usual(usual: float, seconds: float, *, is_slow: bool) -> None:
    destinations = Destinations()
    for _ in range(9):
        destinations.note_result("ok.example", usual, 8, is_lost=False)
    assert destinations.note_result("slow.example", seconds, 8, is_lost=False) is is_slow


def test_where_everything_is_slow_nothing_is_held_back_for_long() -> None:
    destinations = Destinations()
    for _ in range(31):
        destinations.note_result("all.example", 5.0, 8, is_lost=False)
    assert destinations.throttled == {}


def test_one_that_hung_is_tried_over_one_connection_and_the_others_get_their_mail(
    app: Flask, scene: Scene, relay: Relay, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_TIMEOUT", 1)
    hanging = [f"n{number}@hangs.example.net" for number in range(6)]
    relay.answers = dict.fromkeys(hanging, "hang")
    free = empty_flats(scene.stairwell_1, scene.stairwell_3)
    for address in hanging[:3]:
        _move_in(scene, address, free.pop())
    _tell_everybody(scene)
    delivery.run(connections=connections)
    tried = sum(relay.tried[each] for each in hanging)
    assert tried
    for address in hanging[3:]:
        _move_in(scene, address, free.pop())
    relay.most_hanging = 0
    _tell_everybody(scene)

    assert delivery.run(connections=connections) == 4
    assert relay.most_hanging == 1
    assert sum(relay.tried[each] for each in hanging) == tried + 1
    waits = select(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)
    waiting = db.session.scalars(waits).all()
    assert [row.attempts for row in waiting] == [0] * (9 - tried - 1), "what was not begun is no attempt"
    soon = utcnow() + timedelta(minutes=1)
    assert all(row.next_at and row.next_at < soon for row in waiting)


def test_one_that_hangs_holds_up_nobody_whose_mail_is_queued_meanwhile(
    app: Flask, scene: Scene, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_TIMEOUT", 10)
    granne = make_person("Granne", "n@hangs.example.net")
    make_member(granne, scene.group, empty_flats(scene.stairwell_1)[0])
    relay.answers["n@hangs.example.net"] = "hang"
    outbox.queue(NOTICE, to=granne, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    round_ = begin(app, delivery.run)
    _wait_for(lambda: bool(relay.hanging))
    time.sleep(1)  # by now it has found that nothing more is due
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    _wait_for(lambda: relay.addresses() == ["carin@example.org"])
    assert not round_.done()
    assert round_.result(60) == 1


def _wait_for(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _move_in(scene: Scene, address: str, flat: Flat) -> None:
    make_member(make_person("Granne", address), scene.group, flat)


def _tell_everybody(scene: Scene) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    outbox.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()


def test_a_mail_server_that_is_away_is_said_once_and_once_that_it_is_back(
    scene: Scene, relay: Relay, connections: Connections
) -> None:
    relay.stop()
    with structlog.testing.capture_logs() as said:
        _tell_everybody(scene)
        for _ in range(3):
            delivery.run(connections=connections)
        relay.start()
        for _ in range(2):
            delivery.run(connections=connections)
            _tell_everybody(scene)
    about_it = [each["event"] for each in said if each["event"].startswith("relay")]
    assert about_it == ["relay-down", "relay-back"]
