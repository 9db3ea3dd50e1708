"""Checks two requests at once, each in a transaction of its own: one succeeds, the other says why not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.factories import flat_of, make_contact, make_coordinator, make_person
from watch.accounts.service.officers import appoint_officer
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.queries import members
from watch.groups.service import coordinators
from watch.groups.service import members as members_service
from watch.lifecycle import service
from watch.models import (
    Area,
    Building,
    ContactPerson,
    ContactRole,
    Coordinator,
    Flat,
    Group,
    Household,
    Membership,
    Organisation,
    OutboxRow,
    Partner,
    Person,
    utcnow,
)
from watch.partners.queries import properties_for
from watch.partners.service import give_page


def at_once(app: Flask, work: Callable[[], Any]) -> list[str]:
    """Do the same twice at the same moment. Returns both results by name."""
    db.session.commit()
    start = Barrier(2)

    def one() -> str:
        with app.app_context():
            start.wait()
            try:
                work()
                db.session.commit()
            except DomainError as error:
                db.session.rollback()
                return type(error).__name__
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcome = sorted(each.result() for each in [pool.submit(one), pool.submit(one)])
    db.session.expire_all()
    return outcome


def test_a_building_gets_one_group(app: Flask, scene: Scene) -> None:
    building, officer = scene.langgatan.id, scene.gun.id

    def start() -> None:
        service.start_group(db.session.get_one(Building, building), by=db.session.get_one(Person, officer))

    assert at_once(app, start) == ["GroupExists", "done"]
    groups = select(func.count(Group.id)).where(Group.name == scene.langgatan.address)
    assert db.session.scalar(groups) == 1


def test_a_person_is_admitted_once(app: Flask, scene: Scene) -> None:
    group, person, flat = scene.group.id, scene.farah.id, flat_of(scene.stairwell_3, "1203").id

    def admit() -> None:
        door = db.session.get_one(Flat, flat)
        who, where = db.session.get_one(Person, person), db.session.get_one(Group, group)
        members_service.admit(who, where, stairwell=door.stairwell, flat=door)

    assert at_once(app, admit) == ["AlreadyMember", "done"]
    active = select(Membership).where(Membership.person_id == person, Membership.is_current)
    assert len(db.session.scalars(active).all()) == 1
    assert db.session.scalar(select(func.count(Household.id)).where(Household.flat_id == flat)) == 1


def test_the_last_two_coordinators_do_not_end_each_other(app: Flask, scene: Scene) -> None:
    ids = [each.id for each in members.coordinators_of(scene.group)]
    assert len(ids) == 2
    db.session.execute(update(Coordinator).values(accepted_at=utcnow() - timedelta(days=8)))
    db.session.commit()

    def end_first_free() -> None:
        coordinator = db.session.get_one(Coordinator, ids.pop())
        coordinators.end_appointment(coordinator, by=db.session.get_one(Person, scene_amina))

    scene_amina = scene.amina.id
    assert at_once(app, end_first_free) == ["LastCoordinator", "done"]
    assert len(members.coordinators_of(scene.group)) == 1


def test_nobody_is_appointed_twice(app: Flask, scene: Scene) -> None:
    group, person, lead = scene.group.id, scene.carin.id, scene.amina.id

    def appoint() -> None:
        who, by = db.session.get_one(Person, person), db.session.get_one(Person, lead)
        coordinators.appoint(db.session.get_one(Group, group), who, lead=False, by=by)

    assert at_once(app, appoint) == ["AlreadyCoordinator", "done"]


def test_two_on_one_mailbox_do_not_become_coordinator_and_partner_at_once(app: Flask, scene: Scene) -> None:
    asked = make_coordinator(scene.jenny, scene.group, accepted=False).id
    contact = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area)
    contact.email, contact.name = "jenny@example.org", "Jens"
    card, area, gun = contact.id, scene.group.area_id, scene.gun.id

    def accept() -> None:
        coordinators.accept_appointment(db.session.get_one(Coordinator, asked))

    def give() -> None:
        them = db.session.get_one(ContactPerson, card)
        give_page(them, properties_for([them], [area]), by=db.session.get_one(Person, gun))

    both = [accept, give]
    assert at_once(app, lambda: both.pop()()) in (
        ["OfficerNeverCoordinates", "done"], ["CoordinatorNeverFollows", "done"],
    )  # fmt: skip


def test_two_officers_give_one_page_and_one_mail(app: Flask, scene: Scene) -> None:
    contact = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area)
    contact.email, contact.name = "maja@example.org", "Maja"
    card, area, gun = contact.id, scene.group.area_id, scene.gun.id

    def give() -> None:
        them = db.session.get_one(ContactPerson, card)
        give_page(them, properties_for([them], [area]), by=db.session.get_one(Person, gun))

    assert at_once(app, give) == ["done", "done"]
    assert db.session.scalar(select(func.count(Partner.id))) == 1
    assert db.session.scalar(select(func.count(OutboxRow.id))) == 1


def test_two_on_one_mailbox_do_not_become_coordinator_and_officer_at_once(app: Flask, scene: Scene) -> None:
    asked = make_coordinator(scene.jenny, scene.group, accepted=False).id
    officer, area = make_person("Jens", "jenny@example.org").id, scene.group.area_id

    def accept() -> None:
        coordinators.accept_appointment(db.session.get_one(Coordinator, asked))

    def follow() -> None:
        who = db.session.get_one(Person, officer)
        appoint_officer(db.session.get_one(Area, area), who, Organisation.POLICE)

    both = [accept, follow]
    assert at_once(app, lambda: both.pop()()) in (
        ["OfficerNeverCoordinates", "done"], ["CoordinatorNeverFollows", "done"],
    )  # fmt: skip
