"""Checks what partners see: counts as officers see them, their findings, and never people."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import (
    make_building,
    make_contact,
    make_finding,
    make_group,
    make_meeting,
    make_partner,
    make_sign,
)
from tests.page_client import PageClient
from watch.audit.queries import Doer, lines
from watch.extensions import db
from watch.models import (
    AuditEntry,
    Building,
    ContactPerson,
    ContactRole,
    Counting,
    Finding,
    FindingFollower,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Group,
    GroupState,
    Language,
    Partner,
    Person,
    utcnow,
)


def numbers_of(text: str, address: str) -> str:
    """Return what a page says of the households of the house at an address."""
    return re.findall(rf"{re.escape(address)} .*?((?:Färre än 5|Nästan alla|\d+) av \d+) hushåll", text)[0]


def plain(text: str) -> str:
    """Return a page's words with plain spaces."""
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


@pytest.mark.parametrize("taking_part", [0, 4, 5, 13, 14, 18])
def test_a_partner_and_an_officer_read_the_same_number(
    taking_part: int, client: PageClient, scene: Scene, lena: Person, maja: Person
) -> None:
    scene.group.counted_taking_part = taking_part
    db.session.commit()
    told = {
        numbers_of(plain(client.get(address, as_=reader).text), scene.house.address)
        for address, reader in (("/areas/hassleholmen", scene.gun), ("/partners", lena), ("/partners", maja))
    }
    assert len(told) == 1
    if taking_part < 5:
        assert told.pop().startswith("Färre än 5 av")


def test_nobody_sees_somebody_join_before_the_night(client: PageClient, scene: Scene, lena: Person) -> None:
    before = client.get("/partners", as_=lena).text
    make_finding(scene.group.area, owner=FindingOwner.POLICE)
    scene.carin.shows_name = True
    db.session.commit()
    assert client.get("/partners", as_=lena).text == before


def test_a_landlord_sees_own_houses_and_the_municipality_all_of_the_area(
    client: PageClient, scene: Scene, lena: Person, maja: Person, others_house: Building
) -> None:
    theirs, all_of_it = (plain(client.get("/partners", as_=each).text) for each in (lena, maja))
    assert scene.house.address in theirs
    assert "Distansgatan" not in theirs
    assert "1 hus är ert. 1 hus har en grupp." in theirs
    assert scene.house.address in all_of_it
    assert "Distansgatan 9" in all_of_it
    assert "Området har 2 hus. 2 av dem har en grupp." in all_of_it
    for text in (theirs, all_of_it):
        assert "Svängrumsgatan" not in text, "another area"
        assert "Norrby" not in text


def test_a_closed_group_is_no_group_of_a_house(
    client: PageClient, scene: Scene, lena: Person, maja: Person, others_house: Building
) -> None:
    db.session.get_one(Group, others_house.group_id).state = GroupState.CLOSED
    db.session.commit()
    text = plain(client.get("/partners", as_=maja).text)
    assert "Området har 2 hus. 1 hus har en grupp." in text
    assert "Distansgatan" not in text
    scene.group.state = GroupState.CLOSED
    db.session.commit()
    assert "Ingen grupp än" in client.get("/partners", as_=lena).text


def test_a_house_without_a_group_shows_no_interest(client: PageClient, scene: Scene, maja: Person) -> None:
    group = scene.house.group_id
    scene.house.group_id = None
    db.session.commit()
    text = client.get("/partners", as_=maja).text
    assert "Ingen grupp än" in text
    assert scene.house.address not in text
    assert "ntress" not in text
    assert group


def test_meetings_of_the_year_and_who_came_are_those_of_own_houses(
    client: PageClient, scene: Scene, lena: Person, others_house: Building
) -> None:
    other = db.session.get_one(Group, others_house.group_id)
    for group, days, came in (
        (scene.group, 30, 14),
        (scene.group, 400, 99),
        (other, 20, 50),
        (scene.group, 10, None),
    ):
        held = make_meeting(group, by=scene.amina, starts_at=utcnow() - timedelta(days=days))
        if came is not None:
            held.counting, held.head_count = Counting.COUNTED, came
    db.session.commit()
    text = plain(client.get("/partners", as_=lena).text)
    assert "2 träffar det senaste året. 14 kom, räknat på 1 av dem." in text


