"""One card for a contact person of several areas, as two officers keep it; and what is removed comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_contact
from tests.page_client import Page, PageClient
from watch.contacts.queries import contacts_for, public_contacts
from watch.extensions import db
from watch.models import Area, ContactPerson, ContactRole, FindingLink, utcnow
from watch.retention.service.erasing import erase_what_is_over

BOTH_CHANGED = "Någon annan ändrade samtidigt. Jämför, och spara det som stämmer."
REMOVED = "Kontakten är borttagen. Om du sparar kommer den tillbaka med det som du har skrivit."
POLICE = {"role": "police", "organisation": "Polisen", "phone": "033-12 34 56"}


def published() -> list[tuple[str, str | None]]:
    """Return whom each published contact is for, and its phone."""
    db.session.expire_all()
    rows = db.session.scalars(select(ContactPerson).where(ContactPerson.is_current)).all()
    return sorted((each.whom, each.phone) for each in rows)


def publish(client: PageClient, scene: Scene, *whom: str, **more: str) -> Page:
    page = client.get("/contacts/new", as_=scene.gun)
    return page.press("Spara kontakten", POLICE | more | {"whom": list(whom)})


def change(client: PageClient, scene: Scene, organisation: str = "Polisen") -> Page:
    return client.get("/contacts/edit", as_=scene.gun).click(f"Ändra {organisation}")


@pytest.fixture
def areas(hassleholmen: Area, norrby: Area, boda: Area) -> Sequence[str]:
    """The values of the areas in the form: two of Gun's, and Boda, which is not."""
    return [f"area {each.id}" for each in (hassleholmen, norrby, boda)]


