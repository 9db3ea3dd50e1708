"""Checks transferable invitations: whoever has the link gives an address and confirms it by mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation
from tests.newcomers import YES, bytes_of, confirm_link, invitations, link_of, only
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Invitation, JoinRequest, Membership, Person, RequestState, utcnow


@pytest.fixture
def passed_on(scene: Scene) -> Invitation:
    """Bengt's transferable invitation to flat 1201, sent to Lisa."""
    flat = flat_of(scene.stairwell_3, "1201")
    return make_invitation(scene.group, "lisa@example.org", flat=flat, by=scene.bengt, is_transferable=True)


def ask(client: PageClient, invitation: Invitation, address: str = "kim@example.org") -> Page:
    """Ask to join as Kim by the link."""
    return client.get(link_of(invitation)).press(
        "Ja, jag vill vara med", YES | {"name": "Kim", "address": address, "language": "sv"}
    )


def request_of(address: str) -> JoinRequest:
    """Return somebody's request."""
    found = db.session.scalars(select(JoinRequest).execution_options(populate_existing=True))
    return next(each for each in found if each.person.mailbox and each.person.mailbox.address == address)


def members() -> dict[str, str]:
    """Return members with their flat and who admitted them."""
    found = db.session.scalars(select(Membership).execution_options(populate_existing=True))
    return {each.person.name: each.household.flat.number for each in found if each.household}


def test_it_is_a_choice_when_inviting(write: Callable[..., Page], bengt: Person) -> None:
    write(bengt, "lina@example.org")
    write(bengt, "kim@example.org", pass_on="transferable")
    assert list(db.session.scalars(select(Invitation.is_transferable).order_by(Invitation.id))) == [
        False, True,
    ]  # fmt: skip


def test_the_page_says_for_whom_the_link_is(
    client: PageClient, scene: Scene, invited: Invitation, passed_on: Invitation
) -> None:
    locked, free = client.get(link_of(invited)), client.get(link_of(passed_on))
    assert "Du svarar för lägenhet 1201 på Våglängdsgatan 3. Bor du inte där? Tacka nej" in free.text
    assert "Länken är bara för den som fick mejlet." in locked.text
    assert "Har du fått länken av någon annan? Det går bra." in free.text
    fields = [page.form(f"{link_of(each)}/accept") for page, each in ((locked, invited), (free, passed_on))]
    assert ["address" in form for form in fields] == [False, True]
    assert "lisa@example.org" not in free.html


def test_whoever_was_given_the_link_does_not_read_for_whom_it_was(
    client: PageClient, invited: Invitation, passed_on: Invitation
) -> None:
    invited.name = passed_on.name = "Lisa Ström"
    locked, free = client.get(link_of(invited)), client.get(link_of(passed_on))
    fields = [page.form(f"{link_of(each)}/accept") for page, each in ((locked, invited), (free, passed_on))]
    assert [form["name"] for form in fields] == ["Lisa Ström", ""]
    assert ("Lisa" in free.html, "lisa@example.org" in free.html) == (False, False)


def test_the_address_that_was_given_is_confirmed_and_nobody_has_to_approve(
    client: PageClient, outbox: Outbox, scene: Scene, passed_on: Invitation
) -> None:
    assert ask(client, passed_on).location == "/join/sent"
    assert outbox.addressed() == [("join-confirm", "kim@example.org")]
    assert "Kim" not in members()
    done = client.get(confirm_link(request_of("kim@example.org"))).press("Ja, det stämmer")
    assert done.location == "/join/joined"
    assert members()["Kim"] == "1201"
    assert invitations() == [("lisa@example.org", "accepted", "1201")]
    assert outbox.addressed()[1:] == [("join-approved", "kim@example.org")]
    assert client.get(link_of(passed_on)).status == 410


def test_the_link_lets_in_one_and_the_second_waits_for_an_answer(
    client: PageClient, outbox: Outbox, scene: Scene, passed_on: Invitation
) -> None:
    for address in ("kim@example.org", "mio@example.org"):
        ask(client, passed_on, address)
    client.get(confirm_link(request_of("kim@example.org"))).press("Ja, det stämmer")
    client.get(confirm_link(request_of("mio@example.org"))).press("Ja, det stämmer")
    assert [request_of(f"{who}@example.org").state for who in ("kim", "mio")] == [
        RequestState.APPROVED, RequestState.WAITING,
    ]  # fmt: skip


