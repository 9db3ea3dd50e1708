"""Checks that of two joined records nothing is lost, and that the one that ended does not come back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import flat_of, make_interest, make_member, make_person
from tests.messages.test_writing import NEAR, QUESTION, link_to, page_of
from tests.page_client import PageClient
from tests.records.test_records import in_the_group, membership_of, merge_page
from watch.extensions import db
from watch.models import Interest, Membership, Person


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
    client.get(link_to(scene.bengt)).press("Skicka svaret", {"text": "På torsdag."})
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
