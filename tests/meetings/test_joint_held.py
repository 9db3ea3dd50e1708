"""A joint gathering that was held is written down, and the other groups say whether they were there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.meetings.joint import PLAN, Solvarv, arrive, make_solvarv, say, state_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.meetings.queries.attendance import sums_of_areas
from watch.meetings.queries.notes import recipients_of_notes
from watch.models import (
    AuditEntry,
    Group,
    GroupState,
    Meeting,
    MeetingKind,
    PartState,
    Person,
    PublishedNotes,
    utcnow,
)

HELD = PLAN | {"day": "2026-02-20"}


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def solvarv(scene: Scene) -> Solvarv:
    return make_solvarv(scene)


def write_down(client: PageClient, group: Group, by: Person, *others: Group, **more: Any) -> Page:
    page = client.get(f"/groups/{group.id}/meetings/new?held=yes", as_=by)
    return page.press("Spara träffen", HELD | {"others": [str(each.id) for each in others]} | more)


def write_down_in_area(client: PageClient, scene: Scene, *groups: Group, **more: Any) -> Page:
    page = client.get(f"/areas/{scene.group.area.slug}/meetings", as_=scene.gun)
    page = page.click("Lägg till en gemensam träff som har varit")
    plan = {name: said for name, said in HELD.items() if name != "scope"}
    return page.press("Spara träffen", plan | {"groups": [str(each.id) for each in groups]} | more)


def only_meeting() -> Meeting:
    return db.session.scalars(select(Meeting)).one()


def counted_as(client: PageClient, scene: Scene, solvarv: Solvarv) -> list[bool]:
    """Return whether the gathering counts for Amina's group, for Sara's and in the area, with 17 people."""
    pages = [
        (f"/groups/{scene.group.id}/meetings/numbers", scene.amina),
        (f"/groups/{solvarv.group.id}/meetings/numbers", solvarv.sara),
        (f"/areas/{scene.group.area.slug}/meetings/numbers", scene.gun),
    ]
    return ["Gemensam träff 1 1 17" in client.get(page, as_=reader).text for page, reader in pages]


def test_a_coordinator_writes_down_which_groups_met_and_each_counts_it_once(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    saved = write_down(client, scene.group, scene.amina, solvarv.group)
    again = write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    assert (saved.location, again.location) == (f"/meetings/{meeting.id}/count",) * 2
    shown = saved.follow().press("Spara antalet", {"head_count": "17"}).follow()
    assert "Var med Våglängdsgatan 1–3 Har inte svarat än Solvarvsgatan 2–4" in shown.text
    assert (meeting.kind, state_of(meeting, solvarv.group)) == (MeetingKind.JOINT, PartState.TAKES_PART)
    assert counted_as(client, scene, solvarv) == [True, True, True]
    assert outbox.rows() == []


def test_an_officer_writes_down_which_groups_met_and_each_counts_it_once(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    saved = write_down_in_area(client, scene, scene.group, solvarv.group)
    assert "Gruppernas kontaktombud ser den och svarar." in saved.follow().whole_text
    saved.follow().press("Spara antalet", {"head_count": "17"})
    assert counted_as(client, scene, solvarv) == [True, True, True]
    page = client.get(f"/meetings/{only_meeting().id}/joint", as_=solvarv.sara)
    assert "Polisen i Hässleholmen har skrivit in en gemensam träff och att er grupp var med." in page.text
    assert outbox.rows() == []


def test_one_that_all_groups_deny_counts_nowhere_and_its_page_offers_to_remove_it(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    saved = write_down_in_area(client, scene, scene.group, solvarv.group)
    saved.follow().press("Spara antalet", {"head_count": "17"})
    meeting, year = only_meeting(), (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    say(client, meeting, scene.amina, "Vi var inte med")
    assert sums_of_areas(*year, utcnow())[scene.group.area_id].came == 17
    say(client, meeting, solvarv.sara, "Vi var inte med")
    assert counted_as(client, scene, solvarv) == [False, False, False]
    assert scene.group.area_id not in sums_of_areas(*year, utcnow())
    listed = client.get(f"/areas/{scene.group.area.slug}/meetings", as_=scene.gun).text
    assert "Ingen grupp var med" in listed
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert "Ingen av grupperna har sagt att den var med." in page.text
    assert "De grupper som tackar ja" not in page.text
    overview = client.get("/overview", as_=scene.gun)
    said = "Gemensamma träffar som ingen grupp är med på Hässleholmen fredag 20 februari 2026 Visa"
    assert said in overview.text
    assert overview.links["Visa Hässleholmen"] == f"/meetings/{meeting.id}"
    page.click("Ta bort träffen").press("Ta bort träffen")
    assert db.session.scalars(select(Meeting)).all() == []
    assert "ingen grupp är med på" not in client.get("/overview", as_=scene.gun).text


def test_a_group_that_was_not_there_says_so_and_may_change_its_mind(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group).follow().press(
        "Spara antalet", {"head_count": "17"}
    )
    meeting, question = only_meeting(), "Var ni med på en gemensam träff 20 februari?"
    asked = [client.get(page, as_=solvarv.sara).links for page in ("/me", f"/groups/{solvarv.group.id}")]
    to = f"/meetings/{meeting.id}/joint"
    assert [asked[0][question], asked[1]["Var ni med? 20 februari"]] == [to, to]
    assert client.get(f"/meetings/{meeting.id}", as_=solvarv.tove).status == 200
    said = say(client, meeting, solvarv.sara, "Vi var inte med")
    assert "Ni var inte med. Träffen räknas inte hos er." in said.whole_text
    assert counted_as(client, scene, solvarv) == [True, False, True]
    assert client.get(f"/meetings/{meeting.id}", as_=solvarv.tove).status == 404
    assert "Var inte med Solvarvsgatan 2–4" in client.get(f"/meetings/{meeting.id}", as_=scene.amina).text
    assert question not in client.get("/me", as_=solvarv.sara).links
    assert "Ni var inte med" in client.get(f"/groups/{solvarv.group.id}/meetings", as_=solvarv.sara).text
    page = f"/meetings/{meeting.id}/joint/{solvarv.group.id}"
    again = client.post(page, {"answer": "no"}, as_=solvarv.sara).follow()
    assert "Ni har redan svarat så." in again.whole_text
    say(client, meeting, solvarv.sara, "Ja, vi var med")
    assert counted_as(client, scene, solvarv) == [True, True, True]
    entries = select(AuditEntry.what).where(AuditEntry.group_id == solvarv.group.id)
    said_so = entries.where(AuditEntry.what.startswith("joint-")).order_by(AuditEntry.id)
    assert db.session.scalars(said_so).all() == ["joint-declined", "joint-accepted"]
    assert outbox.rows() == []


def test_an_answer_from_an_older_page_changes_nothing(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    older = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    say(client, meeting, solvarv.sara, "Ja, vi var med")
    assert "Något har ändrats sedan du tittade." in older.press("Vi var inte med").follow().whole_text
    assert state_of(meeting, solvarv.group) is PartState.TAKES_PART

    say(client, meeting, solvarv.sara, "Vi var inte med")
    before_the_notes = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
    assert "Ingen får mejl om det." in before_the_notes.text
    db.session.add(PublishedNotes(meeting_id=meeting.id, text="Lampan är trasig.", by_id=scene.amina.id))
    db.session.commit()
    asked_again = before_the_notes.press("Ja, vi var med").follow()
    assert "Säger ni ja får gruppen anteckningarna" in asked_again.text
    assert (state_of(meeting, solvarv.group), outbox.names()) == (PartState.DECLINED, [])


def test_a_group_that_was_there_says_so_and_is_asked_no_more(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    said = say(client, only_meeting(), solvarv.sara, "Ja, vi var med")
    assert ("Ni var med." in said.text, "Ja, vi var med" in said.buttons) == (True, False)
    assert "Var ni med" not in client.get(f"/groups/{solvarv.group.id}", as_=solvarv.sara).text


def test_nobody_of_a_group_that_has_not_said_that_it_was_there_gets_the_notes(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    """Or a coordinator could write to the members of any group by naming it."""
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    assert (recipients_of_notes(meeting).mail, recipients_of_notes(meeting).paper) == (4, 1)
    say(client, meeting, solvarv.sara, "Ja, vi var med")
    assert (recipients_of_notes(meeting).mail, recipients_of_notes(meeting).paper) == (6, 2)


def test_a_gathering_is_not_written_down_twice_by_those_who_were_at_it(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    later = {"starts": "18.30", "ends": "20.00"}
    pages = [
        write_down(client, solvarv.group, solvarv.sara, scene.group),
        write_down(client, solvarv.group, solvarv.sara, scene.group, **later),
        write_down_in_area(client, scene, scene.group, solvarv.group, **later),
    ]
    found = [(page.status, page.links["Visa träffen som finns"]) for page in pages]
    assert found == [(409, f"/meetings/{meeting.id}")] * 3
    assert client.get(f"/meetings/{meeting.id}", as_=solvarv.sara).status == 200
    assert only_meeting() == meeting
    say(client, meeting, solvarv.sara, "Vi var inte med")
    assert write_down(client, solvarv.group, solvarv.sara, scene.group, **later).status == 303
    evening = {"starts": "20.00", "ends": "21.00"}
    assert write_down(client, scene.group, scene.amina, solvarv.group, **evening).status == 303


def test_a_gathering_that_was_called_and_held_is_not_written_down_again(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page.press("Förhandsgranska", PLAN | {"others": [str(solvarv.group.id)]}).press("Kalla 4 grannar")
    meeting = only_meeting()
    say(client, meeting, solvarv.sara, "Vi är med")
    arrive()
    with time_machine.travel(meeting.ends_at + timedelta(days=1), tick=True):
        held = {"day": "2026-03-20"}
        assert write_down(client, scene.group, scene.amina, solvarv.group, **held).status == 303
        assert write_down(client, solvarv.group, solvarv.sara, scene.group, **held).status == 409
        page = client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara)
        assert "Träffen har redan börjat, så det går inte att svara längre." in page.text
        path = f"/meetings/{meeting.id}/joint/{solvarv.group.id}"
        client.post(path, {"answer": "no"}, as_=solvarv.sara)
        assert state_of(meeting, solvarv.group) is PartState.TAKES_PART
    assert only_meeting() == meeting


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "2026-03-03"}, "Den dagen har inte varit än. Välj en dag som har varit."),
        ({"ends": "17.00"}, "Träffen slutar innan den börjar. Skriv en senare sluttid."),
        ({"groups": []}, "Kryssa för minst två grupper."),
        ({"groups": "999"}, "Den gruppen finns inte i området. Välj grupperna igen."),
    ],
)
def test_what_an_officer_wrote_wrong_is_said(
    typed: dict[str, Any], said: str, client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    page = write_down_in_area(client, scene, scene.group, solvarv.group, **typed)
    assert (page.status, page.errors) == (422, [said])
    assert db.session.scalars(select(Meeting)).all() == []


def test_in_an_area_with_one_group_no_joint_gathering_is_written_down(
    client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/areas/{scene.group.area.slug}/meetings/held", as_=scene.gun)
    assert ("Det behövs minst två grupper" in page.text, page.buttons) == (True, [])


def test_a_closed_group_answers_no_more_and_others_answer_for_themselves_only(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    path = f"/meetings/{meeting.id}/joint/{solvarv.group.id}"
    readers = scene.amina, scene.gun, scene.ivan, solvarv.tove
    assert [client.post(path, {"answer": "no"}, as_=each).status for each in readers] == [403, 403, 404, 403]
    solvarv.group.state = GroupState.CLOSED
    db.session.commit()
    assert client.post(path, {"answer": "no"}, as_=solvarv.sara).status == 404
    assert state_of(meeting, solvarv.group) is PartState.TAKES_PART


def test_a_group_that_has_not_said_whether_it_was_there_is_closed_all_the_same(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting, path = only_meeting(), f"/groups/{solvarv.group.id}/closing"
    question = f"/meetings/{meeting.id}/joint"
    page = client.get(f"{path}/new", as_=scene.gun)
    assert "Gruppen är inte längre med på" not in page.text
    done = page.press("Avsluta gruppen", {"reason": "Huset byggs om."}).follow()
    assert done.flashes[-1][1].startswith("Gruppen är avslutad.")
    part = next(each for each in only_meeting().parts if each.group_id == solvarv.group.id)
    assert (part.state, part.decided_at) == (PartState.TAKES_PART, None)
    client.post(f"{path}/undo", {"reason": "Det blev fel."}, as_=scene.gun)
    assert question in client.get(f"/groups/{solvarv.group.id}/house", as_=solvarv.sara).html


def test_an_officer_removes_one_that_was_written_down_by_mistake_once(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down_in_area(client, scene, scene.group, solvarv.group)
    meeting = only_meeting()
    away = f"/areas/{scene.group.area.slug}/meetings/{meeting.id}/remove"
    assert "Ta bort träffen" not in client.get(f"/meetings/{meeting.id}", as_=scene.amina).links
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun).click("Ta bort träffen")
    assert "Rätta träffen" not in page.links
    said = [page.press("Ta bort träffen").follow().flashes for _press in range(2)]
    assert said == [
        [("done", "Träffen är borttagen. Ingen har fått mejl.")],
        [("info", "Träffen är borttagen.")],
    ]
    assert db.session.scalars(select(Meeting)).all() == []
    assert counted_as(client, scene, solvarv) == [False, False, False]
    assert client.post(away, as_=scene.amina).status == 404


def test_one_that_was_written_down_by_mistake_is_removed_and_not_corrected(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    """Each group says itself whether it was there, so that one cannot change it for the others."""
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
    assert ("Rätta träffen" in shown.links, "Ta bort träffen" in shown.links) == (False, True)
    told = client.get(f"/meetings/{meeting.id}/correct", as_=scene.amina).follow()
    assert told.flashes == [
        ("info", "Den här sortens träff går inte att rätta. Ta bort den, och lägg till den igen.")
    ]
    said = "En gemensam träff går inte att rätta: ta bort den och lägg till den igen."
    assert said in " ".join(client.get("/help/coordinators").text.split())
    typed = HELD | {"held": "yes", "scope": "group", "kind": "annual"}
    assert client.post(f"/meetings/{meeting.id}/correct", typed, as_=scene.amina).status == 303
    shown.click("Ta bort träffen").press("Ta bort träffen")
    assert db.session.scalars(select(Meeting)).all() == []
    assert counted_as(client, scene, solvarv) == [False, False, False]


def notes_of(client: PageClient, meeting: Meeting, by: Person) -> Page:
    """Write and preview the notes of a gathering."""
    page = client.get(f"/meetings/{meeting.id}/notes", as_=by)
    return page.press("Förhandsgranska", {"text": "Lampan är lagad."}).follow()


def test_a_group_gets_the_notes_once_it_says_that_it_was_there(
    client: PageClient, scene: Scene, solvarv: Solvarv, outbox: Outbox
) -> None:
    write_down_in_area(client, scene, scene.group, solvarv.group)
    meeting = only_meeting()
    page = notes_of(client, meeting, scene.gun)
    assert "Har inte sagt om de var med: Solvarvsgatan 2–4, Våglängdsgatan 1–3." in page.text
    assert "går träffen varken att ta bort eller att rätta" in page.text
    out = page.press("Publicera och skicka").follow()
    assert "Grupperna får dem när de har sagt att de var med." in out.whole_text
    assert outbox.rows() == []
    assert "får gruppen anteckningarna" in client.get(f"/meetings/{meeting.id}/joint", as_=solvarv.sara).text
    say(client, meeting, solvarv.sara, "Ja, vi var med")
    told = [("notes-published", f"{name}@example.org") for name in ("sara", "tove")]
    assert sorted(outbox.addressed()) == told
    paper = client.get(f"/meetings/{meeting.id}/notes/paper", as_=solvarv.sara)
    assert "Solvarvsgatan 4" in paper.text
    say(client, meeting, solvarv.sara, "Vi var inte med")
    assert (
        "anteckningarna på papper"
        not in client.get(f"/groups/{solvarv.group.id}/todo", as_=solvarv.sara).text
    )
    say(client, meeting, solvarv.sara, "Ja, vi var med")
    assert sorted(set(outbox.addressed())) == told


def test_what_stays_says_so_and_sends_nobody_in_circles(
    client: PageClient, scene: Scene, solvarv: Solvarv
) -> None:
    write_down(client, scene.group, scene.amina, solvarv.group)
    meeting = only_meeting()
    notes_of(client, meeting, scene.amina).press("Publicera och skicka")
    for page in ("correct", "remove"):
        shown = client.get(f"/meetings/{meeting.id}/{page}", as_=scene.amina).follow()
        assert "Därför går den varken att rätta eller ta bort." in shown.whole_text
