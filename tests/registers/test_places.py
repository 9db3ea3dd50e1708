"""Checks the register of places by page: changed with the list's own rules, by two at once, and found."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_building, make_landlord, make_sign
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.language import local
from watch.models import Landlord, utcnow

BOTH = ["Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."]
TAKEN = ["Det namnet eller den adressen har redan en annan. Skriv en annan, eller ändra den först."]


def house(client: PageClient, scene: Scene) -> Page:
    """Return the page of Våglängdsgatan in the register, as Gun sees it."""
    return client.get("/areas/hassleholmen/buildings", as_=scene.gun).click("Våglängdsgatan 1–3")


def test_an_address_names_the_house_and_its_group(client: PageClient, scene: Scene) -> None:
    page = house(client, scene).click("Ändra Våglängdsgatan 3")
    assert page.press("Spara", {"street_address": "Våglängdsgatan 5 b", "postcode": "50751"}).status == 303
    db.session.expire_all()
    assert (scene.house.address, scene.group.name) == ("Våglängdsgatan 1, 5B", "Våglängdsgatan 1, 5B")
    assert (scene.stairwell_3.number, scene.stairwell_3.postcode) == ("5B", "507 51")
    taken = page.press("Spara", {"street_address": "norrby långgata 21"})
    assert (taken.status, taken.errors) == (422, BOTH), "the page was opened before the change"
    assert taken.press("Spara").errors == TAKEN


def test_house_property_and_landlord_are_changed(client: PageClient, scene: Scene) -> None:
    page = house(client, scene)
    assert page.click("Ändra huset").press("Spara", {"house_name": "Höghuset"}).status == 303
    form = page.click("Ändra fastigheten")
    assert form.press("Spara", {"designation": "norrby  långgata 21"}).errors == TAKEN
    wanted = {"designation": "Vågen 2", "landlord": "Nya Husbolaget"}
    assert form.press("Spara", wanted).press("Spara", {"is_new_landlord": "y"}).status == 303
    db.session.expire_all()
    land = scene.house.property
    assert (scene.house.name, land.designation, land.landlord.name) == (
        "Höghuset", "Vågen 2", "Nya Husbolaget"
    )  # fmt: skip
    page.click("Ändra fastigheten").press("Spara", {"landlord": "ab bostäder i borås"})
    db.session.expire_all()
    assert land.landlord.name == "AB Bostäder i Borås"
    assert db.session.scalars(select(Landlord.name).order_by(Landlord.id)).all()[-1] == "Nya Husbolaget"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("=1+1", "Ingen fastighetsägare heter så. Kontrollera namnet, eller kryssa för att det är en ny."),
        ("12", "Ingen fastighetsägare heter så. Kontrollera namnet, eller kryssa för att det är en ny."),
        (
            "Bostäder i Boras",
            "Ingen fastighetsägare heter så. Menar du AB Bostäder i Borås? Skriv det, eller kryssa för att "
            "det är en ny.",
        ),
    ],
)
def test_a_landlord_is_not_new_by_a_typing_error(
    typed: str, said: str, client: PageClient, scene: Scene
) -> None:
    """A mistyped name would take the house from its landlord's page."""
    before, tick = scene.house.property.landlord_id, "Det är en ny fastighetsägare"
    form = house(client, scene).click("Ändra fastigheten")
    refused = form.press("Spara", {"landlord": typed})
    assert (tick in form.text, refused.status, refused.errors, tick in refused.text) == (
        False, 422, [said], True
    )  # fmt: skip
    db.session.expire_all()
    assert scene.house.property.landlord_id == before
    assert refused.press("Spara", {"is_new_landlord": "y"}).status == 303
    db.session.expire_all()
    assert scene.house.property.landlord.name == typed


ONE_ADDRESS = "Adressen ska vara en gata och ett nummer, till exempel Magasinsgatan 11 B."


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (
            "street_address", "Våglängdsgatan",
            "Adressen saknar gatunummer. Skriv till exempel Magasinsgatan 11.",
        ),
        ("street_address", "", "Värdet saknas. Fyll i det."),
        ("street_address", "Solvarvsgatan 9 lgh 1101", ONE_ADDRESS),
        ("street_address", "Solvarvsgatan 9, Karin 12", ONE_ADDRESS),
        ("street_address", "Karin Andersson 070-123 45 67", ONE_ADDRESS),
        ("postcode", "några", "Postnumret ska ha fem siffror, till exempel 504 34."),
        ("city", "", "Värdet saknas. Fyll i det."),
        ("city", "x" * 61, "Texten är för lång. Högst 60 tecken."),
    ],
)  # fmt: skip
def test_what_a_list_is_refused_for_is_refused_here(
    field: str, typed: str, said: str, client: PageClient, scene: Scene
) -> None:
    page = house(client, scene).click("Ändra Våglängdsgatan 3").press("Spara", {field: typed})
    assert (page.status, page.errors, page.form()[field]) == (422, [said], typed)


