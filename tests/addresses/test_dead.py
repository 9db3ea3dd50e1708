"""Checks an address that mail did not reach: what still goes there, and who has it used again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine
from click.testing import Result
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_invitation, make_notice
from tests.mail.relay import Relay
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.invitations.mails import INVITATION
from watch.invitations.service import invited
from watch.mail import delivery, outbox
from watch.models import Mailbox, OutboxRow, Person, Purpose, SignInLink, Suppression, utcnow
from watch.notices.mails import NOTICE

DAY = timedelta(days=1)
DEAD = "550 5.1.1 no such user"


def is_dead(address: str) -> bool:
    """Return True if mail to the address is stopped."""
    db.session.rollback()
    [mailbox] = [each for each in db.session.scalars(select(Mailbox)) if each.address == address]
    return mailbox.suppression is not None


def ask(client: PageClient, address: str) -> str:
    """Ask to sign in, let the worker send, and return what the page says."""
    page = PageClient(client.app).get("/login").press("Skicka länken", {"email": address}).follow()
    delivery.run()
    return page.text


def newest_link() -> str:
    """Return the sign-in link that was made last."""
    db.session.rollback()
    link = db.session.scalars(select(SignInLink).order_by(SignInLink.id.desc()).limit(1)).one()
    return f"/login/{tokens.make(Purpose.SIGN_IN, link)}"


def test_its_owner_asks_to_sign_in_and_the_press_has_it_used_again(
    client: PageClient, nils: Person, relay: Relay
) -> None:
    ask(client, "nils@example.org")
    assert relay.addresses() == ["nils@example.org"]
    assert is_dead("nils@example.org")  # that it was accepted shows nothing yet
    assert client.get(newest_link()).press("Logga in").status == 303
    assert not is_dead("nils@example.org")


def test_a_dead_address_is_tried_once_a_day_and_the_page_says_the_same(
    client: PageClient, scene: Scene, nils: Person, relay: Relay
) -> None:
    said = {ask(client, "nils@example.org") for _time in range(3)}
    assert relay.addresses() == ["nils@example.org"]
    assert said == {ask(client, "carin@example.org")}
    with time_machine.travel(utcnow() + DAY + timedelta(minutes=1)):
        ask(client, "nils@example.org")
    assert relay.addresses().count("nils@example.org") == 2


def test_a_try_that_comes_back_is_the_days_try_too(client: PageClient, nils: Person, relay: Relay) -> None:
    relay.answers["nils@example.org"] = DEAD
    for _time in range(3):
        ask(client, "nils@example.org")
    assert relay.tried["nils@example.org"] == 1


def test_a_try_that_has_to_wait_is_tried_again(client: PageClient, nils: Person, relay: Relay) -> None:
    relay.answers["nils@example.org"] = "451 4.7.1 come again in a minute"
    ask(client, "nils@example.org")
    del relay.answers["nils@example.org"]
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        delivery.run()
    assert relay.addresses() == ["nils@example.org"]


def test_two_that_are_due_at_once_are_one_try(client: PageClient, nils: Person, relay: Relay) -> None:
    for browser in (PageClient(client.app), PageClient(client.app)):
        browser.get("/login").press("Skicka länken", {"email": "nils@example.org"})
    delivery.run()
    assert relay.addresses() == ["nils@example.org"]


def test_a_notice_does_not_go_to_a_dead_address(scene: Scene, nils: Person, relay: Relay) -> None:
    notice = make_notice(scene.group, by=scene.amina)
    outbox.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    db.session.commit()
    delivery.run()
    assert len(relay.addresses()) == 4
    assert "nils@example.org" not in relay.addresses()


def test_one_refusal_locks_nobody_out(client: PageClient, scene: Scene, relay: Relay) -> None:
    """The whole way: a notice bounces, the owner signs in by a mail, and the next notice comes."""
    relay.answers["carin@example.org"] = DEAD
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    delivery.run()
    assert is_dead("carin@example.org")
    del relay.answers["carin@example.org"]
    ask(client, "carin@example.org")
    client.get(newest_link()).press("Logga in")
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    db.session.commit()
    delivery.run()
    assert relay.addresses() == ["carin@example.org"] * 2
    bounced = select(OutboxRow).where(OutboxRow.last_code == 550)
    assert len(db.session.scalars(bounced).all()) == 1  # the history stays


def test_an_invitation_is_sent_again_to_a_dead_address(scene: Scene, relay: Relay) -> None:
    invitation = make_invitation(scene.group, "ny@example.org", by=scene.bengt)
    assert invitation.mailbox
    invitation.mailbox.suppression, invitation.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    outbox.queue(INVITATION, to=invitation.mailbox, about=invitation)
    db.session.commit()
    delivery.run()
    assert relay.addresses() == ["ny@example.org"]
    with time_machine.travel(utcnow() + 2 * DAY):
        invited.resend(invitation, days=30, by=scene.bengt)
        db.session.commit()
        delivery.run()
    assert relay.addresses() == ["ny@example.org"] * 2


def test_the_operator_says_that_it_works_again(cli: Callable[..., Result], nils: Person) -> None:
    said = cli("people", "address-works", "nils@Example.org").output
    assert said == "Mail goes to nils@example.org again.\n"
    assert not is_dead("nils@example.org")
    assert "already" in cli("people", "address-works", "nils@example.org").output
    assert cli("people", "address-works", "nobody@example.org").exit_code == 1


def test_a_complaint_is_not_lifted_by_signing_in(client: PageClient, scene: Scene, relay: Relay) -> None:
    assert scene.carin.mailbox
    scene.carin.mailbox.suppression = Suppression.COMPLAINED
    scene.carin.mailbox.suppressed_at = utcnow()
    db.session.commit()
    ask(client, "carin@example.org")
    client.get(newest_link()).press("Logga in")
    assert is_dead("carin@example.org")
