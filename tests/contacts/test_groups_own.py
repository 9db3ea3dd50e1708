"""Coordinators keep the contact persons of their own group, and no others."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_contact
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import AuditEntry, ContactPerson, ContactRole, ContactScope, Person

CARETAKER = {"role": "group", "organisation": "Husmötet", "name": "Eva Ek", "phone": "033-12 34 56"}


def page_of(client: PageClient, scene: Scene, by: Person) -> Page:
    return client.get(f"/groups/{scene.group.id}/contacts", as_=by)


def add(client: PageClient, scene: Scene, by: Person, **more: str) -> Page:
    page = page_of(client, scene, by).click("Ny kontakt för gruppen")
    return page.press("Spara kontakten", CARETAKER | more)


def kept() -> list[ContactPerson]:
    db.session.expire_all()
    wanted = select(ContactPerson).where(ContactPerson.is_current).order_by(ContactPerson.id)
    return list(db.session.scalars(wanted))


@pytest.mark.parametrize("name", ["amina", "bengt"])
def test_a_coordinator_adds_changes_checks_removes_and_brings_back(
    name: str, client: PageClient, scene: Scene
) -> None:
    by = getattr(scene, name)
    added = add(client, scene, by)
    assert added.follow().flashes == [("done", "Kontakten är sparad och syns nu.")]
    (contact,) = kept()
    assert (contact.reach, contact.group_id, contact.role) == (
        ContactScope.GROUP, scene.group.id, ContactRole.GROUP,
    )  # fmt: skip
    assert "Eva Ek" in page_of(client, scene, scene.carin).text
    assert "Eva Ek" not in client.get("/contacts").text, "its neighbours only"
    form = page_of(client, scene, by).click("Ändra Husmötet")
    form.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert [each.phone for each in kept()] == ["+4633222222"]
    page_of(client, scene, by).press("Uppgifterna stämmer Husmötet")
    gone = page_of(client, scene, by).press("Ta bort Husmötet").follow()
    assert kept() == []
    assert "Borttaget (1)" in gone.text
    assert "Husmötet" not in page_of(client, scene, scene.carin).text, "members see no list of removed ones"
    gone.press("Ångra Gruppen, Husmötet")
    assert [each.phone for each in kept()] == ["+4633222222"]
    done = db.session.execute(
        select(AuditEntry.what, AuditEntry.by_id, AuditEntry.group_id)
        .where(AuditEntry.what.startswith("contact-"))
        .order_by(AuditEntry.id)
    ).all()
    assert done == [
        (f"contact-{what}", by.id, scene.group.id)
        for what in ("published", "changed", "removed", "brought-back")
    ]


def test_the_officer_sees_it_and_keeps_it_as_before(client: PageClient, scene: Scene) -> None:
    add(client, scene, scene.amina)
    page = client.get("/contacts/edit", as_=scene.gun)
    assert "Husmötet" in page.text
    page.click("Ändra Husmötet").press("Spara ändringen", {"phone": "033-33 33 33"})
    assert [each.phone for each in kept()] == ["+4633333333"]
    assert "Husmötet" not in client.get("/contacts/edit", as_=scene.hodan).text


def test_members_and_officers_see_no_buttons_on_the_groups_page(client: PageClient, scene: Scene) -> None:
    add(client, scene, scene.amina)
    for reader in (scene.carin, scene.gun):
        page = page_of(client, scene, reader)
        assert "Husmötet" in page.text
        assert [word for word in ("Ny kontakt", "Uppgifterna stämmer", "Ta bort") if word in page.text] == []


def test_what_is_not_the_groups_own_is_shown_and_not_to_be_edited(client: PageClient, scene: Scene) -> None:
    landlord = scene.house.property.landlord
    others = [
        make_contact(ContactRole.LANDLORD, "Bostäder", landlord),
        make_contact(ContactRole.DISTURBANCE, "Husjouren", scene.house),
        make_contact(ContactRole.POLICE, "Polisen", scene.group.area),
        make_contact(ContactRole.POLICE, "Gruppens polis", scene.group),
        make_contact(ContactRole.GROUP, "Alla grupper"),
        make_contact(ContactRole.GROUP, "Annan grupp", scene.other_group),
    ]
    db.session.commit()
    page = page_of(client, scene, scene.amina)
    for contact in others[:-1]:
        assert contact.organisation in page.text
        assert f"Ändra {contact.organisation}" not in page.text
    for contact in others:
        here = f"/groups/{scene.group.id}/contacts/{contact.id}"
        answers = [
            client.get(f"{here}/edit", as_=scene.amina),
            client.post(f"{here}/edit", CARETAKER, as_=scene.amina),
            client.post(f"{here}/checked", as_=scene.amina),
            client.post(f"{here}/remove", as_=scene.amina),
            client.post(f"{here}/remove/undo", as_=scene.amina),
        ]
        assert [answer.status for answer in answers] == [404] * 5, contact.organisation
    assert [(each.organisation, each.phone) for each in kept()] == [
        (each.organisation, "+46337000000") for each in others
    ]


@pytest.mark.parametrize("role", ["police", "municipality", "landlord", "", "king"])
def test_a_coordinator_publishes_nobody_as_the_police_or_the_landlord(
    role: str, client: PageClient, scene: Scene
) -> None:
    refused = add(client, scene, scene.amina, role=role)
    assert (refused.status, refused.errors) == (422, ["Välj ett av alternativen i listan."])
    assert kept() == []


def test_a_target_cannot_be_sent_along(client: PageClient, scene: Scene) -> None:
    add(client, scene, scene.amina, whom="everywhere", reach="area", group_id=str(scene.other_group.id))
    assert [each.whom for each in kept()] == [f"group {scene.group.id}"]


def test_a_card_of_several_groups_changes_in_ones_own_only_and_says_so(
    client: PageClient, scene: Scene
) -> None:
    for group in (scene.group, scene.other_group):
        make_contact(ContactRole.DISTURBANCE, "Jouren", group)
    db.session.commit()
    form = page_of(client, scene, scene.amina).click("Ändra Jouren")
    assert "Samma kontakt står också på andra ställen." in form.text
    assert scene.other_group.name not in form.text
    form.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert [each.phone for each in kept()] == ["+4633222222", "+46337000000"]


def test_the_second_of_two_coordinators_is_told(client: PageClient, scene: Scene) -> None:
    add(client, scene, scene.amina)
    second = page_of(client, scene, scene.bengt).click("Ändra Husmötet")
    page_of(client, scene, scene.amina).click("Ändra Husmötet").press(
        "Spara ändringen", {"phone": "033-11 11 11"}
    )
    told = second.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert (told.status, told.errors) == (
        422, ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."],
    )  # fmt: skip
    assert "033-11 11 11" in told.text
    page_of(client, scene, scene.amina).press("Ta bort Husmötet")
    late = told.press("Spara ändringen")
    assert (late.status, late.form()["phone"], kept()) == (422, "033-22 22 22", [])
    assert "Kontakten är borttagen. Om du sparar kommer den tillbaka" in late.text
    assert late.press("Spara ändringen").location == f"/groups/{scene.group.id}/contacts"
    assert [each.phone for each in kept()] == ["+4633222222"]


@pytest.mark.parametrize("typed", ["0900-123 456", "0939-123 456", "0944-123 456"])
def test_nobody_is_led_to_a_number_that_costs_extra(typed: str, client: PageClient, scene: Scene) -> None:
    refused = add(client, scene, scene.amina, phone=typed)
    costs = "Det numret kostar extra att ringa. Skriv ett vanligt nummer, till exempel 070-123 45 67."
    assert (refused.status, refused.errors, refused.form()["phone"]) == (422, [costs], typed)
    assert kept() == []
    settings = client.get("/me/settings", as_=scene.carin)
    assert settings.press("Spara", {"phone": typed}).errors == [costs]


def test_what_must_not_be_published_is_explained_and_kept(client: PageClient, scene: Scene) -> None:
    refused = add(client, scene, scene.amina, phone="", hours="Bilen ABC 123")
    assert refused.status == 422
    assert refused.errors[0].startswith("Det ser ut som ett registreringsnummer.")
    unreachable = add(client, scene, scene.amina, phone="")
    assert unreachable.errors == ["Skriv en telefon eller en e-postadress, så att kontakten går att nå."]
    assert unreachable.form()["organisation"] == "Husmötet"
    assert kept() == []


CURES = {
    "organisation": "Här står bara husets egna kontakter, till exempel styrelsen eller vaktmästaren. "
    "Polisen, kommunen och värden lägger in sina. Saknas någon? Säg till kommunpolisen.",
    "name": "Skriv kontaktens eget namn, inte polisens, kommunens eller värdens. Det går bra utan namn.",
    "phone": "112 står redan överst. Skriv numret till kontakten.",
    "hours": "Skriv bara när kontakten svarar. Polisen och 112 står redan här.",
}
NO_FLAT = "Skriv inte i vilken lägenhet någon bor, för alla grannar ser kontakten."


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("organisation", "Polisen i Borås"), ("organisation", "112 SOS Alarm"), ("organisation", "Hus polis"),
        ("organisation", "Städ och polis"), ("organisation", "Stad AB"),
        ("organisation", "SOS Alarm"), ("organisation", "Borås Stad"), ("organisation", "Hyresvärden"),
        ("organisation", "Gårdens P\u043elis"), ("organisation", "Larm 11414"), ("organisation", "الشرطة"),
        ("organisation", "Fastighetsbolaget"), ("organisation", "trygga  jouren ab"),
        ("name", "Kommunpolis Kalle"), ("name", "Polisen"), ("name", "Lars Larsson"),
        ("name", "gun  sandberg"), ("name", "Kalle 112"), ("phone", "112"), ("phone", " 1 1 2"),
        ("organisation", "Po lisen"), ("organisation", "Po li-sen i Boda"), ("organisation", "Kom munen"),
        ("organisation", "1 1 2"), ("organisation", "S O S"), ("name", "Po lisen"), ("name", "Hyres värden"),
        ("hours", "Ring polisen här"), ("hours", "Dygnet runt, annars 112"), ("hours", "Ring 114 14"),
        ("hours", "P.o.l.i.s"), ("hours", "SOS"), ("hours", "اتصل بالشرطة"), ("hours", "1-1-2"),
    ],
)  # fmt: skip
def test_a_groups_own_contact_is_nobody_whom_neighbours_trust_as_another(
    field: str, typed: str, client: PageClient, scene: Scene
) -> None:
    landlord = make_contact(ContactRole.LANDLORD, "Jouren Trygga AB", scene.house)
    landlord.name, scene.gun.name = "Lars Larsson", "Gun Sandberg"
    db.session.commit()
    refused = add(client, scene, scene.amina, **{field: typed})
    assert (refused.status, refused.errors) == (422, [CURES[field]])
    assert "".join(refused.form()[field].split()) == "".join(typed.split())
    assert kept() == [landlord]


@pytest.mark.parametrize(
    ("organisation", "name"),
    [
        ("Styrelsen", "Lars Ek, ordförande"), ("Vicevärden", "Nikos Polis"), ("Vaktmästaren i huset", ""),
        ("Hässlegatan 112", "Kim Stad"), ("Vaktbolaget Nord", "Jouren"),
        ("Bostadsrättsföreningen 112A", "Eva"), ("Vakt mästaren", "Anna Brand Karlsson"),
        ("Vice värden", "Bo Lisell"), ("Städ AB", ""), ("STÄDBOLAGET i Boda", "Ana Stad"),
    ],
)  # fmt: skip
def test_the_houses_own_people_may_be_called_what_they_are(
    organisation: str, name: str, client: PageClient, scene: Scene
) -> None:
    assert add(client, scene, scene.amina, organisation=organisation, name=name).status == 303
    assert [each.organisation for each in kept()] == [organisation]


@pytest.mark.parametrize(
    "typed",
    [
        "Boende lgh 1202 / Carin Åkesson", "Carin, lägenhet nr 1202", "Carin apt. 12", "LGH:1202",
        "Carin, 2 tr vänster",
    ],
)  # fmt: skip
def test_a_contact_does_not_say_where_a_member_lives(typed: str, client: PageClient, scene: Scene) -> None:
    for field in ("organisation", "hours"):
        refused = add(client, scene, scene.amina, **{field: typed})
        assert (refused.status, refused.errors, refused.form()[field]) == (422, [NO_FLAT], typed)
    assert kept() == []
    assert add(client, scene, scene.amina, organisation="Brf Boda 1203", name="Carin Åkesson").status == 303


@pytest.mark.parametrize(
    "hours", ["vardagar 8–16", "8–11, 2 dagar i veckan", "1 1 2027 stängt", "ons 11–20", "11.4–14.9"]
)
def test_hours_are_hours(hours: str, client: PageClient, scene: Scene) -> None:
    assert add(client, scene, scene.amina, hours=hours).status == 303
    assert [each.hours for each in kept()] == [hours]


def test_what_an_officer_wrote_for_the_group_may_stay_and_not_come_back(
    client: PageClient, scene: Scene
) -> None:
    contact = make_contact(ContactRole.FAULT_REPORT, "Bostäder i Borås", scene.group)
    db.session.commit()
    form = page_of(client, scene, scene.amina).click("Ändra Bostäder i Borås")
    assert form.press("Spara ändringen", {"phone": "033-22 22 22"}).status == 303
    form = page_of(client, scene, scene.amina).click("Ändra Bostäder i Borås")
    assert form.press("Spara ändringen", {"organisation": "Polisen"}).errors == [CURES["organisation"]]
    assert [(each.id, each.phone) for each in kept()] == [(contact.id, "+4633222222")]


def called(client: PageClient, scene: Scene) -> list[str]:
    """Return the contacts on the group's page that have a name of the form "Nr 1", in their order."""
    text = client.get(f"/groups/{scene.group.id}", as_=scene.carin).text
    text = text[text.index("Vem ringer jag?") : text.index("Alla kontakter")]
    return re.findall(r"Nr (?:\d|[a-z]\w*)", text)


