"""Limits hold over processes and machines, on both databases, and never stand in their own way."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from sqlalchemy import select, update

from tests.page_client import PageClient, outside
from watch.accounts.routes import typed_address
from watch.extensions import db
from watch.models import RateCount, SignIn, utcnow

FROM = {"REMOTE_ADDR": "198.51.100.7"}
HOME = {"REMOTE_ADDR": "192.0.2.5"}


def ask(client, number, address=None, network=FROM):
    sent = {"email": address or f"resident{number}@example.org"}
    return client.post("/login", sent, environ_overrides=network)


def test_the_eleventh_try_from_a_network_is_slowed_kindly(client, outbox):
    assert [ask(client, number).status for number in range(11)] == [303] * 10 + [429]
    page = ask(client, 11)
    assert page.h1 == "Vänta en stund"
    assert page.form()["email"] == "resident11@example.org"  # and can be sent again
    assert len(outbox.rows()) == 10
    assert ask(client, 12, network={"REMOTE_ADDR": "203.0.113.9"}).status == 303
    with time_machine.travel(utcnow() + timedelta(seconds=61)):
        assert page.press("Skicka igen").status == 303


def test_a_network_asks_for_one_address_six_times_an_hour_however_it_is_written(client):
    written = ["carin@example.org", "Carin@Example.org ", "carin@ｅxample.org"]
    assert [ask(client, 0, written[n % 3]).status for n in range(7)] == [303] * 6 + [429]
    assert ask(client, 0, "dawit@example.org").status == 303


def test_a_stranger_does_not_use_up_the_tries_of_whoever_reads_the_address(app, scene, outbox):
    stranger = PageClient(app)
    assert [ask(stranger, 0, "amina@example.org").status for _ in range(7)][-1] == 429
    own = ask(PageClient(app), 0, "amina@example.org", HOME)
    assert (own.status, own.location) == (303, "/login?sent=yes")
    assert outbox.names()[6:] == ["sign-in"]


def flood(app, address, first=0):
    """Five networks ask for one address as often as they may."""
    for network in range(first, first + 5):
        browser = PageClient(app)
        for _ in range(6):
            assert ask(browser, 0, address, {"REMOTE_ADDR": f"203.0.113.{network}"}).status == 303


def test_an_address_is_not_flooded_with_mail_and_nobody_sees_that_it_stopped(app, scene, outbox):
    usual = ask(PageClient(app), 0, "dawit@example.org", HOME)
    flood(app, "amina@example.org")
    before = len(outbox.rows())
    page = ask(PageClient(app), 0, "Amina@Example.org ", HOME)
    assert (page.status, page.location, page.html) == (usual.status, usual.location, usual.html)
    assert set(page.response.headers.keys()) == set(usual.response.headers.keys())
    assert len(outbox.rows()) == before
    assert ask(PageClient(app), 0, "carin@example.org", HOME).status == 303
    assert len(outbox.rows()) == before + 1
    with time_machine.travel(utcnow() + timedelta(minutes=61)):
        ask(PageClient(app), 0, "amina@example.org", HOME)
    assert len(outbox.rows()) == before + 2


def test_where_one_has_signed_in_before_no_flood_keeps_one_out(app, cli, scene, outbox):
    known = PageClient(app)
    known.get(cli("people", "sign-in-link", "amina@example.org").output.strip()).press("Logga in")
    flood(app, "amina@example.org")
    flood(app, "bengt@example.org", first=5)
    db.session.execute(update(SignIn).values(ended_at=utcnow()))  # as an officer's after twelve hours
    before = len(outbox.rows())
    ask(known, 0, "bengt@example.org", HOME)
    assert len(outbox.rows()) == before  # only for who has signed in there
    ask(known, 0, "amina@example.org", HOME)
    assert outbox.addressed()[before:] == [("sign-in", "amina@example.org")]


def test_what_is_too_long_for_an_address_is_not_read_to_its_end(app):
    with app.test_request_context(method="POST", data={"email": "a\u0301\u0323" * 1000 + "@example.org"}):
        assert len(typed_address()) <= 255


def test_whoever_is_slowed_is_not_written_down(client, caplog):
    caplog.set_level(logging.INFO)
    assert [ask(client, 0).status for _ in range(7)][-1] == 429
    assert [line for line in caplog.messages if "resident0" in line or "198.51" in line] == []


def test_a_home_with_ipv6_counts_as_one(client):
    tries = [
        ask(client, number, network={"REMOTE_ADDR": f"2001:db8:1:2::{number}"}).status for number in range(11)
    ]
    assert tries == [303] * 10 + [429]
    assert ask(client, 12, network={"REMOTE_ADDR": "2001:db8:1:3::1"}).status == 303


def test_two_servers_on_one_database_count_together(app, client, make_app):
    other = PageClient(make_app(DATABASE_URL=app.config["DATABASE_URL"]))
    tries = [ask((client, other)[number % 2], number).status for number in range(12)]
    assert tries == [303] * 10 + [429] * 2


def test_the_counts_hold_no_address(client):
    ask(client, 1)
    db.session.rollback()
    assert {len(key) for key in db.session.scalars(select(RateCount.key))} == {32}


def test_posts_at_the_same_time_wait_for_each_other_and_none_is_lost(app, client):
    browsers = [PageClient(app) for _ in range(4)]
    for browser in browsers:
        browser.get("/login")
    tokens = [browser.get("/login").form()["csrf_token"] for browser in browsers]

    def press(turn):
        browser = browsers[turn % 4].browser()
        sent = {"email": f"resident{turn}@example.org", "csrf_token": tokens[turn % 4]}
        return browser.post("/login", data=sent, base_url="http://127.0.0.1:8000").status_code

    begin = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        answers = outside(lambda: list(pool.map(press, range(16))))
    assert sorted(answers) == [303] * 10 + [429] * 6
    assert time.monotonic() - begin < 15  # nobody waited for themselves
