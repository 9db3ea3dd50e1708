"""Checks a meeting's A4 for the notice board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_finding, make_meeting, make_member, make_person
from tests.meetings import joint
from tests.page_client import BASE, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.meetings import service
from watch.models import (
    Channel,
    FindingStatus,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    Person,
    utcnow,
)

PLAN = {
    "scope": "group", "kind": "stairwell", "day": "2027-03-16", "starts": "18.00", "ends": "19.30",
    "place": "Tvättstugan",
}  # fmt: skip
BEFORE = datetime(2027, 3, 1, 9, tzinfo=UTC)


@time_machine.travel(BEFORE)
def test_it_says_when_and_where_in_four_languages(client: PageClient, scene: Scene) -> None:
    starts_at = datetime(2027, 3, 16, 17, tzinfo=UTC)  # 18.00 in Sweden
    meeting = make_meeting(scene.group, starts_at=starts_at, place="Tvättstugan", by=scene.bengt)
    answer = client.get(f"/meetings/{meeting.id}", as_=scene.carin).click("Skriv ut för anslagstavlan (PDF)")
    (page,) = pages_of(answer.response.data)
    words = said_on(page)
    assert "Trapphusträff" in words
    assert "tisdag 16 mars 2027 kl. 18.00" in words
    assert "Stairwell gathering" in words
    assert words.count("Tvättstugan") == 4
    assert codes_on(page) == [f"{BASE}/buildings/{scene.house.id}"]


@time_machine.travel(BEFORE)
def test_a_cancelled_one_is_printed_with_its_reason_in_four_languages(
    client: PageClient, scene: Scene
) -> None:
    meeting = called(client, scene)
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina).press("Alla är lämnade")
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina).press(
        "Ställ in träffen", {"reason": "Nyckeln är borta.\n\nVi ses i maj."}
    )
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.carin)
    (page,) = pages_of(shown.click("Skriv ut att träffen är inställd (PDF)").response.data)
    words = said_on(page)
    assert "Träffen är inställd" in words
    assert "Skulle ha varit: tisdag 16 mars 2027 kl. 18.00–19.30, Tvättstugan" in words
    assert "Nyckeln är borta. Vi ses i maj." in words
    assert "The gathering will not take place: Stairwell gathering. Should have been: Tuesday" in words
    assert words.count("Tvättstugan") == 4
    task = client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina)
    assert words_on(pages_of(task.click("Skriv ut beskedet (PDF)").response.data)[0]) == words_on(page)


@time_machine.travel(BEFORE)
def test_a_changed_one_says_what_it_was_and_what_it_is(client: PageClient, scene: Scene) -> None:
    meeting = called(client, scene)
    invited = client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina).click("Skriv ut inbjudan (PDF)")
    (page,) = pages_of(invited.response.data)
    assert "ändrad" not in words_on(page)
    change(client, scene, meeting, starts="19.00", ends="20.00")
    task = client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina)
    (page,) = pages_of(task.click("Skriv ut beskedet (PDF)").response.data)
    words = said_on(page)
    assert "Träffen är ändrad Trapphusträff" in words
    now, then = "Nu: tisdag 16 mars 2027 kl. 19.00–20.00", "Förut: tisdag 16 mars 2027 kl. 18.00–19.30"
    assert f"{now} {then} Var: Tvättstugan" in words
    assert "The gathering is changed: Stairwell gathering. Now: Tuesday" in words


@time_machine.travel(BEFORE)
def test_a_changed_place_stands_beside_the_old_one_and_a_link_on_no_paper(
    client: PageClient, scene: Scene
) -> None:
    meeting = called(client, scene, link="https://video.example.org/1")
    change(client, scene, meeting, place="Hässlehuset", link="https://video.example.org/2")
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data
    words = said_on(pages_of(sheet)[0])
    assert "När: tisdag 16 mars 2027 kl. 18.00–19.30, som förut" in words
    assert "Plats nu: Hässlehuset Plats förut: Tvättstugan" in words
    assert "Länken är ny. Du kan också vara med på video." in words
    assert "video.example" not in words


@time_machine.travel(BEFORE)
def test_a_changed_text_is_said_to_be_new(client: PageClient, scene: Scene) -> None:
    meeting = called(client, scene, about="Bara lampor")
    change(client, scene, meeting, place="Hässlehuset")
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data
    assert "Att prata om, nu:" not in said_on(pages_of(sheet)[0])
    change(client, scene, meeting, about="Lampor och annat")
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data
    assert "Att prata om, nu: Lampor och annat" in said_on(pages_of(sheet)[0])


@time_machine.travel(BEFORE)
def test_it_names_every_time_that_a_home_may_still_have_on_paper(client: PageClient, scene: Scene) -> None:
    meeting = called(client, scene)
    change(client, scene, meeting, day="2027-03-17")
    change(client, scene, meeting, day="2027-03-18", place="Gården")
    (page,) = pages_of(client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data)
    first = "Tidigare: tisdag 16 mars 2027 kl. 18.00–19.30, Tvättstugan"
    assert first in said_on(page)
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina).press("Alla är lämnade")
    client.get(f"/meetings/{meeting.id}/cancel", as_=scene.amina).press("Ställ in träffen", {"reason": ""})
    (page,) = pages_of(client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data)
    assert "Skulle ha varit: torsdag 18 mars 2027 kl. 18.00–19.30, Gården" in said_on(page)
    assert f"Tidigare: onsdag 17 mars 2027 kl. 18.00–19.30, Tvättstugan {first}" in said_on(page)


@time_machine.travel(BEFORE)
def test_a_long_one_is_set_smaller_and_stays_on_one_page(client: PageClient, scene: Scene) -> None:
    meeting = called(client, scene, about="Vi pratar om belysningen, porten och gården. " * 12)
    change(client, scene, meeting, day="2027-03-17", place="Hässlehuset, stora salen på andra våningen")
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data
    assert len(pages_of(sheet)) == 1


@time_machine.travel(BEFORE)
def test_a_mended_spelling_is_no_change_on_paper(client: PageClient, scene: Scene) -> None:
    meeting = called(client, scene)
    client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina).press("Alla är lämnade")
    change(client, scene, meeting, "Rätta stavfelet utan mejl", place="Tvättstuggan")
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).response.data
    assert "ändrad" not in words_on(pages_of(sheet)[0])


def test_a_group_that_has_left_a_joint_gathering_prints_that(client: PageClient, scene: Scene) -> None:
    solvarv = joint.make_solvarv(scene)
    starts_at = utcnow() + timedelta(days=20)
    meeting = make_meeting(scene.group, starts_at=starts_at, by=scene.amina, place="Gårdshuset")
    meeting.parts.append(MeetingPart.invited(solvarv.group))
    db.session.commit()
    joint.say(client, meeting, solvarv.sara, "Vi är med")
    client.get(f"/meetings/{meeting.id}/paper", as_=solvarv.sara).press("Alla är lämnade")
    joint.say(client, meeting, solvarv.sara, "Vi är inte med längre")
    task = client.get(f"/meetings/{meeting.id}/paper", as_=solvarv.sara)
    (page,) = pages_of(task.click("Skriv ut beskedet (PDF)").response.data)
    words = said_on(page)
    assert words.count("Gårdshuset") == 4
    assert "Er grupp är inte längre med på den gemensamma träffen. Det gäller:" in words
    assert (solvarv.group.name in words, scene.group.name in words) == (True, False)
    assert "(PDF)" not in client.get(f"/meetings/{meeting.id}", as_=solvarv.sara).text
    assert "Skriv ut för anslagstavlan (PDF)" in client.get(f"/meetings/{meeting.id}", as_=scene.amina).text


def test_a_start_meeting_has_a_sheet_for_members_on_paper(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.gun, place="Hässlehuset")
    meeting.group, meeting.area, meeting.parts = None, scene.group.area, []
    meeting.audience, meeting.building = MeetingAudience.INTERESTED, scene.house
    db.session.commit()
    (page,) = pages_of(client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.bengt).response.data)
    assert "Våglängdsgatan 1–3" in words_on(page)


def said_on(page: Any) -> str:
    """Return the text of a page with words that are hyphenated made whole."""
    return " ".join(words_on(page).replace("\ufffe", "").split())


def called(client: PageClient, scene: Scene, **other: str) -> Meeting:
    """Let Amina call her group to a meeting; Elsa is on paper."""
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page.press("Förhandsgranska", PLAN | other).press("Kalla 4 grannar")
    return db.session.scalars(select(Meeting)).one()


def change(
    client: PageClient, scene: Scene, meeting: Meeting, button: str = "Ändra träffen", **other: str
) -> None:
    form = client.get(f"/meetings/{meeting.id}/edit", as_=scene.amina)
    assert form.press("Granska ändringen", other).press(button).status == 303


def words_of(client: PageClient, address: str, reader: Person) -> str:
    pages = pages_of(client.get(address, as_=reader).response.data)
    return " ".join(said_on(page) for page in pages)


@time_machine.travel(BEFORE)
def test_what_is_left_since_last_time_stands_on_copies_for_homes_and_not_on_the_notice_board(
    client: PageClient, scene: Scene
) -> None:
    make_member(
        make_person("Olga", None), scene.group, flat_of(scene.stairwell_1, "1003"), channel=Channel.PAPER
    )
    for number in range(9):
        make_finding(scene.group, f"Lampa {number} är släckt.")
    make_finding(scene.group, "Klottret är borta.").status = FindingStatus.DONE
    begins = BEFORE + timedelta(days=9)
    plan = service.Plan(MeetingKind.STAIRWELL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    listed = client.get(f"/meetings/{meeting.id}/paper", as_=scene.amina)
    homes = words_of(client, listed.links["Skriv ut inbjudan (PDF)"], scene.amina)
    line = "– Belysning, Våglängdsgatan 1–3, hela huset: Lampa 0 är släckt. (Fastighetsägaren)"
    assert f"Kvar sedan sist: {line}" in homes
    assert ("Lampa 7 " in homes, "Lampa 8 " in homes, "och 1 till" in homes) == (True, False, True)
    assert "Klottret" not in homes
    board = words_of(client, f"/meetings/{meeting.id}/sheet.pdf", scene.amina)
    assert ("Tvättstugan" in board, "Kvar sedan sist" in board) == (True, False)


@time_machine.travel(BEFORE)
def test_what_was_found_stands_on_the_paper_with_the_notes_of_one_group_only(
    client: PageClient, scene: Scene
) -> None:
    held = make_meeting(scene.group, starts_at=BEFORE - timedelta(days=1), by=scene.amina)
    make_finding(scene.group).meeting_id = held.id
    other = make_finding(scene.group, "Dörren kärvar.")
    service.save_notes(held, "Vi drack kaffe.", seen=0, form_key="k", by=scene.amina)
    service.publish_notes(held, seen=1, by=scene.amina)
    db.session.commit()
    address = f"/meetings/{held.id}/notes/sheet.pdf"
    words = words_of(client, address, scene.amina)
    assert "Vi drack kaffe. Åtgärder från träffen: – Belysning, Våglängdsgatan 1–3," in words
    assert other.what not in words
    group = joint.make_solvarv(scene).group
    held.parts.append(MeetingPart.of(group))
    db.session.commit()
    assert "Åtgärder från träffen" not in words_of(client, address, scene.amina)
