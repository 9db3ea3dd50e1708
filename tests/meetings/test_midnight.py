"""Checks that a meeting which ends at midnight says 24.00 everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.cast import Scene
from tests.page_client import PageClient
from watch.extensions import db
from watch.meetings import service
from watch.models import MeetingKind


def test_a_meeting_that_ends_at_midnight_says_24(client: PageClient, scene: Scene) -> None:
    begins, ends = datetime(2099, 1, 15, 20, tzinfo=UTC), datetime(2099, 1, 15, 23, tzinfo=UTC)
    plan = service.Plan(MeetingKind.STAIRWELL, begins, ends, "Trappan")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    db.session.commit()
    page = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
    assert "24.00" in page.text
    assert "00.00" not in page.text.replace("21.00", "")
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    assert "Skriv 00.00." in new.text
