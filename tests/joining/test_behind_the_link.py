"""Checks mailed links whose request is answered, whose group has ended, or opened in another browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_interest,
    make_invitation,
    make_member,
    make_person,
    make_request,
)
from tests.newcomers import Fill, confirm_link, decide_links, link_of, status_of, what_leaves
from tests.page_client import PageClient
from watch import tokens
from watch.groups.queries.members import active_membership
from watch.groups.service.members import leave
from watch.joining.service import deciding
from watch.joining.service.asking import tell_coordinators
from watch.models import (
    Building,
    GroupState,
    HouseholdStatus,
    InvitationState,
    JoinRequest,
    Language,
    Person,
    Purpose,
    RequestState,
    utcnow,
)

READS_GERMAN = {"Accept-Language": "de, en;q=0.5"}


def test_who_was_let_in_is_told_so_by_the_old_link(
    client: PageClient, farahs_request: JoinRequest, bengt: Person
) -> None:
    deciding.approve(farahs_request, by=bengt)
    page = client.get(confirm_link(farahs_request))
    assert (page.status, page.h1) == (200, "Anmälan är besvarad")
    assert "Du är med i gruppen." in page.text
    assert (page.links["Logga in"], "Farah" in page.html) == ("/login", False)
    assert client.post(confirm_link(farahs_request)).follow().h1 == "Anmälan är besvarad"


def test_who_was_told_no_is_told_where_the_answer_is_and_may_ask_again(
    client: PageClient, farahs_request: JoinRequest, bengt: Person
) -> None:
    deciding.decline(farahs_request, by=bengt, reason="Vi känner inte varandra än.")
    page = client.get(confirm_link(farahs_request))
    assert (page.status, page.h1) == (200, "Anmälan är besvarad")
    assert ("Du är med" in page.text, "känner inte" in page.text) == (False, False)
    assert page.click("Anmäl dig en gång till").h1 == "Gå med i grannsamverkan"


def test_what_was_answered_is_said_beside_what_waits_on_the_same_mailbox(
    client: PageClient, scene: Scene, farahs_request: JoinRequest, bengt: Person
) -> None:
    deciding.decline(farahs_request, by=bengt)
    child = Person(name="Idil", mailbox=farahs_request.person.mailbox)
    make_request(child, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    page = client.get(confirm_link(farahs_request))
    assert page.h1 == "Var det du som ville gå med?"
    assert "Svaret står i mejlet" in page.text
    assert "Din anmälan väntar på svar" in page.press("Ja, det stämmer").follow().text


def test_an_old_link_answers_for_nobody_who_has_had_a_mail_since(
    client: PageClient, scene: Scene, farahs_request: JoinRequest, bengt: Person
) -> None:
    """Somebody who was shown the link could otherwise admit a later applicant from that mailbox."""
    deciding.decline(farahs_request, by=bengt)
    child = Person(name="Idil", mailbox=farahs_request.person.mailbox)
    later = make_request(child, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    later.created_at = farahs_request.created_at + timedelta(days=1)
    page = client.get(confirm_link(farahs_request))
    assert (page.h1, "Idil" in page.text) == ("Anmälan är besvarad", False)
    client.post(confirm_link(farahs_request), {"who": str(later.id)})
    assert later.state is RequestState.UNCONFIRMED
    assert "Idil" in client.get(confirm_link(later)).text


def test_who_has_left_is_not_told_that_they_take_part(
    client: PageClient, farahs_request: JoinRequest, bengt: Person
) -> None:
    membership = deciding.approve(farahs_request, by=bengt)
    assert membership
    leave(membership)
    assert client.get(confirm_link(farahs_request)).status == 410


@pytest.mark.parametrize("state", [RequestState.APPROVED, RequestState.DECLINED])
def test_an_answer_is_told_no_longer_than_the_link_is_good(
    state: RequestState, client: PageClient, scene: Scene
) -> None:
    rut = make_person("Rut", "rut@example.org")
    make_member(rut, scene.group, flat_of(scene.stairwell_3, "1103"))
    request = make_request(rut, scene.group, scene.stairwell_3, state=state)
    assert client.get(confirm_link(request)).status == 200
    request.created_at = utcnow() - timedelta(days=15)
    assert client.get(confirm_link(request)).status == 410


def test_what_a_member_asked_says_that_they_are_in(client: PageClient, scene: Scene) -> None:
    """The mail has this link for others of the same mailbox. To somebody who has left it says nothing."""
    request = make_request(scene.carin, scene.group, scene.stairwell_3, state=RequestState.WITHDRAWN)
    request.confirmed_at = None  # a member's request is withdrawn at once
    assert "Du är med i gruppen." in client.get(confirm_link(request)).text
    membership = active_membership(scene.carin, scene.group)
    assert membership
    leave(membership, by=scene.carin)
    assert client.get(confirm_link(request)).status == 410


@pytest.mark.parametrize("state", [RequestState.UNCONFIRMED, RequestState.WAITING, RequestState.APPROVED])
def test_of_a_group_that_has_ended_the_link_says_so_and_leads_to_interest(
    state: RequestState, client: PageClient, scene: Scene
) -> None:
    request = make_request(make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3, state=state)
    scene.group.state = GroupState.CLOSED
    page = client.get(confirm_link(request))
    assert (page.status, page.h1) == (410, "Gruppen är avslutad")
    assert page.links["Jag är intresserad"] == f"/buildings/{scene.house.id}/interest"
    assert (client.post(confirm_link(request)).status, request.state) == (410, state)


def test_an_invitation_to_a_group_that_has_ended_says_so(client: PageClient, scene: Scene) -> None:
    invitation = make_invitation(scene.group, "lina@example.org", flat=flat_of(scene.stairwell_3, "1203"))
    anywhere = make_invitation(scene.group, "kim@example.org")
    scene.group.state = GroupState.CLOSED
    page = client.get(link_of(invitation))
    assert (page.status, page.h1) == (410, "Gruppen är avslutad")
    assert page.links["Jag är intresserad"] == f"/buildings/{scene.house.id}/interest"
    assert client.get(link_of(anywhere)).links["Sök efter ditt hus"] == "/"
    altered = tokens.token_of(Purpose.INVITATION, invitation.id, b"another")
    assert client.get(f"/join/{altered}").h1 == "Inbjudan gäller inte längre"


def test_poster_and_building_say_only_that_there_is_no_group_to_join_now(
    client: PageClient, scene: Scene, code: str
) -> None:
    scene.group.state = GroupState.CLOSED
    page = client.get(f"/buildings/{scene.house.id}")
    assert "Här finns ingen grupp att gå med i just nu" in page.text
    assert client.get(f"/j/{code}").follow().path == f"/buildings/{scene.house.id}/interest"


def test_no_window_is_lit_in_a_group_that_has_ended(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    invitation = make_invitation(scene.group, "lina@example.org", flat=flat_of(scene.stairwell_3, "1203"))
    page = client.get(link_of(invitation)).press("Ja, jag vill vara med", {"name": "Lina", "consent": "y"})
    assert page.follow().h1 == "Ditt fönster lyser"
    scene.group.state = GroupState.CLOSED
    assert page.follow().h1 == "Gruppen är avslutad"


def language_of(client: PageClient, path: str) -> str | None:
    """Return the language of a page in a browser without a choice of language."""
    return PageClient(client.app).get(path, headers=READS_GERMAN).tree.get("lang")


def test_a_page_behind_a_mail_comes_in_the_mails_language(
    client: PageClient, scene: Scene, langgatan: Building
) -> None:
    noor = make_person("Noor", "noor@example.org", language=Language.ARABIC)
    request = make_request(noor, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    invitation.language = Language.ARABIC
    interest = make_interest(noor, langgatan, confirmed=False)
    behind_mail = [
        confirm_link(request), link_of(invitation),
        f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    ]  # fmt: skip
    assert [language_of(client, path) for path in behind_mail] == ["ar"] * 3
    request.created_at = interest.created_at = utcnow() - timedelta(days=31)
    invitation.state, invitation.ended_at = InvitationState.REVOKED, utcnow()
    assert [client.get(path).status for path in behind_mail] == [410] * 3
    assert [language_of(client, path) for path in behind_mail] == ["ar"] * 3
    assert language_of(client, "/join/confirm/x") == "en"
    scene.group.state = GroupState.CLOSED
    assert language_of(client, link_of(invitation)) == "ar"


def test_a_coordinators_mails_lead_to_pages_in_their_language(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    scene.bengt.language = Language.SOMALI
    request = make_request(
        make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED
    )
    client.post(confirm_link(request))
    noor = make_person("Noor", "noor@example.org", language=Language.ARABIC)
    asked = make_coordinator(noor, scene.group, accepted=False)
    appointment = f"/appointment/{tokens.make(Purpose.APPOINTMENT, asked)}"
    assert language_of(client, decide_links(outbox)["Bengt Åkesson"]) == "so"
    assert language_of(client, appointment) == "ar"
    asked.ended_at = utcnow()
    assert (client.get(appointment).status, language_of(client, appointment)) == (410, "ar")


def test_another_language_can_be_chosen_where_a_link_leads_even_a_dead_one(
    client: PageClient, scene: Scene
) -> None:
    noor = make_person("Noor", "noor@example.org", language=Language.ARABIC)
    request = make_request(noor, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    page = client.get(confirm_link(request)).press("Soomaali").follow()
    assert (page.path, page.tree.get("lang")) == (confirm_link(request), "so")
    request.created_at = utcnow() - timedelta(days=15)
    page = client.get(confirm_link(request)).press("English").follow()
    assert (page.status, page.tree.get("lang")) == (410, "en")


def test_what_is_answered_there_is_answered_in_that_language_too(client: PageClient, scene: Scene) -> None:
    noor = make_person("Noor", "noor@example.org", language=Language.ARABIC)
    request = make_request(noor, scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED)
    done = client.post(confirm_link(request)).follow()
    assert done.tree.get("lang") == "ar"
    assert done.flashes != [("done", "Tack! Nu är din e-postadress bekräftad.")]


def test_a_form_that_came_back_can_be_gone_back_to(
    client: PageClient, scene: Scene, langgatan: Building
) -> None:
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    refused = client.get(link_of(invitation)).press("Ja, jag vill vara med", {"name": ""})
    assert refused.status == 422
    assert client.get(refused.path).follow().path == link_of(invitation)
    interest = make_interest(make_person("Rut", "rut@example.org"), langgatan)
    link = f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}"
    assert client.get(f"{link}/join").follow().path == link


def test_an_applicant_takes_back_a_request_and_the_coordinators_list_follows(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    home = flat_of(scene.stairwell_3, "1201")
    rut = make_person("Rut", "rut@example.org")
    asked = make_request(rut, scene.group, scene.stairwell_3, home, state=RequestState.UNCONFIRMED)
    link, members = confirm_link(asked), f"/groups/{scene.group.id}/members"
    client.post(link)
    assert "Rut" in client.get(members, as_=scene.bengt).text

    page = client.get(link)
    assert "Du kan ångra dig i 7 dagar." in page.text
    unsure = client.post(f"{link}/withdraw", {"request": str(asked.id)}).follow()
    assert (unsure.flashes[0][0], unsure.h1) == ("warn", "Din anmälan väntar på svar")
    gone = page.press("Ta tillbaka anmälan", {"sure": "y"}).follow()
    assert gone.h1 == "Du har tagit tillbaka din anmälan"
    assert "Rut" not in client.get(members, as_=scene.bengt).text
    assert status_of(scene.stairwell_3, "1201") is HouseholdStatus.NOT_CONTACTED
    assert what_leaves() == []

    back = gone.press("Ångra").follow()
    assert back.h1 == "Din anmälan väntar på svar"
    assert "Rut" in client.get(members, as_=scene.bengt).text
    assert status_of(scene.stairwell_3, "1201") is HouseholdStatus.WANTS_TO_JOIN
    assert [kind for kind, _ in what_leaves()] == ["join-requested"]


def test_a_coordinator_sees_a_request_no_longer_that_was_taken_back(
    client: PageClient, outbox: Outbox, farahs_request: JoinRequest, bengt: Person
) -> None:
    """The page that takes it back says so. The mailed page, and one opened before, show nobody either."""
    tell_coordinators(farahs_request)
    farahs_page = decide_links(outbox)["Bengt Åkesson"]
    opened = client.get(f"/requests/{farahs_request.id}", as_=bengt)
    mailed = client.get(farahs_page)
    data = {"request": str(farahs_request.id), "sure": "y"}
    client.post(f"{confirm_link(farahs_request)}/withdraw", data)
    pages = [
        client.get(farahs_page),
        mailed.press("Ja, välkommen in"),
        mailed.press("Svara nej", {"reason": "x" * 9999}),
        client.get(opened.path, as_=bengt).follow(),
        opened.press("Svara nej", {"reason": "x" * 9999}).follow(),
        client.post(f"{opened.path}/approve", as_=bengt).follow(),
    ]
    assert [page.status for page in pages] == [410, 410, 410, 200, 200, 200]
    assert "Grannen kan ha dragit tillbaka sin anmälan" in pages[0].text
    assert [each.flashes for each in pages[3:]] == [[("info", "Anmälan gäller inte längre.")]] * 3
    assert [name for name in ("Farah", "1102") for page in pages[:3] if name in page.text] == []
    assert [page.path for page in pages if "Farah" in page.text] == []
    assert farahs_request.state is RequestState.WITHDRAWN
    client.post(f"{confirm_link(farahs_request)}/again", data)
    assert [client.get(page, as_=bengt).h1 for page in (farahs_page, opened.path)] == [
        "Farah Ahmadi vill gå med"
    ] * 2


def test_taking_back_a_request_can_be_undone_for_seven_days(client: PageClient, scene: Scene) -> None:
    asked = make_request(make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3)
    link = confirm_link(asked)
    client.post(f"{link}/withdraw", {"request": str(asked.id), "sure": "y"})
    asked.decided_at = utcnow() - timedelta(days=7)
    assert client.get(link).status == 410
    assert client.post(f"{link}/again", {"request": str(asked.id)}).status == 410
    assert asked.state is RequestState.WITHDRAWN


def test_a_link_takes_back_only_what_waits_on_its_own_mailbox(client: PageClient, scene: Scene) -> None:
    asked = make_request(make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3)
    others = make_request(make_person("Kim", "kim@example.org"), scene.group, scene.stairwell_3)
    data = {"request": str(others.id), "sure": "y"}
    client.post(f"{confirm_link(asked)}/withdraw", data)
    assert (asked.state, others.state) == (RequestState.WAITING, RequestState.WAITING)


def test_an_answer_given_meanwhile_counts(
    client: PageClient, farahs_request: JoinRequest, bengt: Person
) -> None:
    link = confirm_link(farahs_request)
    page = client.get(link)
    deciding.approve(farahs_request, by=bengt)
    assert page.press("Ta tillbaka anmälan", {"sure": "y"}).follow().h1 == "Anmälan är besvarad"
    assert farahs_request.state is RequestState.APPROVED
    assert "Du är med i gruppen." in client.get(link).text


def test_who_has_asked_anew_has_nothing_to_undo(client: PageClient, scene: Scene) -> None:
    rut = make_person("Rut", "rut@example.org")
    asked = make_request(rut, scene.group, scene.stairwell_3)
    client.post(f"{confirm_link(asked)}/withdraw", {"request": str(asked.id), "sure": "y"})
    make_request(rut, scene.group, scene.stairwell_3)
    assert "Ångra" not in client.get(confirm_link(asked)).text
