"""Checks the overview of areas: counts in bands, groups that need attention, and no names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest

from tests.cast import Scene
from tests.factories import (
    make_building,
    make_contact,
    make_coordinator,
    make_group,
    make_household,
    make_interest,
    make_member,
    make_person,
    make_request,
    stairwell_of,
    store,
)
from tests.page_client import PageClient
from watch.extensions import db
from watch.followup.queries.counts import AreaCounts, areas_side_by_side
from watch.followup.queries.needs import Need, Reason, what_needs_somebody
from watch.groups.service.recounting import recount_groups
from watch.models import (
    OF_CLOSING,
    Building,
    ContactRole,
    GroupState,
    HouseholdStatus,
    Person,
    RequestState,
    SetAside,
    Suppression,
    utcnow,
)


def everybody(scene: Scene) -> list[str]:
    """Return the names of all residents of the scene, whole and in part."""
    officers = {scene.gun, scene.hodan}
    people = [each for each in vars(scene).values() if isinstance(each, Person) and each not in officers]
    return [part for each in people for part in [each.name, *each.name.split()]] + ["example.org"]


def test_areas_are_summed_each_by_itself(scene: Scene) -> None:
    make_interest(scene.jenny, scene.langgatan)
    make_interest(scene.carin, scene.langgatan, confirmed=False)
    make_interest(scene.dawit, scene.langgatan).ended_at = utcnow()
    make_group(
        make_building(scene.group.area, scene.house.property.landlord, "Ågatan", (1,)), GroupState.STARTING
    )
    make_group(
        make_building(scene.group.area, scene.house.property.landlord, "Ågatan", (3,)), GroupState.CLOSED
    )
    moved = make_household(scene.langgatan.stairwells[0].flats[0])
    moved.ended_at = utcnow()
    make_household(scene.langgatan.stairwells[0].flats[1], HouseholdStatus.DECLINED)
    norrby, here, boda = scene.langgatan.property.area, scene.group.area, scene.other_group.area
    assert areas_side_by_side({norrby.id, here.id}, utcnow()) == [
        AreaCounts(here, groups=2, active_groups=1, buildings=3, flats=36, taking_part=5, interested=0),
        AreaCounts(norrby, groups=0, active_groups=0, buildings=1, flats=36, taking_part=0, interested=0),
    ]
    assert areas_side_by_side({boda.id}, utcnow()) == [
        AreaCounts(boda, groups=1, active_groups=1, buildings=1, flats=18, taking_part=0, interested=0)
    ]


def test_the_overview_shows_the_officers_own_areas_in_bands(client: PageClient, scene: Scene) -> None:
    scene.langgatan.property.area.target_groups = 15
    scene.langgatan.property.area.target_by = date(2031, 12, 31)
    page = client.get("/overview", as_=scene.gun)
    assert page.h1 == "Översikt"
    assert (
        "Hässleholmen 1 grupp Aktiva: 1. Minst 5 av 18 hushåll deltar 1 hus. "
        "Inget hus har fem intresserade ännu."
    ) in page.text
    assert (
        "Norrby 0 grupper, mål 15 Aktiva: 0. Målet gäller till 31 december 2031. 36 hushåll. Inget"
        in page.text
    )
    assert "Boda" not in page.text
    assert page.links["Alla hus Norrby"] == "/areas/norrby"


@pytest.mark.parametrize(
    ("taking_part", "said"),
    [
        (4, "18 hushåll. Inget hus har fem eller fler som deltar ännu."),
        (5, "Minst 5 av 18 hushåll deltar"),
        (13, "Minst 13 av 18 hushåll deltar"),
        (14, "Minst 14 av 18 hushåll deltar"),
        (18, "Minst 14 av 18 hushåll deltar"),
    ],
)
def test_few_and_nearly_all_are_never_a_number(
    client: PageClient, scene: Scene, taking_part: int, said: str
) -> None:
    flats = [flat for stairwell in scene.other_group.buildings[0].stairwells for flat in stairwell.flats]
    empty = [flat for flat in flats if flat.number != "1003" or flat.stairwell.number != "10"]
    for flat in empty[: taking_part - 1]:
        make_member(make_person(f"Boende i {flat.id}"), scene.other_group, flat)
    assert "18 hushåll. Inget hus" in client.get("/overview", as_=scene.hodan).text  # until the night
    recount_groups(utcnow())
    assert said in client.get("/overview", as_=scene.hodan).text


def be_interested(house: Building, count: int) -> None:
    """Add so many people interested in a group."""
    for number in range(count):
        make_interest(make_person(f"Granne {number}"), house)


@pytest.mark.parametrize(("flats", "count", "promised"), [(36, 4, 0), (36, 31, 31), (36, 36, 32), (3, 6, 5)])
def test_an_areas_interest_is_the_sum_of_what_its_buildings_show(
    scene: Scene, flats: int, count: int, promised: int
) -> None:
    norrby, landlord = scene.langgatan.property.area, scene.house.property.landlord
    numbers = tuple(f"1{number:03}" for number in range(flats))
    be_interested(make_building(norrby, landlord, "Allégatan", (1,), flats=numbers), count)
    be_interested(make_building(norrby, landlord, "Allégatan", (3,)), 1)
    begun = make_building(norrby, landlord, "Allégatan", (5,))
    be_interested(begun, 5)
    make_group(begun)  # starting it takes nobody's interest away
    (counts,) = areas_side_by_side({norrby.id}, utcnow())
    assert counts.interested == promised + 5


def test_groups_stand_in_the_order_of_their_numbers(client: PageClient, scene: Scene) -> None:
    area, landlord = scene.group.area, scene.house.property.landlord
    for numbers in ((11, 13, 15), (1, 3, 9), (2,)):
        make_group(make_building(area, landlord, "Kapplandsgatan", numbers), GroupState.STARTING)
    names = ["Kapplandsgatan 1–9", "Kapplandsgatan 2", "Kapplandsgatan 11–15"]
    needs = what_needs_somebody({area.id}, utcnow())
    assert [each.name for each in needs] == names
    form = client.get(f"/areas/{area.slug}/notices/new", as_=scene.gun).text
    assert sorted(names, key=form.index) == names


def test_what_needs_somebody_is_listed_with_what_to_do(client: PageClient, scene: Scene) -> None:
    landlord, norrby = scene.house.property.landlord, scene.langgatan.property.area
    for number in range(7):
        make_interest(make_person(f"Granne {number}"), scene.langgatan)
    alone = make_group(make_building(norrby, landlord, "Magasinsgatan", (11,)))
    make_coordinator(scene.jenny, alone, accepted=False)
    waiting = make_request(make_person("Väntar Länge"), scene.group, scene.stairwell_1)
    waiting.confirmed_at = utcnow() - timedelta(days=8)
    contact = make_contact(ContactRole.POLICE, "Polisen Norrby", norrby)
    contact.checked_on = date(2020, 1, 1)
    assert what_needs_somebody({norrby.id, scene.group.area_id}, utcnow()) == [
        Need(Reason.INTEREST, "Norrby Långgata 21–27", scene.langgatan.id, 7, 36),
        Need(Reason.NO_COORDINATOR, "Magasinsgatan 11", alone.id),
        Need(Reason.WAITING, "Våglängdsgatan 1–3", scene.group.id),
        Need(Reason.STALE_CONTACT, "Polisen Norrby", contact.id),
    ]
    page = client.get("/overview", as_=scene.gun)
    assert "Intresse, men ingen grupp Norrby Långgata 21–27 Intresserade: 7. Starta" in page.text
    for words, href in {
        "Starta Norrby Långgata 21–27": f"/groups/new?building={scene.langgatan.id}",
        "Utse Magasinsgatan 11": f"/groups/{alone.id}/coordinators",
        "Se ombuden Våglängdsgatan 1–3": f"/groups/{scene.group.id}/coordinators",
        "Kontrollera Polisen Norrby": f"/contacts/edit#contact-{contact.id}",
    }.items():
        assert page.links[words] == href


def test_what_another_officers_areas_need_is_not_told(client: PageClient, scene: Scene) -> None:
    boda, landlord = scene.other_group.area, scene.house.property.landlord
    make_group(make_building(boda, landlord, "Bodavägen", (2,)))  # without a coordinator
    be_interested(make_building(boda, landlord, "Bodavägen", (4,)), 7)
    waiting = make_request(
        make_person("Väntar Länge"), scene.other_group, stairwell_of(scene.other_group.buildings[0], 10)
    )
    waiting.confirmed_at = utcnow() - timedelta(days=8)
    make_contact(ContactRole.POLICE, "Polisen Boda", boda).checked_on = date(2020, 1, 1)
    own = {scene.group.area_id, scene.langgatan.property.area_id}
    assert what_needs_somebody(own, utcnow()) == []
    assert len(what_needs_somebody({boda.id}, utcnow())) >= 4
    assert "Inget behöver dig just nu" in client.get("/overview", as_=scene.gun).text


def test_a_coordinator_whom_no_mail_reaches_is_none(client: PageClient, scene: Scene) -> None:
    for each in (scene.amina, scene.bengt):
        assert each.mailbox
        each.mailbox.suppression, each.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.flush()
    assert what_needs_somebody({scene.group.area_id}, utcnow()) == [
        Need(Reason.NO_COORDINATOR, "Våglängdsgatan 1–3", scene.group.id)
    ]
    text = client.get("/overview", as_=scene.gun).text
    assert "Grupper där inget kontaktombud nås med mejl Våglängdsgatan 1–3" in text
    scene.amina.mailbox.suppression = scene.amina.mailbox.suppressed_at = None
    db.session.flush()
    assert what_needs_somebody({scene.group.area_id}, utcnow()) == [
        Need(Reason.UNREACHED, "Våglängdsgatan 1–3", scene.group.id)
    ]


def test_what_is_in_order_needs_nobody(client: PageClient, scene: Scene) -> None:
    make_request(make_person("Nyss Frågat"), scene.group, scene.stairwell_1)
    old = make_request(
        make_person("Redan Svarat"), scene.group, scene.stairwell_1, state=RequestState.DECLINED
    )
    old.confirmed_at = utcnow() - timedelta(days=30)
    closed = make_group(
        make_building(scene.group.area, scene.house.property.landlord, "Ågatan", (3,)), GroupState.CLOSED
    )
    for task in OF_CLOSING:
        store(SetAside(group_id=closed.id, task=task))
    make_interest(scene.jenny, closed.buildings[0])
    contact = make_contact(ContactRole.POLICE, "Polisen", scene.group.area)
    contact.checked_on = utcnow().date()
    assert what_needs_somebody({scene.group.area_id}, utcnow()) == []
    assert "Inget behöver dig just nu" in client.get("/overview", as_=scene.gun).text


def test_a_small_interest_is_not_told_at_all(client: PageClient, scene: Scene) -> None:
    be_interested(scene.langgatan, 4)
    text = client.get("/overview", as_=scene.gun).text
    assert "Norrby Långgata" not in text
    assert "Inget hus har fem intresserade ännu." in text


def test_interests_of_nearly_all_are_not_told_apart_by_their_order(scene: Scene) -> None:
    norrby, landlord = scene.langgatan.property.area, scene.house.property.landlord
    for number, count in ((1, 6), (3, 9)):
        be_interested(make_building(norrby, landlord, "Allégatan", (number,)), count)
    needs = what_needs_somebody({norrby.id}, utcnow())
    assert [need.name for need in needs] == ["Allégatan 1", "Allégatan 3"]


def test_no_resident_is_ever_named(client: PageClient, scene: Scene) -> None:
    for each in (scene.jenny, scene.farah, scene.dawit):
        make_interest(each, scene.langgatan, named=True)
    for each in (scene.amina, scene.bengt, scene.carin, scene.dawit):
        each.shows_name = each.shows_email = each.shows_phone = True
    waiting = make_request(scene.jenny, scene.group, scene.stairwell_1)
    waiting.confirmed_at = utcnow() - timedelta(days=30)
    make_group(make_building(scene.langgatan.property.area, scene.house.property.landlord, "Ågatan", (1,)))
    for page in ("/overview", "/areas/norrby", "/areas/hassleholmen"):
        html = client.get(page, as_=scene.gun).html
        assert [name for name in everybody(scene) if name in html] == []


def test_the_overview_asks_thirteen_things_of_the_database_whatever_there_is(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    landlord, norrby = scene.house.property.landlord, scene.langgatan.property.area
    seen = []
    for more in (0, 12):
        for number in range(more):
            make_interest(
                make_person(f"Granne {number}"), make_building(norrby, landlord, f"Gata{number}gatan", (1,))
            )
            make_group(make_building(norrby, landlord, f"Väg{number}vägen", (1,)))
            make_contact(ContactRole.POLICE, f"Polisen {number}", norrby).checked_on = date(2020, 1, 1)
        client.get("/overview", as_=scene.gun)
        with statements() as said:
            client.get("/overview", as_=scene.gun)
        seen.append(len(said))
    assert seen[0] == seen[1] <= 13


def test_interest_in_a_house_whose_group_is_closed_leads_to_starting_anew(
    client: PageClient, scene: Scene
) -> None:
    closed = make_group(scene.langgatan, GroupState.CLOSED)
    be_interested(scene.langgatan, 5)
    overview = client.get("/overview", as_=scene.gun)
    assert "Intresse, men ingen grupp Norrby Långgata 21–27" in overview.text
    answer = client.get(overview.links["Starta Norrby Långgata 21–27"], as_=scene.gun)
    assert answer.location == f"/groups/{closed.id}/closing"
