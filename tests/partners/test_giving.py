"""Checks how a contact person gets a page and loses it, and that partners never are coordinators."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from time_machine import travel

from tests.access._expected import EXPECTED
from tests.access._people import sign_in_of
from tests.access._rows import rows_of_pages
from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_contact, make_coordinator, make_partner, make_person
from tests.page_client import Page, PageClient
from watch.accounts.errors import AskedElsewhere, CoordinatorNeverFollows, OfficerNeverCoordinates
from watch.accounts.service import signing_in
from watch.accounts.service.people import mailbox_at
from watch.addresses.service import move_to
from watch.extensions import db
from watch.groups.service import coordinators
from watch.models import (
    Area,
    AuditEntry,
    ContactPerson,
    ContactRole,
    Mailbox,
    Partner,
    Person,
    SignIn,
    SignInLink,
    utcnow,
)
from watch.partners import queries, service
from watch.permissions import Permission
from watch.relations import relations_of
from watch.retention.service import people

AB = "AB Bostäder i Borås"


def rooms_of(page: Page) -> set[str | None]:
    """Return the addresses in the head of a page."""
    (head,) = [nav for nav in page.tree.iter("nav") if nav.get("class") == "site-nav"]
    return {link.get("href") for link in head.iter("a")}


def pages() -> list[tuple[str, str | None, bool]]:
    """Return area, landlord and whether it is current, of each page."""
    found = db.session.scalars(select(Partner).order_by(Partner.id))
    return [
        (each.area.slug, each.landlord.name if each.landlord else None, each.ended_at is None)
        for each in found
    ]


def test_an_officer_gives_a_page_for_own_areas_after_saying_what_it_shows(
    client: PageClient, scene: Scene, lenas_card: ContactPerson, outbox: Outbox
) -> None:
    asked = client.get("/contacts/edit", as_=scene.gun).click("Ge en egen sida Bostäder")
    assert "Aldrig vilka som är med" in asked.text
    assert pages() == []
    given = asked.press("Ge en egen sida")
    assert pages() == [
        ("hassleholmen", AB, True),
        ("norrby", AB, True),
    ], "Boda is not Gun's"
    assert outbox.addressed() == [("partner-assigned", "lena@example.org")]
    assert "Lena Lind" in given.follow().text
    assert "Avsluta egen sida" in client.get("/contacts/edit", as_=scene.gun).text
    noted = db.session.scalars(select(AuditEntry.what).where(AuditEntry.what == "partner-assigned")).all()
    assert len(noted) == 2
    again = asked.press("Ge en egen sida")
    assert again.status == 303
    assert len(pages()) == 2
    assert len(outbox.rows()) == 1


def test_a_page_takes_effect_and_ends_on_the_next_request(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    service.give_page(lenas_card, queries.properties_for([lenas_card], [scene.group.area_id]), by=scene.gun)
    db.session.commit()
    lena = db.session.scalars(select(Partner)).one().person
    assert lena.name == "Lena Lind"
    assert client.get("/partners", as_=lena).status == 200
    client.get("/partners/given", as_=scene.gun).press("Avsluta Lena Lind")
    assert client.get("/partners", as_=lena).status == 403
    client.get("/partners/given", as_=scene.gun).press("Ångra Lena Lind")
    assert client.get("/partners", as_=lena).location == "/login?next=/partners", "she signs in anew"
    assert relations_of(lena).partner_of == {scene.group.area_id}
    acts = select(AuditEntry.what).where(AuditEntry.what.startswith("partner-")).order_by(AuditEntry.id)
    assert db.session.scalars(acts).all() == ["partner-assigned", "partner-ended", "partner-assigned"]


def test_giving_again_brings_back_the_page_and_mails_nobody_twice_a_day(
    client: PageClient, scene: Scene, lenas_card: ContactPerson, outbox: Outbox
) -> None:
    places = queries.properties_for([lenas_card], [scene.group.area_id])
    service.give_page(lenas_card, places, by=scene.gun)
    page = db.session.scalars(select(Partner)).one()
    for _time in range(2):
        service.end_page(page, by=scene.gun)
        service.give_page(lenas_card, places, by=scene.gun)
    db.session.commit()
    assert pages() == [("hassleholmen", AB, True)]
    assert outbox.names() == ["partner-assigned"]
    service.end_page(page, by=scene.gun)
    db.session.commit()
    people.partners(utcnow())
    db.session.commit()
    assert pages() == []
    with travel(utcnow() + timedelta(days=2)):
        service.give_page(lenas_card, places, by=scene.gun)
        db.session.commit()
    assert outbox.names() == ["partner-assigned"], "the mail about the erased one went with it"


def test_whose_houses_they_are_follows_from_the_contact(
    client: PageClient, scene: Scene, hassleholmen: Area, boda: Area
) -> None:
    def seen(role: ContactRole, where: object = None, email: str | None = "a@example.org") -> list[str]:
        contact = make_contact(role, "Någon", where)  # type: ignore[arg-type]  # any of the places
        contact.email = email
        found = queries.properties_for([contact], [hassleholmen.id, boda.id])
        return [f"{each.area.slug} {each.landlord.name if each.landlord else '-'}" for each in found]

    landlord = scene.house.property.landlord
    assert seen(ContactRole.LANDLORD, landlord) == [
        "boda AB Bostäder i Borås",
        "hassleholmen AB Bostäder i Borås",
    ]
    assert seen(ContactRole.LANDLORD, scene.house) == [f"hassleholmen {AB}"]
    assert seen(ContactRole.LANDLORD, hassleholmen) == [f"hassleholmen {AB}"], "it has one landlord"
    assert seen(ContactRole.LANDLORD) == []
    assert seen(ContactRole.LANDLORD, scene.group) == []
    assert seen(ContactRole.MUNICIPALITY, boda) == ["boda -"]
    assert seen(ContactRole.MUNICIPALITY) == ["boda -", "hassleholmen -"]
    assert seen(ContactRole.MUNICIPALITY, boda, email=None) == []
    assert seen(ContactRole.POLICE, boda) == []


def test_without_houses_the_page_says_what_to_change(client: PageClient, scene: Scene) -> None:
    contact = make_contact(ContactRole.LANDLORD, "Bostäder")
    contact.email = "lena@example.org"
    db.session.commit()
    page = client.get(f"/contacts/{contact.id}/partner", as_=scene.gun)
    assert "Vilka hus gäller det?" in page.text
    assert "Ge en egen sida" not in page.buttons
    client.post(f"/contacts/{contact.id}/partner", as_=scene.gun)
    assert pages() == []


def test_a_coordinator_gets_no_page_nor_who_shares_the_mailbox(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    lenas_card.email = "bengt@example.org"
    db.session.commit()
    refused = client.get(f"/contacts/{lenas_card.id}/partner", as_=scene.gun).press("Ge en egen sida")
    said = refused.follow()
    assert said.flashes == [("warn", "Den här adressen kan inte få en egen sida. Be om en annan adress.")]
    assert "kontaktombud" not in said.text, "nothing tells an officer who coordinates in another area"
    assert pages() == []
    page = make_partner(scene.bengt, scene.group.area)
    page.ended_at = utcnow()
    with pytest.raises(CoordinatorNeverFollows):
        service.give_again(page, by=scene.gun)


@pytest.mark.parametrize("shared", [False, True])
def test_a_partner_is_never_appointed(scene: Scene, shared: bool) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.other_group.area)
    asked = make_person("Lena Två", "lena@example.org") if shared else lena
    with pytest.raises(OfficerNeverCoordinates):
        coordinators.appoint(scene.group, asked, lead=False, by=scene.amina)
    waiting = make_coordinator(asked, scene.group, accepted=False)
    with pytest.raises(OfficerNeverCoordinates):
        coordinators.accept_appointment(waiting)


def test_a_partner_moves_to_no_coordinators_mailbox(scene: Scene) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area)
    with pytest.raises(CoordinatorNeverFollows):
        move_to(lena, scene.bengt.mailbox)


def test_a_coordinator_moves_to_no_partners_mailbox(scene: Scene) -> None:
    make_partner(make_person("Lena Lind", "lena@example.org"), scene.group.area)
    with pytest.raises(OfficerNeverCoordinates):
        move_to(scene.bengt, mailbox_at("lena@example.org"))


def test_rows_that_say_both_give_no_sight_of_people(client: PageClient, scene: Scene) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_coordinator(lena, scene.group, lead=True)
    make_partner(lena, scene.group.area)
    db.session.commit()
    relations = relations_of(lena)
    assert (relations.coordinates, relations.leads) == ({}, set())
    assert client.get(f"/groups/{scene.group.id}/members", as_=lena).status == 404


def test_a_partners_sign_in_link_opens_only_where_it_was_asked_for(scene: Scene) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area)
    in_an_hour = utcnow() + timedelta(hours=1)
    link = SignInLink(mailbox=lena.mailbox, expires_at=in_an_hour, browser_index=b"another browser")
    db.session.add(link)
    db.session.flush()
    assert relations_of(lena).has_role
    with pytest.raises(AskedElsewhere):
        signing_in.sign_in(link, lena, browser="this browser", device="")


def is_signed_in(person: Person) -> bool:
    running = select(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None))
    return db.session.scalar(running) is not None


@pytest.mark.parametrize("is_undone", [False, True])
def test_who_gets_a_page_signs_in_anew(
    is_undone: bool, client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    places = queries.properties_for([lenas_card], [scene.group.area_id])
    service.give_page(lenas_card, places, by=scene.gun)
    db.session.commit()
    page = db.session.scalars(select(Partner)).one()
    assert client.get("/partners", as_=page.person).status == 200
    service.end_page(page, by=scene.gun)
    assert is_signed_in(page.person)
    if is_undone:
        service.give_again(page, by=scene.gun)
    else:
        service.give_page(lenas_card, places, by=scene.gun)
    db.session.commit()
    assert not is_signed_in(page.person)
    assert db.session.scalars(select(Partner)).one() is page


def test_who_has_a_page_stays_signed_in_when_another_areas_is_given_or_comes_back(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    places = queries.properties_for([lenas_card], [scene.group.area_id, scene.other_group.area_id])
    service.give_page(lenas_card, places[:1], by=scene.gun)
    db.session.commit()
    lena = db.session.scalars(select(Partner)).one().person
    assert client.get("/partners", as_=lena).status == 200
    service.give_page(lenas_card, places[1:], by=scene.gun)
    db.session.commit()
    assert is_signed_in(lena)
    other = db.session.scalars(select(Partner).order_by(Partner.id.desc())).first()
    assert other
    service.end_page(other, by=scene.gun)
    service.give_again(other, by=scene.gun)
    db.session.commit()
    assert is_signed_in(lena)
    assert {each.person for each in db.session.scalars(select(Partner))} == {lena}


def test_a_member_has_both_rooms_and_begins_at_the_houses(client: PageClient, scene: Scene) -> None:
    make_partner(scene.carin, scene.group.area)
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert {"/partners", "/me"} <= rooms_of(page)
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area)
    db.session.commit()
    own = client.get("/partners", as_=lena)
    assert rooms_of(own) == {"/partners", "/contacts", "/me/settings"}


def test_the_relation_goes_with_the_person(scene: Scene) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    make_partner(lena, scene.group.area)
    db.session.commit()
    db.session.delete(lena)
    db.session.commit()
    assert pages() == []


def test_who_had_a_page_and_nothing_else_is_erased(scene: Scene) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    lena.created_at = utcnow() - timedelta(days=60)
    page = make_partner(lena, scene.group.area)
    db.session.commit()
    number = lena.id
    people.persons(utcnow())
    db.session.commit()
    assert db.session.get(Person, number) is not None, "as long as she has it"
    page.ended_at = utcnow()
    db.session.commit()
    people.partners(utcnow())
    people.persons(utcnow())
    people.mailboxes(utcnow())
    db.session.commit()
    db.session.expire_all()
    assert db.session.get(Person, number) is None
    assert "lena@example.org" not in {each.address for each in db.session.scalars(select(Mailbox))}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # what is declared depends on no database
def test_of_all_pages_a_partner_reads_what_everybody_may_and_the_partners_own(
    client: PageClient, scene: Scene
) -> None:
    things = rows_of_pages(scene)
    lena = db.session.get_one(Partner, things["partner"]).person
    client.browser(lena)
    mine = {**things, "sign_in": sign_in_of(lena)}
    views, routes = client.app.view_functions, client.app.url_map.bind("127.0.0.1")
    read: set[object] = set()
    for expected in (each for rows in EXPECTED.values() for each in rows if each.get):
        address = expected.address.format_map(mine)
        if client.get(address, as_=lena).status < 400:
            endpoint, _arguments = routes.match(address.partition("?")[0])
            read.add(views[endpoint].access)  # type: ignore[attr-defined]  # the mark of its decorator
    assert read == {"public", "signed in", Permission.SEE_OWN_PROPERTIES}
