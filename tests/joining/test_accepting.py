"""Checks accepting the mailed invitation."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation, make_member, make_person, make_request
from tests.newcomers import YES, invitations, link_of, status_of
from tests.page_client import Page, PageClient
from tests.races import at_once
from watch.extensions import db
from watch.models import (
    Group,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Membership,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)


def test_yes_needs_no_approval_and_lights_a_window(
    client: PageClient,
    outbox: Outbox,
    group: Group,
    bengt: Person,
    stairwell_3: Stairwell,
    invited: Invitation,
) -> None:
    page = client.get(link_of(invited))
    assert page.h1 == "Du är inbjuden till grannsamverkan"
    assert "Du svarar för lägenhet 1203 på Våglängdsgatan 3." in page.text
    assert ("Bengt" in page.html, "lina@example.org" in page.html) == (False, False)
    done = page.press("Ja, jag vill vara med", YES)
    assert (done.status, done.location) == (303, "/join/joined")
    lit = done.follow()
    assert lit.tree.get("lang") == "so"
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    lina = membership.person
    assert (lina.name, lina.language, lina.address_confirmed_at is not None) == (
        "Lina",
        Language.SOMALI,
        True,
    )
    assert membership.household is not None
    assert (membership.household.flat.number, membership.admitted_by_id) == ("1203", bengt.id)
    assert status_of(stairwell_3, "1203") is HouseholdStatus.TAKES_PART
    assert invitations() == [("lina@example.org", "accepted", "1203")]
    assert outbox.addressed() == [("join-approved", "lina@example.org")]
    stranger = PageClient(client.app)
    used, never = stranger.get(link_of(invited)), stranger.get("/join/" + "x" * 32)
    assert used.status == never.status == 410
    assert used.text == never.text


def test_yes_pressed_twice_is_one_membership_and_the_same_page(
    client: PageClient, outbox: Outbox, invited: Invitation, group: Group
) -> None:
    form = YES | {"form_key": "a" * 24}
    assert [client.post(f"{link_of(invited)}/accept", form).location for _ in range(3)] == [
        "/join/joined"
    ] * 3
    assert outbox.names() == ["join-approved"]


def test_yes_with_the_key_of_another_form_is_yes_all_the_same(
    client: PageClient, outbox: Outbox, invited: Invitation, write: Callable[..., Page], bengt: Person
) -> None:
    assert write(bengt, "mio@example.org", form_key="a" * 24).status == 303
    assert client.post(f"{link_of(invited)}/accept", YES | {"form_key": "a" * 24}).location == "/join/joined"
    assert outbox.names() == ["invitation", "join-approved"]


def test_yes_twice_at_the_same_moment(
    client: PageClient, outbox: Outbox, invited: Invitation, group: Group
) -> None:
    path = f"{link_of(invited)}/accept"
    assert at_once(client, [(None, path), (None, path)], YES | {"form_key": "a" * 24}) == [303, 303]
    assert outbox.names() == ["join-approved"]


def test_a_stairwells_coordinator_invites_to_that_stairwell_only(client: PageClient, scene: Scene) -> None:
    page = client.get(link_of(make_invitation(scene.group, "lina@example.org", by=scene.bengt)))
    assert "stairwell" not in page.form()
    page.press(
        "Ja, jag vill vara med", YES | {"stairwell": str(scene.stairwell_1.id), "floor": "1", "door": "3"}
    )
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    assert membership.stairwell == scene.stairwell_3


def test_without_a_flat_the_door_is_asked_for(
    client: PageClient, group: Group, amina: Person, stairwell_1: Stairwell
) -> None:
    invitation = make_invitation(group, "lina@example.org", by=amina)
    page = client.get(link_of(invitation))
    refused = page.press("Ja, jag vill vara med", YES)
    assert (refused.status, refused.errors) == (422, ["Välj din port."])
    door = {"stairwell": str(stairwell_1.id), "floor": "1", "door": "2"}
    assert refused.press("Ja, jag vill vara med", YES | door).location == "/join/joined"
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    assert (membership.stairwell, membership.household) == (stairwell_1, None)
    asked = db.session.scalars(select(JoinRequest)).one()
    assert (asked.state, asked.flat and asked.flat.number) == (RequestState.WAITING, "1102")
    client.post(f"/requests/{asked.id}/approve", as_=amina)
    db.session.refresh(membership)
    assert membership.household is not None
    assert (membership.stairwell, membership.household.flat.number) == (stairwell_1, "1102")


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"name": ""}, "Skriv ett namn."),
        ({"name": "Lina 811218+9876"}, "Det ser ut som ett personnummer."),
        ({"name": "a\u2066b"}, "Här finns osynliga tecken."),
        ({"consent": ""}, "Kryssa i rutan om du vill vara med."),
    ],
)
def test_what_is_refused_when_accepting(
    typed: dict[str, str], cure: str, client: PageClient, outbox: Outbox, invited: Invitation
) -> None:
    path = f"{link_of(invited)}/accept"
    page = client.post(path, YES | typed)
    assert page.status == 422
    assert cure in page.errors[0]
    assert page.form(path)["name"] == (YES | typed)["name"]
    assert (invitations(), outbox.names()) == ([("lina@example.org", "open", "1203")], [])


@pytest.mark.parametrize("end", ["expired", "revoked", "renewed", "altered"])
def test_links_that_do_not_work_any_more_are_told_apart_by_nobody(
    end: str, client: PageClient, outbox: Outbox, invited: Invitation
) -> None:
    link = link_of(invited)
    match end:
        case "expired":
            invited.expires_at = utcnow()
        case "revoked":
            invited.state, invited.ended_at = InvitationState.REVOKED, utcnow()
        case "renewed":
            invited.nonce = b"another"
        case "altered":
            link = link[:-4] + "0000"
    answers = [client.get(link), client.post(f"{link}/accept", YES), client.post(f"{link}/decline")]
    assert [page.status for page in answers] == [410] * 3
    assert answers[0].text == client.get("/join/" + "x" * 32).text
    assert outbox.names() == []


def test_opening_it_five_times_changes_nothing(
    client: PageClient, outbox: Outbox, invited: Invitation
) -> None:
    assert {client.get(link_of(invited)).status for _ in range(5)} == {200}
    assert (invitations(), outbox.names()) == ([("lina@example.org", "open", "1203")], [])


def test_a_yes_settles_a_request_that_waited(
    client: PageClient, outbox: Outbox, group: Group, stairwell_3: Stairwell, invited: Invitation
) -> None:
    request = make_request(make_person("Lina", "lina@example.org"), group, stairwell_3)
    client.post(f"{link_of(invited)}/accept", YES)
    found = db.session.scalars(select(JoinRequest).execution_options(populate_existing=True)).one()
    assert (found.id, found.state) == (request.id, RequestState.APPROVED)


def test_a_member_who_presses_an_old_invitation_is_not_doubled(
    client: PageClient, outbox: Outbox, group: Group, stairwell_3: Stairwell, invited: Invitation
) -> None:
    make_member(make_person("Lina", "lina@example.org"), group, flat_of(stairwell_3, "1203"))
    assert client.post(f"{link_of(invited)}/accept", YES).location == "/join/joined"
    assert outbox.names() == []


def test_the_lit_window_says_nothing_of_small_numbers(
    client: PageClient, group: Group, invited: Invitation
) -> None:
    group.counted_taking_part = 2
    client.post(f"{link_of(invited)}/accept", YES | {"language": "sv"})
    page = client.get("/join/joined")
    assert page.h1 == "Ditt fönster lyser"
    assert "När vi räknade i natt lyste färre än 5." in page.text
    assert page.html.count('class="lit') - page.html.count('class="lit-house') == 4 + 1 + 1  # door, mark
    assert PageClient(client.app).get("/join/joined").location == "/"
