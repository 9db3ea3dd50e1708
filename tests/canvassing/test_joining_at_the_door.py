"""Checks joining at the door: a member on paper at once, by mail once the owner verifies the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import (
    flat_of,
    make_invitation,
    make_letter,
    make_member,
    make_person,
    make_verification,
    make_visit_request,
)
from tests.groups.test_members import state_of
from tests.newcomers import Fill, confirm_link, floor_link, link_of, what_leaves
from tests.page_client import Page, PageClient
from tests.races import at_once
from watch import language, tokens
from watch.extensions import db
from watch.groups.queries.households import FlatState
from watch.groups.queries.members import members_of
from watch.groups.service import members
from watch.joining.service import deciding
from watch.mail.compose import _context_of, render
from watch.models import (
    AddressVerification,
    Channel,
    ConsentChannel,
    GroupState,
    JoinRequest,
    Language,
    Membership,
    OutboxState,
    Purpose,
    RequestState,
    utcnow,
)

YES = {"name": "Greta", "language": "so", "consent": "y"}
CONFIRM = "Ett mejl frågar om adressen stämmer. Innan den är bekräftad kommer allt på papper."


def member(name: str) -> Membership:
    db.session.expire_all()
    (found,) = (
        each
        for each in db.session.scalars(select(Membership).where(Membership.is_current))
        if each.person.name == name
    )
    return found


def only_on(address: str, model: type[JoinRequest | AddressVerification]) -> Any:
    (found,) = (
        each
        for each in db.session.scalars(select(model).execution_options(populate_existing=True))
        if each.person.mailbox and each.person.mailbox.address == address
    )
    return found


def request_on(address: str) -> JoinRequest:
    found: JoinRequest = only_on(address, JoinRequest)
    return found


def verification_on(address: str) -> AddressVerification:
    found: AddressVerification = only_on(address, AddressVerification)
    return found


def join(client: PageClient, scene: Scene, **more: str) -> Page:
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).click("Går med lägenhet 1201")
    return page.press("Lägg till grannen", {**YES, **more})


def page_of(client: PageClient, address: str) -> Page:
    """Return the page behind the link that asks to verify the address, in Swedish."""
    client.post("/language", {"language": "sv"})
    return client.get(floor_link(verification_on(address)))


def verify(client: PageClient, address: str, floor: str = "2") -> Page:
    """Give the floor of somebody recorded at the door."""
    return page_of(client, address).press("Ja, det är min adress", {"floor": floor})


def test_without_an_address_everything_comes_on_paper(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    done = join(client, scene)
    flat = flat_of(scene.stairwell_3, "1201")
    assert done.location == f"/groups/{scene.group.id}/knock#door-{flat.id}"
    page = done.follow()
    assert "Greta är med." in page.text
    assert "Kvitto på papper Greta" in page.links
    greta = member("Greta")
    assert (greta.channel, greta.consent_channel, greta.person.language, greta.admitted_by_id) == (
        Channel.PAPER, ConsentChannel.DOORSTEP, Language.SOMALI, scene.bengt.id,
    )  # fmt: skip
    assert (state_of(flat), outbox.names()) == (FlatState.ON_PAPER, [])


def test_the_neighbours_language_is_not_guessed_from_the_coordinators(
    client: PageClient, scene: Scene
) -> None:
    client.post("/language", {"language": "ar"}, as_=scene.bengt)
    flat, wanted = flat_of(scene.stairwell_3, "1201"), flat_of(scene.stairwell_3, "1003")
    for form in (f"/flats/{flat.id}/knock/join", f"/flats/{flat.id}/paper"):
        assert client.get(form, as_=scene.bengt).form()["language"] == "sv"
    make_visit_request("Knut", scene.group, wanted).person.language = Language.SOMALI
    assert client.get(f"/flats/{wanted.id}/knock/join", as_=scene.bengt).form()["language"] == "so"


def test_the_receipt_stays_in_reach_when_the_next_door_is_pressed(client: PageClient, scene: Scene) -> None:
    join(client, scene)
    receipt = f"/memberships/{member('Greta').id}/receipt"
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt)
    later = page.press("Ej hemma lägenhet 1202").follow()
    assert "Greta är med." in later.text
    assert later.links["Kvitto på papper Greta"] == receipt
    later.press("Ångra lägenhet 1201")
    assert "Greta" not in [each.person.name for each in members_of(scene.group)]


def test_an_address_is_asked_for_once_and_nothing_else_is_sent_before_it_is_confirmed(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = join(client, scene, address="Greta@Example.org").follow()
    assert CONFIRM in page.text
    assert outbox.addressed() == [("address-recorded", "Greta@example.org")]
    greta, flat = member("Greta"), flat_of(scene.stairwell_3, "1201")
    assert (greta.person.mailbox_id, greta.channel, state_of(flat)) == (
        None,
        Channel.PAPER,
        FlatState.ON_PAPER,
    )

    assert verify(client, "Greta@example.org").follow().h1 == "Ditt fönster lyser"
    greta = member("Greta")
    assert (greta.channel, greta.consent_channel, state_of(flat)) == (
        Channel.MAIL, ConsentChannel.DOORSTEP, FlatState.TAKES_PART,
    )  # fmt: skip
    assert greta.person.address_confirmed_at is not None
    assert outbox.addressed()[1:] == [("join-approved", "Greta@example.org")]  # no coordinator decides again
    assert verification_on("Greta@example.org").ended_at is not None
    assert [each.person for each in db.session.scalars(select(JoinRequest))] == [scene.farah]


def test_confirmed_twice_is_once(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    join(client, scene, address="greta@example.org")
    path = floor_link(verification_on("greta@example.org"))
    assert 303 in at_once(client, [(None, path)] * 2, {"floor": "2"})
    assert outbox.names().count("join-approved") == 1
    assert [each.person.name for each in members_of(scene.group)].count("Greta") == 1


def test_verified_and_joined_by_invitation_at_once_is_in_once(client: PageClient, scene: Scene) -> None:
    join(client, scene, address="greta@example.org")
    invitation = make_invitation(scene.group, "greta@example.org", flat=flat_of(scene.stairwell_3, "1201"))
    paths = [floor_link(verification_on("greta@example.org")), f"{link_of(invitation)}/accept"]
    assert at_once(client, [(None, path) for path in paths], [{"floor": "2"}, YES]) == [303, 303]
    greta = member("Greta")
    assert (greta.channel, greta.person.mailbox_id is None) == (Channel.MAIL, False)
    assert state_of(flat_of(scene.stairwell_3, "1201")) is FlatState.TAKES_PART


def test_who_has_joined_another_way_and_verifies_the_address_is_in_once(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, address="greta@example.org")
    greta = verification_on("greta@example.org").person
    members.admit(greta, scene.group, stairwell=scene.stairwell_3, flat=flat_of(scene.stairwell_3, "1202"))
    db.session.commit()
    done = verify(client, "greta@example.org").follow()
    assert "Du är med i gruppen." in done.text
    assert (member("Greta").person, outbox.names()) == (greta, ["address-recorded"])
    assert state_of(flat_of(scene.stairwell_3, "1201")) is FlatState.NOT_CONTACTED


def test_a_link_of_before_leads_to_the_page_of_today(client: PageClient, scene: Scene) -> None:
    """Verifications used to be join requests, and links mailed then have a request's address."""
    join(client, scene, address="greta@example.org")
    old = client.get(confirm_link(verification_on("greta@example.org")))
    assert (old.status, old.location) == (303, floor_link(verification_on("greta@example.org")))


