"""Checks that of two joined records nothing is lost, and that the one that ended does not come back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_coordinator,
    make_group,
    make_interest,
    make_member,
    make_person,
    make_request,
)
from tests.messages.test_writing import NEAR, QUESTION, link_to, page_of
from tests.page_client import PageClient
from tests.records.test_records import in_the_group, membership_of, merge_page
from tests.retention.nights import erase_all
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.joining.mails import JOIN_DECLINED
from watch.joining.service.withdrawing import ask_again, withdraw
from watch.mail import outbox as mails
from watch.models import AuditEntry, Group, Interest, JoinRequest, Membership, Person, RequestState
from watch.records.service.merging import merge


@pytest.fixture
def double(scene: Scene) -> Person:
    """Carin joined a second time, with the same address and a shorter name."""
    person = make_person("Carin", "carin@example.org", phone="+46701740699")
    make_member(person, scene.group, flat_of(scene.stairwell_3, "1102"))
    db.session.commit()
    return person


def join(client: PageClient, scene: Scene, double: Person) -> int:
    """Join both; return the id of the membership that has ended."""
    number = membership_of(double).id, membership_of(scene.carin).id
    page = merge_page(client, scene.carin, double, scene.bengt)
    assert page.press("Slå ihop", {"name": "Carin Öberg"}).status == 303
    db.session.rollback()
    ended = select(Membership.id).where(Membership.id.in_(number), Membership.left_at.is_not(None))
    return db.session.scalars(ended).one()


def kept_of(scene: Scene, double: Person) -> Person:
    current = select(Person).join(Membership, Membership.person_id == Person.id)
    both = Person.id.in_([scene.carin.id, double.id])
    return db.session.scalars(current.where(both, Membership.is_current)).one()


@pytest.mark.parametrize("writer", ["carin", "double"])
def test_what_either_wrote_and_was_answered_is_still_there(
    writer: str, client: PageClient, scene: Scene, double: Person
) -> None:
    person = double if writer == "double" else scene.carin
    page_of(client, scene, person).press(NEAR, {"text": QUESTION})
    client.get(link_to(scene.bengt), as_=scene.bengt).press("Skicka svaret", {"text": "På torsdag."})
    answered = link_to(person)
    join(client, scene, double)
    mine = page_of(client, scene, kept_of(scene, double))
    assert QUESTION in mine.text
    assert "På torsdag." in mine.text
    assert PageClient(client.app).get(answered).press("Skicka svaret", {"text": "Tack!"}).status == 303
    assert "Tack!" in page_of(client, scene, scene.bengt).text


def test_the_one_that_ended_is_not_given_back(client: PageClient, scene: Scene, double: Person) -> None:
    ended = join(client, scene, double)
    flat = client.get(f"/flats/{flat_of(scene.stairwell_3, '1102').id}", as_=scene.bengt)
    assert "Ångra Carin" not in flat.buttons
    assert client.post(f"/groups/{scene.group.id}/records/{ended}/back", as_=scene.bengt).status == 404
    assert [each for each in in_the_group(scene) if "Carin" in each] == ["Carin Öberg"]


@pytest.mark.parametrize("both", [True, False])
def test_one_person_is_interested_once_and_signing_in_asks_for_one_name(
    both: bool, client: PageClient, scene: Scene, double: Person
) -> None:
    make_interest(double, scene.house)
    if both:
        make_interest(scene.carin, scene.house)
    db.session.commit()
    join(client, scene, double)
    current = select(func.count(Interest.id)).where(Interest.is_current)
    assert db.session.scalar(current) == 1
    readers = select(Person.id).where(Person.mailbox_id == kept_of(scene, double).mailbox_id)
    assert db.session.scalars(readers).all() == [kept_of(scene, double).id]


def test_what_only_the_other_had_said_is_kept(client: PageClient, scene: Scene, double: Person) -> None:
    scene.carin.phone = None
    db.session.commit()
    join(client, scene, double)
    assert kept_of(scene, double).phone == "+46701740699"


def requests_of(*people: Person) -> list[tuple[Person, Group, RequestState]]:
    db.session.rollback()
    asked = select(JoinRequest).where(JoinRequest.person_id.in_([each.id for each in people]))
    found = db.session.scalars(asked.order_by(JoinRequest.id))
    return [(each.person, each.group, each.state) for each in found]


@pytest.fixture
def elsewhere(scene: Scene) -> Group:
    """Another group, in another house."""
    return make_group(scene.langgatan)


def test_a_request_that_waits_elsewhere_goes_over_with_its_mails(
    client: PageClient, scene: Scene, double: Person, elsewhere: Group
) -> None:
    request = make_request(double, elsewhere, scene.langgatan.stairwells[0])
    row = mails.queue(JOIN_DECLINED, to=double, about=request)
    db.session.commit()
    lost = membership_of(double).person_id
    join(client, scene, double)
    kept = kept_of(scene, double)
    assert requests_of(scene.carin, double) == [(kept, elsewhere, RequestState.WAITING)]
    assert row is not None
    assert row.person_id == kept.id
    moved = select(AuditEntry.by_id, AuditEntry.group_id).where(AuditEntry.what == "join-request-moved")
    told = [(scene.bengt.id, elsewhere.id)] if kept.id != lost else []
    assert db.session.execute(moved).all() == told
    erase_all()
    assert requests_of(scene.carin, double) == [(kept, elsewhere, RequestState.WAITING)]


@pytest.mark.parametrize(("mine", "theirs"), [("waiting", "unconfirmed"), ("unconfirmed", "waiting")])
def test_of_two_requests_to_one_group_the_one_that_waits_stays_open(
    mine: str, theirs: str, client: PageClient, scene: Scene, double: Person, elsewhere: Group
) -> None:
    stairwell = scene.langgatan.stairwells[0]
    for person, state in ((scene.carin, mine), (double, theirs)):
        make_request(person, elsewhere, stairwell, state=RequestState(state))
    db.session.commit()
    join(client, scene, double)
    kept = kept_of(scene, double)
    left = {"waiting": RequestState.WAITING, "unconfirmed": RequestState.WITHDRAWN}
    stays = [(kept, elsewhere, left[state]) for state in (mine, theirs)]
    assert requests_of(scene.carin, double) == stays


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_where_the_one_that_is_kept_takes_part_the_request_has_ended(
    where: str, scene: Scene, double: Person, elsewhere: Group
) -> None:
    group, house = (scene.group, scene.house) if where == "here" else (elsewhere, scene.langgatan)
    if where == "elsewhere":
        make_member(scene.carin, elsewhere, None)
    make_request(double, group, house.stairwells[0])
    db.session.commit()
    one, other = (active_membership(person, scene.group) for person in (scene.carin, double))
    assert one is not None
    assert other is not None
    kept = merge(one, other, name="Carin Öberg", flat=None, by=scene.bengt).person
    db.session.commit()
    assert requests_of(scene.carin, double) == [(kept, group, RequestState.APPROVED)]
    count = select(func.count(Membership.id)).where(Membership.person_id == kept.id, Membership.is_current)
    assert db.session.scalar(count.where(Membership.group_id == group.id)) == 1


def test_a_request_that_was_withdrawn_can_wait_again(
    client: PageClient, scene: Scene, double: Person, elsewhere: Group
) -> None:
    make_coordinator(scene.dawit, elsewhere)
    request = make_request(double, elsewhere, scene.langgatan.stairwells[0])
    assert withdraw(request)
    db.session.commit()
    join(client, scene, double)
    assert ask_again(request)
    db.session.commit()
    assert requests_of(scene.carin, double) == [(kept_of(scene, double), elsewhere, RequestState.WAITING)]