def test_signs_are_told_by_state(client: PageClient, scene: Scene, lena: Person) -> None:
    make_sign(scene.house)
    db.session.commit()
    assert re.search(r"(Beställd|Uppe): 1", client.get("/partners", as_=lena).text)


def test_each_sees_the_findings_left_to_them_and_nobody_elses(
    client: PageClient, scene: Scene, lena: Person, maja: Person, others_house: Building
) -> None:
    other = db.session.get_one(Group, others_house.group_id)
    here, area = scene.group, scene.group.area
    make_finding(here, "Lampan i hela huset.")
    make_finding(here, "Låset i port 3.").stairwell = scene.stairwell_3
    make_finding(here, "Bom vid gatan.", owner=FindingOwner.MUNICIPALITY)
    make_finding(here, "Polisens sak.", owner=FindingOwner.POLICE)
    make_finding(here, "Ombudens sak.", owner=FindingOwner.COORDINATOR)
    make_finding(area, "Buskarna i parken.", owner=FindingOwner.MUNICIPALITY)
    make_finding(area, "Vems gård är det?")
    make_finding(other, "En annan ägares lampa.")
    make_finding(scene.other_group, "Boda, samma ägare.")
    make_finding(here, "Borttagen.").removed_at = utcnow()
    db.session.commit()
    ours = {each.what for each in db.session.scalars(select(Finding))}
    seen = {
        person.name: {what for what in ours if what in client.get("/partners/findings", as_=person).text}
        for person in (lena, maja)
    }
    assert seen == {
        "Lena Lind": {"Lampan i hela huset.", "Låset i port 3."},
        "Maja Kommun": {"Bom vid gatan.", "Buskarna i parken."},
    }
    for finding in db.session.scalars(select(Finding)).all():
        for person in (lena, maja):
            status = client.get(f"/partners/findings/{finding.id}", as_=person).status
            assert status == (200 if finding.what in seen[person.name] else 404), (person.name, finding.what)