def test_somebody_elses_flat_is_not_chosen_without_an_answer(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    """The link lets its holder choose a flat, also one where a stranger takes part."""
    link = make_invitation(scene.group, "lisa@example.org", by=scene.bengt, is_transferable=True)
    there = {"stairwell": str(scene.stairwell_3.id), "floor": "1", "door": "2"}  # Carin's, 1102
    asked = client.get(link_of(link)).press(
        "Ja, jag vill vara med", YES | there | {"name": "Kim", "address": "kim@example.org", "language": "sv"}
    )
    assert asked.location == "/join/sent"
    waits = client.get(confirm_link(request_of("kim@example.org"))).press("Ja, det stämmer").follow()
    assert waits.h1 == "Din anmälan väntar på svar"
    request = request_of("kim@example.org")
    assert (request.state, request.flat.number, request.invitation_id) == (
        RequestState.WAITING, "1102", None,
    )  # fmt: skip
    assert "Kim" not in members()
    assert invitations() == [("lisa@example.org", "open", None)]
    assert ("join-requested", "bengt@example.org") in outbox.addressed()


@pytest.mark.parametrize("end", ["revoked", "expired", "corrected"])
def test_a_link_that_died_before_the_address_was_confirmed_vouches_for_nobody(
    end: str, client: PageClient, scene: Scene, passed_on: Invitation
) -> None:
    ask(client, passed_on)
    match end:
        case "revoked":
            client.post(f"/invitations/{passed_on.id}/revoke", as_=scene.bengt)
        case "expired":
            only().expires_at = utcnow() - timedelta(minutes=1)
        case "corrected":
            mended = {"address": "lin@example.org"}
            client.post(f"/invitations/{passed_on.id}/address", mended, as_=scene.bengt)
    client.get(confirm_link(request_of("kim@example.org"))).press("Ja, det stämmer")
    assert request_of("kim@example.org").state is RequestState.WAITING
    assert "Kim" not in members()


def test_the_answer_says_nothing_of_the_address(
    client: PageClient, outbox: Outbox, scene: Scene, passed_on: Invitation
) -> None:
    """Somebody invited, a member, and a stranger: the same bytes, and one mail each."""
    answers = set()
    for address in ("lisa@example.org", "carin@example.org", "mio@example.org"):
        done = ask(client, passed_on, address)
        answers.add((done.status, done.location, bytes_of(done.follow()).replace(address, "")))
    assert len(answers) == 1
    assert [address for _kind, address in outbox.addressed()] == [
        "lisa@example.org", "carin@example.org", "mio@example.org",
    ]  # fmt: skip


def test_a_mistyped_address_is_changed_and_the_link_goes_on_vouching(
    client: PageClient, scene: Scene, passed_on: Invitation
) -> None:
    page = ask(client, passed_on, "kim@exmaple.org").follow()
    assert page.form("/join/sent")["address"] == "kim@exmaple.org"
    wrong = request_of("kim@exmaple.org")
    page.press("Skicka till den här adressen", {"address": "kim@example.org"})
    assert client.get(confirm_link(wrong)).status == 410
    done = client.get(confirm_link(request_of("kim@example.org"))).press("Ja, det stämmer")
    assert (done.location, members()["Kim"]) == ("/join/joined", "1201")


@pytest.mark.parametrize("typed", [{"address": ""}, {"address": "kim"}, {"name": ""}, {"consent": ""}])
def test_what_is_missing_is_said_and_the_rest_kept(
    typed: dict[str, Any], client: PageClient, outbox: Outbox, passed_on: Invitation
) -> None:
    sent = YES | {"name": "Kim", "address": "kim@example.org"} | typed
    page = client.post(f"{link_of(passed_on)}/accept", sent)
    assert (page.status, len(page.errors), outbox.names()) == (422, 1, [])
    kept = page.form(f"{link_of(passed_on)}/accept")
    assert (kept["name"], kept["address"]) == (sent["name"], sent["address"])
