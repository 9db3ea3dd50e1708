"""Checks what a new lead is shown first, and that tasks can be set aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from tests.cast import Scene
from tests.factories import flat_of, make_interest, make_meeting, make_person
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service import coordinators, members
from watch.lifecycle import service as start
from watch.models import Coordinator, Group, Person, utcnow
from watch.printing.service import delivery
from watch.printing.service.letters import print_letters


@pytest.fixture
def olle(scene: Scene) -> Person:
    """Has just become lead of Norrby Långgata 21–27, where six were interested; lives in port 21."""
    for number in range(6):
        make_interest(make_person(f"Granne {number}", f"i{number}@example.org"), scene.langgatan)
    group = start.start_group(scene.langgatan, by=scene.gun)
    asked = coordinators.appoint(group, "olle@example.org", lead=True, by=scene.gun)
    coordinators.accept_appointment(asked, "Olle")
    stairwell = scene.langgatan.stairwells[0]
    members.take_part(asked, stairwell=stairwell, flat=flat_of(stairwell, "1001"))
    db.session.commit()
    return asked.person


def house(client: PageClient, scene: Scene, olle: Person) -> Page:
    return client.get(f"/groups/{scene.langgatan.group_id}/house", as_=olle)


def test_a_new_lead_reads_what_to_do_first_and_no_reproach(
    client: PageClient, scene: Scene, olle: Person
) -> None:
    page = house(client, scene, olle)
    assert "6 grannar som var intresserade har just fått mejl" in page.text
    for step in ("1. Sätt upp en affisch", "2. Lägg brev i brevlådorna", "3. Kalla till en första träff"):
        assert step in page.text
    assert "saknas" not in page.text
    assert "inget eget kontaktombud" not in page.text
    assert page.text.count("klart") == 0
    assert "Börja med stegen under Så kommer ni igång." in page.text
    assert "Ingen i huset väntar på dig" not in page.text


def test_the_steps_follow_from_what_was_done_and_the_card_goes(
    client: PageClient, scene: Scene, olle: Person
) -> None:
    group = db.session.get_one(Group, scene.langgatan.group_id)
    flats = list(scene.langgatan.stairwells[1].flats)
    letters = print_letters(group, flats, by=olle)
    db.session.commit()
    assert "2. Lägg brev i brevlådorna klart" not in house(client, scene, olle).text  # fetched is not put in
    delivery.put_in_letterboxes(group, letters, by=olle)
    make_meeting(group, by=olle).cancelled_at = utcnow()
    db.session.commit()
    page = house(client, scene, olle)
    assert "2. Lägg brev i brevlådorna klart" in page.text
    assert "3. Kalla till en första träff Kalla" in page.text
    make_meeting(group, by=olle)
    db.session.commit()
    page.press("De sitter uppe")
    after = house(client, scene, olle)
    assert "Så kommer ni igång" not in after.text
    assert "3 portar har inget eget kontaktombud" in after.text  # he lives in the fourth


def test_the_card_can_be_set_aside_and_brought_back(client: PageClient, scene: Scene, olle: Person) -> None:
    house(client, scene, olle).press("De sitter uppe")
    ticked = house(client, scene, olle)
    assert "1. Sätt upp en affisch i varje port klart" in ticked.text
    ticked.press("Affischerna sitter inte uppe")
    assert "De sitter uppe" in house(client, scene, olle).buttons
    for _twice in range(2):
        ticked.press("Visa inte det här mer")
    gone = house(client, scene, olle)
    assert "Så kommer ni igång" not in gone.text
    gone.press("Visa de första stegen")
    assert "Så kommer ni igång" in house(client, scene, olle).text
    with time_machine.travel(utcnow() + timedelta(days=61)):
        assert "Så kommer ni igång" not in house(PageClient(client.app), scene, olle).text


def test_nobody_else_is_shown_the_first_steps(client: PageClient, scene: Scene, olle: Person) -> None:
    path = f"/groups/{scene.group.id}/house"
    db.session.execute(db.update(Coordinator).values(accepted_at=utcnow() - timedelta(days=61)))
    assert "Så kommer ni igång" not in client.get(path, as_=scene.amina).text  # not new any more
    assert "Så kommer ni igång" not in client.get(path, as_=scene.bengt).text


def test_ports_without_a_coordinator_of_their_own_can_be_let_be(client: PageClient, scene: Scene) -> None:
    db.session.execute(db.update(Coordinator).values(accepted_at=utcnow() - timedelta(days=61)))
    path = f"/groups/{scene.group.id}/house"
    assert "inget eget kontaktombud" not in client.get(path, as_=scene.amina).text  # she lives in port 1
    home = active_membership(scene.amina, scene.group)
    assert home
    home.stairwell = scene.stairwell_3
    db.session.commit()
    page = client.get(path, as_=scene.amina)
    assert "1 port har inget eget kontaktombud" in page.text
    page.press("Låt vara portarna utan eget kontaktombud")
    assert "inget eget kontaktombud" not in client.get(path, as_=scene.amina).text
    client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.amina).press("Visa dem igen")
    assert "1 port har inget eget kontaktombud" in client.get(path, as_=scene.amina).text