def test_one_card_is_published_for_several_at_once(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    here, there, boda = areas
    landlord = f"landlord {scene.house.property.landlord_id}"
    for _ in range(2):  # the answer to the first was lost
        assert publish(client, scene, here, there, landlord).status == 303
    assert published() == sorted((each, "+4633123456") for each in (here, there, landlord))
    page = client.get("/contacts/edit", as_=scene.gun)
    assert page.text.count("033-12 34 56") == 1
    assert publish(client, scene, here, boda).status == 422, "never for another's area among one's own"
    assert len(published()) == 3


def test_the_same_change_sent_twice_is_one_change(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    here, there, _boda = areas
    publish(client, scene, here)
    form = change(client, scene)
    for _ in range(2):
        sent = form.press("Spara ändringen", {"whom": [here, there], "phone": "033-22 22 22"})
        assert sent.status == 303
    assert published() == sorted([(here, "+4633222222"), (there, "+4633222222")])


def test_who_belongs_to_several_of_them_sees_the_card_once(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    group, landlord = f"group {scene.group.id}", f"landlord {scene.house.property.landlord_id}"
    publish(client, scene, areas[0], landlord, group, "everywhere")
    assert [each.whom for each in contacts_for(scene.group)] == [group], "the nearest"
    shown = {one.area.slug if one.area else "all": len(one.contacts) for one in public_contacts()}
    assert shown == {"hassleholmen": 1, "boda": 1, "norrby": 1, "all": 1}


def test_ticks_add_and_take_away_and_what_stays_keeps_its_row(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    here, there, _boda = areas
    publish(client, scene, here)
    (first,) = db.session.scalars(select(ContactPerson.id)).all()
    change(client, scene).press("Spara ändringen", {"whom": [here, there]})
    assert [whom for whom, _phone in published()] == sorted([here, there])
    change(client, scene).press("Spara ändringen", {"whom": [there, "everywhere"], "phone": "033-99 99 99"})
    assert published() == sorted([(there, "+4633999999"), ("everywhere", "+4633999999")])
    kept = db.session.get(ContactPerson, first)
    assert kept is not None
    assert kept.whom == "everywhere", "the row that was freed, with whatever leads to it"
    change(client, scene).press("Spara ändringen", {"whom": [there]})
    assert published() == [(there, "+4633999999")]
    assert change(client, scene).press("Spara ändringen", {"whom": []}).errors == [
        "Kryssa för minst ett alternativ."
    ]


def test_a_card_that_reaches_into_anothers_area_stays_there_and_the_page_says_whom_to_ask(
    client: PageClient, scene: Scene, areas: Sequence[str], boda: Area, hassleholmen: Area
) -> None:
    here, _there, elsewhere = areas
    for area in (hassleholmen, boda):
        make_contact(ContactRole.POLICE, "Polisen", area, phone="+4633123456")
    db.session.commit()
    page = change(client, scene)
    assert "Samma kontakt står också för Boda, som du inte följer." in page.text
    assert f"Säg till {scene.hodan.name}." in page.text
    assert elsewhere not in page.html
    page.press("Spara ändringen", {"phone": "033-99 99 99"})
    assert published() == sorted([(here, "+4633999999"), (elsewhere, "+4633123456")])
    assert "Samma kontakt" not in change(client, scene).text
    client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen").press("Ta bort kontakten")
    assert published() == [(elsewhere, "+4633123456")]


def test_the_second_of_two_officers_is_told_and_sees_both(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    here, there, _boda = areas
    publish(client, scene, here, there)
    second, listed = change(client, scene), client.get("/contacts/edit", as_=scene.gun)
    change(client, scene).press("Spara ändringen", {"phone": "033-11 11 11"})
    told = second.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert told.status == 422
    assert told.errors == [BOTH_CHANGED]
    assert "033-11 11 11" in told.text
    assert told.form()["phone"] == "033-22 22 22"
    assert published() == sorted([(here, "+4633111111"), (there, "+4633111111")])
    unseen = listed.press("Uppgifterna stämmer Polisen").follow()
    assert unseen.flashes == [("warn", "Någon annan ändrade just kontakten. Titta igenom den igen.")]
    assert told.press("Spara ändringen").status == 303
    assert published() == sorted([(here, "+4633222222"), (there, "+4633222222")])


def test_one_who_takes_away_an_area_meanwhile_is_noticed(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    here, there, _boda = areas
    publish(client, scene, here, there)
    second = change(client, scene)
    change(client, scene).press("Spara ändringen", {"whom": [there]})
    told = second.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert (told.status, told.errors, told.form()["phone"]) == (422, [BOTH_CHANGED], "033-22 22 22")
    assert REMOVED not in told.text
    assert published() == [(there, "+4633123456")]
    told.press("Spara ändringen")
    assert published() == sorted([(here, "+4633222222"), (there, "+4633222222")])
    change(client, scene).press("Spara ändringen", {"phone": "033-12 34 56"})
    second = change(client, scene)
    change(client, scene).press("Spara ändringen", {"whom": [there, "everywhere"]})
    told = second.press("Spara ändringen", {"phone": "033-22 22 22"})
    assert told.errors == [BOTH_CHANGED]
    assert {phone for _whom, phone in published()} == {"+4633123456"}


def test_what_was_removed_meanwhile_is_said_and_comes_back_only_when_that_is_saved(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    publish(client, scene, *areas[:2])
    second = change(client, scene)
    asks = client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen")
    for _ in range(2):
        assert asks.press("Ta bort kontakten").status == 303
    told = second.press("Spara ändringen", {"phone": "033-22 22 22", "hours": "vardagar 8–16"})
    assert (told.status, told.errors) == (422, [BOTH_CHANGED])
    assert REMOVED in told.text
    assert (told.form()["phone"], told.form()["hours"]) == ("033-22 22 22", "vardagar 8–16")
    assert published() == []
    for _ in range(2):
        assert told.press("Spara ändringen").status == 303
        assert published() == sorted((whom, "+4633222222") for whom in areas[:2])


def test_a_contact_that_another_brings_back_and_changes_is_shown_once_more(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    publish(client, scene, *areas[:2])
    second = change(client, scene)
    client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen").press("Ta bort kontakten")
    told = second.press("Spara ändringen", {"phone": "033-22 22 22"})
    client.get("/contacts/edit", as_=scene.gun).press("Ångra Kommunpolis, Polisen, Hässleholmen")
    again = told.press("Spara ändringen")
    assert (again.status, again.errors, REMOVED in again.text) == (422, [BOTH_CHANGED], False)
    assert published() == sorted((whom, "+4633123456") for whom in areas[:2])


def test_what_is_published_anew_is_not_published_twice_by_bringing_it_back(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    publish(client, scene, areas[0])
    second = change(client, scene)
    client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen").press("Ta bort kontakten")
    told = second.press("Spara ändringen", {"hours": ""})
    publish(client, scene, areas[0])
    told.press("Spara ändringen")
    assert published() == [(areas[0], "+4633123456")]


def test_what_was_removed_comes_back_for_30_days_as_the_card_it_was(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    publish(client, scene, *areas[:2])
    asks = client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen")
    assert "Du kan ångra dig i 30 dagar." in asks.text
    gone = asks.press("Ta bort kontakten").follow()
    assert "Borttaget (1)" in gone.text
    assert "Polisen" not in client.get("/contacts").text
    assert contacts_for(scene.group) == []
    undo = "Ångra Kommunpolis, Polisen, Hässleholmen"
    for _ in range(2):
        assert gone.press(undo).status == 303
    assert [whom for whom, _phone in published()] == sorted(areas[:2])

    client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen").press("Ta bort kontakten")
    publish(client, scene, areas[0])  # entered again instead
    client.get("/contacts/edit", as_=scene.gun).press(undo)
    assert [whom for whom, _phone in published()] == sorted(areas[:2]), "and nothing twice"


def test_what_was_removed_is_erased_after_30_days(
    client: PageClient, scene: Scene, areas: Sequence[str]
) -> None:
    publish(client, scene, *areas[:2])
    client.get("/contacts/edit", as_=scene.gun).click("Ta bort Polisen").press("Ta bort kontakten")
    for days, left in ((29, 2), (31, 0)):
        with time_machine.travel(utcnow() + timedelta(days=days)):
            erase_what_is_over(utcnow())
            assert len(db.session.scalars(select(ContactPerson)).all()) == left
    assert db.session.scalars(select(FindingLink)).all() == []


@pytest.mark.parametrize("whom", [["area 1 2"], ["area"], ["everywhere 3"], ["planet 3"], ["area -1"]])
def test_no_other_target_is_made_up(client: PageClient, scene: Scene, whom: list[str]) -> None:
    assert publish(client, scene, *whom).errors == [
        "Ett av alternativen finns inte längre. Välj bland dem som visas."
    ]
    assert published() == []


def test_a_group_that_is_closed_stays_a_choice_of_its_own_card_alone(
    client: PageClient, scene: Scene
) -> None:
    publish(client, scene, f"group {scene.group.id}")
    scene.group.state, scene.group.closed_at = type(scene.group.state).CLOSED, utcnow()
    db.session.commit()
    saved = change(client, scene).press("Spara ändringen", {"phone": "033-22 22 22"})
    assert saved.status == 303
    assert published() == [(f"group {scene.group.id}", "+4633222222")]
    assert publish(client, scene, f"group {scene.group.id}", organisation="Annan").status == 422
