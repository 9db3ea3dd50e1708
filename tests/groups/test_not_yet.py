"""Checks that an appointment counts only from its acceptance until its end, everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_group,
    make_member,
    make_person,
    make_request,
)
from tests.newcomers import what_leaves
from tests.page_client import PageClient
from watch.accounts.errors import CoordinatorNeverFollows
from watch.accounts.service.officers import appoint_officer, demand_no_coordinator
from watch.extensions import db
from watch.groups.errors import LastCoordinator
from watch.groups.mails import LEAD_ASKED
from watch.groups.queries.joinable import group_to_join
from watch.groups.queries.members import active_membership, coordinators_for
from watch.groups.service import coordinators as coordinators_service
from watch.groups.service import households
from watch.joining.mails import JOIN_REQUESTED
from watch.joining.service import escalation
from watch.lifecycle import service as start
from watch.lifecycle.errors import NobodyAccepted
from watch.mail import outbox as queue
from watch.models import Audience, Coordinator, Group, Membership, Organisation, Person, StartStep, utcnow
from watch.notices.queries import Target

Make = Callable[[Group], Coordinator]


@pytest.fixture(params=["asked", "ended"])
def not_one(request: pytest.FixtureRequest, scene: Scene) -> Person:
    """Sara lives in flat 1003 of stairwell 1. She was asked to coordinate it, or has done so until today."""
    sara = make_person("Sara Lund", "sara@example.org", shows_name=False)
    make_member(sara, scene.group, flat_of(scene.stairwell_1, "1003"))
    appointment = make_coordinator(
        sara, scene.group, stairwells=[scene.stairwell_1], accepted=request.param != "asked"
    )
    appointment.ended_at = utcnow() if request.param == "ended" else None
    db.session.commit()
    return sara


def test_nobody_sees_a_coordinator_in_them(client: PageClient, scene: Scene, not_one: Person) -> None:
    here = f"/groups/{scene.group.id}"
    for reader in (scene.carin, scene.amina, scene.gun):
        for page in (here, f"{here}/contacts"):
            said = client.get(page, as_=reader).text
            assert ("Sara" in said, said.count("port 1")) == (False, 0), (reader.name, page)
    not_one.shows_name = True  # to the neighbours, as one of them
    db.session.commit()
    assert "Sara" not in client.get(f"{here}/contacts", as_=scene.carin).text
    home = active_membership(scene.amina, scene.group)
    home.stairwell, appointed = scene.stairwell_3, utcnow() - timedelta(days=61)  # of a lead no longer new
    db.session.execute(update(Coordinator).where(Coordinator.is_lead).values(accepted_at=appointed))
    db.session.commit()
    todo = client.get(f"{here}/house", as_=scene.amina).text
    assert "1 port har inget eget kontaktombud" in todo
    home = client.get("/me", as_=not_one)
    assert f"{here}/house" not in home.links.values()
    assert client.get(f"{here}/house", as_=not_one).status == 403


def test_no_mail_to_coordinators_goes_to_them(scene: Scene, outbox: Outbox, not_one: Person) -> None:
    assert coordinators_for(scene.stairwell_1) == [scene.amina]
    request = make_request(make_person("Tova", "tova@example.org"), scene.group, scene.stairwell_1)
    escalation.escalate(utcnow() + timedelta(days=15))
    coordinators_service.appoint(scene.group, "ny@example.org", lead=True, by=scene.gun)
    told = {address for kind, address in outbox.addressed() if kind in {"join-waiting", "lead-asked"}}
    assert (request.group, told) == (scene.group, {"amina@example.org", "bengt@example.org"})
    coordinators = Target(Audience.AREA_COORDINATORS, area=scene.group.area)
    assert not_one.id not in set(db.session.scalars(coordinators.people()))


def test_what_was_queued_while_they_were_one_is_not_sent(scene: Scene, not_one: Person) -> None:
    """An ended coordinator who is asked again is not a coordinator yet."""
    request = make_request(make_person("Tova", "tova@example.org"), scene.group, scene.stairwell_1)
    lead = db.session.scalars(select(Coordinator).where(Coordinator.is_lead)).first()
    assert lead
    for person in (not_one, scene.bengt):
        queue.queue(JOIN_REQUESTED, to=person, about=request)
        queue.queue(LEAD_ASKED, to=person, about=lead)
    db.session.commit()
    sent = [address for _kind, address in what_leaves()]
    assert sent == ["bengt@example.org"] * 2


def test_they_hold_no_door_open_and_no_group_up(scene: Scene, not_one: Person) -> None:
    """If nobody else coordinates, the group cannot be joined, and posters lead to interest."""
    appointments = select(Coordinator).where(Coordinator.person_id.in_([scene.amina.id, scene.bengt.id]))
    aminas, bengts = db.session.scalars(appointments.order_by(Coordinator.id)).all()
    aminas.accepted_at = utcnow() - timedelta(days=8)
    coordinators_service.end_appointment(bengts, by=scene.amina)
    with pytest.raises(LastCoordinator):
        coordinators_service.end_appointment(aminas, by=scene.amina)
    aminas.ended_at = utcnow()
    db.session.flush()
    assert group_to_join(scene.stairwell_1) is None


def test_they_do_not_make_a_group_ready(scene: Scene) -> None:
    group = make_group(scene.langgatan)
    group.state = group.transitions[0].state
    make_coordinator(scene.jenny, group, lead=True, accepted=False)
    make_coordinator(scene.carin, group, lead=True).ended_at = utcnow()
    with pytest.raises(NobodyAccepted):
        start.tick(group, StartStep.COORDINATORS_TRAINED, utcnow().date(), by=scene.gun)


def test_their_move_ends_no_appointment_of_theirs_that_would_have_to_be_asked_for(
    scene: Scene, not_one: Person
) -> None:
    households.move_out(flat_of(scene.stairwell_1, "1003"), by=scene.bengt)
    membership = db.session.scalars(select(Membership).where(Membership.person_id == not_one.id)).one()
    assert membership.left_at is not None


def test_they_may_follow_an_area_and_a_coordinator_may_not(scene: Scene, not_one: Person) -> None:
    appoint_officer(scene.group.area, not_one, Organisation.POLICE)
    with pytest.raises(CoordinatorNeverFollows):
        demand_no_coordinator(scene.bengt)


def test_a_group_is_on_nobodys_own_page_who_only_coordinated_it_or_was_asked_to(
    client: PageClient, scene: Scene, not_one: Person
) -> None:
    member = db.session.scalars(select(Membership).where(Membership.person_id == not_one.id)).one()
    member.left_at = utcnow()
    db.session.commit()
    home = client.get("/me", as_=not_one)
    assert scene.group.name not in home.text
    assert f"/groups/{scene.group.id}" not in home.links.values()
