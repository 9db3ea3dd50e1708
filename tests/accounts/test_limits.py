"""Limits hold over processes and machines, on both databases, and never stand in their own way."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from sqlalchemy import select

from tests.page_client import PageClient, outside
from watch.extensions import db
from watch.models import RateCount, utcnow

FROM = {"REMOTE_ADDR": "198.51.100.7"}


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


def test_one_address_is_asked_for_six_times_an_hour_from_wherever(client):
    tries = [
        ask(client, 0, "carin@example.org", {"REMOTE_ADDR": f"203.0.113.{number}"}).status
        for number in range(7)
    ]
    assert tries == [303] * 6 + [429]
    assert ask(client, 0, "Carin@Example.org ", {"REMOTE_ADDR": "203.0.113.99"}).status == 429
    assert ask(client, 0, "carin@ｅxample.org", {"REMOTE_ADDR": "203.0.113.99"}).status == 429
    assert ask(client, 0, "dawit@example.org", {"REMOTE_ADDR": "203.0.113.99"}).status == 303


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
