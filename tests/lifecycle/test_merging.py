"""Checks that two groups become one, with everybody and everything of both, and no hidden number shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    empty_flats,
    make_building,
    make_contact,
    make_coordinator,
    make_finding,
    make_group,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_message,
    make_notice,
    make_person,
    make_request,
)
from tests.lifecycle.conftest import grow_old
from tests.page_client import PageClient
from tests.retention.nights import erase_all
from watch.closing import service as closing
from watch.closing.errors import TooLate
from watch.database import Base
from watch.extensions import db
from watch.followup.queries.groups import GroupFilter, group_ids
from watch.followup.queries.months import groups_by_state
from watch.groups.queries.areas import taking_part_in_area
from watch.groups.service.recounting import recount_groups
from watch.lifecycle import service
from watch.lifecycle.errors import Merged, NotAlike, NotErased, NotOpen, SeveralBuildings, TellsTooMuch
from watch.meetings import service as meetings
from watch.meetings.service import call_latecomers
from watch.models import (
    Answer,
    Area,
    Building,
    ContactRole,
    Coordinator,
    Finding,
    Group,
    GroupState,
    GroupTransition,
    MeetingKind,
    MeetingPart,
    MeetingTally,
    Membership,
    PartState,
    Person,
    RequestState,
    StepKind,
    StoppedWriter,
    utcnow,
)
from watch.recipients import reached_by_mail

WHY = "Kontaktombudet flyttar, och husen har samma gård."


@pytest.fixture
def beside(scene: Scene, annex: Building) -> Group:
    """The group of Marklandsgatan 5–7, with Rut as its lead and six households, a night old."""
    group = make_group(annex)
    for place, flat in enumerate(empty_flats(*annex.stairwells)[::2][:6]):
        make_member(make_person(f"Granne {place}", f"granne{place}@example.org"), group, flat)
    for place, flat in enumerate(empty_flats(*scene.house.stairwells)[:3]):
        make_member(make_person(f"Grann {place}", f"grann{place}@example.org"), scene.group, flat)
    make_coordinator(person_of("Granne 0"), group, lead=True)
    grow_old(annex)
    return group


def person_of(name: str) -> Person:
    return next(each for each in db.session.scalars(select(Person)) if each.name == name)


def merge(scene: Scene, other: Group) -> None:
    service.merge(scene.group, other, reason=WHY, by=scene.gun)
    db.session.commit()


def test_an_officer_merges_two_groups_and_the_members_of_both_are_told_once(
    client: PageClient, scene: Scene, beside: Group, outbox: Outbox
) -> None:
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    done = page.press("Slå ihop grupperna", {"merge-other": beside.id, "merge-reason": WHY}).follow()
    assert "Grupperna är en nu." in done.text
    assert scene.group.name == "Marklandsgatan 5–7, Våglängdsgatan 1–3"
    told = [to for kind, to in outbox.addressed() if kind == "group-merged"]
    members = select(Person).join(Membership, Membership.person_id == Person.id).where(
        Membership.group_id == scene.group.id, Membership.is_current
    )  # fmt: skip
    expected = [each.mailbox.address for each in db.session.scalars(members) if each.mailbox]
    assert sorted(told) == sorted(expected)
    assert {"carin@example.org", "granne3@example.org"} <= set(told)
    step = next(each.group_transition for each in outbox.mailings() if each.kind == "group-merged")
    assert (step.kind, step.house, step.reason) == (StepKind.CAME_WITH, "Marklandsgatan 5–7", WHY)
    before = len(outbox.rows())
    again = page.press("Slå ihop grupperna", {"merge-other": beside.id, "merge-reason": WHY}).follow()
    assert "Grupperna är redan en och samma." in again.text
    assert len(outbox.rows()) == before
    history = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun).text
    assert "Gruppen Marklandsgatan 5–7 slogs ihop med den här." in history
    assert WHY in history


def test_nothing_is_left_with_the_merged_group_but_its_history(scene: Scene, beside: Group) -> None:
    """Whatever belongs to a group belongs to the one it was merged into, whichever table it is in."""
    port = beside.buildings[0].stairwells[0]
    lena, flat = make_person("Lena", "lenan@example.org"), empty_flats(port)[0]
    make_request(lena, beside, port)
    make_invitation(beside, "ny@example.org", flat=flat, by=scene.amina)
    make_letter(empty_flats(port)[1], beside)
    make_message(person_of("Granne 1"), beside)
    make_contact(ContactRole.DISTURBANCE, "Störningsjouren", where=beside)
    make_finding(beside)
    make_notice(beside, by=scene.amina)
    past, coming = make_meeting(beside, starts_at=utcnow() - timedelta(days=9)), make_meeting(beside)
    db.session.add(
        MeetingTally(meeting_id=past.id, group_id=beside.id, asked=6, yes=3, maybe=0, no=1, people=4)
    )
    db.session.add(StoppedWriter(person_id=scene.carin.id, group_id=beside.id))
    unplaced = make_member(make_person("Ulf", "ulf@example.org"), beside, None)
    left = make_member(make_person("Borta", "borta@example.org"), beside, None)
    left.left_at = utcnow()
    consents = {each.id: (each.consent_at, each.person_id) for each in db.session.scalars(select(Membership))}
    merge(scene, beside)
    kept = {"group_transition", "checklist_item", "set_aside"}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "watch_group" for key in column.foreign_keys):
                count = db.session.scalar(select(func.count()).select_from(table).where(column == beside.id))
                assert (table.name, count) == (table.name, count if table.name in kept else 0)
    after = {each.id: (each.consent_at, each.person_id) for each in db.session.scalars(select(Membership))}
    assert after == consents
    assert (unplaced.group_id, left.group_id, left.left_at is None) == (scene.group.id, scene.group.id, False)
    assert (past.group_ids, coming.group_ids) == ([scene.group.id], [scene.group.id])
    assert (beside.state, beside.merged_into_id) == (GroupState.CLOSED, scene.group.id)


def test_leads_lead_both_and_other_coordinators_answer_for_their_own_stairwells(
    scene: Scene, beside: Group
) -> None:
    other = make_coordinator(person_of("Granne 1"), beside)
    own = make_coordinator(scene.carin, scene.group)
    lead = db.session.scalars(
        select(Coordinator).where(Coordinator.person_id == person_of("Granne 0").id)
    ).one()
    merge(scene, beside)
    assert (lead.group_id, lead.is_lead, lead.stairwells) == (scene.group.id, True, [])
    assert {each.building_id for each in other.stairwells} == {beside_house(scene).id}
    assert {each.building_id for each in own.stairwells} == {scene.house.id}


def beside_house(scene: Scene) -> Building:
    return next(each for each in scene.group.buildings if each.address == "Marklandsgatan 5–7")


def test_nobody_leads_both_who_has_not_said_yes_to_leading(scene: Scene, beside: Group) -> None:
    port = beside.buildings[0].stairwells[0]
    make_member(scene.carin, beside, empty_flats(port)[0])
    make_coordinator(scene.carin, beside, stairwells=[port])
    make_coordinator(scene.carin, scene.group, lead=True, accepted=False)
    merge(scene, beside)
    wanted = Coordinator.person_id == scene.carin.id, Coordinator.ended_at.is_(None)
    kept = db.session.scalars(select(Coordinator).where(*wanted)).one()
    assert (kept.is_lead, kept.stairwells, kept.accepted_at is None) == (False, [port], False)


def test_the_interested_of_a_house_without_a_coordinator_are_told_once_that_they_can_join(
    scene: Scene, beside: Group, outbox: Outbox
) -> None:
    db.session.execute(update(Coordinator).where(Coordinator.group_id == beside.id).values(ended_at=utcnow()))
    beside.state = GroupState.STARTING
    make_interest(scene.jenny, beside.buildings[0])
    merge(scene, beside)
    told = [to for kind, to in outbox.addressed() if kind == "group-started"]
    assert told == ["jenny@example.org"]


def test_each_coming_meeting_is_called_to_whoever_was_in_the_other_group_and_to_nobody_twice(
    scene: Scene, beside: Group, outbox: Outbox
) -> None:
    begins = utcnow() + timedelta(days=9)
    plan = meetings.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Gården")
    both = [meetings.call(meetings.planned(each, plan, []), by=scene.gun) for each in (scene.group, beside)]
    db.session.commit()
    merge(scene, beside)
    for _hour in range(2):
        call_latecomers(utcnow())
        db.session.commit()
    members = select(Membership.person_id).where(Membership.group_id == scene.group.id, Membership.is_current)
    reached = set(db.session.scalars(reached_by_mail(members)))
    for meeting in both:
        rows = [each for each in outbox.rows() if each.mailing.meeting_id == meeting.id]
        calls = [each for each in rows if each.mailing.kind == "meeting-called"]
        called = sorted(each.person_id for each in calls if each.person_id)
        assert called == sorted(reached)


def test_who_is_in_both_groups_is_in_one_once(scene: Scene, beside: Group) -> None:
    port = beside.buildings[0].stairwells[0]
    twice = make_member(scene.carin, beside, empty_flats(port)[0])
    make_coordinator(scene.carin, beside, stairwells=[port])
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_3])
    asks = make_request(scene.bengt, beside, port)
    other = make_request(person_of("Granne 2"), scene.group, scene.stairwell_1)
    lena = make_person("Lena", "lenan@example.org")
    both = [make_request(lena, scene.group, scene.stairwell_1), make_request(lena, beside, port)]
    invited = [make_invitation(each, "ny@example.org", by=scene.amina) for each in (scene.group, beside)]
    db.session.add_all(
        StoppedWriter(person_id=scene.bengt.id, group_id=each.id) for each in (scene.group, beside)
    )
    merge(scene, beside)
    current = Membership.person_id == scene.carin.id, Membership.is_current
    assert db.session.scalars(select(Membership.group_id).where(*current)).all() == [scene.group.id]
    assert twice.left_at is not None
    appointed = select(Coordinator).where(
        Coordinator.person_id == scene.carin.id, Coordinator.ended_at.is_(None)
    )
    assert db.session.scalars(appointed).one().stairwells == [port, scene.stairwell_3]
    states = [each.state for each in (asks, other, *both)]
    withdrawn, approved = RequestState.WITHDRAWN, RequestState.APPROVED
    assert states == [withdrawn, approved, RequestState.WAITING, withdrawn]
    assert {each.group_id for each in invited} == {scene.group.id}
    assert len({each.ordinal for each in invited}) == 2
    stopped = select(StoppedWriter.group_id).where(StoppedWriter.person_id == scene.bengt.id)
    assert db.session.scalars(stopped).all() == [scene.group.id]


def test_a_gathering_of_both_is_the_merged_groups_once_and_its_answers_add_up(
    scene: Scene, beside: Group
) -> None:
    gathering = make_meeting(scene.group)
    asked = make_meeting(scene.group, starts_at=utcnow() + timedelta(days=20))
    asked.parts.append(MeetingPart.invited(beside))
    declined = make_meeting(beside, starts_at=utcnow() + timedelta(days=30))
    declined.parts.append(MeetingPart(group=scene.group, state=PartState.DECLINED, decided_at=utcnow()))
    gathering.parts.append(MeetingPart.of(beside))
    for each, households in ((scene.group, 5), (beside, 3)):
        db.session.add(
            MeetingTally(
                meeting_id=gathering.id, group_id=each.id, asked=households, yes=2, maybe=0, no=1, people=3
            )
        )
    meetings.answer(gathering, person_of("Granne 3"), Answer.YES, 2)
    db.session.commit()
    merge(scene, beside)
    for meeting in (gathering, asked, declined):
        db.session.refresh(meeting)
        assert [(each.group_id, each.state) for each in meeting.parts] == [
            (scene.group.id, PartState.TAKES_PART)
        ]
    tally = db.session.scalars(select(MeetingTally).where(MeetingTally.meeting_id == gathering.id)).one()
    assert (tally.asked, tally.yes, tally.no, tally.people) == (8, 4, 2, 6)
    assert declined.group_id == scene.group.id


def test_measures_of_a_whole_group_stay_with_the_house_that_they_were_of(scene: Scene, beside: Group) -> None:
    house = beside.buildings[0]
    theirs, ours = make_finding(beside), make_finding(scene.group)
    merge(scene, beside)
    where = dict(db.session.execute(select(Finding.id, Finding.building_id)).all())
    assert (where[theirs.id], where[ours.id]) == (house.id, scene.house.id)


@pytest.mark.parametrize(
    ("ours", "theirs", "may"), [(6, 6, True), (6, 2, False), (2, 6, False), (2, 2, False), (3, 2, False)]
)
def test_no_hidden_number_can_be_computed_from_the_sum(
    scene: Scene, beside: Group, ours: int, theirs: int, may: bool
) -> None:
    scene.group.counted_taking_part, beside.counted_taking_part = ours, theirs
    db.session.commit()
    if not may:
        with pytest.raises(TellsTooMuch):
            merge(scene, beside)
        return
    merge(scene, beside)
    assert scene.group.counted_taking_part == ours + theirs


def test_the_areas_number_is_the_same_before_and_after_a_merger(scene: Scene, beside: Group) -> None:
    in_area = select(taking_part_in_area()).where(Area.id == scene.group.area_id)
    before = db.session.scalar(in_area.select_from(Area))
    merge(scene, beside)
    assert db.session.scalar(in_area.select_from(Area)) == before
    recount_groups(utcnow())
    assert db.session.scalar(in_area.select_from(Area)) == before


def close(scene: Scene, group: Group) -> None:
    closing.close(group, reason="Slut", by=scene.gun)


def let_rest(scene: Scene, group: Group) -> None:
    scene.group.state = GroupState.DORMANT


def give_another_house(scene: Scene, group: Group) -> None:
    make_building(group.area, scene.house.property.landlord, "Marklandsgatan", (9,)).group_id = group.id


@pytest.mark.parametrize(
    ("before", "why"), [(close, NotOpen), (let_rest, NotAlike), (give_another_house, SeveralBuildings)]
)
def test_some_groups_are_not_merged(
    scene: Scene, beside: Group, before: Callable[[Scene, Group], None], why: type[Exception]
) -> None:
    before(scene, beside)
    db.session.commit()
    with pytest.raises(why):
        service.merge(scene.group, beside, reason=WHY, by=scene.gun)
    db.session.rollback()
    assert beside.merged_into_id is None


def test_what_was_typed_stays_when_the_groups_cannot_be_merged(
    client: PageClient, scene: Scene, beside: Group
) -> None:
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    beside.counted_taking_part = 1
    db.session.commit()
    refused = page.press("Slå ihop grupperna", {"merge-other": beside.id, "merge-reason": WHY})
    assert refused.status == 422
    assert "de nya siffrorna skulle visa vilka" in refused.text
    assert WHY in refused.html
    nothing = page.press("Slå ihop grupperna", {"merge-other": beside.id, "merge-reason": ""})
    assert (nothing.status, "Skriv varför grupperna slås ihop." in nothing.text) == (422, True)
    none = page.press("Slå ihop grupperna", {"merge-other": "", "merge-reason": WHY})
    assert (none.status, "Välj en grupp." in none.text, WHY in none.html) == (422, True, True)
    for other in (scene.other_group.id, 10**12):
        assert page.press("Slå ihop grupperna", {"merge-other": other, "merge-reason": WHY}).status == 404
    assert (
        page.press("Slå ihop grupperna", {"merge-other": scene.group.id, "merge-reason": WHY}).status == 422
    )


def test_old_addresses_lead_to_the_merged_group_and_old_forms_change_nothing(
    client: PageClient, scene: Scene, beside: Group
) -> None:
    neighbour, number = person_of("Granne 3"), beside.id
    page = client.get(f"/groups/{number}/buildings", as_=scene.gun)
    merge(scene, beside)
    moved = client.get(f"/groups/{number}/meetings?page=1", as_=neighbour)
    assert (moved.status, moved.location) == (302, f"/groups/{scene.group.id}/meetings?page=1")
    assert client.get(f"/groups/{number}/lifecycle", as_=scene.gun).location.endswith(
        f"/groups/{scene.group.id}/lifecycle"
    )
    assert client.get(f"/groups/{number}", as_=scene.jenny).status == 404
    late = page.press("Slå ihop grupperna", {"merge-other": scene.group.id, "merge-reason": WHY}).follow()
    assert "Det du skickade är inte sparat: gör det igen här." in late.text
    assert late.path == f"/groups/{scene.group.id}"


def test_a_merged_group_is_in_no_list_and_in_no_number(scene: Scene, beside: Group) -> None:
    merge(scene, beside)
    wanted = GroupFilter(state=GroupState.CLOSED)
    assert beside.id not in group_ids([scene.group.area_id], wanted, utcnow())
    assert groups_by_state()[scene.group.area_id][GroupState.CLOSED] == 0
    with pytest.raises(TooLate):
        closing.undo(beside, by=scene.gun)
    db.session.rollback()
    beside.erased_at = utcnow()
    with pytest.raises(NotErased):
        service.start_again(beside, by=scene.gun)


def test_a_merger_is_repeated_where_a_copy_does_not_have_it(scene: Scene, beside: Group) -> None:
    """A restore writes that the group was merged; its people come to the other one as they did then."""
    house, in_it = beside.buildings[0], select(Membership.id).where(Membership.group_id == beside.id)
    them = set(db.session.scalars(in_it))
    closed = {"state": GroupState.CLOSED, "closed_at": utcnow(), "merged_into_id": scene.group.id}
    db.session.execute(update(Group).where(Group.id == beside.id).values(closed))
    db.session.expire_all()
    assert service.merge_again() == 1
    assert service.merge_again() == 0
    assert house.group_id == scene.group.id
    assert them <= set(db.session.scalars(select(Membership.id).where(Membership.group_id == scene.group.id)))


def test_a_month_after_a_merger_nobody_is_erased_and_only_the_reason_is_forgotten(
    scene: Scene, beside: Group
) -> None:
    merge(scene, beside)
    members = select(func.count()).select_from(Membership).where(Membership.group_id == scene.group.id)
    before = db.session.scalar(members)
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
    assert db.session.scalar(members) == before
    steps = select(GroupTransition.kind, GroupTransition.reason).where(GroupTransition.reason.is_not(None))
    assert [tuple(each) for each in db.session.execute(steps)] == [(StepKind.CAME_WITH, WHY)]


def test_a_house_that_came_with_its_group_gets_a_group_of_its_own_again(
    client: PageClient, scene: Scene, beside: Group
) -> None:
    house = beside.buildings[0]
    in_house = select(func.count()).select_from(Membership).where(Membership.group_id == beside.id)
    count = db.session.scalar(in_house)
    merge(scene, beside)
    page = client.get(f"/groups/{scene.group.id}/buildings", as_=scene.gun)
    assert "Ta ut igen" not in page.text
    own = service.split_off(scene.group, house, reason="Det blev fel.", by=scene.gun)
    db.session.commit()
    theirs = select(func.count()).select_from(Membership).where(Membership.group_id == own.id)
    assert db.session.scalar(theirs) == count
    assert own.counted_taking_part == 6
    leads = select(Coordinator).where(Coordinator.group_id == own.id, Coordinator.is_lead)
    assert [each.person.name for each in db.session.scalars(leads)] == ["Granne 0"]
    assert house.group_id == own.id != beside.id


def test_merging_twice_at_once_is_refused_by_name(scene: Scene, beside: Group) -> None:
    merge(scene, beside)
    with pytest.raises(Merged):
        service.merge(scene.group, beside, reason=WHY, by=scene.gun)