def test_two_officers_change_one_target(client: PageClient, scene: Scene) -> None:
    page = client.get("/areas/norrby/target", as_=scene.gun)
    other = client.get("/areas/norrby/target", as_=scene.gun)
    assert other.press("Spara målet", {"groups": "6", "by": "2031-06-30"}).status == 303
    assert page.press("Spara målet", {"groups": "6", "by": "2031-06-30"}).status == 303  # the same: no harm
    both = page.press("Spara målet", {"groups": "7", "by": "2031-06-30"})
    assert (both.status, both.errors, both.form()["groups"]) == (422, BOTH, "7")
    assert "30 juni 2031" in both.text
    assert both.press("Spara målet").status == 303
    area = scene.langgatan.property.area
    db.session.refresh(area)
    assert (area.target_groups, str(area.target_by), area.advisory_share) == (7, "2031-06-30", None)
    for wrong in ("-1", "1000000000", "några"):
        refused = page.press("Spara målet", {"groups": wrong, "by": "2031-06-30"})
        assert (refused.status, refused.form()["groups"]) == (422, wrong), wrong


def test_a_target_is_for_a_day_that_comes(client: PageClient, scene: Scene) -> None:
    area = scene.langgatan.property.area
    page = client.get("/areas/norrby/target", as_=scene.gun)
    for past in ("2020-01-01", str(local(utcnow()).date() - timedelta(days=1))):
        refused = page.press("Spara målet", {"groups": "6", "by": past})
        assert (refused.status, refused.errors) == (
            422, ["Den dagen har redan varit. Välj en dag som kommer."],
        )  # fmt: skip
        assert (refused.form()["groups"], refused.form()["by"]) == ("6", past)
    today = str(local(utcnow()).date())
    assert page.press("Spara målet", {"groups": "6", "by": today}).status == 303
    db.session.refresh(area)
    assert (area.target_groups, str(area.target_by)) == (6, today)


def test_a_target_whose_day_has_been_may_keep_it(client: PageClient, scene: Scene) -> None:
    area = scene.langgatan.property.area
    area.target_groups, area.target_by = 6, date(2025, 6, 30)
    db.session.commit()
    page = client.get("/areas/norrby/target", as_=scene.gun)
    assert page.press("Spara målet", {"groups": "7"}).status == 303
    db.session.refresh(area)
    assert (area.target_groups, area.target_by) == (7, date(2025, 6, 30))
    again = client.get("/areas/norrby/target", as_=scene.gun)
    assert again.press("Spara målet", {"by": "2025-06-29"}).status == 422
    assert again.press("Spara målet", {"groups": "", "by": ""}).status == 303


def test_houses_are_searched_and_filtered_by_their_signs(client: PageClient, scene: Scene) -> None:
    make_sign(scene.langgatan)
    for asked, is_found in (
        ("q=långgata", True), ("q=våglängd", False), ("show=with_signs", True), ("show=to_see_to", False),
        ("show=x&after=9", True),
    ):  # fmt: skip
        page = client.get(f"/areas/norrby/buildings?{asked}", as_=scene.gun)
        assert ("Norrby Långgata 21–27" in page.links) == is_found, asked


def test_the_houses_are_sorted(client: PageClient, scene: Scene) -> None:
    area, other = scene.group.area, make_landlord("Annas Hus AB")
    big = make_building(
        area, other, "Zettergatan", (2, 4), flats=["1001", "1002", "1003", "1004", "1005", "1006"]
    )
    small = make_building(area, make_landlord("Öbo"), "Allégatan", (7,), flats=["1001"])
    for flat in scene.stairwell_1.flats[:8]:
        flat.gone_at = utcnow()  # 10 of 18 are left: fewer than the 12 of the big house
    db.session.commit()
    by_address = [small.address, scene.house.address, big.address]
    for asked, found in (
        ("", by_address), ("sort=address", by_address), ("sort=nonsense", by_address),
        ("sort=flats", [big.address, scene.house.address, small.address]),
        ("sort=landlord", [scene.house.address, big.address, small.address]),
        ("sort=flats&q=allegatan", [small.address]),
    ):  # fmt: skip
        page = client.get(f"/areas/hassleholmen/buildings?{asked}", as_=scene.gun)
        rows = [each for each in page.tree.iter("th") if each.get("data-label") == "Hus"]
        assert ["".join(each.itertext()).strip() for each in rows] == found, asked
    by_property = client.get("/areas/hassleholmen/buildings?sort=property", as_=scene.gun)
    cells = [each for each in by_property.tree.iter("td") if each.get("data-label") == "Fastighet"]
    shown = ["".join(each.itertext()).split("\n")[0].strip() for each in cells]
    assert shown == sorted(shown)
