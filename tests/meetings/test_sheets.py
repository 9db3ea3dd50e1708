"""Checks a meeting's A4 for the notice board."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

from tests.cast import Scene
from tests.factories import flat_of, make_finding, make_meeting, make_member, make_person
from tests.meetings.joint import make_solvarv
from tests.page_client import BASE, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.meetings import service
from watch.models import Channel, FindingStatus, MeetingKind, MeetingPart, Person

BEFORE = datetime(2027, 3, 1, 9, tzinfo=UTC)


@time_machine.travel(BEFORE)
def test_it_says_when_and_where_in_four_languages(client: PageClient, scene: Scene) -> None:
    starts_at = datetime(2027, 3, 16, 17, tzinfo=UTC)  # 18.00 in Sweden
    meeting = make_meeting(scene.group, starts_at=starts_at, place="Tvättstugan", by=scene.bengt)
    answer = client.get(f"/meetings/{meeting.id}", as_=scene.carin).click("Skriv ut för anslagstavlan (PDF)")
    (page,) = pages_of(answer.response.data)
    words = " ".join(words_on(page).split())
    assert "Trapphusträff" in words
    assert "tisdag 16 mars 2027 kl. 18.00" in words
    assert "Stairwell gathering" in words
    assert words.count("Tvättstugan") == 4
    assert codes_on(page) == [f"{BASE}/buildings/{scene.house.id}"]


@time_machine.travel(BEFORE)
def test_one_that_is_called_off_is_not_put_up(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.bengt)
    meeting.cancelled_at = BEFORE
    db.session.commit()
    assert "för anslagstavlan" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text
    assert client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.carin).status == 404


def words_of(client: PageClient, address: str, reader: Person) -> str:
    pages = pages_of(client.get(address, as_=reader).response.data)
    return " ".join(" ".join(words_on(page).split()) for page in pages)


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
    group = make_solvarv(scene).group
    held.parts.append(MeetingPart.of(group))
    db.session.commit()
    assert "Åtgärder från träffen" not in words_of(client, address, scene.amina)
