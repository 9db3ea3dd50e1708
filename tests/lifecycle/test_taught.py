"""Checks that the start's checklist and the register of coordinators say the same of who was taught."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_coordinator, make_group, make_person, store
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.queries.members import coordinators_of
from watch.language import local, short_day
from watch.lifecycle import service
from watch.lifecycle.errors import NotReady
from watch.lifecycle.queries import start_of
from watch.models import (
    AuditEntry,
    Building,
    ChecklistItem,
    Coordinator,
    Group,
    GroupState,
    Person,
    StartStep,
    utcnow,
)

TAUGHT = StartStep.COORDINATORS_TRAINED
WORDS = "Kontaktombuden är utsedda och utbildade"
TODAY = local(utcnow()).date()
EARLIER, LONG_AGO = TODAY - timedelta(days=5), TODAY - timedelta(days=300)


@pytest.fixture
def starting(langgatan: Building) -> Group:
    return make_group(langgatan, GroupState.STARTING)


@pytest.fixture
def olle(starting: Group) -> Coordinator:
    return make_coordinator(make_person("Olle Väst", "olle@example.org"), starting, lead=True)


@pytest.fixture
def anna(starting: Group) -> Coordinator:
    return make_coordinator(make_person("Anna Ek", "anna@example.org"), starting)


def checklist(client: PageClient, group: Group, by: Person) -> Page:
    return client.get(f"/groups/{group.id}/lifecycle", as_=by)


def tick(page: Page, day: date) -> Page:
    return page.press(f"Klart {WORDS}", {f"{TAUGHT}-done_on": day.isoformat()}).follow()


def taught(group: Group) -> date | None:
    db.session.expire_all()
    return start_of(group, coordinators_of(group), utcnow()).done.get(TAUGHT)


def ticked(group: Group) -> list[date]:
    wanted = select(ChecklistItem.done_on).where(ChecklistItem.group_id == group.id)
    return list(db.session.scalars(wanted.where(ChecklistItem.step == TAUGHT)))


def test_the_step_writes_the_day_into_the_register_where_there_is_none(
    client: PageClient, gun: Person, starting: Group, olle: Coordinator, anna: Coordinator
) -> None:
    olle.trained_on = LONG_AGO
    db.session.commit()
    page = checklist(client, starting, gun)
    assert f"Gick utbildningen {short_day(LONG_AGO)}." in page.text
    assert page.text.count("Utbildningen är inte antecknad.") == 1
    done = tick(page, EARLIER)
    assert (taught(starting), olle.trained_on, anna.trained_on) == (EARLIER, LONG_AGO, EARLIER)
    assert f"{WORDS} klart {short_day(EARLIER)}" in done.text
    assert "inte antecknad" not in done.text
    asked = done.click("Se registret Anna Ek").form()
    assert asked["trained_on"] == EARLIER.isoformat()
    noted = select(AuditEntry.what).where(AuditEntry.group_id == starting.id)
    assert db.session.scalars(noted).all() == ["coordinator-registered"]


def test_what_the_register_knows_is_not_asked_again(
    client: PageClient, gun: Person, starting: Group, olle: Coordinator, anna: Coordinator
) -> None:
    for each, day in ((olle, LONG_AGO), (anna, EARLIER)):
        assert f"Klart {WORDS}" in checklist(client, starting, gun).buttons
        page = client.get(f"/coordinators/{each.id}/register", as_=gun)
        assert page.press("Spara", {"trained_on": day.isoformat()}).status == 303
    page = checklist(client, starting, gun)
    assert f"Klart {WORDS}" not in page.buttons
    assert f"{WORDS} klart {short_day(EARLIER)}" in page.text
    later = client.get(f"/coordinators/{anna.id}/register", as_=gun)
    later.press("Spara", {"trained_on": TODAY.isoformat()})
    assert taught(starting) == TODAY


def test_a_new_coordinator_is_asked_for_before_the_group_is_active(
    client: PageClient, gun: Person, starting: Group, olle: Coordinator
) -> None:
    for step in StartStep:
        service.tick(starting, step, EARLIER, by=gun)
    anna = make_coordinator(make_person("Anna Ek", "anna@example.org"), starting)
    with pytest.raises(NotReady) as refused:
        service.activate(starting, by=gun, is_sure=True)
    assert refused.value.missing == [TAUGHT]
    tick(checklist(client, starting, gun), TODAY)
    assert (taught(starting), olle.trained_on, anna.trained_on) == (TODAY, EARLIER, TODAY)
    service.activate(starting, by=gun)


def test_undo_takes_the_day_out_of_the_register_and_no_other(
    client: PageClient, gun: Person, starting: Group, olle: Coordinator, anna: Coordinator
) -> None:
    olle.trained_on, anna.trained_on = LONG_AGO, EARLIER
    db.session.commit()
    page = checklist(client, starting, gun)
    for _twice in range(2):
        assert page.press(f"Ta bort dagen ur registret {WORDS}").status == 303
        assert (taught(starting), olle.trained_on, anna.trained_on) == (None, LONG_AGO, None)


def test_an_active_group_keeps_the_day_of_its_start(gun: Person, starting: Group, olle: Coordinator) -> None:
    for step in StartStep:
        service.tick(starting, step, EARLIER, by=gun)
    service.activate(starting, by=gun, is_sure=True)
    make_coordinator(make_person("Anna Ek", "anna@example.org"), starting)
    olle.trained_on = TODAY
    db.session.commit()
    assert (taught(starting), ticked(starting)) == (EARLIER, [EARLIER])


def test_a_tick_from_before_counts_where_the_register_says_nothing(
    client: PageClient, gun: Person, starting: Group, olle: Coordinator
) -> None:
    store(ChecklistItem(group_id=starting.id, step=TAUGHT, done_on=LONG_AGO))
    assert taught(starting) == LONG_AGO
    assert "Utbildningen är inte antecknad." in checklist(client, starting, gun).text
    olle.trained_on = EARLIER
    db.session.commit()
    assert taught(starting) == EARLIER
    checklist(client, starting, gun).press(f"Ta bort dagen ur registret {WORDS}")
    assert (taught(starting), ticked(starting)) == (None, [])


def test_a_group_with_a_tick_from_before_becomes_active(
    gun: Person, starting: Group, olle: Coordinator
) -> None:
    for step in StartStep:
        store(ChecklistItem(group_id=starting.id, step=step, done_on=EARLIER))
    service.activate(starting, by=gun, is_sure=True)
    assert (taught(starting), ticked(starting), olle.trained_on) == (EARLIER, [EARLIER], None)


def test_ticking_again_takes_the_place_of_a_tick_from_before(
    gun: Person, starting: Group, olle: Coordinator
) -> None:
    store(ChecklistItem(group_id=starting.id, step=TAUGHT, done_on=LONG_AGO))
    service.tick(starting, TAUGHT, EARLIER, by=gun)
    assert (taught(starting), ticked(starting), olle.trained_on) == (EARLIER, [], EARLIER)


def test_only_who_agreed_to_be_seen_has_a_way_to_the_register(
    client: PageClient, scene: Scene, starting: Group, olle: Coordinator
) -> None:
    olle.duty_version = "2026-1"
    db.session.commit()
    page = tick(checklist(client, starting, scene.gun), EARLIER)
    assert f"Gick utbildningen {short_day(EARLIER)}." in page.text
    assert "Se registret Olle Väst" not in page.links
    scene.group.state = GroupState.STARTING
    db.session.commit()
    assert "Se registret Amina Yusuf" in checklist(client, scene.group, scene.gun).links
    lead = checklist(client, scene.group, scene.amina)
    assert "Utbildningen är inte antecknad." in lead.text
    assert not any(words.startswith("Se registret") for words in lead.links)
