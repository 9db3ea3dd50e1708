"""Checks who gets a page at an address, and that officers learn nothing of who else reads it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_contact, make_landlord, make_partner, make_person
from tests.mail.letters import text_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import ContactPerson, ContactRole, Partner, Person, SignIn, utcnow
from watch.partners.queries import given_with

AB = "AB Bostäder i Borås"


def give(client: PageClient, officer: Person) -> Page:
    """Give a page from the officer's list of contact persons."""
    return (
        client.get("/contacts/edit", as_=officer).click("Ge en egen sida Bostäder").press("Ge en egen sida")
    )


def partners() -> set[Person]:
    """Return everybody who has a page."""
    return {each.person for each in db.session.scalars(select(Partner).where(Partner.is_current))}


@pytest.mark.parametrize("name", [None, "Bo Ek", "Carin Öberg"])
def test_a_resident_at_the_address_is_not_taken_nor_told_of_nor_signed_out(
    name: str | None, client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    lenas_card.name, lenas_card.email = name, "carin@example.org"
    db.session.commit()
    assert client.get("/me", as_=scene.carin).status == 200
    given = give(client, scene.gun).follow()
    (reader,) = partners()
    assert reader != scene.carin
    assert reader.name == name or (name is None and reader.name == "Bostäder")
    if name != "Carin Öberg":
        assert "Carin" not in given.text
        assert "Carin" not in client.get("/contacts/edit", as_=scene.gun).text
    running = select(SignIn).where(SignIn.person_id == scene.carin.id, SignIn.ended_at.is_(None))
    assert db.session.scalar(running) is not None
    assert client.get("/me", as_=scene.carin).status == 200
    assert client.get("/partners", as_=scene.carin).status == 403
    assert client.get("/partners", as_=reader).status == 200


def test_no_page_tells_whether_the_address_was_known(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    told = set()
    for address in ("carin@example.org", "somebody@example.org"):
        lenas_card.email = address
        db.session.commit()
        given = give(client, scene.gun).follow()
        told.add((given.text.replace(address, "…"), *given.flashes))
        for page in db.session.scalars(select(Partner)).all():
            db.session.delete(page)
        db.session.commit()
    assert len(told) == 1


def test_of_two_by_the_same_name_the_sign_in_page_says_whose_is_the_page_of_the_houses(
    client: PageClient, scene: Scene, lenas_card: ContactPerson, outbox: Outbox
) -> None:
    lenas_card.name, lenas_card.email = "Carin Öberg", "carin@example.org"
    db.session.commit()
    give(client, scene.gun)
    client.post("/login", {"email": "carin@example.org"})
    (link,) = [word for word in text_of(outbox.rows()[-1]).split() if "/login/" in word]
    who = client.get(link).press("Logga in")
    assert who.text.count("Carin Öberg (egen sida för kontaktpersoner)") == 1
    assert who.text.count("Carin Öberg") == 2
    (reader,) = partners()
    assert who.press("Logga in", {"person": reader.id}).location == "/partners"


def test_who_has_or_had_a_page_gets_the_next_whatever_name_the_card_has_now(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    give(client, scene.gun)
    (lena,) = partners()
    lenas_card.name = "Lena Lindh, förvaltare"
    db.session.commit()
    client.get(f"/contacts/{lenas_card.id}/partner", as_=scene.hodan).press("Ge en egen sida")
    assert partners() == {lena}
    assert len(db.session.scalars(select(Partner)).all()) == 3
    for page in db.session.scalars(select(Partner)).all():
        page.ended_at = utcnow()
    db.session.commit()
    give(client, scene.gun)
    assert partners() == {lena}
    assert len(db.session.scalars(select(Person).where(Person.mailbox == lena.mailbox)).all()) == 1


def test_of_several_the_one_who_has_a_page_comes_before_whoever_had_one(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    has, had = (make_person(name, "lena@example.org") for name in ("Har", "Hade"))
    make_partner(has, scene.other_group.area)
    make_partner(had, scene.group.area).ended_at = utcnow()
    db.session.commit()
    give(client, scene.gun)
    assert partners() == {has}


def test_the_mail_names_what_was_given_by_the_press_and_is_announced_only_if_there_is_one(
    client: PageClient, scene: Scene, lenas_card: ContactPerson, outbox: Outbox
) -> None:
    page = make_partner(make_person("Lena Lind", "lena@example.org"), scene.other_group.area)
    page.assigned_at = utcnow().replace(year=2025)
    db.session.commit()
    first = give(client, scene.gun).follow()
    assert first.flashes == [("done", "Sidan är klar. Ett mejl om den är på väg.")]
    (row,) = outbox.rows()
    text = text_of(row)
    assert f"Den gäller: - {AB}, Hässleholmen - {AB}, Norrby Där ser du" in text
    again = client.get(f"/contacts/{lenas_card.id}/partner", as_=scene.gun).press("Ge en egen sida")
    assert again.follow().flashes == [("done", "Sidan är klar.")]
    elsewhere = client.get(f"/contacts/{lenas_card.id}/partner", as_=scene.hodan).press("Ge en egen sida")
    assert elsewhere.follow().flashes == [("done", "Sidan är klar.")], "mailed today already"
    assert len(outbox.rows()) == 1
    for given in db.session.scalars(select(Partner).where(Partner.area != scene.other_group.area)).all():
        given.ended_at = utcnow()
    db.session.commit()
    assert row.mailing.about is not None
    assert given_with(row.mailing.about) == [], (
        "the mail that waits is left out, though an older page is there"
    )


def test_who_has_a_page_in_one_area_can_be_given_the_others(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    lena = make_person("Lena Lind", "lena@example.org")
    page = make_partner(lena, scene.group.area, scene.house.property.landlord)
    make_partner(lena, scene.langgatan.property.area, make_landlord("Victoriahem"))
    db.session.commit()
    links = {"Ge en egen sida Bostäder", "Avsluta egen sida Bostäder"}
    assert links <= client.get("/contacts/edit", as_=scene.gun).links.keys()
    give(client, scene.gun)
    assert links & client.get("/contacts/edit", as_=scene.gun).links.keys() == {"Avsluta egen sida Bostäder"}
    page.ended_at = utcnow()
    db.session.commit()
    assert links <= client.get("/contacts/edit", as_=scene.gun).links.keys()


def test_officers_see_which_page_has_no_contact_any_more(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    gone = "Står inte bland kontakterna längre"
    give(client, scene.gun)
    lenas_card.email = "LENA@example.org"
    db.session.commit()
    assert gone not in client.get("/partners/given", as_=scene.gun).text
    police = make_contact(ContactRole.POLICE, "Polisen", scene.group.area)
    police.email, lenas_card.email = "lena@example.org", "olle@example.org"
    db.session.commit()
    assert client.get("/partners/given", as_=scene.gun).text.count(gone) == 2, "of both areas"
    lenas_card.email, lenas_card.removed_at = "lena@example.org", utcnow()
    db.session.commit()
    page = client.get("/partners/given", as_=scene.gun)
    assert page.text.count(gone) == 2
    page.press("Avsluta Lena Lind")
    assert client.get("/partners/given", as_=scene.gun).text.count(gone) == 1


def test_whose_page_has_ended_reads_whom_to_ask(
    client: PageClient, scene: Scene, lena: Person, lenas_card: ContactPerson
) -> None:
    client.get("/partners/given", as_=scene.gun).press("Avsluta Lena Lind")
    refused = client.get("/partners", as_=lena)
    assert refused.status == 403
    assert "Fråga kommunpolisen om du behöver den igen." in refused.text
    assert "kontaktombud" not in refused.text


def test_what_the_page_shows_is_said_as_it_is(
    client: PageClient, scene: Scene, lenas_card: ContactPerson
) -> None:
    text = client.get(f"/contacts/{lenas_card.id}/partner", as_=scene.gun).text
    assert "avrundat" not in text
    assert "aldrig en siffra när de är färre än fem eller nästan alla" in text
    assert "rätta namn, telefon och tider på sin egen kontakt. Det syns genast" in text
