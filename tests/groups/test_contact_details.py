"""Checks who sees how a coordinator is reached: officers, as was said before, and neighbours by choice."""

from __future__ import annotations

from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_coordinator, make_person
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.models import AuditEntry, Coordinator, Purpose

SEEN = "Visa e-postadress och telefon"


def appointment_of(number: int) -> Coordinator:
    return db.session.scalars(select(Coordinator).where(Coordinator.person_id == number)).one()


def traces() -> list[tuple[str, int | None, int]]:
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "coordinator-details-seen"))
    return [(each.what, each.by_id, each.about_id) for each in found]


def test_the_police_contact_sees_how_to_reach_a_coordinator_and_leaves_a_trace(
    client: PageClient, scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.gun)
    assert "bengt@example.org" not in page.html
    assert "070-174 06 06" not in page.html
    seen = page.press(f"{SEEN} {scene.bengt.name}")
    assert seen.h1 == "Kontaktuppgifter till Bengt Åkesson"
    assert "bengt@example.org" in seen.text
    assert "070-174 06 06" in seen.text
    assert traces() == [("coordinator-details-seen", scene.gun.id, appointment_of(scene.bengt.id).id)]


def test_an_appointment_that_is_over_or_not_accepted_shows_nothing(client: PageClient, scene: Scene) -> None:
    asked = make_coordinator(make_person("Lars", "lars@example.org"), scene.group, accepted=False)
    over = appointment_of(scene.bengt.id)
    over.ended_at = over.accepted_at
    db.session.commit()
    for each in (asked, over):
        assert client.post(f"/coordinators/{each.id}/details", as_=scene.gun).status == 403
    assert traces() == []


def test_whoever_accepted_before_officers_saw_details_is_asked_first(
    client: PageClient, scene: Scene
) -> None:
    bengts = appointment_of(scene.bengt.id)
    bengts.duty_version = "2026-1"
    db.session.commit()
    assert client.post(f"/coordinators/{bengts.id}/details", as_=scene.gun).status == 403
    assert client.post(f"/coordinators/{bengts.id}/details", as_=scene.amina).status == 200
    asked = client.get(f"/groups/{scene.group.id}/coordinators", as_=scene.bengt)
    assert "Nytt i uppdraget" in asked.text
    assert "Nytt i uppdraget" not in client.get(asked.path, as_=scene.amina).text
    told = asked.press("Det är bra, de får se hur jag nås").follow()
    assert told.flashes == [("done", "Tack! Nu kan kommunpolisen se hur du nås.")]
    assert "Nytt i uppdraget" not in told.text
    assert client.post(f"/coordinators/{bengts.id}/details", as_=scene.gun).status == 200


def test_the_mail_and_the_page_say_before_the_answer_who_will_see_what(
    client: PageClient, scene: Scene
) -> None:
    lars = make_person("Lars", "lars@example.org")
    asked = make_coordinator(lars, scene.group, accepted=False)
    db.session.commit()
    page = client.get(f"/appointment/{tokens.make(Purpose.APPOINTMENT, asked)}")
    before, _button, _after = page.text.partition("Jag åtar mig uppdraget")
    assert "kan se ditt namn, din e-postadress och ditt telefonnummer" in before


def test_a_new_coordinator_chooses_what_neighbours_see_and_the_groups_page_shows_it(
    client: PageClient, scene: Scene
) -> None:
    lars = make_person("Lars Nyström", "lars@example.org")
    asked = make_coordinator(lars, scene.group, accepted=False)
    db.session.commit()
    page = client.get(f"/appointment/{tokens.make(Purpose.APPOINTMENT, asked)}")
    without = page.press("Jag åtar mig uppdraget", {"shows_phone": "y"})
    assert without.errors == ["Skriv numret som grannarna ska se, eller ta bort krysset."]
    shown = {"shows_name": "y", "shows_phone": "y", "phone": "070-174 06 20"}
    assert page.press("Jag åtar mig uppdraget", shown).location == "/login"
    db.session.refresh(lars)
    assert (lars.phone, lars.shows_name, lars.shows_email, lars.shows_phone) == (
        "+46701740620", True, False, True,
    )  # fmt: skip
    group = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert "Lars Nyström" in group.text
    assert "070-174 06 20" in group.text
    assert "lars@example.org" not in group.text
    assert "070-174 06 06" not in group.text  # Bengt shows nothing
