"""Checks a coordinator's decision: from the list, from the mailed page, and when two decide at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_invitation,
    make_meeting,
    make_member,
    make_person,
    make_request,
)
from tests.newcomers import Fill, bytes_of, confirm_link, decide_links, status_of
from tests.page_client import PageClient
from tests.races import at_once
from watch.extensions import db
from watch.groups.errors import FlatElsewhere
from watch.groups.service.households import note_household
from watch.groups.service.members import CONSENT_VERSION
from watch.invitations.mails import INVITATION
from watch.joining.errors import AlreadyDecided
from watch.joining.mails import JOIN_DECLINED
from watch.joining.routes.asking import coordinators_nearby
from watch.joining.service import deciding
from watch.meetings.queries.latecomers import next_meeting_for
from watch.models import (
    AuditEntry,
    Channel,
    ConsentChannel,
    Coordinator,
    Group,
    HouseholdStatus,
    JoinRequest,
    Membership,
    OutboxRow,
    Person,
    Purpose,
    RequestState,
    Stairwell,
    utcnow,
)


@pytest.fixture
def asked(client: PageClient, outbox: Outbox, bengt: Person, amina: Person, code: str, fill: Fill) -> str:
    """Lina asked for a visit to flat 1202 in stairwell 3. Returns the page mailed to Bengt."""
    client.post(f"/j/{code}", fill(how="knock", address="", floor="2", door="2"))
    return decide_links(outbox)["Bengt Åkesson"]


@pytest.fixture
def farahs_page(outbox: Outbox, bengt: Person, farahs_request: JoinRequest) -> str:
    """Return the page about Farah mailed to Bengt."""
    from watch.joining.service.asking import tell_coordinators

    tell_coordinators(farahs_request)
    return decide_links(outbox)["Bengt Åkesson"]


def test_a_coordinator_is_told_where_somebody_takes_part_already(
    client: PageClient, scene: Scene, outbox: Outbox, code: str, fill: Fill
) -> None:
    told = "I lägenhet 1102 är redan någon med"
    client.post(f"/j/{code}", fill(how="knock", address="", floor="2", door="2"))
    mailed = decide_links(outbox)["Bengt Åkesson"]
    members = f"/groups/{scene.group.id}/members"
    assert "är redan någon med" not in client.get(mailed).text
    assert "är redan någon med" not in client.get(members, as_=scene.bengt).text

    request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
    assert request
    request.flat = flat_of(scene.stairwell_3, "1102")  # Carin's
    db.session.commit()
    page = client.get(mailed)
    assert told in page.text
    assert "Carin" not in page.text
    assert told in client.get(members, as_=scene.bengt).text
    page.press("Ja, välkommen in")
    assert told not in client.get(mailed).text  # answered, and the newcomer is the one who takes part
    household_is_told = [address for kind, address in outbox.addressed() if kind == "flatmate-joined"]
    assert household_is_told == ["carin@example.org"]


def test_whoever_is_let_in_without_a_flat_is_nobodys_flatmate(
    client: PageClient, scene: Scene, outbox: Outbox, farahs_page: str, farahs_request: JoinRequest
) -> None:
    farahs_request.flat = None
    make_member(make_person("Vera Ek", "vera@example.org"), scene.group, None)  # nor known by flat
    db.session.commit()
    client.get(farahs_page).press("Ja, välkommen in")
    assert (farahs_request.person.name, None) in members(scene.group)
    assert "flatmate-joined" not in outbox.names()


def test_a_couple_on_one_mailbox_hears_once_of_who_came_to_their_flat(
    scene: Scene, outbox: Outbox, farahs_request: JoinRequest
) -> None:
    home = flat_of(scene.stairwell_3, "1102")
    make_member(make_person("Pär Öberg", "carin@example.org"), scene.group, home)
    farahs_request.flat = home
    deciding.approve(farahs_request, by=scene.bengt)
    told = [row for row in outbox.rows() if row.mailing.kind == "flatmate-joined"]
    assert len({row.mailing_id for row in told}) == 1  # of one mailing a mailbox gets one message
    assert sorted(row.person.name for row in told if row.person) == ["Carin Öberg", "Pär Öberg"]


def test_who_came_to_say_no_has_that_for_the_main_button(
    client: PageClient, farahs_page: str, farahs_request: JoinRequest, bengt: Person
) -> None:
    for path in (farahs_page, f"/requests/{farahs_request.id}"):
        assert client.get(path, as_=bengt).main_actions == ["Ja, välkommen in"]
        assert client.get(f"{path}?answer=no", as_=bengt).main_actions == ["Svara nej"]


def states() -> list[tuple[str, str, str | None]]:
    """Return applicant, state and decider of every request."""
    wanted = select(JoinRequest).order_by(JoinRequest.id).execution_options(populate_existing=True)
    return [
        (each.person.name, each.state.value, each.decided_by and each.decided_by.name)
        for each in db.session.scalars(wanted)
    ]


def members(group: Group) -> list[tuple[str, str | None]]:
    """Return every member with their flat."""
    wanted = select(Membership).where(Membership.group_id == group.id, Membership.is_current)
    return sorted(
        (each.person.name, each.household and each.household.flat.number)
        for each in db.session.scalars(wanted)
    )


def test_approved_from_the_mailed_page_without_signing_in(
    client: PageClient, outbox: Outbox, group: Group, bengt: Person, stairwell_3: Stairwell, farahs_page: str
) -> None:
    page = client.get(farahs_page)
    assert page.h1 == "Farah Ahmadi vill gå med"
    assert "1203" in page.text
    assert "farah@example.org" not in page.html
    done = page.press("Ja, välkommen in").follow()
    assert done.flashes == [("done", "Farah Ahmadi är med i gruppen. Vi mejlar besked.")]
    assert "Anmälan är besvarad: ja." in done.text
    assert "vill gå med" not in done.text
    assert done.buttons == []
    assert states() == [("Farah Ahmadi", "approved", "Bengt Åkesson")]
    assert members(group) == [("Bengt Åkesson", "1002"), ("Farah Ahmadi", "1203")]
    assert status_of(stairwell_3, "1203") is HouseholdStatus.TAKES_PART
    assert outbox.addressed()[1:] == [("join-approved", "farah@example.org")]
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    assert (membership.consent_version, membership.consent_channel, membership.admitted_by_id) == (
        CONSENT_VERSION, ConsentChannel.WEB, bengt.id,
    )  # fmt: skip
    notes = db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all()
    assert "join-approved" in notes


def test_every_look_at_the_mailed_page_is_its_coordinators(
    client: PageClient, farahs_page: str, bengt: Person, amina: Person
) -> None:
    client.get(farahs_page)
    client.get(farahs_page, as_=amina)  # whoever holds the link now: it is Bengt's, who answers for it
    refused = client.post(f"{farahs_page}/decline", {"reason": "x" * 201})
    assert (refused.status, refused.h1) == (422, "Farah Ahmadi vill gå med")
    assert looks() == [(bengt.id, farahs_id())] * 3


def test_a_dead_link_leaves_no_trace_for_nothing_was_seen(
    client: PageClient, farahs_page: str, scene: Scene
) -> None:
    db.session.execute(db.update(OutboxRow).values(created_at=utcnow() - timedelta(days=15)))
    assert dead(client, farahs_page)
    assert looks() == []


def looks() -> list[tuple[int | None, int]]:
    """Return who looked at which request."""
    seen = select(AuditEntry.by_id, AuditEntry.about_id).where(AuditEntry.what == "request-seen")
    return [(by, about) for by, about in db.session.execute(seen)]


def test_the_buttons_pressed_twice_decide_once(
    client: PageClient, outbox: Outbox, farahs_page: str, bengt: Person
) -> None:
    client.post(f"{farahs_page}/approve").follow()
    again = client.post(f"{farahs_page}/decline").follow()
    assert again.flashes == [("info", "Du har redan svarat.")]
    assert states() == [("Farah Ahmadi", "approved", "Bengt Åkesson")]
    assert outbox.names() == ["join-requested", "join-approved"]


def test_declined_with_a_word_of_why(
    client: PageClient, outbox: Outbox, group: Group, stairwell_3: Stairwell, farahs_page: str, farah: Person
) -> None:
    why = {"reason": "Du står redan på listan i port 1."}
    untold = client.get(farahs_page).press("Svara nej", why)  # as a mail program that presses every button
    assert untold.status == 422
    assert states() == [("Farah Ahmadi", "waiting", None)]
    untold.press("Svara nej", {"sure": "y"})
    request = db.session.scalars(select(JoinRequest)).one()
    assert (request.state, request.reason) == (RequestState.DECLINED, "Du står redan på listan i port 1.")
    assert outbox.addressed()[1:] == [("join-declined", "farah@example.org")]
    link = JOIN_DECLINED.link(request) if JOIN_DECLINED.link else ""
    again = client.get(link)
    assert (again.status, "Våglängdsgatan 3" in again.text) == (200, True)
    assert members(group) == [("Bengt Åkesson", "1002")]
    assert status_of(stairwell_3, "1203") is HouseholdStatus.NOT_CONTACTED


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("Fel person, 811218-9876", "Det ser ut som ett personnummer."),
        ("x" * 201, "Texten är för lång."),
        ("a\u202eb", "Här finns osynliga tecken."),
    ],
)
def test_a_reason_that_is_refused_is_kept_and_nothing_is_decided(
    reason: str, cure: str, client: PageClient, outbox: Outbox, farahs_page: str, farah: Person, bengt: Person
) -> None:
    for action, reader in ((f"{farahs_page}/decline", None), (f"/requests/{farahs_id()}/decline", bengt)):
        page = client.post(action, {"reason": reason}, as_=reader)
        assert page.status == 422
        assert cure in page.errors[0]
        assert page.form(action)["reason"] == reason
    assert states() == [("Farah Ahmadi", "waiting", None)]
    assert outbox.names() == ["join-requested"]


def farahs_id() -> int:
    return db.session.scalars(select(JoinRequest.id)).one()


def test_signed_in_from_the_list(client: PageClient, outbox: Outbox, scene: Scene) -> None:
    page = client.post(f"/requests/{farahs_id()}/approve", as_=scene.bengt)
    assert page.location == f"/groups/{scene.group.id}/members"
    assert states() == [("Farah Ahmadi", "approved", "Bengt Åkesson")]
    assert outbox.addressed() == [("join-approved", "farah@example.org")]


def test_the_second_coordinator_is_told_who_was_first(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    client.post(f"/requests/{farahs_id()}/approve", as_=scene.amina)
    client.post(f"/requests/{farahs_id()}/decline", as_=scene.bengt)
    with client.browser(scene.bengt).session_transaction(base_url="http://127.0.0.1:8000") as session:
        assert session["_flashes"] == [("info", "Amina Yusuf har redan svarat ja.")]
    assert states() == [("Farah Ahmadi", "approved", "Amina Yusuf")]
    assert outbox.names() == ["join-approved"]


def test_already_decided_names_who_and_what(scene: Scene) -> None:
    request = db.session.scalars(select(JoinRequest)).one()
    deciding.decline(request, by=scene.amina)
    with pytest.raises(AlreadyDecided) as decided:
        deciding.approve(request, by=scene.bengt)
    assert (decided.value.by, decided.value.state) == (scene.amina, RequestState.DECLINED)


@pytest.mark.parametrize("answers", [("approve", "approve"), ("approve", "decline"), ("decline", "decline")])
def test_two_coordinators_answer_at_once_and_one_counts(
    answers: tuple[str, str], client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    number = farahs_id()
    statuses = at_once(
        client,
        [
            (scene.amina, f"/requests/{number}/{answers[0]}"),
            (scene.bengt, f"/requests/{number}/{answers[1]}"),
        ],
    )
    assert statuses == [303, 303]
    ((_name, state, _by),) = states()
    assert outbox.names() == [f"join-{state}"]
    assert [name for name, _flat in members(scene.group)].count("Farah Ahmadi") == (state == "approved")


def test_the_coordinator_says_where_the_applicant_lives(
    client: PageClient, outbox: Outbox, group: Group, bengt: Person, stairwell_3: Stairwell
) -> None:
    kim = make_person("Kim", "kim@example.org")
    make_request(kim, group, stairwell_3)
    flat = flat_of(stairwell_3, "1101")
    page = client.get(f"/groups/{group.id}/members", as_=bengt).click("Välj lägenhet Kim")
    page.press("Ja, välkommen in", {"flat": str(flat.id)})
    assert members(group) == [("Bengt Åkesson", "1002"), ("Kim", "1101")]
    assert status_of(stairwell_3, "1101") is HouseholdStatus.TAKES_PART


def test_a_flat_elsewhere_is_refused(
    client: PageClient, group: Group, bengt: Person, stairwell_1: Stairwell, stairwell_3: Stairwell
) -> None:
    request = make_request(make_person("Kim", "kim@example.org"), group, stairwell_3)
    elsewhere = flat_of(stairwell_1, "1101")
    page = client.post(f"/requests/{request.id}/approve", {"flat": str(elsewhere.id)}, as_=bengt)
    assert (page.status, page.errors) == (422, ["Välj något i listan."])
    with pytest.raises(FlatElsewhere):
        deciding.approve(request, by=bengt, flat=elsewhere)
    assert states() == [("Kim", "waiting", None)]


def test_a_knock_that_is_approved_becomes_a_member_on_paper(
    client: PageClient, outbox: Outbox, group: Group, asked: str
) -> None:
    page = client.get(asked)
    assert "Vid dörren" in page.text
    done = page.press("Ja, välkommen in").follow()
    assert done.flashes == [("done", "Lina är med i gruppen. Gå förbi och berätta det.")]
    lina = next(each for each in db.session.scalars(select(Membership)) if each.person.name == "Lina")
    assert (lina.channel, lina.consent_channel) == (Channel.PAPER, ConsentChannel.POSTER)
    assert outbox.names() == ["join-requested"]


def test_a_no_to_a_knock_is_said_at_the_door(
    client: PageClient, outbox: Outbox, group: Group, bengt: Person, asked: str
) -> None:
    """No reason is asked for, because nobody could read it, and no page says that a mail is sent."""
    signed_in = client.get(f"/groups/{group.id}/members", as_=bengt).click("Säg nej Lina")
    for page in (signed_in, client.get(asked)):
        assert "Lina har ingen e-postadress: säg det vid dörren." in page.text
        assert ("Några ord om varför" in page.text, "mejl" in page.text) == (False, False)
    done = signed_in.press("Svara nej", {"reason": "Ingen läser det."}).follow()
    assert done.flashes == [("done", "Du har svarat nej. Lina har ingen e-postadress: säg det vid dörren.")]
    assert db.session.scalars(select(JoinRequest.reason)).all() == [None]
    assert outbox.names() == ["join-requested"]


def test_the_answer_to_a_knock_stays_on_the_list_until_it_is_said(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    """No mail can tell the applicant, so a coordinator must."""
    members = f"/groups/{scene.group.id}/members"
    for name, door in (("Lina", "2"), ("Ove", "1")):
        client.post(f"/j/{code}", fill(name=name, how="knock", address="", floor="2", door=door))
    assert "Berätta vid dörren" not in client.get(members, as_=scene.bengt).text
    lina, ove = [each.id for each in db.session.scalars(select(JoinRequest).order_by(JoinRequest.id))][1:]
    client.post(f"/requests/{lina}/approve", as_=scene.bengt)
    client.post(f"/requests/{ove}/decline", as_=scene.bengt)

    page = client.get(members, as_=scene.bengt)
    assert "Lina: ja, är med port 3, lägenhet 1202" in page.text
    assert "Ove: nej, inte nu port 3, lägenhet 1201" in page.text
    said = page.press("Jag har berättat det Lina").follow()
    assert said.flashes == [("done", "Bra, då är det sagt.")]
    assert ("Lina: ja" in said.text, "Ove: nej" in said.text) == (False, True)
    page.press("Jag har berättat det Lina")
    told = select(AuditEntry.by_id).where(AuditEntry.what == "join-told")
    assert db.session.scalars(told).all() == [scene.bengt.id]


def test_the_answer_at_the_door_is_for_the_stairwells_own_coordinators(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    client.post(f"/j/{code}", fill(how="knock", address="", floor="2", door="2"))
    lina = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
    assert lina is not None
    client.post(f"/requests/{lina.id}/decline", as_=scene.amina)
    members = f"/groups/{scene.group.id}/members"
    seen = {
        who.name: "Lina" in client.get(members, as_=who).text
        for who in (scene.amina, scene.bengt, scene.dawit)
    }
    assert seen == {"Amina Yusuf": True, "Bengt Åkesson": True, "Dawit Tesfaye": False}
    assert client.post(f"/requests/{lina.id}/told", as_=scene.dawit).status == 404


def test_what_nobody_has_answered_cannot_have_been_said(client: PageClient, scene: Scene) -> None:
    page = client.post(f"/requests/{farahs_id()}/told", as_=scene.bengt).follow()
    assert page.flashes == [("info", "Anmälan är inte besvarad än.")]
    assert "Berätta vid dörren" not in page.text


def test_a_no_from_the_list_can_be_explained(client: PageClient, outbox: Outbox, scene: Scene) -> None:
    page = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt).click("Säg nej Farah Ahmadi")
    assert '<details class="confirm" open>' in page.html
    page.press("Svara nej", {"reason": "Du står redan på listan i port 1."})
    assert db.session.scalars(select(JoinRequest.reason)).all() == ["Du står redan på listan i port 1."]
    assert outbox.addressed() == [("join-declined", "farah@example.org")]


def test_the_mailed_page_dies_after_14_days_and_with_the_role(
    client: PageClient, scene: Scene, farahs_page: str
) -> None:
    assert client.get(farahs_page).status == 200
    db.session.execute(db.update(OutboxRow).values(created_at=utcnow() - timedelta(days=15)))
    assert dead(client, farahs_page)
    db.session.execute(db.update(OutboxRow).values(created_at=utcnow()))
    assert client.get(farahs_page).status == 200
    db.session.execute(
        db.update(Coordinator).where(Coordinator.person_id == scene.bengt.id).values(ended_at=utcnow())
    )
    assert dead(client, farahs_page)
    assert states() == [("Farah Ahmadi", "waiting", None)]


def test_a_coordinator_of_another_stairwell_cannot_decide(
    client: PageClient, scene: Scene, farahs_page: str
) -> None:
    bengts = db.session.scalars(select(Coordinator).where(Coordinator.person_id == scene.bengt.id)).one()
    bengts.stairwells = [scene.stairwell_1]
    assert dead(client, farahs_page)
    assert client.post(f"/requests/{farahs_id()}/approve", as_=scene.bengt).status == 404


def dead(client: PageClient, link: str) -> bool:
    answers = [client.get(link), client.post(f"{link}/approve"), client.post(f"{link}/decline")]
    return [page.status for page in answers] == [410] * 3


def test_altered_links_and_links_of_other_mails_are_dead(
    client: PageClient, outbox: Outbox, scene: Scene, farahs_page: str
) -> None:
    from watch import tokens
    from watch.mail import outbox as queue

    row = queue.queue(INVITATION, to=scene.jenny, about=make_invitation(scene.group, "x@example.org"))
    assert row is not None
    links = [farahs_page[:-3] + "AAA", "/a/x", f"/a/{tokens.make(Purpose.DECIDE, row)}"]
    links.append(f"/a/{tokens.make(Purpose.ANSWER, row)}")
    assert [dead(client, link) for link in links] == [True] * 4


def test_opening_the_mailed_page_five_times_changes_nothing(
    client: PageClient, outbox: Outbox, farahs_page: str
) -> None:
    assert {client.get(farahs_page).status for _ in range(5)} == {200}
    assert states() == [("Farah Ahmadi", "waiting", None)]
    assert outbox.names() == ["join-requested"]


def test_another_groups_request_is_not_there(client: PageClient, scene: Scene) -> None:
    for action in ("approve", "decline"):
        assert client.post(f"/requests/{farahs_id()}/{action}", as_=scene.ivan).status == 404
        assert client.post("/requests/999999/approve", as_=scene.bengt).status == 404
    assert states() == [("Farah Ahmadi", "waiting", None)]


def test_somebody_who_joined_another_way_is_not_let_in_twice(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    make_member(scene.farah, scene.group, flat_of(scene.stairwell_3, "1203"))
    client.post(f"/requests/{farahs_id()}/approve", as_=scene.bengt)
    assert states() == [("Farah Ahmadi", "approved", "Bengt Åkesson")]
    assert outbox.names() == []


def test_who_is_let_in_needs_no_invitation_any_more(client: PageClient, scene: Scene) -> None:
    invitation = make_invitation(scene.group, "farah@example.org", by=scene.bengt)
    client.post(f"/requests/{farahs_id()}/approve", as_=scene.bengt)
    db.session.refresh(invitation)
    assert invitation.state.value == "revoked"
    page = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt)
    assert "Gick med på annat sätt 1" in page.links
    assert [button for button in page.buttons if button.startswith("Skicka igen")] == []


def test_the_flat_of_an_invitation_that_is_not_needed_is_asked_no_more(
    client: PageClient, scene: Scene
) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    make_invitation(scene.group, "farah@example.org", by=scene.bengt, flat=flat)
    note_household(flat, HouseholdStatus.INVITED, by=scene.bengt)
    client.post(f"/requests/{farahs_id()}/approve", as_=scene.bengt)
    assert status_of(scene.stairwell_3, "1202") is HouseholdStatus.NOT_CONTACTED


def test_the_welcome_names_a_meeting_only_of_ones_own(scene: Scene) -> None:
    farah = make_member(scene.farah, scene.group, flat_of(scene.stairwell_3, "1203"))
    soon = utcnow() + timedelta(days=1)
    make_meeting(scene.group, stairwell=scene.stairwell_1, starts_at=soon)
    assert next_meeting_for(farah) is None
    of_all = make_meeting(scene.group, starts_at=soon + timedelta(days=4))
    assert next_meeting_for(farah) == of_all
    own = make_meeting(scene.group, stairwell=scene.stairwell_3, starts_at=soon + timedelta(days=3))
    assert next_meeting_for(farah) == own


def test_the_welcome_names_only_coordinators_who_show_neighbours_their_name(scene: Scene) -> None:
    farah = make_member(scene.farah, scene.group, flat_of(scene.stairwell_3, "1203"))
    assert coordinators_nearby(farah) == ""  # Bengt shows nothing
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_3])
    assert coordinators_nearby(farah) == "Carin Öberg"
    scene.bengt.shows_name = True
    assert coordinators_nearby(farah) == "Bengt Åkesson, Carin Öberg"


def test_what_nobody_has_confirmed_is_not_there_whoever_the_address_belongs_to(
    client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill
) -> None:
    """Otherwise a coordinator who asks in somebody's name could see in the list whether they take part."""
    for name in ("Carin Öberg", "Kim"):
        address = f"{name.split()[0].lower()}@example.org"
        client.post(f"/j/{code}", fill(name=name, address=address))
    member, stranger = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id)).all()[1:]
    assert [each.state for each in (member, stranger)] == [RequestState.WITHDRAWN, RequestState.UNCONFIRMED]
    for who in (scene.bengt, scene.amina):  # of the stairwell, and the lead
        pages = {
            (page.status, bytes_of(page).replace(page.path, ""))
            for page in (
                client.get(f"/requests/{each}", as_=who) for each in (member.id, stranger.id, 999999)
            )
        }
        assert [status for status, _ in pages] == [404]
        for request in (member, stranger):
            for press in ("approve", "decline", "told"):
                assert client.post(f"/requests/{request.id}/{press}", as_=who).status == 404
    assert looks() == []
    assert stranger.state is RequestState.UNCONFIRMED
    assert outbox.names() == ["join-already-member", "join-confirm"]


def test_a_name_is_shown_as_its_owner_writes_it_only_once_they_have_confirmed(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    """Jenny takes part in another house. Somebody who types her name in capitals here learns nothing."""
    client.post(f"/j/{code}", fill(name="JENNY ÄLVGREN", address="jenny@example.org"))
    members = f"/groups/{scene.group.id}/members"
    request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
    assert request is not None
    for path in (members, f"/requests/{request.id}", f"/groups/{scene.group.id}/house", "/me"):
        assert "jenny" not in client.get(path, as_=scene.bengt).html.lower()
    client.post(confirm_link(request))
    assert "Jenny Älvgren" in client.get(members, as_=scene.bengt).text


@pytest.mark.parametrize("state", [RequestState.UNCONFIRMED, RequestState.WITHDRAWN])
def test_a_mailed_page_never_opens_what_nobody_has_confirmed(
    state: RequestState, client: PageClient, farahs_page: str, farahs_request: JoinRequest
) -> None:
    farahs_request.state, farahs_request.confirmed_at = state, None
    farahs_request.decided_at = utcnow() if state is RequestState.WITHDRAWN else None
    db.session.commit()
    assert dead(client, farahs_page)
