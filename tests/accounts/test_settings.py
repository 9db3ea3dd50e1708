"""Checks a person's own settings, and the language of pages."""

from __future__ import annotations

import pytest

from tests.factories import make_contact
from watch.extensions import db
from watch.models import ContactRole, Language

ONLY_A_NAME = "Skriv bara ett namn, utan lägenhet och utan något om någon. Förnamn räcker."
EMPTY = {"shows_name": [], "shows_email": [], "shows_phone": []}


def facts(person):
    db.session.refresh(person)
    return (
        person.name,
        person.language,
        person.phone,
        person.shows_name,
        person.shows_email,
        person.shows_phone,
    )


def test_nothing_is_shown_to_neighbours_until_it_is_ticked(client, dawit):
    page = client.get("/me/settings", headers={"Accept-Language": "sv"}, as_=dawit)
    kept = {name: page.form()[name] for name in ("csrf_token", "seen")}
    assert page.form() == {**kept, "name": "Dawit Tesfaye", "language": "ar", "phone": "070-174 06 08"}


def test_a_member_saves_name_language_phone_and_what_is_shown(client, carin):
    page = client.get("/me/settings", as_=carin)
    done = page.press(
        "Spara", {"name": "Carin Ö", "language": "en", "phone": "033-35 70 00", "shows_phone": "y"}
    )
    assert done.location == "/me/settings"
    assert facts(carin) == ("Carin Ö", Language.ENGLISH, "+4633357000", True, False, True)
    assert done.follow().tree.get("lang") == "en"


def test_what_was_ticked_can_be_unticked_and_the_phone_taken_away(client, carin):
    client.post("/me/settings", {"name": "Carin", "language": "sv", "phone": ""}, as_=carin)
    assert facts(carin) == ("Carin", Language.SWEDISH, None, False, False, False)


def test_a_page_that_was_opened_earlier_brings_nothing_back(client, carin):
    carin.name, carin.shows_name, carin.shows_email, carin.phone = "Karin", True, False, "+46333570000"
    db.session.commit()
    earlier = client.get("/me/settings", as_=carin)
    now = {"name": "carin", "language": "so", "shows_name": [], "phone": ""}
    client.get("/me/settings", as_=carin).press("Spara", now)
    with_more = earlier.press("Spara", {"shows_email": "y"})
    assert facts(carin) == ("carin", Language.SOMALI, None, False, True, False)
    read = with_more.follow()
    assert (read.tree.get("lang"), read.form()["name"], "shows_name" in read.form()) == ("so", "carin", False)


def test_what_is_written_on_an_earlier_page_is_saved_even_over_something_new(client, carin):
    earlier = client.get("/me/settings", as_=carin)
    client.get("/me/settings", as_=carin).press("Spara", {"name": "Carin med C", "phone": "070-123 45 67"})
    earlier.press("Spara", {"name": "Carin Ö"})
    db.session.refresh(carin)
    assert (carin.name, carin.phone) == ("Carin Ö", "+46701234567")


def test_a_page_that_came_back_with_a_fault_remembers_what_it_showed(client, carin):
    carin.shows_name = True
    db.session.commit()
    faulty = client.get("/me/settings", as_=carin).press("Spara", {"phone": "ring mig"})
    carin.shows_name = False
    db.session.commit()
    faulty.press("Spara", {"phone": "070-123 45 67"})
    assert facts(carin)[2:4] == ("+46701234567", False)


