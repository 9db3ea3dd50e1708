"""Checks that an officer never sees members, not even as coordinator or under another name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    flat_of,
    make_coordinator,
    make_group,
    make_interest,
    make_member,
    make_officer,
    make_person,
)
from tests.groups.test_coordinators import latest, link_of
from tests.page_client import PageClient
from watch.closing import service as closing
from watch.extensions import db
from watch.groups.service import coordinators
from watch.models import Coordinator, Mailbox, Officer, OutboxState, Person, utcnow

REFUSED = (
    "warn",
    "Den som är kommunpolis eller grannsamverkansansvarig, eller har fastighetsägarens eller kommunens sida, "
    "kan inte vara kontaktombud, för de ser aldrig vilka som är med. Fråga någon annan.",
)


def appointments() -> int:
    return db.session.scalars(select(func.count(Coordinator.id))).one()


@pytest.mark.parametrize("who", ["gun", "hodan"])  # of this area, and of another one
def test_an_officer_is_not_asked_to_lead(client: PageClient, scene: Scene, outbox: Outbox, who: str) -> None:
    before = appointments()
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    answer = page.press("Skicka frågan", {"lead-address": f"{who.title()}@Example.org"})
    assert answer.follow().flashes == [REFUSED]
    assert (appointments(), outbox.rows()) == (before, [])


def test_nobody_is_asked_to_lead_a_closed_group(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    """The mailed link would be dead at once."""
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    closing.close(scene.group, reason="Huset byggs om.", by=scene.hodan)
    db.session.commit()
    before, mailed = appointments(), outbox.addressed()
    after = page.press("Skicka frågan", {"lead-address": "nina@example.org"}).follow()
    why = "Gruppen är avslutad. Öppna den igen, eller starta den på nytt."
    assert after.flashes == [("warn", why)]
    assert (appointments(), outbox.addressed()) == (before, mailed)
    assert db.session.scalar(select(Mailbox.id).where(Mailbox.address == "nina@example.org")) is None
    assert after.buttons == []
    assert why in after.text


def test_nor_somebody_of_another_name_on_an_officers_mailbox(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    resident = make_person("Gunnel", "gun@example.org")
    make_member(resident, scene.group, flat_of(scene.stairwell_3, "1202"))
    make_interest(resident, scene.house, named=True)
    address = f"/groups/{scene.group.id}/coordinators"
    by_lead = client.get(address, as_=scene.amina)
    confirm = by_lead.press("Gå vidare", {"address": "gun@example.org", "scope": "house"})
    assert confirm.press("Skicka frågan").follow().flashes == [REFUSED]
    by_officer = client.get(address, as_=scene.gun)
    assert by_officer.press("Skicka frågan", {"lead-whom": resident.id}).follow().flashes == [REFUSED]
    assert outbox.rows() == []


def test_an_officer_does_not_start_a_group_for_themself(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    make_interest(scene.gun, scene.langgatan, named=True)
    make_interest(scene.jenny, scene.langgatan)
    page = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    for chosen in ({"first": "mail", "address": "gun@example.org"}, {"first": str(scene.gun.id)}):
        refused = page.press("Starta gruppen", chosen)
        assert (refused.status, refused.errors) == (422, [REFUSED[1]])
        assert refused.form()["first"] == chosen["first"]
    assert (scene.langgatan.group_id, outbox.rows()) == (None, [])
    assert page.press("Starta gruppen", {"first": "later"}).status == 303


def test_who_became_officer_after_the_question_cannot_say_yes(client: PageClient, scene: Scene) -> None:
    coordinator = make_coordinator(scene.jenny, scene.group, lead=True, accepted=False)
    make_officer(make_person("Johan", "jenny@example.org"), scene.other_group.area)
    link = link_of(coordinator)
    client.post("/language", {"language": "sv"})
    refused = client.get(link).press("Jag åtar mig uppdraget").follow()
    assert (refused.path, refused.flashes) == (link, [REFUSED])
    db.session.refresh(coordinator)
    assert coordinator.accepted_at is None
    assert refused.press("Nej tack", {"sure": "y"}).status == 303


def test_who_has_ended_as_officer_may_coordinate(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    db.session.scalars(select(Officer).where(Officer.person == scene.hodan)).one().ended_at = utcnow()
    coordinators.appoint(scene.group, scene.hodan, lead=False, by=scene.amina)
    assert outbox.addressed() == [("coordinator-appointed", "hodan@example.org")]


@pytest.mark.parametrize("name", ["Bengt Åkesson", "Bengta Polis"])
def test_a_coordinator_is_not_appointed_officer(cli: Callable[..., Result], scene: Scene, name: str) -> None:
    command = ("people", "appoint-officer", "bengt@example.org", "--area", "boda", "--name", name)
    refused = cli(*command)
    assert (refused.exit_code, "end the appointment first" in refused.output) == (1, True)
    assert (
        db.session.scalar(
            select(Officer.id).join(Officer.person).where(Person.mailbox == scene.bengt.mailbox)
        )
        is None
    )
    db.session.scalars(select(Coordinator).where(Coordinator.person == scene.bengt)).one().ended_at = utcnow()
    assert cli(*command).exit_code == 0


def test_whatever_the_rows_say_an_officer_sees_no_list(client: PageClient, scene: Scene) -> None:
    """The rows are as two simultaneous transactions could leave them, in this area and in another."""
    for officer, flat in ((scene.gun, "1202"), (scene.hodan, "1203")):
        make_member(officer, scene.group, flat_of(scene.stairwell_1, flat))
        make_coordinator(officer, scene.group, lead=True)
    lists = ("/groups/{}/house", "/groups/{}/members", "/groups/{}/invitations")
    for officer in (scene.gun, scene.hodan):
        assert [client.get(each.format(scene.group.id), as_=officer).status for each in lists] == [403] * 3
        assert client.get(f"/flats/{flat_of(scene.stairwell_3, '1102').id}", as_=officer).status == 403


def test_an_officer_who_lives_in_the_house_takes_part_and_sees_no_neighbour(
    client: PageClient, scene: Scene
) -> None:
    make_member(scene.hodan, scene.group, flat_of(scene.stairwell_1, "1202"))
    seen = {who.name: client.get(f"/groups/{scene.group.id}", as_=who) for who in (scene.hodan, scene.dawit)}
    assert {name: page.status for name, page in seen.items()} == dict.fromkeys(seen, 200)
    assert {name: "Carin" in page.html for name, page in seen.items()} == {
        "Hodan Warsame": False, "Dawit Tesfaye": True,
    }  # fmt: skip


def test_the_coordinators_hear_of_a_lead_even_when_it_is_over_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """A private address would pass every check, so nobody becomes lead without their knowledge."""
    make_coordinator(scene.dawit, scene.group, accepted=False)
    former = make_coordinator(scene.carin, scene.group)
    former.ended_at = utcnow()
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    page.press("Skicka frågan", {"lead-address": "anna@private.example"})
    told = [("lead-asked", "amina@example.org"), ("lead-asked", "bengt@example.org")]
    assert outbox.addressed() == [("coordinator-appointed", "anna@private.example"), *told]
    lead = latest()
    client.get(link_of(lead)).press("Jag åtar mig uppdraget", {"name": "Anna"})
    for reader, sees in ((scene.amina, True), (scene.bengt, True), (scene.carin, False)):
        text = client.get(f"/groups/{scene.group.id}/coordinators", as_=reader).text
        assert ("utsedd av Gun Sjöström" in text) is sees
    client.post(f"/coordinators/{lead.id}/end", as_=scene.gun)
    waiting = [(row.mailing.kind, row.state) for row in outbox.rows()]
    assert waiting == [
        ("coordinator-appointed", OutboxState.CANCELLED),
        *[("lead-asked", OutboxState.QUEUED)] * 2,
        ("coordinator-ended", OutboxState.QUEUED),
    ]


@pytest.fixture
def colleague(scene: Scene) -> Person:
    """Kim is officer of Norrby and Hässleholmen like Gun. Lo was until today; Hodan has another area."""
    kim, lo = make_person("Kim Falk", "kim@example.org"), make_person("Lo Strand", "lo@example.org")
    areas = scene.langgatan.property.area, scene.group.area
    make_officer(kim, *areas)
    for office in make_officer(lo, *areas):
        office.ended_at = utcnow()
    db.session.commit()
    return kim


def test_an_areas_other_officers_hear_of_a_lead_where_no_coordinator_would(
    client: PageClient, scene: Scene, outbox: Outbox, colleague: Person
) -> None:
    """One officer alone could otherwise give the household list to a private address of their own."""
    group = make_group(scene.langgatan)
    page = client.get(f"/groups/{group.id}/coordinators", as_=scene.gun)
    page.press("Skicka frågan", {"lead-address": "anna@private.example"})
    told = ("lead-asked-in-area", "kim@example.org")
    assert outbox.addressed() == [("coordinator-appointed", "anna@private.example"), told]
    lead = latest()
    client.get(link_of(lead)).press("Jag åtar mig uppdraget", {"name": "Anna"})
    seen = client.get(f"/groups/{group.id}/coordinators", as_=colleague)
    assert ("Anna" in seen.text, "utsedd av Gun Sjöström" in seen.text) == (True, True)
    make_coordinator(scene.jenny, group)
    assert client.post(f"/coordinators/{lead.id}/end", as_=colleague).status == 303
    assert lead.ended_at is not None
    assert [row.state for row in outbox.rows() if row.mailing.kind == told[0]] == [OutboxState.QUEUED]


def test_and_of_one_in_a_new_group_or_made_of_a_coordinator(
    client: PageClient, scene: Scene, outbox: Outbox, colleague: Person
) -> None:
    page = client.get(f"/groups/new?building={scene.langgatan.id}", as_=scene.gun)
    page.press("Starta gruppen", {"first": "mail", "address": "anna@private.example"})
    coordinators.appoint(scene.group, scene.bengt, lead=True, by=colleague)
    coordinators.appoint(scene.group, "ny@example.org", lead=False, by=scene.amina)
    of_area = [address for kind, address in outbox.addressed() if kind == "lead-asked-in-area"]
    assert of_area == ["kim@example.org", "gun@example.org"]
