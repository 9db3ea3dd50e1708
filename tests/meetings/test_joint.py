"""A coordinator asks other groups to a joint gathering, and these say yes or no."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_member, make_person
from tests.mail.letters import links_in
from tests.meetings.joint import Solvarv, arrive, call, make_solvarv, plan_for, preview, say, state_of
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.models import Coordinator, GroupState, Household, Meeting, MeetingKind, OutboxState, PartState

OURS = ["amina", "bengt", "carin", "dawit"]


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def solvarv(scene: Scene) -> Solvarv:
    return make_solvarv(scene)


def mailed(outbox: Outbox, kind: str) -> list[str]:
    return sorted(address.partition("@")[0] for name, address in outbox.addressed() if name == kind)


def test_the_own_group_is_called_and_the_other_lead_is_asked(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    page = preview(client, scene, solvarv.group)
    assert "Gemensam träff" in page.text
    assert "Tillfrågas: Solvarvsgatan 2–4. Deras kontaktombud får frågan." in page.text
    meeting = call(client, scene, solvarv.group)
    assert (meeting.kind, state_of(meeting, solvarv.group)) == (MeetingKind.JOINT, PartState.INVITED)
    assert mailed(outbox, "meeting-called") == OURS
    assert mailed(outbox, "joint-invited") == ["sara"]
    assert {row.household.flat.stairwell for row in outbox.rows() if row.household} == {scene.stairwell_3}


def test_who_says_yes_sees_how_many_get_it_and_their_group_is_called_once(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    page = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    assert "Huvudkontaktombudet i Våglängdsgatan 1–3 bjuder in er grupp till en gemensam träff." in page.text
    assert "2 grannar får ett mejl. 1 hushåll behöver det på papper" in page.text
    first, second = (page.press("Vi är med") for _each in range(2))
    assert (first.status, second.status) == (303, 303)
    assert mailed(outbox, "meeting-called") == sorted([*OURS, "sara", "tove"])
    for row in outbox.rows():  # a page of the group that invites is not there for the others
        if row.person in (solvarv.tove, scene.carin) and row.mailing.kind == "meeting-called":
            assert [each for each in links_in(row) if each.endswith("/messages")] == []
    assert sorted(row.household.flat.stairwell.address for row in outbox.rows() if row.household) == [
        "Solvarvsgatan 4", "Våglängdsgatan 3",
    ]  # fmt: skip
    assert state_of(meeting, solvarv.group) is PartState.TAKES_PART
    assert "Ni har redan svarat så." in second.follow().whole_text


def test_who_says_no_tells_nobody_and_the_caller_sees_it(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    before = len(outbox.rows())
    said = say(client, meeting, solvarv.sara, "Nej tack")
    assert "Ni har tackat nej." in said.text
    assert len(outbox.rows()) == before
    assert client.get(f"/meetings/{meeting.id}", as_=solvarv.tove).status == 404
    assert "Har tackat nej Solvarvsgatan 2–4" in client.get(f"/meetings/{meeting.id}", as_=scene.amina).text
    assert "Har tackat nej" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text


def test_a_no_from_an_older_page_tells_nobody_and_shows_what_stands_now(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    older = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    refused = older.press("Nej tack").follow()
    assert refused.flashes == [("warn", "Något har ändrats sedan du tittade. Titta igen innan du svarar.")]
    assert "Ni är med." in refused.text
    assert (state_of(meeting, solvarv.group), mailed(outbox, "meeting-left")) == (PartState.TAKES_PART, [])


def test_what_is_neither_yes_nor_no_is_no_answer(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    path = f"/meetings/{meeting.id}/joint/{solvarv.group.id}"
    for data in ({}, {"answer": "maybe"}):
        assert client.post(path, data, as_=solvarv.sara).status == 400
    assert state_of(meeting, solvarv.group) is PartState.INVITED


def test_a_group_that_leaves_again_is_told_by_mail_and_on_paper_and_nobody_else(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    paper = client.get(f"/meetings/{meeting.id}/paper", as_=solvarv.sara)
    paper.press("Alla är lämnade")
    arrive()
    sequence = meeting.sequence
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    assert mailed(outbox, "meeting-left") == ["sara", "tove"]
    told = [row for row in outbox.rows() if row.household and row.mailing.kind == "meeting-left"]
    assert [(row.household, row.state) for row in told if row.household] == [
        (solvarv_home(solvarv), OutboxState.TO_PRINT)
    ]
    db.session.refresh(meeting)
    assert meeting.sequence > sequence
    assert mailed(outbox, "meeting-called") == sorted([*OURS, "sara", "tove"])
    assert "Solvarvsgatan 4" in client.get(f"/meetings/{meeting.id}/paper", as_=solvarv.sara).text


def solvarv_home(solvarv: Solvarv) -> Household | None:
    membership = active_membership(solvarv.ulla, solvarv.group)
    assert membership
    return membership.household


def test_a_mind_changed_before_the_mails_left_mails_nobody(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    assert mailed(outbox, "meeting-left") == []
    waiting = [row for row in outbox.rows() if row.state is OutboxState.QUEUED and row.person]
    assert sorted(row.person.name for row in waiting if row.person) == [
        "Amina Yusuf", "Bengt Åkesson", "Carin Öberg", "Dawit Tesfaye",
    ]  # fmt: skip


def test_a_group_that_comes_back_is_called_again_and_those_who_knew_all_along_are_not(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    arrive()
    say(client, meeting, solvarv.sara, "Vi är med")
    assert mailed(outbox, "meeting-called") == sorted([*OURS, "sara", "sara", "tove", "tove"])
    arrive()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    say(client, meeting, solvarv.sara, "Vi är med")  # before the second word of leaving went out
    stopped = [row for row in outbox.rows() if row.state is OutboxState.CANCELLED and row.person]
    assert sorted(row.mailing.kind for row in stopped) == ["meeting-left", "meeting-left"]
    assert mailed(outbox, "meeting-called") == sorted([*OURS, "sara", "sara", "tove", "tove"])


def test_somebody_who_is_in_both_groups_is_called_once_and_stays_when_one_leaves(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    make_member(scene.carin, solvarv.group, flat_of(solvarv.group.buildings[0].stairwells[0], "1101"))
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    assert mailed(outbox, "meeting-called").count("carin") == 1
    assert mailed(outbox, "meeting-left") == ["sara", "tove"]


def test_a_change_asks_again_and_the_cancelling_tells_who_was_asked(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    arrive()
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra och meddela 4 grannar")
    assert mailed(outbox, "joint-invited") == ["sara", "sara"]
    arrive()
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina).press("Ställ in träffen")
    assert mailed(outbox, "meeting-cancelled") == sorted([*OURS, "sara"])
    assert "Träffen är inställd" in client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara).text


def test_who_said_no_hears_neither_of_a_change_nor_of_the_end(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    arrive()
    say(client, meeting, solvarv.sara, "Nej tack")
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina).press("Ställ in träffen")
    assert mailed(outbox, "meeting-cancelled") == OURS


def test_after_the_start_nobody_answers_any_more(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    page = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    with time_machine.travel(datetime(2026, 3, 20, 17, 30, tzinfo=UTC), tick=True):
        page.press("Vi är med")
        assert client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara).buttons == []
    assert state_of(meeting, solvarv.group) is PartState.INVITED
    assert mailed(outbox, "meeting-called") == OURS


def test_a_group_without_lead_is_asked_through_its_coordinators_and_a_new_one_finds_the_question(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    lead = db.session.scalars(select(Coordinator).where(Coordinator.person == solvarv.sara)).one()
    lead.is_lead = False
    make_coordinator(solvarv.tove, solvarv.group)
    db.session.commit()
    meeting = call(client, scene, solvarv.group)
    assert mailed(outbox, "joint-invited") == ["sara", "tove"]
    nora = make_person("Nora", "nora@example.org")
    make_coordinator(nora, solvarv.group)
    db.session.commit()
    for page in (f"/groups/{solvarv.group.id}", f"/groups/{solvarv.group.id}/meetings"):
        assert (
            client.get(page, as_=nora).links["Vill ni vara med? 20 mars"] == f"/meetings/{meeting.id}/joint"
        )
    house = client.get(f"/groups/{solvarv.group.id}/house", as_=nora)
    assert "Vill ni vara med på en gemensam träff fredag 20 mars 2026 kl. 18.00?" in house.links
    assert "Vill ni vara med?" not in client.get(f"/groups/{solvarv.group.id}", as_=solvarv.ulla).text


def test_a_group_without_anybody_to_ask_is_named_before_the_call(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    db.session.scalars(
        select(Coordinator).where(Coordinator.person == solvarv.sara)
    ).one().ended_at = datetime.now(UTC)
    db.session.commit()
    said = "Ingen kan svara än, för det finns inget kontaktombud: Solvarvsgatan 2–4."
    assert said in preview(client, scene, solvarv.group).text


def test_a_group_that_closes_before_it_answers_is_asked_and_told_nothing_more(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    arrive()
    solvarv.group.state = GroupState.CLOSED
    db.session.commit()
    page = client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina)
    page.press("Granska ändringen", {"place": "Biblioteket"}).press("Ändra och meddela 4 grannar")
    assert mailed(outbox, "joint-invited") == ["sara"]
    path = f"/meetings/{meeting.id}/joint/{solvarv.group.id}"
    assert client.post(path, {"answer": "yes"}, as_=solvarv.sara).status == 404
    assert mailed(outbox, "meeting-called") == OURS


@pytest.mark.parametrize("state", [GroupState.DORMANT, GroupState.CLOSED])
def test_only_living_groups_of_the_area_can_be_asked(
    client: PageClient, scene: Scene, solvarv: Solvarv, state: GroupState
) -> None:
    solvarv.group.state = state
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    assert "Vilka andra grupper?" not in page.text
    for other in (solvarv.group, scene.other_group):
        refused = page.press("Förhandsgranska", plan_for(other))
        assert refused.status == 422
    assert db.session.scalars(select(Meeting)).all() == []


def test_ticks_and_choice_must_agree(client: PageClient, scene: Scene, solvarv: Solvarv) -> None:
    assert preview(client, scene).errors == ["Kryssa för minst en grupp, eller välj Hela gruppen."]
    page = preview(client, scene, solvarv.group, scope="group")
    assert page.errors == [
        "Du har kryssat för andra grupper. Ta bort kryssen, eller välj att ni ses tillsammans."
    ]
    page = preview(client, scene, solvarv.group, stairwells=str(scene.stairwell_1.id))
    assert page.errors == ["Tillsammans med andra grupper är hela gruppen med. Ta bort kryssen."]
    page = preview(client, scene, scene.other_group)
    assert page.errors == ["Den gruppen går inte att fråga längre. Välj grupper igen."]


def test_a_draft_and_another_of_the_same_kind_ask_the_same_groups(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page.press("Spara utkast", plan_for(solvarv.group))
    draft = db.session.scalars(select(Meeting)).one()
    assert client.get(f"/meetings/{draft.id}/joint", as_=solvarv.sara).status == 404
    assert client.get(f"/groups/{solvarv.group.id}", as_=solvarv.sara).links.get("Vill ni vara med?") is None
    edited = client.get(f"/groups/{scene.group.id}/meetings/new?draft={draft.id}", as_=scene.amina)
    form = edited.form(f"/groups/{scene.group.id}/meetings/preview")
    assert (form["scope"], form["others"]) == ("together", str(solvarv.group.id))
    edited.press("Förhandsgranska", {"place": "Gården"}).press("Kalla 4 grannar")
    assert mailed(outbox, "joint-invited") == ["sara"]
    with time_machine.travel(datetime(2026, 3, 25, 12, 0, tzinfo=UTC), tick=True):
        like = client.get(f"/groups/{scene.group.id}/meetings/new?like={draft.id}", as_=scene.amina)
        form = like.form(f"/groups/{scene.group.id}/meetings/preview")
        assert (form["scope"], form["others"]) == ("together", str(solvarv.group.id))


def test_only_coordinators_of_an_asked_group_answer_and_only_for_their_own(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    meeting = call(client, scene, solvarv.group)
    page = f"/meetings/{meeting.id}/joint"
    readers = solvarv.sara, scene.amina, scene.carin, solvarv.tove, scene.ivan, scene.gun
    assert [client.get(page, as_=each).status for each in readers] == [200, 403, 403, 404, 404, 403]
    for group in (scene.group, scene.other_group):
        assert client.post(f"{page}/{group.id}", {"answer": "yes"}, as_=solvarv.sara).status == 404
    assert client.get(f"{page}/{solvarv.group.id}", as_=solvarv.sara).location == page
    assert client.post(f"/meetings/{meeting.id}/cancel", {}, as_=solvarv.sara).status == 403


def test_the_number_has_changed_since_it_was_shown(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    page = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    stairwell = solvarv.group.buildings[0].stairwells[0]
    make_member(make_person("Ny", "ny@example.org"), solvarv.group, flat_of(stairwell, "1102"))
    db.session.commit()
    refused = page.press("Vi är med").follow()
    assert "Antalet har ändrats sedan du tittade." in refused.whole_text
    assert mailed(outbox, "meeting-called") == OURS
    assert (meeting.sequence, state_of(meeting, solvarv.group)) == (1, PartState.INVITED)


def test_leaving_mails_stop_for_whoever_leaves_the_group(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    meeting = call(client, scene, solvarv.group)
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    say(client, meeting, solvarv.sara, "Vi är inte med längre")
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina).press("Ställ in träffen")
    assert mailed(outbox, "meeting-left") == ["sara", "tove"]  # they still have to hear that
    assert mailed(outbox, "meeting-cancelled") == OURS
    rows = [row for row in outbox.rows() if row.mailing.kind == "meeting-left" and row.person]
    assert {row.state for row in rows} == {OutboxState.QUEUED}
