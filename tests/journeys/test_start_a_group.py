"""From the landlord's list to an active group: started by the police contact, led by a neighbour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from click.testing import Result
from sqlalchemy import func, select

from tests.browser import Phone
from tests.conftest import ROOT
from tests.factories import make_interest, make_person
from tests.post import Post
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import (
    Building,
    ChecklistItem,
    Coordinator,
    Flat,
    Group,
    GroupState,
    GroupTransition,
    Membership,
    Person,
    Stairwell,
    StartStep,
)

LIST = ROOT / "watch" / "ops" / "sample" / "fastigheter-boras.csv"
DUTY = [
    "Jag berättar inte för någon vem som är med, eller vem som inte är det.",
    "Jag använder grannarnas uppgifter bara för gruppens skull.",
    "Jag skriver aldrig något om misstankar mot en person. Tips lämnas till 114 14.",
    "Jag tar emot nya grannar och låter den som säger nej vara i fred.",
    "Jag säger till när jag vill sluta, så att någon annan kan ta över.",
]
TODAY = datetime.now(STOCKHOLM).date()
BOOKED = TODAY - timedelta(days=10)


@pytest.fixture
def places(cli: Callable[..., Result]) -> None:
    """The real buildings, imported by the operator, who then appoints the police contact."""
    areas = [f"--new-area={name}" for name in ("Boda", "Hässleholmen", "Norrby")]
    assert cli("places", "import", LIST, *areas).exit_code == 0
    for slug in ("norrby", "hassleholmen", "boda"):
        named = cli("people", "appoint-officer", "gun@example.org", "--area", slug, "--name", "Gun Sjöström")
        assert named.exit_code == 0, named.output


@pytest.fixture
def house(places: None) -> Building:
    """Norrby Långgata 77–85, where five neighbours have left interest."""
    number_77 = Stairwell.street == "Norrby Långgata", Stairwell.number == "77"
    house = db.session.scalars(select(Building).join(Stairwell).where(*number_77)).one()
    for name in ("anna", "bo", "cem", "dina", "eva"):
        make_interest(make_person(name.title(), f"{name}@example.org"), house)
    return house


def test_the_list_is_read_whole_and_twice_is_once(places: None, cli: Callable[..., Result]) -> None:
    assert cli("places", "import", LIST).exit_code == 0
    counts = [db.session.scalar(select(func.count(each.id))) for each in (Building, Stairwell, Flat)]
    assert counts == [89, 351, 3486]


def test_the_police_contact_starts_a_group_and_a_neighbour_takes_it_on(
    house: Building, post: Post, make_phone: Callable[..., Phone]
) -> None:
    samiras, guns = make_phone(), make_phone()
    _samira_is_interested_and_says_who_she_is(samiras, house, post)
    _gun_signs_in(guns, post, make_phone())
    _gun_sees_her_areas_and_finds_the_house(guns, house)
    _gun_starts_the_group(guns)

    assert post.deliver() == ["samira@example.org"]
    _samira_takes_it_on(samiras, post)
    assert post.deliver() == [f"{name}@example.org" for name in ("anna", "bo", "cem", "dina", "eva")]
    group = db.session.scalars(select(Group)).one()
    assert _coordinators(group) == [("Samira Haddad", True, "2026-2", None)]
    assert _members(group) == [("Samira Haddad", "81", "1001")]

    _gun_ticks_the_steps(guns, group)
    guns.press("Gör gruppen aktiv")
    assert "Gruppen är aktiv." in guns.text
    assert _steps(group) == {
        StartStep.POLICE_CONTACT: TODAY,
        StartStep.MEETING_BOOKED: BOOKED,
        StartStep.MEETING_HELD: BOOKED + timedelta(days=3),
        StartStep.COORDINATORS_TRAINED: BOOKED + timedelta(days=4),
        StartStep.HOUSEHOLD_LIST: BOOKED + timedelta(days=5),
    }
    assert _life(group) == [GroupState.STARTING, GroupState.ACTIVE]


def _samira_is_interested_and_says_who_she_is(phone: Phone, house: Building, post: Post) -> None:
    phone.open("/?q=norrby+långgata+81")
    phone.follow(house.address)
    phone.follow("Jag är intresserad")
    phone.fill("Ditt namn", "Samira Haddad")
    phone.fill("Din e-postadress", "samira@example.org")
    phone.tick("Jag kan tänka mig att vara kontaktombud.")
    phone.press("Anmäl intresse")
    assert phone.h1 == "Titta i din mejl"
    assert post.deliver() == ["samira@example.org"]
    phone.open(post.link("samira@example.org", "/interest/"))
    phone.press("Ja, det var jag")
    phone.press("Berätta mitt namn för kommunpolisen")
    assert "Nu kan kommunpolisen se ditt namn." in phone.text


def _gun_signs_in(phone: Phone, post: Post, somebody_elses: Phone) -> None:
    phone.open("/")
    phone.follow("Logga in")
    phone.fill("Din e-postadress", "gun@example.org")
    phone.press("Skicka länken")
    assert phone.h1 == "Titta i din mejl"
    assert post.deliver() == ["gun@example.org"]
    link = post.link("gun@example.org", "/login/")
    somebody_elses.open(link)
    somebody_elses.press("Logga in")
    assert somebody_elses.h1 == "Öppna länken där du bad om den"
    phone.open(link)
    phone.press("Logga in")


def _gun_sees_her_areas_and_finds_the_house(phone: Phone, house: Building) -> None:
    assert phone.h1 == "Översikt"
    assert [
        " ".join(phone.page.locator(f"#area-{slug}").inner_text().split())
        for slug in ("norrby", "hassleholmen", "boda")
    ] == [
        _area("Norrby", flats="1 268", buildings=33, interested="Intresserade: minst 5"),
        _area("Hässleholmen", flats="1 948", buildings=40),
        _area("Boda", flats="270", buildings=16),
    ]
    phone.follow("Alla hus Norrby")
    phone.fill("Adress", "norrby långgata 81")
    phone.press("Visa")
    assert "5 är intresserade" in phone.text
    phone.follow(f"Starta {house.address}")


def _area(
    name: str, *, flats: str, buildings: int, interested: str = "Inget hus har fem intresserade ännu"
) -> str:
    return (
        f"{name} 0 grupper Aktiva: 0. {flats} hushåll. Inget hus har fem eller fler som deltar ännu. "
        f"{buildings} hus. {interested}. Alla hus {name} Karta {name} Skriv ett meddelande {name}"
    )


def _gun_starts_the_group(phone: Phone) -> None:
    assert phone.h1 == "Starta en grupp"
    assert "Vill ha en grupp 5" in phone.text
    assert phone.page.locator("main ul.list li").all_inner_texts() == ["Samira Haddad"]
    phone.tick("Samira Haddad")
    phone.press("Starta gruppen")
    assert "Gruppen är startad. De som är intresserade får ett mejl när" in phone.text
    assert "Ingen har tagit uppdraget än. Innan någon har gjort det går det bara" in phone.text


def _samira_takes_it_on(phone: Phone, post: Post) -> None:
    phone.open(post.link("samira@example.org", "/appointment/"))
    assert phone.page.locator("main ol li").all_inner_texts() == DUTY
    phone.tick("Mina grannar får se mitt namn")
    phone.choose("Var bor du? (frivilligt)", "Norrby Långgata 81")
    phone.fill("Lägenhetsnummer (frivilligt)", "1001")
    phone.press("Jag åtar mig uppdraget")
    assert "Tack! Du är nu kontaktombud." in phone.text


def _gun_ticks_the_steps(phone: Phone, group: Group) -> None:
    phone.open(f"/groups/{group.id}/lifecycle")
    assert "Samira Haddad har tagit uppdraget." in phone.text
    steps = (
        (0, "Uppstartsmötet är bokat"),
        (3, "Uppstartsmötet har hållits"),
        (4, "Kontaktombuden är utsedda och utbildade"),
        (5, "Hushållslistan är upprättad"),
    )
    for days, step in steps:
        assert phone.page.get_by_role("button", name="Gör gruppen aktiv").count() == 0
        label = "Mötet är den" if days == 0 else "Datum"
        day = phone.page.get_by_label(label, exact=True).locator("visible=true")
        day.fill((BOOKED + timedelta(days=days)).isoformat())
        phone.press(f"Klart {step}")


def _coordinators(group: Group) -> list[tuple[str, bool, str | None, object]]:
    found = db.session.scalars(select(Coordinator).where(Coordinator.group_id == group.id))
    return [(each.person.name, each.is_lead, each.duty_version, each.ended_at) for each in found]


def _members(group: Group) -> list[tuple[str, str, str]]:
    found = db.session.execute(
        select(Person, Stairwell.number, Flat.number)
        .join(Membership, Membership.person_id == Person.id)
        .join(Membership.household)
        .join(Flat)
        .join(Stairwell, Stairwell.id == Flat.stairwell_id)
        .where(Membership.group_id == group.id)
    )
    return [(person.name, stairwell, flat) for person, stairwell, flat in found]


def _steps(group: Group) -> dict[StartStep, date]:
    found = db.session.scalars(select(ChecklistItem).where(ChecklistItem.group_id == group.id))
    return {item.step: item.done_on for item in found}


def _life(group: Group) -> list[GroupState]:
    steps = select(GroupTransition).where(GroupTransition.group_id == group.id).order_by(GroupTransition.at)
    return [step.state for step in db.session.scalars(steps)]
