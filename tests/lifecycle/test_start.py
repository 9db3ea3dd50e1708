"""Checks the way from interest to an active group: who is told, who stays unseen, what is required."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_coordinator, make_group, make_interest, make_person
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import coordinators_of
from watch.groups.service import coordinators
from watch.language import day, short_day
from watch.lifecycle import service as start
from watch.lifecycle.errors import GroupExists, NotReady
from watch.lifecycle.queries import start_of
from watch.lifecycle.seen import step_mark_of
from watch.models import (
    AuditEntry,
    Building,
    Coordinator,
    Group,
    GroupState,
    Interest,
    Person,
    Purpose,
    StartStep,
    utcnow,
)

TODAY = utcnow().date() - timedelta(days=30)


@pytest.fixture
def interested(langgatan: Building) -> list[Interest]:
    """Add six interested people. Olle chose to be named; Ulla never confirmed her address."""
    people = [make_person(f"Intresserad {n}", f"i{n}@example.org") for n in range(5)]
    olle = make_person("Olle Väst", "olle@example.org")
    ulla = make_person("Ulla Norr", "ulla@example.org")
    return [
        *(make_interest(each, langgatan) for each in people),
        make_interest(olle, langgatan, named=True),
        make_interest(ulla, langgatan, confirmed=False),
    ]


def group_of(building: Building) -> Group:
    return db.session.scalars(
        select(Group).join(Building, Building.group_id == Group.id).where(Building.id == building.id)
    ).one()


@pytest.mark.parametrize("number", [-1, 0, 2**31, 2**63, 10**30])
def test_a_number_that_no_building_can_have_is_not_found(
    client: PageClient, scene: Scene, number: int
) -> None:
    assert client.get(f"/groups/new?building={number}", as_=scene.gun).status == 404
    assert client.get(f"/areas/norrby?before={number}&landlord={number}", as_=scene.gun).status == 200


def test_the_officer_sees_how_many_and_only_the_names_that_were_told(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest]
) -> None:
    page = client.get(f"/groups/new?building={langgatan.id}", as_=gun)
    assert page.h1 == "Starta en grupp"
    assert "Vill ha en grupp 6" in page.text
    assert "Olle Väst" in page.text
    assert "Intresserad" not in page.html
    assert "Ulla" not in page.html


def test_who_is_interested_no_more_is_named_no_more(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest]
) -> None:
    (named,) = [each for each in interested if each.named_at]
    client.post(f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, named)}/withdraw", {"sure": "yes"})
    assert "Olle" not in client.get(f"/groups/new?building={langgatan.id}", as_=gun).text


def test_the_named_one_is_asked_and_the_interested_hear_of_it_once_they_can_join(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest], outbox: Outbox
) -> None:
    olle = interested[5].person
    answer = client.get(f"/groups/new?building={langgatan.id}", as_=gun).press(
        "Starta gruppen", {"first": str(olle.id)}
    )
    group = group_of(langgatan)
    assert answer.location == f"/groups/{group.id}/lifecycle"
    assert (group.name, group.state) == ("Norrby Långgata 21–27", GroupState.STARTING)
    assert outbox.addressed() == [("coordinator-appointed", "olle@example.org")]
    lead = db.session.scalars(select(Coordinator)).one()
    assert (lead.person, lead.is_lead, lead.accepted_at) == (olle, True, None)
    waiting = client.get(f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interested[0])}")
    assert "Du får ett mejl när det finns en grupp att gå med i." in waiting.text

    coordinators.accept_appointment(lead)
    told = [("group-started", f"i{n}@example.org") for n in range(5)]
    assert outbox.addressed()[1:] == told
    assert interested[5].ended_at is None  # Olle is one of those who wished for it, and counted as such
    assert "Gå med i gruppen" in client.get(waiting.path).buttons
    second = coordinators.appoint(group, "sven@example.org", lead=True, by=gun)
    coordinators.accept_appointment(second, "Sven")
    assert outbox.names().count("group-started") == len(told)
    assert [item.step for item in group.checklist] == [StartStep.POLICE_CONTACT]
    assert [step.state for step in group.transitions] == [GroupState.STARTING]


def test_the_first_coordinator_can_be_somebody_else_by_mail(
    client: PageClient, gun: Person, langgatan: Building, outbox: Outbox
) -> None:
    page = client.get(f"/groups/new?building={langgatan.id}", as_=gun)
    refused = page.press("Starta gruppen", {"first": "mail", "address": ""})
    assert refused.status == 422
    assert refused.errors == ["Skriv kontaktombudets e-postadress, eller välj något annat."]
    twice = page.press("Starta gruppen", {"first": "mail", "address": "a@b@example.org"})
    assert twice.errors == ["Det står två @ i e-postadressen. Ta bort det ena."]
    assert "a@b@example.org" in twice.html
    assert page.press("Starta gruppen", {"first": "mail", "address": "Nina@example.org"}).status == 303
    assert outbox.addressed() == [("coordinator-appointed", "Nina@example.org")]


def test_a_choice_and_an_address_that_contradict_each_other_are_asked_about(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest], outbox: Outbox
) -> None:
    olle = interested[5].person
    page = client.get(f"/groups/new?building={langgatan.id}", as_=gun)
    for first, choice in ((str(olle.id), olle.name), ("later", "Senare")):
        asked = page.press("Starta gruppen", {"first": first, "address": "nina@example.org"})
        assert asked.status == 422
        assert asked.errors == [
            f"Du har valt {choice} och skrivit nina@example.org. Välj ”Någon annan, med mejl”, eller ta bort "
            "adressen."
        ]
        assert (asked.form()["first"], asked.form()["address"]) == (first, "nina@example.org")
    assert (db.session.scalars(select(Group)).all(), outbox.names()) == ([], [])
    asked.press("Starta gruppen", {"first": "mail"})
    assert outbox.addressed() == [("coordinator-appointed", "nina@example.org")]


def test_the_coordinator_can_come_later(
    client: PageClient, gun: Person, langgatan: Building, outbox: Outbox
) -> None:
    answer = client.get(f"/groups/new?building={langgatan.id}", as_=gun).press(
        "Starta gruppen", {"first": "later"}
    )
    assert answer.status == 303
    assert outbox.names() == []


def test_the_second_who_starts_is_told_that_there_is_a_group(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest], outbox: Outbox
) -> None:
    page = client.get(f"/groups/new?building={langgatan.id}", as_=gun)
    page.press("Starta gruppen", {"first": "later"})
    told = len(outbox.names())
    again = page.press("Starta gruppen", {"first": "later"})
    group = group_of(langgatan)
    assert again.location == f"/groups/{group.id}"
    assert len(outbox.names()) == told
    assert db.session.scalars(select(Group)).all() == [group]
    assert client.get(f"/groups/new?building={langgatan.id}", as_=gun).location == f"/groups/{group.id}"


def test_whoever_became_interested_while_nobody_coordinated_is_told_too(
    gun: Person, langgatan: Building, outbox: Outbox
) -> None:
    group = start.start_group(langgatan, by=gun)
    make_interest(make_person("Sen Granne", "sen@example.org"), langgatan)
    withdrawn = make_interest(make_person("Inte Längre", "inte@example.org"), langgatan)
    withdrawn.ended_at = utcnow()
    declined = coordinators.appoint(group, "nej@example.org", lead=True, by=gun)
    coordinators.decline_appointment(declined)
    assert "group-started" not in outbox.names()
    coordinators.accept_appointment(coordinators.appoint(group, "ja@example.org", lead=True, by=gun), "Ja")
    assert [to for kind, to in outbox.addressed() if kind == "group-started"] == ["sen@example.org"]


def test_since_when_there_was_interest_is_told_of_many_only(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest]
) -> None:
    for days, each in enumerate(interested):
        if each.confirmed_at:
            each.confirmed_at = utcnow() - timedelta(days=100 - days)
    fifth = interested[4].confirmed_at
    interested[5].ended_at = utcnow()
    assert start.start_group(langgatan, by=gun).interest_since == fifth


def test_a_day_of_one_of_a_few_is_not_kept(
    client: PageClient, gun: Person, langgatan: Building, interested: list[Interest]
) -> None:
    for each in interested[:2]:
        each.ended_at = utcnow() - timedelta(days=1)
    group = start.start_group(langgatan, by=gun)
    assert group.interest_since is None
    assert "Intresse klart" in client.get(f"/groups/{group.id}/lifecycle", as_=gun).text


def test_start_group_says_which_group_there_is(gun: Person, langgatan: Building) -> None:
    group = start.start_group(langgatan, by=gun)
    with pytest.raises(GroupExists) as exists:
        start.start_group(langgatan, by=gun)
    assert exists.value.group is group


@pytest.fixture
def starting(langgatan: Building) -> Group:
    """A group of Norrby Långgata that is starting."""
    return make_group(langgatan, GroupState.STARTING)


def test_a_group_is_active_when_its_five_steps_are_done(
    client: PageClient, gun: Person, starting: Group
) -> None:
    make_coordinator(make_person("Olle Väst", "olle@example.org"), starting, lead=True)
    address = f"/groups/{starting.id}/lifecycle"
    for step in StartStep:
        early = client.post(f"/groups/{starting.id}/activate", as_=gun).follow()
        assert early.flashes == [("warn", "Alla fem stegen behöver vara klara först.")]
        answer = client.post(f"{address}/{step}", {f"{step}-done_on": TODAY.isoformat()}, as_=gun)
        assert answer.location == address
    page = client.get(address, as_=gun)
    assert "Alla fem stegen har samma dag. Kontrollera att det stämmer." in page.text
    asked = page.press("Gör gruppen aktiv").follow()
    assert asked.flashes == [
        ("warn", "Alla fem stegen har samma dag, och få hushåll är med. Kryssa i att det stämmer.")
    ]
    assert starting.state is GroupState.STARTING
    done = asked.press("Gör gruppen aktiv", {"sure": "y"}).follow()
    assert done.flashes == [("done", "Gruppen är aktiv.")]
    db.session.refresh(starting)
    assert starting.state is GroupState.ACTIVE
    assert {item.step: item.done_on for item in starting.checklist} == dict.fromkeys(StartStep, TODAY)
    assert [step.state for step in starting.transitions] == [GroupState.STARTING, GroupState.ACTIVE]
    again = asked.press("Gör gruppen aktiv", {"sure": "y"}).follow()
    assert again.flashes == [("info", "Gruppen är redan aktiv.")]
    late = client.post(f"{address}/meeting_held/undo", as_=gun).follow()
    assert late.flashes == [("info", "Gruppen är redan förbi sin uppstart. Stegen går inte att ändra.")]


@pytest.mark.parametrize(("later", "take_part"), [(StartStep.MEETING_HELD, 4), (None, 5)])
def test_steps_of_several_days_or_of_many_households_need_no_tick(
    later: StartStep | None, take_part: int, client: PageClient, gun: Person, starting: Group
) -> None:
    make_coordinator(make_person("Olle Väst", "olle@example.org"), starting, lead=True)
    for step in StartStep:
        start.tick(starting, step, TODAY + timedelta(days=step is later), by=gun)
    starting.counted_taking_part = take_part
    page = client.get(f"/groups/{starting.id}/lifecycle", as_=gun)
    assert ("Alla fem stegen har samma dag" in page.text) is (later is None)
    assert page.press("Gör gruppen aktiv").follow().flashes == [("done", "Gruppen är aktiv.")]


def test_a_group_begins_with_a_coordinator_who_said_yes(
    client: PageClient, gun: Person, starting: Group
) -> None:
    olle = make_coordinator(make_person("Olle Väst", "olle@example.org"), starting, lead=True)
    address = f"/groups/{starting.id}/lifecycle"
    for step in StartStep:
        start.tick(starting, step, TODAY, by=gun)
    olle.accepted_at = olle.duty_version = None
    kind = [("warn", "Gruppen behöver först ett kontaktombud som har tackat ja.")]
    assert client.post(f"/groups/{starting.id}/activate", as_=gun).follow().flashes == kind
    start.untick(starting, StartStep.COORDINATORS_TRAINED, by=gun)
    page = client.get(address, as_=gun)
    assert "Klart Kontaktombuden är utsedda och utbildade" not in page.buttons
    data = {"coordinators_trained-done_on": TODAY.isoformat()}
    assert client.post(f"{address}/coordinators_trained", data, as_=gun).follow().flashes == kind
    with pytest.raises(NotReady):
        start.activate(starting, by=gun)
    assert starting.state is GroupState.STARTING


def test_the_officer_reads_that_the_question_is_sent_and_waits(
    client: PageClient, gun: Person, langgatan: Building
) -> None:
    page = client.get(f"/groups/new?building={langgatan.id}", as_=gun)
    checklist = page.press("Starta gruppen", {"first": "mail", "address": "nina@example.org"}).follow()
    assert [message for _kind, message in checklist.flashes] == [
        "Gruppen är startad. De som är intresserade får ett mejl när ett kontaktombud har tackat ja.",
        "Frågan är på väg med mejl. Uppdraget gäller när personen har svarat ja.",
    ]
    assert f"En fråga väntar på svar sedan {short_day(utcnow())}." in checklist.text
    assert "nina@" not in checklist.html
    asked = db.session.scalars(select(Coordinator)).one()
    asked.appointed_at -= timedelta(days=31)
    address = f"/groups/{group_of(langgatan).id}/lifecycle"
    assert "väntar på svar" not in client.get(address, as_=gun).text


def test_a_meeting_is_booked_on_a_day_not_long_before_the_start(
    client: PageClient, gun: Person, starting: Group
) -> None:
    address = f"/groups/{starting.id}/lifecycle"
    assert "Mötet är den" in client.get(address, as_=gun).text
    long_ago = (utcnow() - timedelta(days=367)).date().isoformat()
    refused = client.post(f"{address}/meeting_booked", {"meeting_booked-done_on": long_ago}, as_=gun)
    assert (refused.status, refused.errors) == (
        422, ["Datumet ligger mer än ett år före gruppens start. Titta på årtalet."]
    )  # fmt: skip
    in_time = (utcnow() - timedelta(days=360)).date().isoformat()
    data = {"meeting_booked-done_on": in_time}
    assert client.post(f"{address}/meeting_booked", data, as_=gun).status == 303


def test_the_start_is_one_of_the_groups_rooms(client: PageClient, gun: Person, starting: Group) -> None:
    links = client.get(f"/groups/{starting.id}/lifecycle", as_=gun).links
    assert {words: links[words] for words in ("Gruppen", "Kontaktombud")} == {
        "Gruppen": f"/groups/{starting.id}", "Kontaktombud": f"/groups/{starting.id}/coordinators",
    }  # fmt: skip


def test_a_step_is_not_done_in_the_future_nor_on_a_day_that_does_not_exist(
    client: PageClient, gun: Person, starting: Group
) -> None:
    address = f"/groups/{starting.id}/lifecycle/meeting_held"
    tomorrow = (utcnow() + timedelta(days=2)).date().isoformat()
    future = client.post(address, {"meeting_held-done_on": tomorrow}, as_=gun)
    assert (future.status, future.errors) == (
        422, ["Datumet ligger i framtiden. Skriv en dag som har varit."]
    )  # fmt: skip
    assert tomorrow in future.html
    nonsense = client.post(address, {"meeting_held-done_on": "2019-02-31"}, as_=gun)
    assert nonsense.errors == ["Det datumet finns inte. Skriv till exempel 2026-09-23."]
    assert client.post(address.replace("held", "x"), as_=gun).status == 404
    assert starting.checklist == []


def test_a_step_can_be_undone_and_ticked_again(gun: Person, starting: Group) -> None:
    start.tick(starting, StartStep.MEETING_HELD, TODAY, by=gun)
    start.tick(starting, StartStep.MEETING_HELD, TODAY + timedelta(days=1), by=gun)
    db.session.refresh(starting)
    assert [item.done_on for item in starting.checklist] == [TODAY + timedelta(days=1)]
    start.untick(starting, StartStep.MEETING_HELD, by=gun)
    db.session.refresh(starting)
    assert starting.checklist == []
    with pytest.raises(NotReady) as missing:
        start.activate(starting, by=gun)
    assert missing.value.missing == list(StartStep)


WORDS = {
    StartStep.POLICE_CONTACT: "Gruppen har kontakt med polisen",
    StartStep.MEETING_BOOKED: "Uppstartsmötet är bokat",
    StartStep.HOUSEHOLD_LIST: "Hushållslistan är upprättad",
}


def as_it_stands(stands: date) -> tuple[str, str]:
    return "warn", (
        f"Någon annan ändrade steget under tiden: nu står det {day(stands)}, och så är det kvar. "
        "Är det fel, ångra steget och skriv rätt dag."
    )


def days(group: Group) -> dict[StartStep, date]:
    db.session.expire_all()
    return {item.step: item.meeting_on or item.done_on for item in group.checklist}


@pytest.mark.parametrize("step", [StartStep.HOUSEHOLD_LIST, StartStep.MEETING_BOOKED])
def test_of_two_officers_with_a_step_the_second_reads_what_the_first_wrote(
    client: PageClient, gun: Person, starting: Group, step: StartStep
) -> None:
    address, before = f"/groups/{starting.id}/lifecycle", TODAY - timedelta(days=3)
    page, press = client.get(address, as_=gun), f"Klart {WORDS[step]}"
    other = client.get(address, as_=gun)
    assert page.press(press, {f"{step}-done_on": before.isoformat()}).follow().flashes == []
    answer = other.press(press, {f"{step}-done_on": TODAY.isoformat()}).follow()
    assert answer.flashes == [as_it_stands(before)]
    assert days(starting) == {step: before}
    same = other.press(press, {f"{step}-done_on": before.isoformat()}).follow()
    assert same.flashes == [], "both wrote the same"
    answer.press(f"Ångra {WORDS[step]}").follow().press(press, {f"{step}-done_on": TODAY.isoformat()})
    assert days(starting) == {step: TODAY}


def test_an_undo_from_an_older_page_leaves_what_was_ticked_since(
    client: PageClient, gun: Person, starting: Group
) -> None:
    address, before = f"/groups/{starting.id}/lifecycle", TODAY - timedelta(days=3)
    step = StartStep.POLICE_CONTACT
    start.tick(starting, step, before, by=gun)
    db.session.commit()
    other, undo = client.get(address, as_=gun), f"Ångra {WORDS[step]}"
    page = client.get(address, as_=gun).press(undo).follow()
    assert other.press(undo).follow().flashes == [], "it is undone already"
    page.press(f"Klart {WORDS[step]}", {f"{step}-done_on": TODAY.isoformat()})
    assert other.press(undo).follow().flashes == [as_it_stands(TODAY)]
    assert client.post(f"{address}/{step}/undo", as_=gun).follow().flashes == [as_it_stands(TODAY)]
    assert days(starting) == {step: TODAY}
    assert client.get(address, as_=gun).press(undo).follow().flashes == []
    assert days(starting) == {}


def test_a_day_that_is_refused_keeps_what_was_seen(client: PageClient, gun: Person, starting: Group) -> None:
    address, before = f"/groups/{starting.id}/lifecycle", TODAY - timedelta(days=3)
    step = StartStep.HOUSEHOLD_LIST
    page, press = client.get(address, as_=gun), f"Klart {WORDS[step]}"
    start.tick(starting, step, before, by=gun)
    db.session.commit()
    refused = page.press(press, {f"{step}-done_on": "2019-02-31"})
    answer = refused.press(press, {f"{step}-done_on": TODAY.isoformat()}).follow()
    assert (answer.flashes, days(starting)) == ([as_it_stands(before)], {step: before})


def test_an_officer_of_another_area_finds_no_such_house(client: PageClient, scene: Scene) -> None:
    assert client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.hodan).status == 404
    assert client.get("/groups/new?building=99999", as_=scene.gun).status == 404
    assert client.get("/groups/new?building=x", as_=scene.gun).status == 404


def test_every_step_leaves_a_trace(gun: Person, langgatan: Building) -> None:
    group = start.start_group(langgatan, by=gun)
    db.session.flush()
    traces = db.session.scalars(
        select(AuditEntry.what).where(AuditEntry.group_id == group.id).order_by(AuditEntry.id)
    )
    assert traces.all() == ["start-step-ticked", "group-started"]


def test_the_meeting_was_not_held_before_the_day_it_was_booked_for(
    client: PageClient, gun: Person, starting: Group
) -> None:
    address, earlier = f"/groups/{starting.id}/lifecycle", TODAY - timedelta(days=10)

    def tick(step: StartStep, on: date) -> Page:
        seen = step_mark_of(start_of(starting, coordinators_of(starting), utcnow()), step)
        sent = {f"{step}-done_on": on.isoformat(), f"{step}-seen": seen}
        return client.post(f"{address}/{step}", sent, as_=gun)

    said = [
        f"Uppstartsmötet är bokat till {day(TODAY)}, och kan inte ha hållits {day(earlier)}. "
        "Rätta en av dagarna."
    ]
    assert tick(StartStep.MEETING_BOOKED, TODAY).status == 303
    refused = tick(StartStep.MEETING_HELD, earlier)
    assert (refused.status, refused.errors) == (422, said)
    assert [item.step for item in starting.checklist] == [StartStep.MEETING_BOOKED]
    assert tick(StartStep.MEETING_BOOKED, earlier).status == 303
    assert tick(StartStep.MEETING_HELD, earlier).status == 303
    later = tick(StartStep.MEETING_BOOKED, TODAY)
    assert (later.status, later.errors) == (422, said)
    assert tick(StartStep.MEETING_HELD, TODAY).status == 303
    assert tick(StartStep.MEETING_BOOKED, TODAY).status == 303
