"""Checks the outreach log: written down, changed by two at once, taken away, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_officer, make_outreach, make_person
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.language import local
from watch.models import (
    AuditEntry,
    Officer,
    Organisation,
    OutreachEntry,
    OutreachKind,
    OutreachParty,
    Person,
    utcnow,
)

DOORS = {"people": "4", "doors_knocked": "18", "doors_opened": "11"}
TORGET = DOORS | {"place": "Torget"}


@pytest.fixture
def colleague(scene: Scene) -> Person:
    """Sara of the municipality, who follows Hässleholmen with Gun."""
    sara = make_person("Sara Lindh", "sara.lindh@example.org")
    (office,) = make_officer(sara, scene.group.area)
    office.organisation = Organisation.MUNICIPALITY
    db.session.commit()
    return sara


def write(client: PageClient, scene: Scene, by: Person | None = None, **typed: Any) -> Page:
    """Fill in the form of Hässleholmen, and send it."""
    page = client.get("/areas/hassleholmen/outreach/new", as_=by or scene.gun)
    return page.press("Spara", TORGET | typed)


def entries() -> list[OutreachEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutreachEntry).order_by(OutreachEntry.id)))


def said(entry: OutreachEntry) -> tuple[int, int | None, int | None]:
    return entry.people, entry.doors_knocked, entry.doors_opened


def deeds() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


def test_an_evening_at_the_doors_is_a_few_numbers(client: PageClient, scene: Scene) -> None:
    page = client.get(f"/areas/hassleholmen/outreach/new?building={scene.house.id}", as_=scene.gun)
    known = page.form("/areas/hassleholmen/outreach/new")
    today = local(utcnow()).date()
    assert (known["day"], known["building"], known["parties"]) == (
        today.isoformat(), str(scene.house.id), "police",
    )  # fmt: skip
    typed = DOORS | {"parties": ["police", "volunteers"], "material_count": "40"}
    shown = page.press("Spara", typed | {"material_languages": ["sv", "ar", "other"]}).follow()
    assert shown.flashes == [("done", "Sparat. Tack!")]
    assert "Plats Våglängdsgatan 1–3 Område Hässleholmen Vad Dörrknackning" in shown.text
    assert "Polisen, Volontärer" in shown.text
    plain = re.sub("[\u2068\u2069]", "", shown.text)
    assert "Knackade dörrar 18 Öppnade dörrar 11 Material 40, Svenska, العربية, Annat språk" in plain
    (entry,) = entries()
    assert (entry.day, entry.building, entry.place, entry.kind) == (
        today, scene.house, None, OutreachKind.DOOR_KNOCKING,
    )  # fmt: skip
    assert entry.parties == [OutreachParty.POLICE, OutreachParty.VOLUNTEERS]
    assert (said(entry), entry.left_material, entry.material_languages) == ((4, 18, 11), True, "sv ar other")
    assert (entry.by_id, entry.area, deeds()) == (scene.gun.id, scene.group.area, ["outreach-added"])


def test_a_visit_on_site_needs_no_doors(client: PageClient, scene: Scene) -> None:
    shown = write(client, scene, kind="on_site", doors_knocked="", doors_opened="").follow()
    assert ("Plats Torget" in shown.text, "dörrar" in shown.text) == (True, False)
    assert [said(each) for each in entries()] == [(4, None, None)]


def test_material_may_be_left_without_anybody_counting(client: PageClient, scene: Scene) -> None:
    write(client, scene, left_material="y")
    write(client, scene, material_languages=["so"])
    write(client, scene, material_count="0")
    left = [(each.left_material, each.material_count, each.material_languages) for each in entries()]
    assert left == [(True, None, ""), (True, None, "so"), (False, None, "")]


def test_the_municipalitys_officer_finds_their_own_organisation_ticked(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    assert client.get("/areas/hassleholmen/outreach/new", as_=colleague).form()["parties"] == "municipality"


REFUSED = [
    ({"day": "tomorrow"}, "Den dagen har inte varit än. Välj i dag eller en dag som har varit."),
    ({"day": "1019-09-23"}, "Det är för länge sedan. Kontrollera året."),
    ({"day": "2026-02-31"}, "Det datumet finns inte. Skriv till exempel 2026-09-23."),
    ({"day": ""}, "Välj vilken dag det var."),
    ({"kind": "arrest"}, "Välj ett av alternativen i listan."),
    ({"building": "999"}, "Välj ett av alternativen i listan."),
    ({"place": ""}, "Välj ett hus i listan, eller skriv en plats här."),
    ({"place": "x" * 101}, "Texten är för lång. Högst 100 tecken."),
    ({"place": "Hos Kalle Svensson"}, "Det ser ut som ett namn på en person."),
    ({"place": "lgh 4, porten till vänster"}, "Det ser ut som en lägenhet."),
    ({"place": "Distansgatan 12, 1203"}, "Det ser ut som en lägenhet."),
    ({"place": "Distansgatan 12 lgh. 12 03"}, "Det ser ut som en lägenhet."),
    ({"place": "Vid bilen ABC 123"}, "Det ser ut som ett registreringsnummer."),
    ({"place": "Hos 19121212-1212"}, "Det ser ut som ett personnummer."),
    ({"parties": []}, "Kryssa för minst en av dem som var med."),
    ({"parties": ["fbi"]}, "Välj ett av alternativen i listan."),
    ({"people": ""}, "Skriv hur många av er som var med, från 1 till 500."),
    ({"people": "0"}, "Skriv hur många av er som var med, från 1 till 500."),
    ({"people": "-1"}, "Skriv hur många av er som var med, från 1 till 500."),
    ({"people": "1000000000"}, "Skriv hur många av er som var med, från 1 till 500."),
    ({"people": "några"}, "Skriv hur många av er som var med, från 1 till 500."),
    ({"doors_knocked": ""}, "Skriv hur många dörrar ni knackade på. 0 går bra."),
    ({"doors_knocked": "-1"}, "Skriv hur många dörrar ni knackade på, från 0 till 5000."),
    ({"doors_knocked": "1e9"}, "Skriv hur många dörrar ni knackade på, från 0 till 5000."),
    ({"doors_knocked": "9" * 190}, "Skriv hur många dörrar ni knackade på, från 0 till 5000."),
    ({"doors_knocked": "några"}, "Skriv hur många dörrar ni knackade på, från 0 till 5000."),
    ({"doors_opened": ""}, "Skriv hur många som öppnade. 0 går bra."),
    ({"doors_opened": "19"}, "Fler har öppnat än ni knackade på. Kontrollera båda antalen."),
    ({"doors_opened": "-1"}, "Skriv hur många som öppnade, från 0 till 5000."),
    ({"kind": "on_site", "doors_knocked": ""}, "Skriv hur många dörrar ni knackade på. 0 går bra."),
    ({"kind": "on_site", "doors_opened": ""}, "Skriv hur många som öppnade. 0 går bra."),
    ({"material_count": "-1"}, "Skriv hur många exemplar ni lämnade, från 0 till 100000."),
    ({"material_count": "många"}, "Skriv hur många exemplar ni lämnade, från 0 till 100000."),
    ({"material_count": "0", "left_material": "y"},
     "Du har kryssat för att ni lämnade material. Skriv hur många, eller lämna rutan tom."),
    ({"material_languages": ["tlh"]}, "Välj ett av alternativen i listan."),
]  # fmt: skip


@on_one_database
@pytest.mark.parametrize(("typed", "message"), REFUSED)
def test_what_cannot_be_is_refused_and_kept(
    typed: dict[str, Any], message: str, client: PageClient, scene: Scene
) -> None:
    if typed.get("day") == "tomorrow":
        typed = {"day": (local(utcnow()) + timedelta(days=1)).date().isoformat()}
    refused = write(client, scene, **typed)
    assert (refused.status, [each[: len(message)] for each in refused.errors]) == (422, [message])
    kept = refused.form("/areas/hassleholmen/outreach/new")
    for name, value in typed.items():
        if isinstance(value, str) and name not in {"kind", "building", "left_material"}:
            assert kept[name] == value
    assert entries() == []


def test_a_house_and_a_place_are_one_too_many(client: PageClient, scene: Scene) -> None:
    refused = write(client, scene, building=str(scene.house.id))
    assert refused.errors == ["Du har valt ett hus och skrivit en plats. Ta bort det ena."]


@pytest.mark.parametrize("knocked", [5000, 19])
def test_no_more_doors_than_the_house_has_flats(knocked: int, client: PageClient, scene: Scene) -> None:
    """A flat that is gone was a door before. Elsewhere nobody knows how many there are."""
    flats = [flat for each in scene.house.stairwells for flat in each.flats]
    assert len(flats) == 18
    at_house = {"building": str(scene.house.id), "place": ""}
    refused = write(client, scene, doors_knocked=str(knocked), **at_house)
    said = {19: "19", 5000: "5 000"}[knocked]
    assert (refused.status, refused.errors) == (422, [
        f"Huset har 18 lägenheter, men du har skrivit {said} dörrar. Kontrollera huset och antalet."
    ])  # fmt: skip
    assert write(client, scene, doors_knocked="18", **at_house).status == 303
    assert write(client, scene, doors_knocked=str(knocked)).status == 303
    flats[0].gone_at = utcnow() - timedelta(days=9)
    db.session.commit()
    assert write(client, scene, doors_knocked="18", **at_house).status == 422
    then = (local(utcnow()) - timedelta(days=10)).date().isoformat()
    assert write(client, scene, doors_knocked="18", day=then, **at_house).status == 303


def test_a_house_elsewhere_is_not_offered(client: PageClient, scene: Scene) -> None:
    form = client.get(f"/areas/hassleholmen/outreach/new?building={scene.langgatan.id}", as_=scene.gun)
    assert form.form()["building"] == ""
    assert write(client, scene, building=str(scene.langgatan.id), place="").status == 422
    assert client.get(f"/areas/hassleholmen/outreach/new?building={10**30}", as_=scene.gun).status == 200


def test_a_place_that_is_called_after_somebody_takes_one_more_press(client: PageClient, scene: Scene) -> None:
    asked = write(client, scene, place="Olof Palmes plats")
    assert (asked.status, "Det gäller: Olof" in asked.text) == (422, True)
    asked.press("Det är ingen person")
    (entry,) = entries()
    assert (entry.place, deeds()) == ("Olof Palmes plats", ["outreach-added", "said-about-nobody"])


def test_the_form_sent_twice_counts_once(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/hassleholmen/outreach/new", as_=scene.gun)
    assert len({page.press("Spara", TORGET).location for _ in range(2)}) == 1
    assert (len(entries()), deeds()) == (1, ["outreach-added"])


def test_two_officers_change_one_entry_and_the_second_is_shown_both(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    entry = make_outreach(scene.group.area, scene.house, by=scene.gun)
    guns, saras = (client.get(f"/outreach/{entry.id}/edit", as_=who) for who in (scene.gun, colleague))
    assert guns.press("Spara", {"doors_knocked": "17"}).status == 303
    both = saras.press("Spara", {"doors_opened": "12"})
    assert both.status == 422
    assert both.errors == ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
    assert "Knackade dörrar 17 Öppnade dörrar 11" in both.text
    typed = both.form()
    assert (typed["doors_knocked"], typed["doors_opened"]) == ("18", "12")
    assert [said(each) for each in entries()] == [(4, 17, 11)]

    assert both.press("Spara", {"doors_knocked": "17"}).status == 303
    assert [said(each) for each in entries()] == [(4, 17, 12)]
    assert deeds() == ["outreach-changed", "outreach-changed"]


def test_the_same_change_by_two_is_one(client: PageClient, scene: Scene, colleague: Person) -> None:
    entry = make_outreach(scene.group.area, scene.house)
    pages = [client.get(f"/outreach/{entry.id}/edit", as_=who) for who in (scene.gun, colleague)]
    assert [each.press("Spara", {"doors_knocked": "17"}).status for each in pages] == [303, 303]
    assert (said(entries()[0]), deeds()) == ((4, 17, 11), ["outreach-changed"])


def test_who_changes_what_a_colleague_took_away_is_told_and_can_bring_it_back(
    client: PageClient, scene: Scene, colleague: Person
) -> None:
    entry = make_outreach(scene.group.area, scene.house)
    page = client.get(f"/outreach/{entry.id}/edit", as_=scene.gun)
    client.get(f"/outreach/{entry.id}", as_=colleague).press("Ta bort bekräfta")
    both = page.press("Spara", {"people": "5"})
    assert (both.status, "Besöket är borttaget. Om du sparar kommer det tillbaka" in both.text) == (422, True)
    both.press("Spara")
    (kept,) = entries()
    assert (kept.removed_at, kept.people) == (None, 5)


def test_taking_an_entry_away_can_be_undone(client: PageClient, scene: Scene) -> None:
    entry = make_outreach(scene.group.area, scene.house)
    gone = client.get(f"/outreach/{entry.id}", as_=scene.gun).press("Ta bort bekräfta").follow()
    assert gone.flashes == [("done", "Borttaget. Du kan ångra dig.")]
    assert "Ändra" not in gone.links
    assert "Inget är inskrivet ännu" in client.get("/outreach", as_=scene.gun).text
    gone.press("Ångra")
    listed = client.get("/outreach", as_=scene.gun)
    assert ("Våglängdsgatan 1–3" in listed.text, "Borttaget" in listed.text) == (True, False)
    assert deeds() == ["outreach-removed", "outreach-brought-back"]

    client.get(f"/outreach/{entry.id}", as_=scene.gun).press("Ta bort bekräfta")
    make_outreach(scene.other_group.area, place="Boda torg").removed_at = utcnow()
    db.session.commit()
    listed = client.get("/outreach", as_=scene.gun)
    assert "Borttaget (1)" in listed.text
    (undo,) = (each for each in listed.buttons if each.startswith("Ångra"))
    assert undo.endswith("Våglängdsgatan 1–3")
    listed.press(undo)
    assert [each.removed_at for each in entries() if each.area_id == entry.area_id] == [None]


def test_an_officer_who_has_left_the_area_reaches_nothing(client: PageClient, scene: Scene) -> None:
    entry = make_outreach(scene.group.area, scene.house, by=scene.gun)
    make_outreach(scene.langgatan.property.area, place="Norrbyhuset", by=scene.gun)
    page = client.get(f"/outreach/{entry.id}/edit", as_=scene.gun)
    left = db.session.scalars(select(Officer).where(Officer.area == scene.group.area)).one()
    left.ended_at = utcnow()
    db.session.commit()
    assert page.press("Spara", {"people": "5"}).status == 404
    log = client.get("/outreach?area=hassleholmen", as_=scene.gun).text
    assert ("Norrbyhuset" in log, "Våglängdsgatan" in log) == (True, False)
    assert said(entries()[0]) == (4, 18, 11)
