"""Checks that a group's history says which buildings came and went, and that no such step is a start."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_building, make_coordinator, make_group, make_person
from tests.page_client import PageClient, text_of
from tests.retention.nights import erase_all
from watch.closing import service as closing
from watch.closing.queries import state_before_closing
from watch.extensions import db
from watch.followup.queries.months import groups_by_state, groups_by_state_at
from watch.language import day, local, short_day
from watch.lifecycle import service
from watch.lifecycle.queries import causes_to_rest, should_rest, turns_of
from watch.models import (
    Area,
    Building,
    Cause,
    Group,
    GroupState,
    GroupTransition,
    Language,
    Person,
    StartStep,
    utcnow,
)
from watch.report.period import Period
from watch.report.queries.figures import groups_of

YEAR = timedelta(days=400)


def history(client: PageClient, scene: Scene, group: Group) -> str:
    page = client.get(f"/groups/{group.id}/lifecycle", as_=scene.gun)
    (card,) = [each for each in page.tree.iter("section") if text_of(each).startswith("Gruppens historia")]
    return text_of(card)


def grow_quiet(group: Group) -> None:
    steps = update(GroupTransition).where(GroupTransition.group_id == group.id)
    db.session.execute(steps.values(at=utcnow() - YEAR))
    db.session.commit()
    db.session.expire_all()


def test_both_groups_say_that_a_building_got_its_own(
    client: PageClient, scene: Scene, joined: Building
) -> None:
    both = scene.group.name
    own = service.split_off(scene.group, joined, reason="Husen ligger långt isär.", by=scene.gun)
    db.session.commit()
    step = f"Gruppens hus {day(utcnow())} av {scene.gun.name} Huset"
    assert (
        f"{step} Marklandsgatan 5–7 fick en egen grupp. Husen ligger långt isär. "
        f"{step} Marklandsgatan 5–7 hör till gruppen nu."
    ) in history(client, scene, scene.group)
    assert (
        f"{step} hörde till gruppen {both}. "
        f"Aktiv {day(utcnow())} av {scene.gun.name} Husen ligger långt isär."
    ) in history(client, scene, own)


def test_each_reader_reads_it_in_their_language(client: PageClient, scene: Scene, annex: Building) -> None:
    service.add_building(scene.group, annex, by=scene.gun)
    scene.amina.language = Language.ENGLISH
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.amina)
    assert "The building Marklandsgatan 5–7 belongs to the group now." in page.text
    assert "hör till gruppen nu" not in page.text


def test_the_mail_says_only_the_reason(scene: Scene, joined: Building, outbox: Outbox) -> None:
    service.split_off(scene.group, joined, reason="Husen ligger långt isär.", by=scene.gun)
    steps = {each.group_transition for each in outbox.mailings() if each.kind == "group-split"}
    assert [step.reason for step in steps if step] == ["Husen ligger långt isär."]


def test_taking_out_is_in_both_too(client: PageClient, scene: Scene, annex: Building) -> None:
    service.add_building(scene.group, annex, by=scene.gun)
    both = scene.group.name
    own = service.take_out(scene.group, annex, by=scene.gun)
    db.session.commit()
    said = "Huset Marklandsgatan 5–7 fick en egen grupp samma dag som det kom."
    assert said in history(client, scene, scene.group)
    assert f"Huset hörde till gruppen {both}." in history(client, scene, own)
    assert [each.state for each in turns_of(own)] == [GroupState.STARTING]


def test_a_building_does_not_make_a_group_active_again(
    client: PageClient, scene: Scene, annex: Building
) -> None:
    grow_quiet(scene.group)
    began = short_day(turns_of(scene.group)[-1].at)
    quiet = [Cause.NO_MEETING, Cause.LIST_UNCHECKED]
    assert causes_to_rest(scene.group, utcnow()) == quiet
    service.add_building(scene.group, annex, by=scene.gun)
    db.session.commit()
    db.session.expire_all()
    assert causes_to_rest(scene.group, utcnow()) == quiet
    asked = select(Group.id).where(should_rest(utcnow()), Group.id == scene.group.id)
    assert db.session.scalars(asked).all() == [scene.group.id]
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    way = f"Under uppstart {began} Aktiv {began}"
    assert way in page.text
    assert f"{way} Aktiv" not in page.text
    assert f"Aktiv sedan {day(turns_of(scene.group)[-1].at)}." in page.text
    assert page.html.count('aria-current="step"') == 1


def test_the_report_takes_no_such_step_for_a_start_or_an_end(scene: Scene, joined: Building) -> None:
    area, landlord = scene.group.area, scene.house.property.landlord
    starting = make_group(make_building(area, landlord, "Ågatan", (2,)), GroupState.STARTING)
    for group in (starting, scene.group):
        grow_quiet(group)
    earlier, today = utcnow(), local(utcnow()).date()
    period = Period(today - timedelta(days=30), today)

    def counted() -> list[object]:
        (said,) = groups_of([area], period, utcnow())
        return [said["started"], said["closed"], said["starting"]]

    before = counted()
    assert before[0] == {"now": 0, "before": 0}
    service.add_building(starting, make_building(area, landlord, "Ågatan", (4,)), by=scene.gun)
    service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    db.session.commit()
    assert counted() == before
    assert groups_by_state_at(utcnow() + timedelta(minutes=1)) == groups_by_state()
    assert groups_by_state_at(earlier)[area.id][GroupState.STARTING] == 1


def go_through_start(group: Group, *, by: Person) -> None:
    for step in StartStep:
        service.tick(group, step, local(utcnow()).date(), by=by)
    service.activate(group, by=by, is_sure=True)


def started_and_starting(area: Area) -> tuple[int, int]:
    """Return how many groups of an area the report says were started lately, and are starting now."""
    today = local(utcnow()).date()
    (said,) = groups_of([area], Period(today - timedelta(days=30), today), utcnow())
    assert said["starting"]["now"] == groups_by_state()[area.id][GroupState.STARTING]
    return said["started"]["now"], said["starting"]["now"]


def test_a_building_that_was_added_by_mistake_has_started_once_its_own_group_is_active(
    scene: Scene, annex: Building
) -> None:
    grow_quiet(scene.group)
    service.add_building(scene.group, annex, by=scene.gun)
    own = service.take_out(scene.group, annex, by=scene.gun)
    assert started_and_starting(own.area) == (0, 1)
    make_coordinator(make_person("Olle Väst", "olle@example.org"), own, lead=True)
    go_through_start(own, by=scene.gun)
    assert started_and_starting(own.area) == (1, 0)


def test_a_building_of_another_group_starts_when_its_group_begins_anew(scene: Scene, annex: Building) -> None:
    grow_quiet(scene.group)
    service.add_building(scene.group, annex, by=scene.gun)
    own = service.take_out(scene.group, annex, by=scene.gun)
    closing.close(own, reason="Fel hus.", by=scene.gun)
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
        db.session.expire_all()
        assert started_and_starting(own.area) == (0, 0)
        service.start_again(own, by=scene.gun)
        assert started_and_starting(own.area) == (1, 1)
        make_coordinator(make_person("Olle Väst", "olle@example.org"), own, lead=True)
    with time_machine.travel(utcnow() + timedelta(days=91)):
        go_through_start(own, by=scene.gun)
        assert started_and_starting(own.area) == (0, 0)


def test_a_split_group_that_wakes_has_not_started(scene: Scene, joined: Building) -> None:
    area = scene.group.area
    service.rest(scene.group, by=scene.gun)
    grow_quiet(scene.group)
    own = service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    make_coordinator(make_person("Olle Väst", "olle@example.org"), own, lead=True)
    service.wake(own, by=scene.gun)
    assert started_and_starting(area) == (0, 0)


def test_a_split_of_a_group_that_is_starting_is_no_start(scene: Scene, joined: Building) -> None:
    scene.group.state = GroupState.STARTING
    db.session.add(GroupTransition(group_id=scene.group.id, state=GroupState.STARTING))
    grow_quiet(scene.group)
    service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    assert started_and_starting(scene.group.area) == (0, 2)


def test_a_closing_that_was_taken_back_is_no_start_and_hides_no_proposal(
    client: PageClient, scene: Scene, annex: Building
) -> None:
    starting = make_group(annex, GroupState.STARTING)
    for group in (starting, scene.group):
        grow_quiet(group)
    began = day(turns_of(scene.group)[-1].at)
    for _twice in range(2):
        for group in (starting, scene.group):
            closing.close(group, reason="Fel grupp.", by=scene.gun)
            closing.undo(group, by=scene.gun)
            db.session.commit()
    today = local(utcnow()).date()
    period = Period(today - timedelta(days=30), today)
    (said,) = groups_of([scene.group.area], period, utcnow())
    assert [said["started"]["now"], said["closed"]["now"], said["starting"]["now"]] == [0, 0, 1]
    asked = select(Group.id).where(should_rest(utcnow()), Group.id == scene.group.id)
    assert db.session.scalars(asked).all() == [scene.group.id]
    page = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    assert f"Aktiv sedan {began}." in page.text
    assert history(client, scene, scene.group).count("Avslutad") == 2


def test_erasing_leaves_the_steps_without_names_and_reasons_as_the_page_says(
    client: PageClient, scene: Scene, annex: Building
) -> None:
    service.add_building(scene.group, annex, by=scene.gun)
    closing.close(scene.group, reason="Huset byggs om.", by=scene.gun)
    assert state_before_closing(scene.group) is GroupState.ACTIVE
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
        db.session.commit()
        db.session.expire_all()
        page = client.get(f"/groups/{scene.group.id}/closing", as_=scene.gun)
        assert "Stegen och antalen är kvar, utan namn och skäl." in page.text
        said = history(client, scene, scene.group)
    assert "Gruppens hus" in said
    assert not any(each in said for each in ("Marklandsgatan", "byggs om", scene.gun.name))
