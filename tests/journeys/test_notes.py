"""From the gathering to what came of it: notes written and published, a lamp mended, at 360 pixels."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_contact, make_meeting
from tests.post import Post
from watch.accounts.service.signing_in import sign_out_everywhere
from watch.extensions import db
from watch.models import ContactRole, Finding, Meeting, NotesAside, NotesDraft, utcnow

SMALL = {"width": 360, "height": 740}
WORDS = "## Kort sagt\n\nLampan vid källartrappan är släckt.\nVi städar i maj.\n"


@pytest.fixture
def held(scene: Scene) -> Meeting:
    """A gathering of yesterday, and the landlord's contact person."""
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).email = "forvaltare@example.org"
    meeting = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=1), by=scene.amina)
    db.session.commit()
    return meeting


@pytest.mark.parametrize("javascript", [True, False])
def test_notes_are_written_published_and_read(
    javascript: bool, scene: Scene, held: Meeting, post: Post, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(javascript=javascript)
    phone.page.set_viewport_size(SMALL)
    phone.sign_in(scene.amina)
    phone.open(f"/meetings/{held.id}")
    phone.follow("Skriv anteckningar")
    phone.fill("Anteckningar", WORDS)
    if javascript:
        phone.page.get_by_label("Anteckningar", exact=True).press_sequentially("Hej ")
        phone.page.get_by_text(re.compile("^Sparat ")).wait_for(timeout=20_000)
        assert db.session.scalars(select(NotesDraft.version)).all() == [1]
        phone.page.get_by_label("Anteckningar", exact=True).press_sequentially("igen ")
        phone.press("English")
        phone.page.get_by_text(re.compile("^Saved ")).wait_for(timeout=20_000)
        assert "igen" in db.session.scalars(select(NotesDraft.text)).one()
        phone.press("Svenska")
    phone.press("Spara utkast")
    phone.press("Förhandsgranska")
    phone.press("Skicka till 4 grannar, 1 hushåll på papper")
    assert "Lampan vid källartrappan är släckt." in phone.text
    assert post.deliver() == [f"{name}@example.org" for name in ("amina", "bengt", "carin", "dawit")]
    carins = make_phone()
    carins.sign_in(scene.carin)
    carins.open(post.link("carin@example.org", "/r/"))
    assert "Vi städar i maj." in carins.text


TYPED = "Anteckningar"


def writing(phone: Phone, meeting: Meeting) -> Phone:
    """Open the form and write until it says that it is saved."""
    phone.open(f"/meetings/{meeting.id}/notes")
    phone.fill(TYPED, "Lampan är släckt.")
    expect(phone.page.locator("#saved")).to_contain_text("Sparat ", timeout=20_000)
    return phone


def says(phone: Phone, *words: str) -> None:
    """Wait until the form says only this about what is saved."""
    expect(phone.page.locator("#saved")).to_have_text(" ".join(words), timeout=20_000)


def texts_saved() -> list[str]:
    kept = *db.session.scalars(select(NotesDraft.text)), *db.session.scalars(select(NotesAside.text))
    db.session.commit()  # so that the server can write again
    return [each.strip() for each in kept]


def test_what_is_written_without_network_is_not_said_to_be_saved_and_is_sent_when_there_is_some(
    scene: Scene, held: Meeting, phone: Phone
) -> None:
    phone.sign_in(scene.amina)
    writing(phone, held)
    phone.context.set_offline(True)
    phone.fill(TYPED, "Lampan är släckt. Vi städar i maj.")
    expect(phone.page.locator("#saved")).to_have_text("Inte sparat än.", timeout=1_000)
    says(phone, "Inte sparat än.", "Vi försöker igen så snart det finns nät.")
    assert texts_saved() == ["Lampan är släckt."]
    phone.context.set_offline(False)
    expect(phone.page.locator("#saved")).to_contain_text("Sparat ", timeout=20_000)
    assert texts_saved() == ["Lampan är släckt. Vi städar i maj."]
    no_network = re.compile("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    assert [each for each in phone.complaints if not no_network.search(each)] == []


def test_notes_are_sent_again_to_a_server_that_rested(scene: Scene, held: Meeting, phone: Phone) -> None:
    phone.sign_in(scene.amina)
    writing(phone, held)
    phone.page.route("**/notes", lambda route: route.fulfill(status=503, body="<p>Vila</p>"), times=1)
    phone.fill(TYPED, "Vi städar i maj.")
    says(phone, "Inte sparat än.", "Vi försöker igen så snart det finns nät.")
    expect(phone.page.locator("#saved")).to_contain_text("Sparat ", timeout=20_000)
    assert texts_saved() == ["Vi städar i maj."]


def test_whoever_is_signed_out_while_writing_is_told_and_meets_no_text_of_their_own(
    scene: Scene, held: Meeting, phone: Phone
) -> None:
    phone.sign_in(scene.amina)
    writing(phone, held)
    sign_out_everywhere(scene.amina)
    db.session.commit()
    phone.fill(TYPED, "Vi städar i maj.")
    says(phone, "Inte sparat än. Du har blivit utloggad.", "Tryck på Spara utkast så hjälper vi dig vidare.")
    phone.look()
    assert phone.page.get_by_label(TYPED, exact=True).input_value() == "Vi städar i maj."
    phone.press("Spara utkast")
    assert phone.h1 == "Du har blivit utloggad"
    assert texts_saved() == ["Lampan är släckt."]
    form_page = phone.page
    phone.page = phone.context.new_page()
    phone.sign_in(scene.amina)
    phone.page = form_page
    for _ in range(2):  # the second time with the new sign-in's own form
        phone.press("Skicka igen")
    assert "Utkastet är sparat." in phone.text
    assert texts_saved() == ["Vi städar i maj."]


def test_an_answer_that_is_another_page_takes_no_place_in_the_form(
    scene: Scene, held: Meeting, phone: Phone
) -> None:
    phone.sign_in(scene.amina)
    writing(phone, held)
    held.cancelled_at = utcnow()
    db.session.commit()
    phone.fill(TYPED, "Vi städar i maj.")
    says(phone, "Inte sparat än.", "Tryck på Spara utkast så hjälper vi dig vidare.")
    assert phone.page.locator("#saved [name=seen]").input_value() == "1"


def test_a_lamp_is_mended_by_the_landlord_and_the_neighbour_hears_of_it(
    scene: Scene, held: Meeting, post: Post, make_phone: Callable[..., Phone]
) -> None:
    aminas = make_phone()
    aminas.page.set_viewport_size(SMALL)
    aminas.sign_in(scene.amina)
    aminas.open(f"/meetings/{held.id}")
    aminas.follow("Lägg till en åtgärd")
    aminas.choose("Vad gäller det?", "Belysning")
    aminas.fill("Vad behöver göras?", "Lampan vid källartrappan är släckt.")
    aminas.press("Spara")
    assert post.deliver() == ["forvaltare@example.org"]
    carins = make_phone()
    carins.page.set_viewport_size(SMALL)
    carins.sign_in(scene.carin)
    carins.open(f"/groups/{scene.group.id}/findings")
    carins.follow("Belysning")
    carins.press("Jag vill veta hur det går")

    landlords = make_phone()
    landlords.page.set_viewport_size(SMALL)
    landlords.open(post.link("forvaltare@example.org", "/f/"))
    landlords.tick("Klar")
    landlords.page.get_by_label("Vad har hänt?").fill("Ny lampa sitter uppe.")
    landlords.press("Spara")
    assert "Åtgärden är avslutad. Tack för hjälpen!" in landlords.text
    assert post.deliver() == ["carin@example.org"]
    carins.open(post.link("carin@example.org", "/findings/told/"))
    carins.press("Jag vill inte veta mer")
    carins.open(f"/groups/{scene.group.id}")
    assert "Så blev det: Ny lampa sitter uppe." in carins.text
    assert db.session.scalars(select(Finding)).one().outcome == "Ny lampa sitter uppe."