def test_in_arabic_the_place_and_the_lists_have_the_arabic_comma(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    lena.language = scene.gun.language = Language.ARABIC
    finding = make_finding(scene.group, "Lampan.")
    for area in (scene.group.area, scene.langgatan.property.area):
        make_contact(ContactRole.POLICE, "Polisen", area)
    db.session.commit()
    group, area, other = scene.group.name, scene.group.area.name, scene.langgatan.property.area.name
    page = client.get(f"/partners/findings/{finding.id}", as_=lena)
    assert f"{group}، المبنى كله، {area}" in page.text
    listed = client.get("/partners/findings", as_=lena).text
    assert f"، {group}، المبنى كله" in listed
    assert f"{area}، {other}" in client.get("/contacts/edit", as_=scene.gun).text
    lena.language = Language.ENGLISH
    db.session.commit()
    assert f"whole building, {area}" in client.get(f"/partners/findings/{finding.id}", as_=lena).text


def test_a_place_without_a_house_is_the_landlords_where_it_is_the_only_one(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    make_finding(scene.group.area, "Buskarna på gården.")
    db.session.commit()
    assert "Buskarna på gården." in client.get("/partners/findings", as_=lena).text


def test_findings_come_open_first_by_their_day_and_the_late_ones_stand_out(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    today = utcnow().date()
    make_finding(scene.group, "Utan dag.")
    make_finding(scene.group, "Om en vecka.", due_on=today + timedelta(days=7))
    make_finding(scene.group, "Försenad.", due_on=today - timedelta(days=7))
    done = make_finding(scene.group, "Lagad förut.", due_on=today - timedelta(days=70))
    done.status, done.outcome = FindingStatus.DONE, "Ny lampa."
    db.session.commit()
    text = client.get("/partners/findings", as_=lena).text
    places = [text.index(each) for each in ("Försenad.", "Om en vecka.", "Utan dag.", "Lagad förut.")]
    assert places == sorted(places)
    assert text.count("Skulle ha varit klar") == 1
    first = client.get("/partners", as_=lena).text
    assert "Försenad." in first
    assert "Lagad förut." not in first


def test_a_partner_reports_as_by_the_mailed_link_and_the_neighbours_see_it(
    client: PageClient, scene: Scene, lena: Person, outbox: Outbox
) -> None:
    finding = make_finding(scene.group, by=scene.carin)
    db.session.add(FindingFollower(finding_id=finding.id, person_id=scene.carin.id))
    db.session.commit()
    page = client.get(f"/partners/findings/{finding.id}", as_=lena)
    assert "Carin" not in page.text
    assert page.press("Spara", {"status": "done"}).status == 422
    again = page.press("Spara", {"status": "done", "text": "Ny lampa sitter uppe."})
    assert ("done", "Tack! Grannarna ser det nu.") in again.follow().flashes
    step = db.session.scalars(select(FindingStep)).one()
    assert (step.role, step.status) == (FindingOwner.LANDLORD, FindingStatus.DONE)
    assert outbox.addressed() == [("finding-updated", "carin@example.org")]
    reported = db.session.scalars(select(AuditEntry.id).where(AuditEntry.what == "finding-reported")).all()
    assert [each.doer for each in lines(reported)] == [Doer.PARTNER], "no resident did it"
    seen = client.get(f"/findings/{finding.id}", as_=scene.carin).text
    assert "Ny lampa sitter uppe." in seen
    assert "Lena" not in seen
    pressed_twice = page.press("Spara", {"status": "done", "text": "Ny lampa sitter uppe."})
    assert pressed_twice.follow().flashes == [("info", "Det står redan så.")]


def test_words_about_a_person_are_refused(client: PageClient, scene: Scene, lena: Person) -> None:
    finding = make_finding(scene.group)
    db.session.commit()
    page = client.get(f"/partners/findings/{finding.id}", as_=lena)
    refused = page.press("Spara", {"status": "in_progress", "text": "Ring 19811218-9876 om det."})
    assert refused.status == 422
    assert db.session.scalar(select(FindingStep)) is None


def test_own_entry_is_theirs_to_change_and_no_other(
    client: PageClient, scene: Scene, lena: Person, lenas_card: ContactPerson
) -> None:
    landlord, area = scene.house.property.landlord, scene.group.area
    others = [
        make_contact(ContactRole.LANDLORD, "Bostäder", landlord),  # a colleague's, or a successor's
        make_contact(ContactRole.LANDLORD, "Utan adress", landlord),
        make_contact(ContactRole.DISTURBANCE, "Bostäder", landlord),
        make_contact(ContactRole.POLICE, "Polisen", area),
        make_contact(ContactRole.LANDLORD, "Borttagen", landlord),
    ]
    others[0].email = "olle@example.org"
    others[2].email = others[3].email = others[4].email = "lena@example.org"
    others[4].removed_at = utcnow()
    db.session.commit()
    assert [client.get(f"/partners/contacts/{each.id}", as_=lena).status for each in others] == [404] * 5
    tried = [client.post(f"/partners/contacts/{each.id}", {"phone": ""}, as_=lena).status for each in others]
    assert tried == [404] * 5
    form = client.get("/partners", as_=lena).click("Ändra uppgifterna Bostäder")
    saved = form.press(
        "Spara ändringen", {"phone": "033-12 34 57", "hours": "vardagar 9–15", "name": "Lena L"}
    )
    assert saved.follow().status == 200
    kept = db.session.get_one(ContactPerson, lenas_card.id)
    assert (kept.phone, kept.hours, kept.name, kept.email, kept.landlord) == (
        "+4633123457", "vardagar 9–15", "Lena L", "lena@example.org", landlord,
    )  # fmt: skip
    assert "033-12 34 57" in client.get("/contacts").text


def test_an_entry_for_all_areas_is_its_readers_and_without_one_the_page_says_who_can_help(
    client: PageClient, scene: Scene, maja: Person
) -> None:
    everywhere = make_contact(ContactRole.MUNICIPALITY, "Borås Stad")
    of_area = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.group.area)
    everywhere.email, of_area.email = "vaxeln@example.org", "olle@example.org"
    db.session.commit()
    without = client.get("/partners", as_=maja)
    assert "Du står inte själv bland kontakterna. Kommunpolisen kan lägga in dig." in without.text
    assert "Ändra uppgifterna Borås Stad" not in without.links
    everywhere.email = "Maja@Example.org"
    db.session.commit()
    mine = client.get("/partners", as_=maja)
    assert mine.links["Ändra uppgifterna Borås Stad"] == f"/partners/contacts/{everywhere.id}"
    assert client.get(f"/partners/contacts/{of_area.id}", as_=maja).status == 404


def test_what_an_officer_changed_meanwhile_is_shown_and_officers_hear_of_what_is_corrected(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    own = make_contact(ContactRole.LANDLORD, "Bostäder", scene.house.property.landlord)
    own.email = "lena@example.org"
    db.session.commit()
    form = client.get(f"/partners/contacts/{own.id}", as_=lena)
    own.phone = "+4633999999"
    db.session.commit()
    refused = form.press("Spara ändringen", {"hours": "vardagar 9–15"})
    assert (refused.status, refused.errors) == (
        422, ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    )  # fmt: skip
    assert "033-99 99 99" in refused.text
    assert refused.form()["hours"] == "vardagar 9–15"
    assert refused.press("Spara ändringen").status == 303
    kept = db.session.get_one(ContactPerson, own.id, populate_existing=True)
    assert (kept.hours, kept.corrected_at is not None) == ("vardagar 9–15", True)
    own.removed_at = utcnow()
    db.session.commit()
    assert form.press("Spara ändringen", {"hours": "aldrig"}).status == 404
    assert "Ändra uppgifterna Bostäder" not in client.get("/partners", as_=lena).links


def test_several_areas_are_one_page_each_and_one_list_of_findings(
    client: PageClient, scene: Scene, lena: Person
) -> None:
    boda = make_partner(lena, scene.other_group.area, scene.house.property.landlord)
    make_finding(scene.group, "Lampan i Hässleholmen.")
    make_finding(scene.other_group, "Lampan i Boda.")
    db.session.commit()
    first = client.get("/partners", as_=lena)
    assert "Svängrumsgatan" in first.text, "Boda comes first"
    here = db.session.scalars(select(Partner).where(Partner.area == scene.group.area)).one()
    assert f"/partners?page={here.id}" in first.links.values()
    second = client.get(f"/partners?page={here.id}", as_=lena)
    assert scene.house.address in second.text
    for page in (first, second):
        assert "Lampan i Hässleholmen." in page.text
        assert "Lampan i Boda." in page.text
    assert client.get(f"/partners?page={boda.id}", as_=lena).text == first.text


def test_another_persons_page_is_not_shown(
    client: PageClient, scene: Scene, lena: Person, maja: Person
) -> None:
    of_maja = db.session.scalars(select(Partner).where(Partner.person == maja)).one()
    assert client.get(f"/partners?page={of_maja.id}", as_=lena).text == client.get("/partners", as_=lena).text


def test_the_page_of_many_houses_takes_no_more_statements(
    client: PageClient,
    scene: Scene,
    lena: Person,
    statements: Callable[..., AbstractContextManager[list[str]]],
) -> None:
    def needed() -> list[int]:
        numbers = []
        for address in ("/partners", "/partners/findings"):
            with statements() as said:
                client.get(address, as_=lena)
            numbers.append(len(said))
        return numbers

    needed()
    few = needed()
    for number in range(30, 50, 2):
        house = make_building(scene.group.area, scene.house.property.landlord, "Gatan", (number,))
        make_finding(make_group(house))  # of the whole group, whose houses tell where it is
        make_sign(house)
    db.session.commit()
    more = [many - before for many, before in zip(needed(), few, strict=True)]
    assert max(more) <= 3, "signs, findings and the houses of their groups, once each"
