"""Checks that a group gets another building, and that people follow their flat when it is split."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    empty_flats,
    make_building,
    make_coordinator,
    make_group,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_person,
    make_request,
    stairwell_of,
)
from tests.lifecycle.conftest import grow_old
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.areas import taking_part_in_area
from watch.groups.service.recounting import recount_groups
from watch.lifecycle import service
from watch.lifecycle.errors import GroupExists, NotOpen, OnlyBuilding, TellsTooMuch, TooLateToTakeOut
from watch.models import (
    Area,
    Building,
    Coordinator,
    Group,
    GroupState,
    Landlord,
    Meeting,
    Membership,
    OutboxState,
    utcnow,
)


def test_a_building_is_added_and_its_interested_people_are_told_once(
    client: PageClient, scene: Scene, annex: Building, outbox: Outbox
) -> None:
    jenny = make_interest(scene.jenny, annex)
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    done = page.press("Lägg till huset", {"building": annex.id}).follow()
    assert "Huset hör till gruppen nu." in done.text
    assert "Alla hus i Hässleholmen har redan en grupp." in done.text
    assert scene.group.name == "Marklandsgatan 5–7, Våglängdsgatan 1–3"
    told = [("group-started", jenny.person.mailbox.address)]
    told += [("group-buildings", f"{name}@example.org") for name in ("amina", "bengt")]
    assert outbox.addressed() == told
    again = page.press("Lägg till huset", {"building": annex.id}).follow()
    assert "Huset hör redan till gruppen." in again.text
    assert outbox.addressed() == told
    joining = client.get(f"/buildings/{annex.id}")
    assert "Gå med" in joining.text


def test_a_building_of_another_area_or_with_a_group_is_not_offered(
    client: PageClient, scene: Scene, annex: Building
) -> None:
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    assert "Marklandsgatan 5–7" in page.text
    for other in (scene.langgatan.id, scene.other_group.buildings[0].id, 10**12):
        assert page.press("Lägg till huset", {"building": other}).status == 404
    assert page.press("Lägg till huset", {"building": "hus"}).status == 422
    with pytest.raises(GroupExists):
        service.add_building(scene.group, scene.other_group.buildings[0], by=scene.gun)
    assert db.session.scalars(select(Building.group_id).where(Building.id == annex.id)).one() is None


def test_members_coordinators_and_papers_follow_their_flat(scene: Scene, joined: Building) -> None:
    port_5, port_7 = stairwell_of(joined, 5), stairwell_of(joined, 7)
    asks = make_request(make_person("Sara", "sara@example.org"), scene.group, port_7)
    flat = empty_flats(port_7)[0]
    invited = make_invitation(scene.group, "ny@example.org", flat=flat, by=scene.amina)
    stays = make_invitation(scene.group, "annan@example.org", by=scene.amina)
    letter = make_letter(empty_flats(port_5)[0], scene.group)
    lives_there = db.session.scalars(select(Membership).where(Membership.stairwell_id == port_5.id)).first()
    assert lives_there is not None
    moves = make_coordinator(lives_there.person, scene.group, stairwells=[port_5, scene.stairwell_1])
    of_port = make_coordinator(make_person("Tove", "tove@example.org"), scene.group, stairwells=[port_7])
    unplaced = make_member(make_person("Ulf", "ulf@example.org"), scene.group, None)
    recount_groups(utcnow())
    consents = {each.person_id: each.consent_at for each in db.session.scalars(select(Membership))}
    own = service.split_off(scene.group, joined, reason="Husen ligger långt isär.", by=scene.gun)
    db.session.commit()
    assert own.name == "Marklandsgatan 5–7"
    assert scene.group.name == "Våglängdsgatan 1–3"
    assert own.state is GroupState.ACTIVE
    in_own = db.session.scalars(select(Membership).where(Membership.group_id == own.id)).all()
    assert {each.stairwell_id for each in in_own} == {port_5.id, port_7.id}
    assert len(in_own) == 6
    assert {each.person_id: each.consent_at for each in db.session.scalars(select(Membership))} == consents
    assert [each.group_id for each in (asks, invited, letter, moves, of_port)] == [own.id] * 5
    assert [each.group_id for each in (stays, unplaced)] == [scene.group.id] * 2
    assert moves.stairwells == [port_5]
    leads = select(Coordinator.person_id).where(Coordinator.group_id == scene.group.id)
    assert set(db.session.scalars(leads)) == {scene.amina.id, scene.bengt.id}


def test_nobody_answers_for_more_stairwells_after_a_split_than_before(scene: Scene, joined: Building) -> None:
    """A coordinator without stairwells answers for the whole group, so none may lose all of theirs."""
    port_5, port_7 = stairwell_of(joined, 5), stairwell_of(joined, 7)
    neighbour = db.session.scalars(select(Membership).where(Membership.stairwell_id == port_5.id)).first()
    assert neighbour
    moves = make_coordinator(neighbour.person, scene.group, stairwells=[scene.stairwell_3])
    stays = make_coordinator(scene.carin, scene.group, stairwells=[port_5, port_7])
    own = service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    db.session.commit()
    homes = select(Membership.stairwell_id).where(Membership.person_id == scene.carin.id)
    assert (moves.group_id, [each.id for each in moves.stairwells]) == (own.id, [port_5.id])
    assert stays.group_id == scene.group.id
    assert [each.id for each in stays.stairwells] == list(db.session.scalars(homes))


def test_coming_meetings_are_for_both_and_past_ones_stay(scene: Scene, joined: Building) -> None:
    now = utcnow()
    coming, past = make_meeting(scene.group), make_meeting(scene.group, starts_at=now - timedelta(days=9))
    of_port = make_meeting(scene.group, stairwells=[stairwell_of(joined, 7)])
    own = service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    db.session.commit()

    def groups(meeting: Meeting) -> tuple[int | None, set[int]]:
        db.session.refresh(meeting)
        return meeting.group_id, set(meeting.group_ids)

    assert groups(coming) == (scene.group.id, {scene.group.id, own.id})
    assert groups(past) == (scene.group.id, {scene.group.id})
    assert groups(of_port) == (own.id, {own.id})


def test_the_officer_splits_by_page_and_those_who_move_are_mailed_why(
    client: PageClient, scene: Scene, joined: Building, outbox: Outbox
) -> None:
    before = len(outbox.rows())
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    refused = page.press("Dela gruppen", {"split-building": joined.id})
    assert "Skriv varför gruppen delas." in refused.text
    typed = {"split-building": joined.id, "split-reason": "Husen ligger långt isär."}
    done = refused.press("Dela gruppen", typed).follow()
    assert "Huset har en egen grupp nu." in done.text
    assert "Ge ett hus en egen grupp" not in done.text
    told = [("group-split", f"granne{place}@example.org") for place in range(6)]
    told += [("group-buildings", f"{name}@example.org") for name in ("amina", "bengt")]
    assert outbox.addressed()[before:] == told
    assert {each.state for each in outbox.rows()[:before]} == {OutboxState.CANCELLED}  # one mail says it all
    again = page.press("Dela gruppen", typed).follow()
    assert "Ingenting är delat." in again.text
    assert outbox.addressed()[before:] == told
    own = db.session.get_one(Building, joined.id).group_id
    state = client.get(f"/groups/{own}/lifecycle", as_=scene.gun)
    assert "Husen ligger långt isär." in state.text


def test_the_sum_of_the_area_stays_the_same(scene: Scene, joined: Building) -> None:
    def in_area() -> int:
        return db.session.scalars(select(taking_part_in_area()).where(Area.slug == "hassleholmen")).one()

    before = in_area()
    own = service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    db.session.flush()
    assert in_area() == before
    assert (own.counted_taking_part, scene.group.counted_taking_part) == (6, before - 6)
    counted = own.counted_taking_part
    recount_groups(utcnow(), own)
    assert own.counted_taking_part == counted


@pytest.mark.parametrize("households", [0, 4])
def test_few_households_are_not_split_off(scene: Scene, joined: Building, households: int) -> None:
    left = select(Membership).where(Membership.stairwell_id.in_([each.id for each in joined.stairwells]))
    for membership in db.session.scalars(left).all()[households:]:
        db.session.delete(membership)
    db.session.flush()
    recount_groups(utcnow())
    with pytest.raises(TellsTooMuch):
        service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    assert db.session.scalars(select(Group.id).where(Group.name == "Marklandsgatan 5–7")).all() == []


def test_what_was_added_by_mistake_is_taken_out_the_same_day(
    client: PageClient, scene: Scene, annex: Building
) -> None:
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    added = page.press("Lägg till huset", {"building": annex.id}).follow()
    out = added.press("Ta ut igen Marklandsgatan 5–7").follow()
    assert "Huset har en egen grupp under uppstart nu." in out.text
    assert "Uppstart av Marklandsgatan 5–7" in out.text
    assert scene.group.name == "Våglängdsgatan 1–3"
    again = added.press("Ta ut igen Marklandsgatan 5–7").follow()
    assert "eller bara det" in again.text
    assert db.session.scalars(select(Group.name)).all().count("Marklandsgatan 5–7") == 1


def test_what_has_been_in_the_group_for_a_night_is_not_taken_out(scene: Scene, annex: Building) -> None:
    service.add_building(scene.group, annex, by=scene.gun)
    grow_old(annex)
    with pytest.raises(TooLateToTakeOut):
        service.take_out(scene.group, annex, by=scene.gun)


def test_more_flats_never_tell_how_many_of_nearly_all_take_part(scene: Scene, annex: Building) -> None:
    for place, flat in enumerate(empty_flats(*scene.house.stairwells)):
        make_member(make_person(f"Grann {place}", f"grann{place}@example.org"), scene.group, flat)
    recount_groups(utcnow())
    with pytest.raises(TellsTooMuch):
        service.add_building(scene.group, annex, by=scene.gun)


def test_a_small_house_gets_another_also_where_all_take_part(
    scene: Scene, annex: Building, hassleholmen: Area, landlord: Landlord
) -> None:
    small = make_building(hassleholmen, landlord, "Kullagatan", (1,), flats=("1001", "1002"))
    group = make_group(small)
    for place, flat in enumerate(empty_flats(*small.stairwells)):
        make_member(make_person(f"Grann {place}", f"grann{place}@example.org"), group, flat)
    recount_groups(utcnow())
    service.add_building(group, annex, by=scene.gun)
    assert group.buildings == [small, annex]


def test_flats_that_are_gone_count_on_no_page(client: PageClient, scene: Scene) -> None:
    for flat in scene.stairwell_1.flats[:2]:
        flat.gone_at = utcnow()
    db.session.commit()
    assert "16 lägenheter" in client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun).text
    assert "av 16 hushåll" in client.get("/overview", as_=scene.gun).text


def test_a_group_keeps_one_building_and_a_closed_one_is_not_changed(scene: Scene, annex: Building) -> None:
    for other in (scene.house, scene.other_group.buildings[0]):
        with pytest.raises(OnlyBuilding):
            service.split_off(scene.group, other, reason="Långt", by=scene.gun)
    scene.group.state = GroupState.CLOSED
    db.session.flush()
    with pytest.raises(NotOpen):
        service.add_building(scene.group, annex, by=scene.gun)


def test_what_a_member_does_after_the_split_is_done_in_their_own_group(
    client: PageClient, scene: Scene, joined: Building
) -> None:
    moved = db.session.scalars(
        select(Membership).where(Membership.stairwell_id == stairwell_of(joined, 5).id)
    ).first()
    assert moved is not None
    old = scene.group.id
    own = service.split_off(scene.group, joined, reason="Långt", by=scene.gun)
    db.session.commit()
    assert client.get(f"/groups/{own.id}", as_=moved.person).status == 200
    assert client.get(f"/groups/{old}", as_=moved.person).status == 404
    assert client.get(f"/groups/{own.id}", as_=scene.carin).status == 404
