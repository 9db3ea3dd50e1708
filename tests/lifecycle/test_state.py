"""Checks what follows from the facts of a group's start, and that a group can rest and be woken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_group,
    make_interest,
    make_meeting,
    make_member,
    make_person,
    store,
)
from tests.page_client import PageClient
from watch.extensions import db
from watch.language import day, local, short_day
from watch.lifecycle import service as start
from watch.lifecycle.errors import MeetingNotHeld, NobodyAccepted, NotActive, NotDormant
from watch.models import (
    AuditEntry,
    Building,
    ChecklistItem,
    Coordinator,
    Group,
    GroupState,
    GroupTransition,
    MeetingKind,
    Person,
    StartStep,
    utcnow,
)


@pytest.fixture
def starting(langgatan: Building) -> Group:
    """A group of Norrby Långgata that is starting."""
    return make_group(langgatan, GroupState.STARTING)


def path(group: Group) -> str:
    return f"/groups/{group.id}/lifecycle"


def test_a_booked_meeting_has_its_own_day_and_is_not_held_before(
    client: PageClient, gun: Person, starting: Group
) -> None:
    day = (local(utcnow()) + timedelta(days=9)).date()
    sent = {"meeting_booked-done_on": day.isoformat()}
    client.post(f"{path(starting)}/meeting_booked", sent, as_=gun)
    page = client.get(path(starting), as_=gun)
    assert f"2. Uppstartsmötet är bokat mötet är {short_day(day)}" in page.text
    assert "Klart Uppstartsmötet har hållits" not in page.buttons
    held = {"meeting_held-done_on": local(utcnow()).date().isoformat()}
    refused = client.post(f"{path(starting)}/meeting_held", held, as_=gun).follow()
    assert refused.flashes == [
        ("warn", "Uppstartsmötet har inte varit än. Klara av steget när det har hållits.")
    ]
    with pytest.raises(MeetingNotHeld):
        start.tick(starting, StartStep.MEETING_HELD, local(utcnow()).date(), by=gun)
    far = (local(utcnow()) + timedelta(days=400)).date().isoformat()
    later = client.post(f"{path(starting)}/meeting_booked", {"meeting_booked-done_on": far}, as_=gun)
    assert later.errors == ["Det är för långt fram. Välj en dag inom ett år."]


def test_what_the_system_knows_is_ticked_by_itself(client: PageClient, gun: Person, starting: Group) -> None:
    olle = make_person("Olle Väst", "olle@example.org")
    make_coordinator(olle, starting, lead=True)
    meeting = make_meeting(starting, kind=MeetingKind.START, by=olle)
    coming = client.get(path(starting), as_=gun)
    assert "2. Uppstartsmötet är bokat mötet är" in coming.text
    assert "3. Uppstartsmötet har hållits klart" not in coming.text
    meeting.starts_at, meeting.ends_at = utcnow() - timedelta(days=2), utcnow() - timedelta(days=2, hours=-1)
    db.session.commit()
    page = client.get(path(starting), as_=gun)
    assert f"3. Uppstartsmötet har hållits klart {short_day(meeting.starts_at)}" in page.text
    assert page.text.count("Enligt uppstartsmötet som är kallat.") == 2
    today = local(utcnow()).date()
    for step in (StartStep.POLICE_CONTACT, StartStep.COORDINATORS_TRAINED, StartStep.HOUSEHOLD_LIST):
        start.tick(starting, step, today, by=gun)
    db.session.commit()
    ready = client.get(path(starting), as_=gun)
    assert "Färre än 5 av 36 hushåll är med. Det finns ingen gräns" in ready.text
    ready.press("Gör gruppen aktiv")
    assert db.session.get_one(Group, starting.id).state is GroupState.ACTIVE


def test_it_is_said_when_everything_was_done_on_one_day(
    client: PageClient, gun: Person, starting: Group
) -> None:
    make_coordinator(make_person("Olle Väst", "olle@example.org"), starting, lead=True)
    for step in StartStep:
        start.tick(starting, step, local(utcnow()).date(), by=gun)
    db.session.commit()
    assert "Alla fem stegen har samma dag." in client.get(path(starting), as_=gun).text


def test_the_lead_sees_the_start_and_changes_nothing(client: PageClient, scene: Scene) -> None:
    scene.group.state = GroupState.STARTING
    db.session.commit()
    house = client.get(f"/groups/{scene.group.id}/house", as_=scene.amina)
    assert house.status == 200
    page = client.get(path(scene.group), as_=scene.amina)
    assert "Kommunpolisen fyller i stegen." in page.text
    assert not [each for each in page.buttons if "Klart" in each or "aktiv" in each]
    assert client.get(path(scene.group), as_=scene.bengt).status == 403
    assert client.post(f"{path(scene.group)}/police_contact", as_=scene.amina).status == 403


def test_who_took_the_role_is_named(client: PageClient, scene: Scene) -> None:
    page = client.get(path(scene.group), as_=scene.gun)
    assert "Amina Yusuf, Bengt Åkesson har tagit uppdraget." in page.text


def test_a_start_meeting_that_was_ticked_counts_as_a_meeting(client: PageClient, scene: Scene) -> None:
    held_on = utcnow().date() - timedelta(days=2)
    store(ChecklistItem(group=scene.group, step=StartStep.MEETING_HELD, done_on=held_on))
    page = client.get(path(scene.group), as_=scene.gun)
    assert f"Uppstartsmötet hölls {day(held_on)}." in page.text
    assert "Ingen träff har hållits." not in page.text


def test_a_group_rests_and_is_woken(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    active = client.get(path(scene.group), as_=scene.gun)
    assert active.h1 == "Gruppens läge, Våglängdsgatan 1–3"
    assert "Ingen träff har hållits." in active.text
    assert "Medlemmarna är kvar. Du kan väcka gruppen när du vill." in active.text
    why = active.press("Låt gruppen vila")
    assert (why.status, why.errors) == (422, ["Skriv varför gruppen vilar, med några ord."])
    why.press("Låt gruppen vila", {"rest-reason": "Ombuden orkar inte just nu"})
    make_interest(make_person("Sen Granne", "sen@example.org"), scene.house)
    db.session.commit()
    resting = client.get(path(scene.group), as_=scene.gun)
    assert "Gruppen vilar: ingen kan gå med" in resting.text
    again = client.post(f"/groups/{scene.group.id}/rest", as_=scene.gun).follow()
    assert again.flashes == [("info", "Gruppen vilar redan, eller har inte blivit aktiv.")]
    assert "Vilande" in resting.text
    assert "Ombuden orkar inte just nu" in resting.text
    assert "av Gun Sjöström" in resting.text
    resting.press("Väck gruppen")
    twice = client.post(f"/groups/{scene.group.id}/wake", as_=scene.gun).follow()
    assert twice.flashes[-1] == ("info", "Gruppen vilar inte.")
    group = db.session.get_one(Group, scene.group.id)
    assert group.state is GroupState.ACTIVE
    assert [each.state for each in group.transitions][-2:] == [GroupState.DORMANT, GroupState.ACTIVE]
    assert outbox.addressed() == [("group-started", "sen@example.org")]
    traces = select(AuditEntry.what).where(AuditEntry.what.in_(["group-rests", "group-woken"]))
    assert db.session.scalars(traces.order_by(AuditEntry.id)).all() == ["group-rests", "group-woken"]


def test_every_step_of_the_way_stays_with_its_day(client: PageClient, scene: Scene) -> None:
    group, now = scene.group, utcnow()
    states = (
        GroupState.STARTING,
        GroupState.ACTIVE,
        GroupState.DORMANT,
        GroupState.ACTIVE,
        GroupState.DORMANT,
    )
    days = [now - timedelta(days=each) for each in (90, 80, 50, 20, 3)]
    for old in group.transitions:
        db.session.delete(old)
    db.session.add_all(
        GroupTransition(group_id=group.id, state=state, at=day)
        for state, day in zip(states, days, strict=True)
    )
    group.state = GroupState.DORMANT
    db.session.commit()
    db.session.expire_all()
    words = ("Under uppstart", "Aktiv", "Vilande", "Aktiv", "Vilande")
    resting = client.get(path(group), as_=scene.gun)
    assert " ".join(f"{word} {short_day(day)}" for word, day in zip(words, days, strict=True)) in resting.text
    assert resting.html.count('aria-current="step"') == 1
    resting.press("Väck gruppen")
    assert (
        f"Vilande {short_day(days[-1])} Aktiv {short_day(now)}" in client.get(path(group), as_=scene.gun).text
    )


def test_nobody_wakes_a_group_without_a_coordinator(client: PageClient, scene: Scene) -> None:
    with pytest.raises(NotDormant):
        start.wake(scene.group, by=scene.gun)
    start.rest(scene.group, by=scene.gun)
    with pytest.raises(NotActive):
        start.rest(scene.group, by=scene.gun)
    db.session.execute(db.update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    page = client.get(path(scene.group), as_=scene.gun)
    assert "Väck gruppen" not in page.buttons
    assert "Utse ett kontaktombud först." in page.text
    with pytest.raises(NobodyAccepted):
        start.wake(scene.group, by=scene.gun)


def test_a_closed_group_says_what_that_means_and_offers_nothing(client: PageClient, scene: Scene) -> None:
    scene.group.state = GroupState.CLOSED
    db.session.commit()
    page = client.get(path(scene.group), as_=scene.gun)
    assert "Gruppen är avslutad. Skyltarna ska ner." in page.text
    assert not [each for each in page.buttons if "gruppen" in each]
    assert page.links["Kvar att göra, och ångra"] == f"/groups/{scene.group.id}/closing"


def test_the_lead_reads_the_same_number_as_on_the_groups_page(client: PageClient, scene: Scene) -> None:
    make_member(make_person("Ulla Vik"), scene.group, flat_of(scene.stairwell_1, "1203"))
    db.session.commit()
    said = "6 av 18 hushåll är med"
    for page in (f"/groups/{scene.group.id}", path(scene.group)):
        assert said in client.get(page, as_=scene.amina).text, page
        assert said not in client.get(page, as_=scene.gun).text, "last night's, and in bands"
