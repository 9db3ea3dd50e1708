"""Checks that rate limits slow a flood but never the person it is aimed at, across servers and databases."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import time_machine
from sqlalchemy import select, update

from tests.page_client import PageClient, outside
from watch.accounts.routes import typed_address
from watch.accounts.shares import A_NETWORKS, OWNERS, RESERVE, STRANGERS
from watch.extensions import db
from watch.models import OutboxRow, RateCount, SignIn, SignInLink, utcnow

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


def parts_of(wide, provider=0xDB8):
    """Return six /64 networks of each of so many /48 networks."""
    return [f"2001:{provider:x}:{each:x}:{near}::1" for each in range(wide) for near in range(6)]


def flood(app, address, networks, times=6):
    """Let strangers ask for one address as often as they may, from each of these networks."""
    for network in networks:
        browser = PageClient(app)
        for _ in range(times):
            assert ask(browser, 0, address, {"REMOTE_ADDR": network}).status == 303


def mails_to(address):
    """Return the mails that leave for an address. A withheld mail is queued too, already expired."""
    db.session.rollback()
    leaves = OutboxRow.not_after.is_(None) | (OutboxRow.not_after > OutboxRow.created_at)
    rows = db.session.scalars(select(OutboxRow).join(OutboxRow.mailbox).where(leaves))
    return sum(row.mailbox.address == address for row in rows)


def gets_mail(client, address, network=HOME):
    """Return True if somebody who asks from there for that address gets a mail."""
    before = mails_to(address)
    assert ask(client, 0, address, network).location == "/login?sent=yes"
    return mails_to(address) == before + 1


def test_a_flood_of_asking_keeps_nobody_from_signing_in_on_a_new_device(app, scene):
    flood(app, "amina@example.org", parts_of(6))
    assert mails_to("amina@example.org") <= STRANGERS + RESERVE
    assert gets_mail(PageClient(app), "amina@example.org")
    assert gets_mail(PageClient(app), "carin@example.org")


def test_a_network_uses_few_of_an_addresss_mails_whichever_of_its_parts_asks(app, scene):
    flood(app, "amina@example.org", [f"2001:db8:1:{near}::1" for near in range(8)])
    assert mails_to("amina@example.org") == A_NETWORKS
    flood(app, "bengt@example.org", [f"198.51.100.{host}" for host in range(8)])
    assert mails_to("bengt@example.org") == A_NETWORKS


def test_an_address_gets_so_many_a_day_whoever_asks_and_nobody_sees_that_it_stopped(app, scene):
    usual = ask(PageClient(app), 0, "dawit@example.org", HOME)
    flood(app, "amina@example.org", parts_of(6))
    flood(app, "amina@example.org", [f"203.{net}.113.7" for net in range(60)], times=1)
    assert mails_to("amina@example.org") == STRANGERS + RESERVE
    page = ask(PageClient(app), 0, "Amina@Example.org ", HOME)
    assert (page.status, page.location, page.html) == (usual.status, usual.location, usual.html)
    assert set(page.response.headers.keys()) == set(usual.response.headers.keys())
    assert mails_to("amina@example.org") == STRANGERS + RESERVE
    assert "Vi skickar bara några mejl om dagen till samma adress" in page.follow().text
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        assert gets_mail(PageClient(app), "amina@example.org")


def use_up(app, address, provider=0xDB8):
    """Let strangers use up an address's mails. A second address needs another provider's networks."""
    flood(app, address, [f"2001:{provider:x}:{wide:x}::1" for wide in range(2)])
    flood(app, address, [f"2001:{provider:x}:{wide:x}::1" for wide in range(2, 2 + RESERVE)], times=1)
    assert mails_to(address) >= STRANGERS + RESERVE


def signed_in(app, cli, address, network):
    """Return a browser on which somebody has signed in from that network."""
    browser = PageClient(app)
    link = cli("people", "sign-in-link", address).output.strip()
    page = browser.get(link, environ_overrides=network)
    pressed = browser.post(page.path, environ_overrides=network)
    assert pressed.status == 303
    return browser


def test_where_one_has_signed_in_before_no_flood_keeps_one_out(app, cli, scene):
    known = signed_in(app, cli, "amina@example.org", FROM)
    use_up(app, "amina@example.org")
    use_up(app, "bengt@example.org", 0xDB9)
    db.session.execute(update(SignIn).values(ended_at=utcnow()))  # as an officer's after twelve hours
    assert not gets_mail(known, "bengt@example.org")  # only for who has signed in there
    assert gets_mail(known, "amina@example.org")


def test_a_flood_from_the_same_network_does_not_slow_the_browser_one_has_signed_in_with(app, cli, scene):
    known = signed_in(app, cli, "amina@example.org", HOME)
    db.session.execute(update(SignIn).values(ended_at=utcnow()))
    statuses = [ask(PageClient(app), number, network=HOME).status for number in range(11)]
    assert statuses[-1] == 429
    db.session.execute(update(RateCount).values(count=100_000))
    assert ask(PageClient(app), 0, "amina@example.org", HOME).status == 429
    db.session.execute(update(RateCount).values(count=RateCount.count - 99_990))
    assert gets_mail(known, "amina@example.org")


def test_from_the_network_one_has_signed_in_from_a_new_browser_gets_its_mail(app, cli, scene):
    """A kiosk deletes its cookies every night, but strangers elsewhere do not use up its network's limit."""
    signed_in(app, cli, "gun@example.org", HOME)
    use_up(app, "gun@example.org")
    assert gets_mail(PageClient(app), "gun@example.org", {"REMOTE_ADDR": "192.0.2.77"})
    assert not gets_mail(PageClient(app), "gun@example.org", {"REMOTE_ADDR": "198.18.0.1"})
    with time_machine.travel(utcnow() + timedelta(days=31)):
        use_up(app, "gun@example.org")
        assert not gets_mail(PageClient(app), "gun@example.org")


def test_nobody_on_ones_network_learns_by_time_that_one_has_signed_in_there(app, cli, scene, statements):
    signed_in(app, cli, "amina@example.org", HOME)
    neighbour = PageClient(app)
    ask(neighbour, 0, "warm@example.org", HOME)

    def asked_for(address):
        with statements() as seen:
            ask(neighbour, 0, address, HOME)
        return [each.partition(" WHERE ")[0] for each in seen]

    first = asked_for("amina@example.org"), asked_for("bengt@example.org")
    assert first[0] == first[1]
    use_up(app, "amina@example.org")
    use_up(app, "bengt@example.org", 0xDB9)
    flooded = asked_for("amina@example.org"), asked_for("bengt@example.org")
    assert flooded[0] == flooded[1]


def test_a_mail_that_is_withheld_ends_no_link_of_before(app, scene):
    browser = PageClient(app)
    assert gets_mail(browser, "amina@example.org")
    use_up(app, "amina@example.org")
    for _ in range(3):
        assert not gets_mail(browser, "amina@example.org", {"REMOTE_ADDR": "2001:db8:2::1"})
    first = db.session.scalars(select(SignInLink).order_by(SignInLink.id)).first()
    assert first is not None
    assert first.ended_at is None


def test_ones_own_browser_is_not_mailed_without_end_either(app, cli, scene):
    known = signed_in(app, cli, "amina@example.org", HOME)
    for _ in range(OWNERS // 6):
        with time_machine.travel(utcnow() + timedelta(hours=2)):
            db.session.execute(update(RateCount).where(RateCount.count == 6).values(count=0))
            for _ in range(6):
                ask(known, 0, "amina@example.org", HOME)
    assert mails_to("amina@example.org") <= OWNERS


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