@pytest.mark.parametrize("forged", ["", "x", " ", "name="])
def test_a_page_that_does_not_say_what_it_showed_saves_everything(client, carin, forged):
    sent = {"name": "Carin", "language": "sv", "phone": "", "shows_email": "y", "seen": forged}
    client.post("/me/settings", sent, as_=carin)
    assert facts(carin) == ("Carin", Language.SWEDISH, None, False, True, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Skriv ett namn. Förnamn räcker."),
        ({"name": "C" * 61}, "Namnet är för långt. Högst 60 tecken."),
        (
            {"name": "Carin\u202e"},
            "Här finns osynliga tecken. Det första står efter ”Carin”: skriv om det stället.",
        ),
        ({"name": "=?utf-8?q?x?="}, "Teckenföljden =? … ?= kan inte skickas. Ta bort den."),
        ({"name": "Carin 19121212-1212"},
         "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Ta bort det."),
        ({"name": "Khalid F säljer knark i 1402"}, ONLY_A_NAME),
        ({"name": "Carin 1102"}, ONLY_A_NAME),
        ({"name": "ABC123 stod här"}, ONLY_A_NAME),
        ({"name": "Mörda Khalid"}, ONLY_A_NAME),
        ({"phone": "ring mig"}, "Telefonnumret stämmer inte. Skriv till exempel 070-123 45 67."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_kept_and_not_saved(client, carin, wrong, said):
    before = facts(carin)
    page = client.post("/me/settings", {"name": "Carin", "language": "sv", "phone": "", **wrong}, as_=carin)
    [(field, typed)] = wrong.items()
    assert (page.status, page.errors, page.form()[field]) == (422, [said], typed)
    assert facts(carin) == before


def test_fields_that_are_not_there_are_ignored(client, carin):
    before = carin.id, carin.mailbox_id
    sent = {"name": "Carin", "language": "sv", "id": "1", "mailbox_id": "1", "mailbox": "x", "role": "lead"}
    assert client.post("/me/settings", sent, as_=carin).status == 303
    db.session.refresh(carin)
    assert (carin.id, carin.mailbox_id) == before


def test_a_stranger_chooses_a_language_and_stays_on_the_page(client):
    page = client.get("/login?next=/me")
    chosen = client.post("/language", {"language": "ar", "next": "/login?next=/me"})
    assert (chosen.status, chosen.location) == (303, "/login?next=/me")
    read = chosen.follow()
    assert (page.tree.get("dir"), read.tree.get("lang"), read.tree.get("dir")) == ("ltr", "ar", "rtl")


def test_what_was_typed_is_not_lost_with_the_language(client, scene):
    typed = {"audience": "group", "title": "Cykelrummet låses", "body": ""}
    faulty = client.post(f"/groups/{scene.group.id}/notices/preview", typed, as_=scene.amina)
    assert faulty.status == 422
    chosen = faulty.press("English")
    assert (chosen.status, chosen.h1, chosen.tree.get("lang")) == (200, "The language is changed", "en")
    in_arabic = chosen.press("العربية")
    assert (in_arabic.status, in_arabic.tree.get("lang")) == (200, "ar")
    again = in_arabic.press("متابعة")
    assert (again.path, again.status) == (faulty.path, 422)
    assert again.form(again.path)["title"] == "Cykelrummet låses"


def test_a_form_keeps_its_own_language_when_the_page_gets_another(client, carin):
    typed = {"name": "", "language": "so", "phone": "070-123 45 67"}
    chosen = client.post("/me/settings", typed, as_=carin).press("English")
    assert chosen.tree.get("lang") == "en"
    again = chosen.press("Continue")
    assert (again.status, again.form()["language"], again.form()["phone"]) == (422, "so", "070-123 45 67")


@pytest.mark.parametrize("elsewhere", ["//other.example", "https://other.example/", ""])
def test_what_was_typed_goes_to_no_other_site(client, elsewhere):
    sent = {"language": "en", "next": elsewhere, "typed-title": "Cykelrummet"}
    assert client.post("/language", sent).location == "/"


def test_a_secret_is_not_kept_with_the_language(client):
    page = client.post("/login", {"email": "a", "password": "hunter22"})
    assert "hunter22" not in page.html


def test_a_tab_that_is_opened_again_leads_to_the_form(client, scene):
    group, empty = scene.group, scene.langgatan
    for path, form, reader in [
        (f"/groups/{group.id}/meetings/preview", f"/groups/{group.id}/meetings/new", scene.amina),
        (f"/groups/{group.id}/notices/preview", f"/groups/{group.id}/notices/new", scene.amina),
        (f"/buildings/{empty.id}/group", f"/groups/new?building={empty.id}", scene.gun),
    ]:
        opened = client.get(path, as_=reader)
        assert (opened.location, opened.follow().status) == (form, 200)


def test_whoever_is_signed_in_chooses_for_mails_too(client, carin):
    client.post("/language", {"language": "so", "next": "/me/settings"}, as_=carin)
    assert facts(carin)[1] is Language.SOMALI
    assert client.get("/me/settings", as_=carin).tree.get("lang") == "so"


@pytest.mark.parametrize("wrong", ["", "fi", "sv-SE", "xx"])
def test_a_language_that_is_not_there_is_refused(client, wrong):
    assert client.post("/language", {"language": wrong}).status == 400


@pytest.mark.parametrize("path", ["/logout", "/me/security/end-all", "/language", "/static", "/no/such/page"])
def test_after_choosing_a_language_nobody_stands_on_an_address_that_is_no_page(client, path):
    page = client.post("/language", {"language": "so", "next": path})
    while page.status == 303:
        page = page.follow()
    assert page.status == 200


TAKEN = (
    "Så heter någon som grannarna litar på, till exempel ett kontaktombud. Skriv ditt namn på ett annat sätt."
)


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("Gun Sjöström", True), ("Sjöström, Gun", True), ("gun  SJÖSTRÖM", True),
        ("Gun Sjöstrоm", True),  # with a Cyrillic о
        ("Lars Larsson", True), ("Larsson Lars", True), ("Amina Yusuf", True), ("Аmina Yusuf", True),
        ("Gun", False), ("Gun S", False), ("Lars Larsdotter", False), ("Амина Юсуф", False),
    ],
)  # fmt: skip
def test_nobody_takes_the_name_of_somebody_whom_neighbours_trust(client, scene, name, is_taken):
    scene.amina.shows_name = True
    make_contact(ContactRole.LANDLORD, "Bostäder i Borås", scene.house).name = "Lars Larsson"
    db.session.commit()
    saved = client.post("/me/settings", {"name": name, "language": "sv"}, as_=scene.carin)
    assert saved.errors == ([TAKEN] if is_taken else [])


def test_nobody_takes_the_name_that_neighbours_know_as_their_coordinators(client, scene):
    scene.amina.shows_name = True
    db.session.commit()
    said = TAKEN
    sent = {"name": "amina  yusuf", "language": "sv"}
    assert client.post("/me/settings", sent, as_=scene.carin).errors == [said]
    assert client.post("/me/settings", sent, as_=scene.ivan).status == 303  # of another group
    assert client.post("/me/settings", sent, as_=scene.amina).status == 303
    hidden = {"name": "Bengt Åkesson", "language": "sv"}  # refusing it would tell who coordinates
    assert client.post("/me/settings", hidden, as_=scene.carin).status == 303