def test_who_reads_one_mail_a_day_answers_for_the_door_and_for_what_they_asked(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Kim asks with the same address on the same day, and gets no second mail."""
    join(client, scene, address="greta@example.org")
    client.post(f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}", {
        "name": "Kim", "how": "mail", "address": "greta@example.org", "consent": "y",
    })  # fmt: skip
    assert what_leaves() == [("address-recorded", "greta@example.org")]
    page = page_of(client, "greta@example.org")
    assert [each for each in page.buttons if each.startswith("Ja")] == [
        "Ja, det är min adress",
        "Ja, det stämmer",
    ]
    page.press("Ja, det stämmer")
    assert request_on("greta@example.org").state is RequestState.WAITING
    assert client.get(confirm_link(request_on("greta@example.org"))).location == (
        floor_link(request_on("greta@example.org"))
    )
    assert verify(client, "greta@example.org").follow().h1 == "Ditt fönster lyser"


def test_who_shares_a_mailbox_that_was_mailed_that_day_is_asked_too(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    """Siv asked to join by the poster, and confirmed. Her husband says yes at the door."""
    client.post(f"/j/{code}", fill(name="Siv", address="siv@example.org"))
    client.post(confirm_link(request_on("siv@example.org")))
    deciding.approve(request_on("siv@example.org"), by=scene.bengt)
    what_leaves()
    assert CONFIRM in join(client, scene, name="Sven", address="siv@example.org").follow().text
    assert what_leaves() == [("address-recorded", "siv@example.org")]
    assert verify(client, "siv@example.org").follow().h1 == "Ditt fönster lyser"
    assert member("Sven").channel is Channel.MAIL
    client.post(f"/j/{code}", fill(name="Kim", address="siv@example.org"))
    assert [kind for kind, _to in what_leaves()] == ["join-approved"]  # a stranger's mail is one a day


def test_of_one_mailbox_five_questions_a_day_are_asked_and_the_forms_say_so(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    greta = member_at_door(client, scene)
    form = client.get(f"/memberships/{greta.id}/record", as_=scene.bengt)
    assert "högst fem gånger om dagen till samma adress" in form.text
    other = "annan@example.org"
    for address in (*["greta@example.org", other] * 5, "greta@example.org"):
        for row in outbox.rows():
            if row.state is OutboxState.QUEUED and (row.not_after is None or row.not_after > utcnow()):
                row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
        form.press("Mejla och fråga", {"address": address})
    assert [each for each in what_leaves() if each[1] != other] == []
    sent = [row for row in outbox.rows() if row.state is OutboxState.SENT]
    assert len([row for row in sent if row.mailbox and row.mailbox.address != other]) == 5


def member_at_door(client: PageClient, scene: Scene) -> Membership:
    """Return Greta, who said yes at the door and gave no address."""
    assert (
        "högst fem gånger om dagen"
        in client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).click("Går med lägenhet 1201").text
    )
    join(client, scene)
    return member("Greta")


def test_a_mistyped_address_learns_nothing_of_the_neighbour(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """It shows neither who the neighbour is nor where, only that somebody joined at a door."""
    join(client, scene, address="greta@exmaple.org")
    page = page_of(client, "greta@exmaple.org")
    assert page.h1 == "Är det här din e-postadress?"
    (row,) = outbox.rows()
    with language.speaking(Language.SWEDISH):
        written = render("address-recorded", _context_of(row.mailing, Language.SWEDISH, greets=False))["text"]
    assert "skrev upp din adress" in written
    for word in ("Greta", "Våglängdsgatan", "1201", "Bengt"):
        assert word not in page.html
        assert word not in written
    assert page.links.keys().isdisjoint({"Fel namn, port eller adress? Börja om."})
    assert "uppgifterna tas bort" not in page.text
    assert [each for each in ("Entréplan", "Våning 9") if each not in page.html] == []


def test_another_floor_is_not_theirs_and_the_neighbour_stays_on_paper(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, address="greta@example.org")
    unsaid = page_of(client, "greta@example.org").press("Ja, det är min adress")
    assert (unsaid.status, unsaid.errors) == (422, ["Välj den våning du bor på."])
    for floor in ("1", "3"):
        wrong = verify(client, "greta@example.org", floor).follow()
        assert wrong.h1 == "Är det här din e-postadress?"
        assert [kind for kind, _ in wrong.flashes] == ["warn"]
    assert (member("Greta").channel, member("Greta").person.mailbox_id) == (Channel.PAPER, None)
    assert verify(client, "greta@example.org").follow().h1 == "Ditt fönster lyser"
    assert member("Greta").channel is Channel.MAIL


def test_after_three_other_floors_the_link_is_dead(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    join(client, scene, address="greta@example.org")
    link = floor_link(verification_on("greta@example.org"))
    for floor in ("1", "3", "0"):
        done = verify(client, "greta@example.org", floor)
    assert "Du är med på papper så länge." in done.follow().text
    assert client.get(link).status == 410
    assert client.post(link, {"floor": "2"}).status == 410
    assert (member("Greta").channel, outbox.names()) == (Channel.PAPER, ["address-recorded"])


def is_dead(client: PageClient, link: str) -> bool:
    """Return True if the link neither opens nor verifies, with the right floor."""
    return [client.get(link).status, client.post(link, {"floor": "2"}).status] == [410, 410]


def test_no_other_link_opens_what_was_recorded_at_the_door(client: PageClient, scene: Scene) -> None:
    """A link for another purpose, and one of another row, with the number of Greta's verification."""
    join(client, scene, address="greta@example.org")
    asked, kim = verification_on("greta@example.org"), recorded("Kim", "kim@example.org", scene)
    others = [tokens.token_of(each, asked.id, asked.nonce) for each in set(Purpose) - asked.purposes]
    others.append(tokens.token_of(Purpose.CONFIRM_REQUEST, asked.id, kim.nonce))
    assert [each for each in others if not is_dead(client, f"/join/confirm/{each}/floor")] == []
    assert member("Greta").channel is Channel.PAPER


def recorded(name: str, address: str, scene: Scene) -> AddressVerification:
    """Record an address for a neighbour in flat 1202, on the same floor as Greta."""
    at_home = make_member(
        make_person(name), scene.group, flat_of(scene.stairwell_3, "1202"), channel=Channel.PAPER
    )
    return make_verification(make_person(name, address), at_home)


@pytest.mark.parametrize(
    ("address", "earlier"),
    [("kim@example.org", timedelta(0)), ("greta@example.org", timedelta(days=3))],
    ids=["another address", "recorded since"],
)
def test_a_link_verifies_only_what_its_mail_was_about(
    client: PageClient, scene: Scene, address: str, earlier: timedelta
) -> None:
    join(client, scene, address="greta@example.org")
    asked = verification_on("greta@example.org")
    asked.created_at -= earlier
    kim = recorded("Kim", address, scene)
    client.post(floor_link(asked), {"floor": "2"})
    assert (member("Greta").channel, member("Kim").channel, kim.ended_at) == (
        Channel.MAIL, Channel.PAPER, None,
    )  # fmt: skip


def test_the_link_is_dead_after_two_weeks_and_in_a_group_that_has_ended(
    client: PageClient, scene: Scene
) -> None:
    join(client, scene, address="greta@example.org")
    asked = verification_on("greta@example.org")
    link, recorded_at = floor_link(asked), asked.created_at
    asked.created_at = recorded_at - timedelta(days=15)
    assert is_dead(client, link)
    asked.created_at, scene.group.state = recorded_at, GroupState.CLOSED
    assert is_dead(client, link)
    assert (member("Greta").channel, asked.floor_tries) == (Channel.PAPER, 0)


def test_a_member_whose_address_was_recorded_at_another_door_stays_one_person_in_her_flat(
    client: PageClient, scene: Scene
) -> None:
    """Somebody at the door calls herself Carin Öberg. Carin is asked like anybody else."""
    flat = flat_of(scene.stairwell_1, "1201")
    form = YES | {"after": "0", "name": "Carin Öberg", "address": "carin@example.org"}
    client.post(f"/flats/{flat.id}/knock/join", form, as_=scene.amina)
    asked = verification_on("carin@example.org")
    client.post(floor_link(asked), {"floor": "0"})
    assert (state_of(flat), _times_listed("Carin Öberg", scene)) == (FlatState.ON_PAPER, 2)
    client.post(floor_link(asked), {"floor": "1"})  # her own
    assert (state_of(flat), _times_listed("Carin Öberg", scene)) == (FlatState.NOT_CONTACTED, 1)
    assert state_of(flat_of(scene.stairwell_3, "1102")) is FlatState.TAKES_PART


def _times_listed(name: str, scene: Scene) -> int:
    db.session.expire_all()
    return [each.person.name for each in members_of(scene.group)].count(name)


def test_all_floors_at_once_are_no_more_than_three_answers(client: PageClient, scene: Scene) -> None:
    join(client, scene, address="greta@example.org")
    path = floor_link(verification_on("greta@example.org"))
    floors = [{"floor": floor} for floor in ("0", "1", "3", "4", "5", "6")]
    at_once(client, [(None, path)] * len(floors), floors)
    asked = verification_on("greta@example.org")
    assert (asked.ended_at is not None, asked.floor_tries) == (True, 3)


def test_the_press_of_who_asked_confirms_nobody_recorded_at_the_door(
    client: PageClient, scene: Scene
) -> None:
    join(client, scene, address="greta@example.org")
    asked = verification_on("greta@example.org")
    client.post(confirm_link(asked), {"who": str(asked.id)})
    client.post(f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}", {
        "name": "Kim", "how": "mail", "address": "greta@example.org", "consent": "y",
    })  # fmt: skip
    client.post(confirm_link(asked), {"who": str(asked.id)})  # Kim is the only one who can be confirmed so
    assert request_on("greta@example.org").state is RequestState.WAITING
    assert (verification_on("greta@example.org").ended_at, member("Greta").channel) == (None, Channel.PAPER)


