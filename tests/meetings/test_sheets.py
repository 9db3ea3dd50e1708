"""Checks a meeting's A4 for the notice board."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine

from tests.cast import Scene
from tests.factories import make_meeting
from tests.page_client import BASE, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db

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
