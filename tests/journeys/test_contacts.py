"""Contact persons: the nearest first for a neighbour, by area for everybody, edited by the police contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_contact
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import AuditEntry, ContactPerson, ContactRole


@pytest.fixture
def contacts(scene: Scene) -> dict[str, ContactPerson]:
    """Add a contact of each reach, the farthest first."""
    landlord = scene.house.property.landlord
    made = {
        "all": make_contact(ContactRole.MUNICIPALITY, "Borås Stad"),
        "area": make_contact(ContactRole.POLICE, "Polisen Hässleholmen", scene.group.area),
        "fault": make_contact(ContactRole.FAULT_REPORT, "Bostäders felanmälan", landlord),
        "loud": make_contact(ContactRole.DISTURBANCE, "Bostäders störningsjour", landlord),
        "house": make_contact(ContactRole.LANDLORD, "Husvärden", scene.house),
        "group": make_contact(ContactRole.GROUP, "Husmötet", scene.group),
        "elsewhere": make_contact(ContactRole.POLICE, "Polisen Boda", scene.other_group.area),
    }
    db.session.commit()
    return made


def test_a_neighbour_finds_the_nearest_first(
    phone: Phone, scene: Scene, contacts: dict[str, ContactPerson]
) -> None:
    phone.sign_in(scene.carin)
    phone.open("/me")
    phone.follow("Kontakter")
    names = [
        "112", "114 14", "Husmötet", "Husvärden", "Störningsjour · Bostäders störningsjour",
        "Felanmälan · Bostäders felanmälan", "Polisen Hässleholmen", "Borås Stad",
    ]  # fmt: skip
    places = [phone.text.index(name) for name in names]
    assert places == sorted(places)
    assert "Polisen Boda" not in phone.text
    emergency = phone.page.locator("main").get_by_role("link", name="112", exact=True)
    assert emergency.get_attribute("href") == "tel:112"
    calls = phone.page.locator("main a[href='tel:0337000000']")
    assert calls.count() == 6


def test_everybody_finds_those_of_the_areas(
    make_phone: Callable[..., Phone], contacts: dict[str, ContactPerson]
) -> None:
    phone = make_phone(javascript=False)
    phone.open("/contacts")
    assert phone.text.index("112") < phone.text.index("114 14") < phone.text.index("Boda")
    assert "Störningsjour · Bostäders störningsjour" in phone.text
    assert "Felanmälan · Bostäders felanmälan" in phone.text
    for private in ("Husmötet", "Husvärden", "Ändra kontakter"):
        assert private not in phone.text


def test_the_police_contact_changes_one_and_says_that_it_is_checked(
    phone: Phone, scene: Scene, make_phone: Callable[..., Phone], contacts: dict[str, ContactPerson]
) -> None:
    old = contacts["loud"]
    old.checked_on = date(2024, 2, 29)
    phone.sign_in(scene.gun)
    phone.open("/overview")
    phone.follow("Kontakter")
    assert "Polisen Boda" not in phone.text
    phone.follow("Ändra Bostäders störningsjour")
    assert phone.page.get_by_label("Telefon", exact=True).input_value() == "033-700 00 00"
    phone.fill("Telefon", "ring dagtid")
    phone.press("Spara ändringen")
    assert "Telefonnumret stämmer inte." in phone.page.locator(".error-summary").inner_text()
    assert phone.page.get_by_label("Telefon", exact=True).input_value() == "ring dagtid"
    phone.fill("Telefon", "033-700 11 22")
    phone.press("Spara ändringen")
    assert "Kontakten är ändrad." in phone.text

    contacts["fault"].checked_on = date(2024, 2, 29)
    phone.open("/contacts/edit")
    assert phone.text.count("Inte kontrollerad på ett år") == 1
    phone.press("Uppgifterna stämmer Bostäders felanmälan")
    assert "Bostäders felanmälan är kontrollerad i dag." in phone.text
    assert "Inte kontrollerad på ett år" not in phone.text

    neighbour = make_phone()
    neighbour.sign_in(scene.carin)
    neighbour.open(f"/groups/{scene.group.id}/contacts")
    assert "033-700 11 22" in neighbour.text
    today = datetime.now(STOCKHOLM).date()
    assert (old.phone, old.checked_on, contacts["fault"].checked_on) == ("+46337001122", today, today)
    done = db.session.execute(select(AuditEntry.what, AuditEntry.by_id).order_by(AuditEntry.id)).all()
    assert done == [("contact-changed", scene.gun.id), ("contact-checked", scene.gun.id)]


def test_a_new_one_is_there_at_once_and_gone_when_removed(phone: Phone, scene: Scene) -> None:
    phone.sign_in(scene.gun)
    phone.open("/contacts/edit")
    phone.follow("Ny kontakt")
    phone.choose("Vad kontakten gäller", "Störningsjour")
    phone.fill("Organisation", "Jouren")
    phone.tick("Hässleholmen")
    phone.press("Spara kontakten")
    assert "Skriv en telefon eller en e-postadress" in phone.page.locator(".error-summary").inner_text()
    phone.fill("Telefon", "0771-10 10 10")
    phone.press("Spara kontakten")
    phone.open("/contacts")
    assert "Störningsjour · Jouren" in phone.text
    phone.follow("Ändra kontakter")
    phone.follow("Ta bort Jouren")
    phone.press("Ta bort kontakten")
    assert "Jouren" not in phone.page.locator("main .cards").all_inner_texts()
    phone.open("/contacts")
    assert "Jouren" not in phone.text
    phone.follow("Ändra kontakter")
    phone.page.get_by_text("Borttaget (1)").click()
    phone.press("Ångra Störningsjour, Jouren, Hässleholmen")
    assert "Nu syns kontakten igen." in phone.text
    assert [each.removed_at for each in db.session.scalars(select(ContactPerson))] == [None]