def test_a_stranger_at_the_door_ends_nothing_that_its_owner_has_asked(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Farah waits in stairwell 3. Somebody in stairwell 1 is recorded with her name and address."""
    flat = flat_of(scene.stairwell_1, "1201")
    form = YES | {"after": "0", "name": "Farah Ahmadi", "address": "farah@example.org"}
    client.post(f"/flats/{flat.id}/knock/join", form, as_=scene.amina)
    for _ in range(3):
        verify(client, "farah@example.org", "7")
    db.session.expire_all()
    assert request_on("farah@example.org").state is RequestState.WAITING
    link = confirm_link(request_on("farah@example.org"))
    assert client.get(link).h1 == "Din anmälan väntar på svar"
    assert (
        client.get(floor_link(verification_on("farah@example.org"))).follow().h1
        == "Din anmälan väntar på svar"
    )


def test_whoever_waits_elsewhere_too_long_is_recorded_here_all_the_same(
    client: PageClient, scene: Scene, outbox: Outbox, farahs_request: JoinRequest
) -> None:
    """After two weeks every coordinator may decide on her request. She opens the door in stairwell 1."""
    farahs_request.confirmed_at = utcnow() - timedelta(days=20)
    flat = flat_of(scene.stairwell_1, "1201")
    form = YES | {"after": "0", "name": "Farah Ahmadi", "address": "farah@example.org"}
    done = client.post(f"/flats/{flat.id}/knock/join", form, as_=scene.amina).follow()
    assert done.flashes == []
    assert CONFIRM in done.text
    assert verify(client, "farah@example.org").follow().h1 == "Ditt fönster lyser"
    farah = member("Farah Ahmadi")
    assert (farah.person, farah.household and farah.household.flat) == (scene.farah, flat)
    assert request_on("farah@example.org").state is RequestState.APPROVED


def test_whoever_was_taken_back_or_moved_is_not_let_in_by_the_mail(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = join(client, scene, address="greta@example.org").follow()
    page.press("Ångra lägenhet 1201")
    assert state_of(flat_of(scene.stairwell_3, "1201")) is FlatState.NOT_CONTACTED
    assert [row.state.value for row in outbox.rows()] == ["cancelled"]
    assert page_of(client, "greta@example.org").h1 == "Länken till din anmälan gäller inte längre"
    assert "Greta" not in [each.person.name for each in members_of(scene.group)]


def test_moved_before_the_address_was_confirmed_it_becomes_a_question_to_the_coordinators(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, address="greta@example.org")
    members.leave(member("Greta"), by=scene.bengt)
    verify(client, "greta@example.org")
    request, recorded = request_on("greta@example.org"), verification_on("greta@example.org")
    assert (request.state, request.flat) == (RequestState.WAITING, flat_of(scene.stairwell_3, "1201"))
    assert (request.consent_channel, request.created_at) == (ConsentChannel.DOORSTEP, recorded.created_at)
    assert outbox.addressed()[1:] == [("join-requested", "bengt@example.org")]


def test_once_confirmed_it_is_not_taken_back_by_a_press(client: PageClient, scene: Scene) -> None:
    page = join(client, scene, address="greta@example.org").follow()
    verify(client, "greta@example.org")
    late = page.press("Ångra lägenhet 1201").follow()
    assert late.flashes == [("warn", "Det går inte att ångra längre. Öppna lägenheten och ändra där.")]
    assert member("Greta").channel is Channel.MAIL
    assert "Ångra lägenhet 1201" not in late.buttons


def test_taking_back_a_yes_leaves_the_others_of_the_household(client: PageClient, scene: Scene) -> None:
    wish = make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    make_member(make_person("Kajsa"), scene.group, flat_of(scene.stairwell_3, "1201"))
    page = client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).click("Går med lägenhet 1003")
    assert page.form()["name"] == "Knut"
    pressed = page.press("Lägg till grannen", {"name": "Knut Ek", "consent": "y"}).follow()
    db.session.refresh(wish)
    knut = member("Knut Ek")
    assert (wish.state, knut.person_id, knut.consent_channel) == (
        RequestState.APPROVED, wish.person_id, ConsentChannel.DOORSTEP,
    )  # fmt: skip
    pressed.press("Ångra lägenhet 1003")
    db.session.refresh(wish)
    assert (wish.state, state_of(flat_of(scene.stairwell_3, "1003"))) == (
        RequestState.WAITING, FlatState.WANTS_TO_JOIN,
    )  # fmt: skip
    assert "Knut Ek" not in [each.person.name for each in members_of(scene.group)]


@pytest.mark.parametrize("address", ["carin@example.org", "farah@example.org", "ny@example.org"])
def test_the_coordinator_cannot_tell_who_is_behind_an_address(
    client: PageClient, scene: Scene, outbox: Outbox, address: str
) -> None:
    """A member, somebody who waits elsewhere, and a stranger: the same page and one mail."""
    flat = flat_of(scene.stairwell_1, "1201")
    form = YES | {"after": "0", "name": "Carin Öberg" if "carin" in address else "Farah Ahmadi"}
    page = client.post(f"/flats/{flat.id}/knock/join", {**form, "address": address}, as_=scene.amina).follow()
    assert CONFIRM in page.text
    assert f"Ångra lägenhet {flat.number}" in page.buttons
    assert len(outbox.rows()) == 1
    assert outbox.rows()[0].mailbox.address == address
    db.session.expire_all()
    assert state_of(flat) is FlatState.ON_PAPER
    record = client.get(f"/memberships/{verification_on(address).membership_id}/record", as_=scene.amina)
    assert "Den väntar på att grannen bekräftar i mejlet." in record.text
    dropped = record.press("Stryk adressen").follow()
    assert "Den väntar på att grannen bekräftar i mejlet." not in dropped.text
    assert what_leaves() == []


def test_whoever_waits_in_the_same_stairwell_is_let_in_at_the_door(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    flat = flat_of(scene.stairwell_3, "1203")
    form = YES | {"after": "0", "name": "Farah Ahmadi", "address": "farah@example.org"}
    client.post(f"/flats/{flat.id}/knock/join", form, as_=scene.bengt)
    farah = member("Farah Ahmadi")
    assert (farah.person, farah.channel, farah.consent_channel) == (
        scene.farah, Channel.MAIL, ConsentChannel.DOORSTEP,
    )  # fmt: skip
    assert outbox.addressed() == [("join-approved", "farah@example.org")]


@on_one_database
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": ""}, "Skriv ett namn. Förnamn räcker."),
        ({"name": " \t "}, "Skriv ett namn. Förnamn räcker."),
        (
            {"name": "850709-9805"},
            "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Ta bort det.",
        ),
        (
            {"name": "Gr\u202eeta"},
            "Här finns osynliga tecken. Det första står efter ”Gr”: skriv om det stället.",
        ),
        (
            {"name": "Gre\u200bta"},
            "Här finns osynliga tecken. Det första står efter ”Gre”: skriv om det stället.",
        ),
        ({"name": "G" * 300}, "Namnet är för långt. Högst 60 tecken."),
        ({"address": "greta"}, "Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se."),
        ({"address": "a@example.org, b@example.org"}, "Skriv bara en e-postadress i fältet."),
        ({"consent": ""}, "Fråga grannen först, och kryssa i rutan när svaret är ja."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_cure_and_what_was_typed(
    client: PageClient, scene: Scene, typed: dict[str, str], says: str
) -> None:
    form = {"after": "0", "back": "", **YES, **typed}
    sent = {name: value for name, value in form.items() if (name, value) != ("consent", "")}
    path = f"/flats/{flat_of(scene.stairwell_3, '1201').id}/knock/join"
    refused = client.post(path, sent, as_=scene.bengt)
    assert (refused.status, refused.errors) == (422, [says])
    assert refused.form()["language"] == "so"
    assert refused.form()["name"] == sent["name"].strip()
    assert db.session.scalars(select(JoinRequest.person_id)).all() == [scene.farah.id]


def test_two_who_write_up_the_same_yes_make_one_member(client: PageClient, scene: Scene) -> None:
    path = f"/flats/{flat_of(scene.stairwell_3, '1201').id}/knock/join"
    assert at_once(client, [(scene.bengt, path), (scene.amina, path)], {"after": "0", **YES}) == [303, 303]
    assert [each.person.name for each in members_of(scene.group)].count("Greta") == 1


# Every door keeps what was said yes to: the text, when, and how.


def test_each_door_keeps_its_own_consent(client: PageClient, scene: Scene) -> None:
    poster = tokens.code(Purpose.POSTER, scene.stairwell_3.nonce)
    printed = make_letter(flat_of(scene.stairwell_3, "1103"), scene.group, by=scene.bengt)
    letter = tokens.code(Purpose.LETTER, printed.nonce, 12)
    doors = {
        f"/j/{poster}": ("Pia", ConsentChannel.POSTER),
        f"/j/{letter}": ("Lisa", ConsentChannel.LETTER),
        f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}": ("Vera", ConsentChannel.WEB),
    }
    for door, (name, _channel) in doors.items():
        address = f"{name.lower()}@example.org"
        client.post(door, {"name": name, "how": "mail", "address": address, "consent": "y"})
        request = request_on(address)
        client.get(confirm_link(request)).press("Ja, det stämmer")
        db.session.refresh(request)
        if request.state is RequestState.WAITING:
            client.post(f"/requests/{request.id}/approve", as_=scene.bengt)
    for name, channel in doors.values():
        found, asked = member(name), request_on(f"{name.lower()}@example.org")
        assert (found.consent_channel, found.consent_version, found.consent_at) == (
            channel, members.CONSENT_VERSION, asked.created_at,
        )  # fmt: skip


def test_a_visit_asked_for_by_the_poster_that_is_let_in_unseen_was_given_there(
    client: PageClient, scene: Scene
) -> None:
    wish = make_visit_request("Knut", scene.group, flat_of(scene.stairwell_3, "1003"))
    client.post(f"/requests/{wish.id}/approve", as_=scene.bengt)
    knut = member("Knut")
    assert (knut.consent_channel, knut.consent_at) == (ConsentChannel.POSTER, wish.created_at)


def test_the_poster_asks_for_a_knock_with_its_consent(client: PageClient, scene: Scene) -> None:
    poster = tokens.code(Purpose.POSTER, scene.stairwell_3.nonce)
    form = {"name": "Knut", "how": "knock", "floor": "0", "door": "3", "consent": "y"}
    assert client.post(f"/j/{poster}", form).status == 303
    (wish,) = db.session.scalars(select(JoinRequest).where(JoinRequest.wants_visit)).all()
    assert (wish.consent_channel, wish.consent_version) == (ConsentChannel.POSTER, members.CONSENT_VERSION)


def test_signed_on_paper_is_written_so(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1201")
    page = client.get(f"/flats/{flat.id}/paper", as_=scene.bengt)
    page.press("Lägg till grannen", {**YES, "said_yes": "paper"})
    assert member("Greta").consent_channel is ConsentChannel.PAPER
    refused = client.post(f"/flats/{flat.id}/paper", {**YES, "said_yes": "web"}, as_=scene.bengt)
    assert refused.status == 422
