"""Checks who may do what: every endpoint × every role, against values written by hand in tests/access/."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from sqlalchemy import update

from tests.access import EVERYBODY, REFUSED, Expected, Status, in_parts
from tests.access._expected import EXPECTED
from tests.access._people import Mine, People, people_of, signed_in
from tests.access._restoring import restorer, rows_kept
from tests.cast import Scene
from tests.factories import (
    make_coordinator,
)
from tests.page_client import Page, PageClient
from watch import access
from watch.extensions import db
from watch.models import (
    Coordinator,
    GroupState,
    Officer,
    Person,
    utcnow,
)

pytestmark = pytest.mark.parametrize(
    "app", ["sqlite"], indirect=True
)  # permissions do not depend on the database


def test_every_endpoint_has_its_values_and_every_value_an_endpoint(app: Flask) -> None:
    endpoints = set(app.view_functions) - {"static"}
    assert sorted(endpoints - set(EXPECTED)) == [], "endpoints without values in tests/access/<blueprint>.py"
    assert sorted(set(EXPECTED) - endpoints) == [], "values in tests/access/ for endpoints that do not exist"


def test_every_endpoint_declares_its_access(app: Flask) -> None:
    assert list(access.undeclared(app)) == []


PARTS = in_parts(EXPECTED)


@pytest.mark.parametrize("part", PARTS)
def test_each_role_gets_what_permissions_say(
    part: str, app: Flask, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Several endpoints of a file at a time, each on the same rows, which take long to make."""
    people = people_of(scene)
    mine = signed_in(client, people, things)
    again = restorer()
    before = rows_kept()
    wrong = {}
    for endpoint, expected in ((name, each) for name in PARTS[part] for each in EXPECTED[name]):
        _is_that_endpoint(app, endpoint, expected, mine["member"])
        ask = _get_by_all if expected.get else _post_by_each
        got = ask(client, expected, people, mine, again)
        if expected.get and rows_kept() != before:
            wrong[f"GET {expected.address}"] = "changes something"
        if got != (allowed := {role: expected.of(role) for role in EVERYBODY}):
            wrong[expected.address] = {
                role: (got[role], allowed[role]) for role in got if got[role] != allowed[role]
            }
    assert wrong == {}, "address: role: what it got, and what permissions say"


def _get_by_all(
    client: PageClient, expected: Expected, people: People, mine: Mine, again: Callable[[], None]
) -> dict[str, Status]:
    again()
    return {role: _ask(client, expected, person, mine[role]) for role, person in people.items()}


def _post_by_each(
    client: PageClient, expected: Expected, people: People, mine: Mine, again: Callable[[], None]
) -> dict[str, Status]:
    """Submit the form in every role, each on the same rows; whoever that signs out is signed in again."""
    got = {}
    for role, person in people.items():
        again()
        got[role] = _ask(client, expected, person, mine[role])
        client.give_browser(person, str(mine[role]["sign_in"]) if person else None)
    return got