def test_the_groups_own_contacts_push_nobody_out_whom_neighbours_need(
    client: PageClient, scene: Scene
) -> None:
    landlord, area = scene.house.property.landlord, scene.group.area
    for role, organisation, where in (
        (ContactRole.DISTURBANCE, "Nr jour", landlord),
        (ContactRole.FAULT_REPORT, "Nr fel", landlord),
        (ContactRole.POLICE, "Nr polis", area),
        (ContactRole.MUNICIPALITY, "Nr kommun", area),
        (ContactRole.LANDLORD, "Nr hus", scene.house),
    ):
        make_contact(role, organisation, where)
    db.session.commit()
    assert called(client, scene) == ["Nr hus", "Nr jour", "Nr fel", "Nr polis"], (
        "the municipality is not near"
    )
    for number, role in enumerate(("group", "disturbance", "fault_report", "group")):
        add(client, scene, scene.amina, role=role, organisation=f"Nr {number}")
        assert called(client, scene)[-3:] == ["Nr jour", "Nr fel", "Nr polis"], number
    assert called(client, scene) == ["Nr 0", "Nr 3", "Nr jour", "Nr fel", "Nr polis"], "and it stays short"
    for number in range(5):
        make_contact(ContactRole.LANDLORD, f"Nr x{number}", scene.house)
    db.session.commit()
    assert called(client, scene)[-3:] == ["Nr jour", "Nr fel", "Nr polis"]
    assert len(called(client, scene)) == 5
    every = page_of(client, scene, scene.carin).text
    assert [word for word in ("Nr 1", "Nr 2", "Nr kommun", "Nr x4") if word not in every] == []
