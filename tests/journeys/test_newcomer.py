"""Somebody who joins after a gathering was called comes, is told of its change, and that it is off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.post import Post
from watch.extensions import db
from watch.joining.service.deciding import approve
from watch.meetings import service
from watch.models import Answer, JoinRequest, MeetingAnswer, MeetingKind, utcnow

SMALL = {"width": 360, "height": 740}


def test_a_newcomer_comes_to_a_gathering_that_was_called_before(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    begins = utcnow().replace(microsecond=0) + timedelta(days=9)
    plan = service.Plan(MeetingKind.ANNUAL, begins, begins + timedelta(hours=1), "Tvättstugan")
    meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    assert "farah@example.org" not in post.deliver()

    approve(db.session.scalars(select(JoinRequest)).one(), by=scene.bengt)
    assert post.deliver() == ["farah@example.org"]
    phone = make_phone(viewport=SMALL, javascript=False)
    phone.open(post.link("farah@example.org", "/r/"))
    assert "Tvättstugan" in phone.text
    phone.fill("Hur många kommer ni?", "2")
    phone.press("Jag kommer")
    said = db.session.scalars(select(MeetingAnswer)).one()
    assert (said.answer, said.people) == (Answer.YES, 2)

    moved = service.Plan(
        meeting.kind, begins + timedelta(days=1), begins + timedelta(days=1, hours=1), "Gården"
    )
    service.change(meeting, moved, seen=meeting.sequence, by=scene.amina)
    assert "farah@example.org" in post.deliver()
    phone.open(post.link("farah@example.org", "/r/"))
    assert "Gården" in phone.text
    service.cancel(meeting, by=scene.amina, reason="Det regnar.")
    assert "farah@example.org" in post.deliver()
    phone.open(post.link("farah@example.org", "/r/"))
    assert "Träffen är inställd" in phone.text
    assert "Det regnar." in phone.text