def test_an_address_that_takes_a_form_answers_whoever_opens_it_anew(
    app: Flask, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """A refused form stays at its POST address, which Reload and Back open with GET."""
    readers = {"anybody": None, "lead": scene.amina, "officer": scene.gun}
    mine = signed_in(client, readers, things)
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    addresses = {
        name: [each.address for each in rows if each.post]
        for name, rows in EXPECTED.items()
        if name in taking
    }
    assert len(taking) > 50
    assert [name for name in taking if not addresses[name]] == []
    dead, lost = [], []
    for address, role in itertools.product(itertools.chain(*addresses.values()), readers):
        page = client.get(address.format_map(mine[role]), as_=readers[role])
        following = [page, page.follow()] if page.location else [page]
        if any(each.status == 405 or each.location == each.path for each in following):
            dead.append((address, role))
        if page.location == "/" and role != "anybody":
            lost.append((address, role))
    assert dead == []
    assert lost == [], "no button of the signed-in is on the front page"


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/coordinators/{coordinator}/details", "/groups/{group}/coordinators"),
        ("/coordinators/{coordinator}/duty", "/groups/{group}/coordinators"),
        ("/coordinators/{coordinator}/end", "/groups/{group}/coordinators"),
        ("/invitations/{invitation}/resend", "/groups/{group}/invitations#list"),
        ("/invitations/{invitation}/revoke", "/groups/{group}/invitations#list"),
        ("/knocks/{knock}/undo", "/groups/{group}/knock"),
        ("/language", "/me"),
        ("/logout", "/me"),
        ("/memberships/{membership}/back", "/me"),
        ("/memberships/{membership}/details", "/groups/{group}/members"),
    ],
)
def test_the_address_of_a_button_leads_to_the_page_of_the_button(
    address: str, page: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    opened = client.get(address.format_map(things), as_=scene.amina)
    assert opened.location == page.format_map(things)
    assert opened.follow().status == 200


FORGED = ("anybody", "member", "coordinator", "lead", "officer")
FORGEABLE = {
    "groups.choices.unsubscribe"
}  # RFC 8058: mail programs press it; its link proves itself, and it can be undone


def test_without_the_token_against_forgery_nothing_is_done_but_one_thing(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Another site can make a browser send a form. Every address that takes one is tried, in every role."""
    people = {role: person for role, person in people_of(scene).items() if role in FORGED}
    mine = signed_in(client, people, things)
    again = restorer()
    before, taken = rows_kept(), set()
    for endpoint, expected in ((name, each) for name, rows in EXPECTED.items() for each in rows if each.post):
        again()
        statuses = {
            client.post(
                expected.address.format_map(mine[role]),
                {name: value.format_map(mine[role]) for name, value in expected.data.items()},
                as_=person,
                csrf=False,
            ).status
            for role, person in people.items()
        }
        if statuses != {400} or rows_kept() != before:
            taken.add(endpoint)
    assert taken == FORGEABLE


BENGTS = (
    "knock", "stairwell_meeting", "held_meeting", "stairwell_notice", "answered_request", "invitation",
    "bengts_open_invitation", "pack",
)  # fmt: skip
GUNS = ("area_notice", "area_pack")


def test_what_one_did_is_out_of_reach_once_the_role_has_ended(
    client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Bengt is no coordinator and Gun no officer any more: he is a member in stairwell 3, she nobody."""
    for role in (Coordinator, Officer):
        db.session.execute(update(role).values(ended_at=utcnow()))
    mine = signed_in(client, {"member": scene.bengt, "stranger": scene.gun}, things)
    again = restorer()
    asked, more = 0, []
    for role, person, theirs in (("member", scene.bengt, BENGTS), ("stranger", scene.gun, GUNS)):
        for expected in (each for row in EXPECTED.values() for each in row):
            if any(f"{{{name}}}" in expected.address for name in theirs):
                again()
                asked += 1
                got = _ask(client, expected, person, mine[role])
                if got != expected.of(role):
                    more.append((role, expected.address, got))
    assert asked > 30
    own = ["/notices/{area_notice}", "/notices/{area_notice}/sheet.pdf"]  # what one has sent oneself
    assert more == [("stranger", address, 200) for address in own]


FEW_ROLES = ("member", "other_coordinator", "officer", "other_group")


@pytest.mark.parametrize("state", [GroupState.DORMANT, GroupState.CLOSED])
def test_a_group_that_rests_or_has_ended_gives_nobody_more(
    state: GroupState, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    people = {role: person for role, person in people_of(scene).items() if role in FEW_ROLES}
    scene.group.state = state
    mine = signed_in(client, people, things)
    again = restorer()
    more = []
    for expected in (each for row in EXPECTED.values() for each in row):
        again()
        for role in (each for each in people if expected.of(each) in REFUSED):
            if _ask(client, expected, people[role], mine[role]) not in REFUSED:
                more.append((role, expected.address))
    assert more == []


@pytest.mark.parametrize(
    "address",
    ["/memberships/{}/details", "/memberships/{}/receipt", "/knocks/{}/undo", "/requests/{}",
     "/requests/{}/approve", "/requests/{}/decline", "/invitations/{}/resend", "/invitations/{}/revoke",
     "/packs/{}", "/packs/{}/remove"],
)  # fmt: skip
def test_who_may_not_read_it_cannot_tell_whether_it_is_there(
    address: str, client: PageClient, scene: Scene, things: Mapping[str, object]
) -> None:
    """Neither the status nor the page with its navigation reveals a member, applicant or invitation."""
    make_coordinator(scene.carin, scene.other_group)  # so that her navigation would name the group
    numbers = [things[address.split("/")[1].removesuffix("s")], 987654]
    for person in (scene.carin, scene.dawit, scene.gun, scene.hodan, scene.ivan, scene.jenny):
        there, nowhere = (
            client.get(address.format(number), as_=person)
            if address in {"/requests/{}", "/memberships/{}/receipt", "/packs/{}"}
            else client.post(address.format(number), as_=person)
            for number in numbers
        )
        assert [there.status, nowhere.status] == [404, 404], person.name
        assert _words_and_links(there) == _words_and_links(nowhere), person.name


def _words_and_links(page: Page) -> tuple[str, list[str | None]]:
    return page.whole_text, [link.get("href") for link in page.tree.iter("a")]


def _ask(
    client: PageClient, expected: Expected, person: Person | None, things: Mapping[str, object]
) -> Status:
    address = expected.address.format_map(things)
    if expected.get:
        page = client.get(address, as_=person)
    else:
        page = client.post(address, {k: v.format_map(things) for k, v in expected.data.items()}, as_=person)
    return _status(page)


def _status(page: Page) -> Status:
    is_login = page.status in {302, 303} and (page.location or "").partition("?")[0] == "/login"
    return "login" if is_login or page.status == 401 else page.status


def _is_that_endpoint(app: Flask, endpoint: str, expected: Expected, things: Mapping[str, object]) -> None:
    """Return True if the address in the data file leads to the endpoint it is meant to test."""
    path = expected.address.format_map(things).partition("?")[0]
    found, _arguments = app.url_map.bind("127.0.0.1").match(path, method="GET" if expected.get else "POST")
    assert found == endpoint, f"{path} leads to {found}"
