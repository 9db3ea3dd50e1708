"""A landlord's contact person and the municipality's officer, from the card to the mended lamp."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_contact, make_finding, make_sign
from tests.post import Post
from watch.extensions import db
from watch.language import local
from watch.models import ContactPerson, ContactRole, utcnow

MakePhone = Callable[..., Phone]
SMALL = {"width": 360, "height": 740}


@pytest.fixture
def lenas_card(scene: Scene) -> ContactPerson:
    """Lena is the landlord's contact person, and a lamp of Våglängdsgatan is the landlord's to mend."""
    contact = make_contact(ContactRole.LANDLORD, "Bostäder", scene.house.property.landlord)
    contact.name, contact.email = "Lena Lind", "lena@example.org"
    make_finding(scene.group, due_on=local(utcnow()).date() - timedelta(days=3))
    make_sign(scene.house)
    db.session.commit()
    return contact


def sign_in_by_mail(phone: Phone, post: Post, address: str) -> None:
    """Write the address on the sign-in page, open the mailed link and press its button."""
    phone.fill("Din e-postadress", address)
    phone.press("Skicka länken")
    post.deliver()
    phone.open(post.link(address, "/login/"))
    phone.page.locator("main").get_by_role("button", name="Logga in", exact=True).click()
    phone.page.wait_for_load_state()
    phone.look()


def test_the_landlords_contact_gets_a_page_and_says_that_the_lamp_is_mended(
    make_phone: MakePhone, scene: Scene, post: Post, lenas_card: ContactPerson
) -> None:
    gun = make_phone(viewport=SMALL)
    gun.sign_in(scene.gun)
    gun.open("/contacts/edit")
    gun.follow("Ge en egen sida")
    assert "Aldrig vilka som är med" in gun.text
    gun.press("Ge en egen sida")
    assert "Sidan är klar." in gun.text
    post.deliver()
    letter = post.letters("lena@example.org")[0]
    assert letter.mail["Subject"] == "Du har fått en egen sida hos grannsamverkan"

    lena = make_phone(viewport=SMALL, javascript=False)
    lena.open(post.link("lena@example.org", "/partners"))
    assert lena.path.startswith("/login")
    sign_in_by_mail(lena, post, "lena@example.org")
    assert (lena.path, lena.h1) == ("/partners", "Era hus")
    assert "Våglängdsgatan 1–3" in lena.text.replace("\u00a0", " ")
    assert "av 18 hushåll är med" in lena.text.replace("\u00a0", " ")
    assert "Skulle ha varit klar" in lena.text
    for person in (scene.amina, scene.bengt, scene.carin, scene.elsa, scene.farah):
        assert person.name not in lena.text

    lena.follow("Belysning")
    lena.tick("Klar")
    lena.fill("Vad har hänt? (frivilligt)", "Ny lampa sitter uppe.")
    lena.press("Spara")
    assert "Tack! Grannarna ser det nu." in lena.text
    lena.open("/partners")
    assert "Inget väntar på er just nu." in lena.text
    lena.follow("Ändra uppgifterna")
    lena.fill("Telefon", "033-12 34 57")
    lena.press("Spara ändringen")
    assert "033-12 34 57" in lena.text

    carin = make_phone(viewport=SMALL)
    carin.sign_in(scene.carin)
    carin.open(f"/groups/{scene.group.id}")
    assert "Ny lampa sitter uppe." in carin.text
    carin.open(f"/groups/{scene.group.id}/contacts")
    assert "033-12 34 57" in carin.text

    gun.open("/partners/given")
    gun.page.get_by_role("button", name="Avsluta Lena Lind").first.click()
    gun.look()
    gun.page.get_by_role("button", name="Avsluta Lena Lind").first.click()
    gun.look()
    lena.open("/partners")
    assert lena.h1 != "Era hus"


def test_the_municipalitys_officer_gives_a_colleague_a_page_and_takes_it_back(
    make_phone: MakePhone, scene: Scene, post: Post
) -> None:
    card = make_contact(ContactRole.MUNICIPALITY, "Borås Stad", scene.other_group.area)
    card.name, card.email = "Maja Ek", "maja@example.org"
    db.session.commit()
    hodan = make_phone(viewport=SMALL)
    hodan.sign_in(scene.hodan)
    hodan.open("/contacts/edit")
    hodan.follow("Ge en egen sida")
    hodan.press("Ge en egen sida")
    post.deliver()
    maja = make_phone(viewport=SMALL)
    maja.open(post.link("maja@example.org", "/partners"))
    sign_in_by_mail(maja, post, "maja@example.org")
    assert "Svängrumsgatan 10–12" in maja.text.replace("\u00a0", " ")
    assert "Våglängdsgatan" not in maja.text
    hodan.open("/partners/given")
    hodan.page.get_by_role("button", name="Avsluta Maja Ek").click()
    hodan.look()
    maja.open("/partners")
    assert maja.h1 != "Era hus"
    hodan.page.get_by_role("button", name="Ångra Maja Ek").click()
    hodan.look()
    maja.open("/partners")
    assert maja.h1 == "Logga in", "a new page wants a new sign-in"
