"""The citizens' meeting: members of an area are called by mail, others find it on a public page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.meetings import service
from watch.models import Answer, AuditEntry, Meeting, MeetingAudience, MeetingKind

PLAN = {
    "whom": "everybody", "kind": "citizens", "languages": ["sv", "ar"],
    "day": "2026-03-12", "starts": "18.00", "ends": "20.00", "place": "Hässlehuset",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_march() -> object:
    with time_machine.travel(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), tick=True):
        yield


def call(client: PageClient, scene: Scene, **more: object) -> Meeting:
    scene.group.counted_taking_part = 5
    db.session.commit()
    page = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    sent = page.press("Förhandsgranska", PLAN | more).press("Kalla minst 5 hushåll")
    assert sent.status == 303
    return db.session.scalars(select(Meeting)).one()


def test_an_officer_calls_every_member_of_the_area_and_nobody_else(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    meeting = call(client, scene)
    assert (meeting.audience, meeting.kind) == (MeetingAudience.EVERYBODY, MeetingKind.CITIZENS)
    assert meeting.languages == "sv ar"
    by_mail = [("meeting-called", f"{name}@example.org") for name in ("amina", "bengt", "carin", "dawit")]
    assert sorted(outbox.addressed()) == by_mail
    assert [row.household.flat.number for row in outbox.rows() if row.household_id] == ["1001"]


def test_the_preview_tells_an_officer_whom_it_reaches_in_bands_and_sends_nothing(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    assert "2 kontaktombud, minst 5 hushåll" in page.text
    preview = page.press("Förhandsgranska", PLAN)
    assert "I området är minst 5 hushåll med." in preview.text
    assert "deras kontaktombud får en lista" in preview.text
    assert "Svenska, العربية" in preview.text
    assert preview.press("Ändra").form()["place"] == "Hässlehuset"
    assert (outbox.names(), db.session.scalars(select(Meeting)).all()) == ([], [])


def test_paper_is_the_task_of_each_buildings_coordinators(client: PageClient, scene: Scene) -> None:
    meeting = call(client, scene)
    page = f"/meetings/{meeting.id}"
    assert "1 av dina lägenheter behöver papper" in client.get(page, as_=scene.bengt).text
    assert (
        "1 lägenhet behöver inbjudan på papper"
        in client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).text
    )
    ticks = client.get(f"{page}/paper", as_=scene.bengt)
    assert ticks.press("Alla är lämnade").status == 303
    assert "Lägenheten har fått sitt papper" in client.get(f"{page}/paper", as_=scene.bengt).text
    others = scene.carin, scene.ivan, scene.jenny
    assert [client.get(f"{page}/paper", as_=each).status for each in others] == [403, 404, 404]
    assert "1001" not in client.get(f"{page}/paper", as_=scene.gun).text
    seen = select(AuditEntry.by_id, AuditEntry.group_id).where(AuditEntry.what == "house-seen")
    assert {tuple(each) for each in db.session.execute(seen)} == {(scene.bengt.id, scene.group.id)}


def test_members_of_the_area_see_and_answer_it_others_use_the_public_page(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(client, scene)
    page = f"/meetings/{meeting.id}"
    readers = scene.carin, scene.bengt, scene.gun, scene.hodan, scene.ivan, scene.jenny, None
    assert [client.get(page, as_=each).status for each in readers] == [200, 200, 200, 404, 404, 404, 302]
    assert client.post(f"{page}/answer", {"answer": "yes", "people": "2"}, as_=scene.carin).status == 303
    assert "Alla i Hässleholmen" in client.get(f"/groups/{scene.group.id}/meetings", as_=scene.carin).text
    assert "Medborgarmöte" in client.get(f"/groups/{scene.group.id}", as_=scene.carin).text
    assert client.get(f"{page}/edit", as_=scene.amina).status == 403


def test_the_languages_can_be_changed_as_long_as_it_is_on_and_nobody_is_mailed(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    meeting = call(client, scene)
    before, code = len(outbox.rows()), tokens.show_code(meeting.code or "")
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun).click("Ändra språken")
    assert page.form()["languages"] == ["sv", "ar"]
    for _twice in range(2):
        assert page.press("Spara", {"languages": ["sv", "so"]}).location == f"/meetings/{meeting.id}"
    assert "Språk Svenska, Soomaali" in client.get(f"/m/{code}").text
    assert "Ändra språken" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).links
    noted = select(AuditEntry.by_id).where(AuditEntry.what == "languages-chosen")
    assert db.session.scalars(noted).all() == [scene.gun.id]
    older, page = page, client.get(page.path, as_=scene.gun)
    both = older.press("Spara", {"languages": ["en"]})
    assert both.status == 422
    assert "Det här har någon annan sparat Språk Svenska, Soomaali" in " ".join(both.text.split())
    assert both.form()["languages"] == "en"
    page.press("Spara", {"languages": []})
    assert "Språk" not in client.get(f"/m/{code}").text
    assert page.press("Spara", {"languages": ["xx"]}).status == 422
    assert len(outbox.rows()) == before
    service.cancel(db.session.get_one(Meeting, meeting.id), by=scene.gun)
    db.session.commit()
    assert page.press("Spara", {"languages": ["sv"]}).follow().flashes[0][0] == "warn"
    assert client.get(page.path, as_=scene.gun).location == f"/meetings/{meeting.id}"


def test_an_officer_is_told_in_bands_how_many_members_come_and_how_many_strangers(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(client, scene)
    service.answer(meeting, scene.carin, Answer.YES, 2)
    service.answer_as_guest(meeting, "a" * 24, 3)
    db.session.commit()  # with Carin's two it is five, but how many members come is not told by that
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.gun).text
    assert "Väntas minst 3 Från den öppna sidan 3 Jag kommer färre än 5" in shown
    service.answer_as_guest(meeting, "b" * 24, 10)
    db.session.commit()
    shown = client.get(f"/meetings/{meeting.id}", as_=scene.gun).text
    assert "Väntas minst 13 Från den öppna sidan 13 Jag kommer färre än 5" in shown
    assert "Har inte svarat" not in shown
