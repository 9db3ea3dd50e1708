"""Checks that texts as people paste them are taken, without the signs that mean nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.page_client import PageClient
from watch.extensions import db
from watch.models import Meeting, NoticeText, utcnow

PASTED = {
    "soft hyphens": ("Grann\u00adsam\u00adverkan: klistrat.", "Grannsamverkan: klistrat."),
    "a zero-width space": ("Ord\u200bmed nollbrett mellanslag.", "Ordmed nollbrett mellanslag."),
    "direction marks": ("مرحبا \u200f112 شكرا\u200f", "مرحبا \u200f112 شكرا\u200f"),
    "a family": ("Familjen 👨\u200d👩\u200d👧 hälsar.", "Familjen 👨\u200d👩\u200d👧 hälsar."),
    "a Persian name": ("علی\u200cرضا", "علی\u200cرضا"),
    "line separators": ("ett\u2028två\u2029tre\x0bfyra", "ett\ntvå\ntre\nfyra"),
    "isolates": ("Ring \u2066112\u2069 nu", "Ring \u2066112\u2069 nu"),
    "Word": ("“Hej” – så här… • punkt\u00a0ett\ufeff", "“Hej” – så här… • punkt\u00a0ett"),
}


def test_a_pasted_notice_and_meeting_are_taken(client: PageClient, scene: Scene) -> None:
    for days, (pasted, kept) in enumerate(PASTED.values(), 10):
        typed = {"audience": "group", "level": "information", "title": pasted, "body": pasted}
        assert client.post(f"/groups/{scene.group.id}/notices", typed, as_=scene.amina).status == 303
        text = db.session.scalars(select(NoticeText).order_by(NoticeText.id.desc())).first()
        assert text is not None
        assert (text.body, text.title) == (kept, kept.replace("\n", " "))
        called = {
            "kind": "stairwell", "scope": "group", "day": f"{utcnow() + timedelta(days):%Y-%m-%d}",
            "starts": "18.00", "ends": "19.00", "place": pasted, "about": pasted,
        }  # fmt: skip
        assert client.post(f"/groups/{scene.group.id}/meetings", called, as_=scene.amina).status == 303
        meeting = db.session.scalars(select(Meeting).order_by(Meeting.id.desc())).first()
        assert meeting is not None
        assert (meeting.about, meeting.place) == (kept, kept.replace("\n", " "))


@pytest.mark.parametrize("override", ["\u202e", "\u202a", "\u2066", "\ue000"])
def test_what_shows_a_text_otherwise_than_it_is_stays_refused(
    client: PageClient, scene: Scene, override: str
) -> None:
    typed = {
        "audience": "group",
        "level": "information",
        "title": "Hej",
        "body": f"Port tre är {override}öppen",
    }
    page = client.post(f"/groups/{scene.group.id}/notices", typed, as_=scene.amina)
    assert page.errors == [
        "Här finns osynliga tecken. Det första står efter ”Port tre är”: skriv om det stället."
    ]


def test_an_address_pasted_with_invisible_signs_is_read(client: PageClient, scene: Scene) -> None:
    page = client.post("/login", {"email": "\u200bcarin@exam\u00adple.org\u2060\ufeff"})
    assert page.status in {200, 303}
    assert page.errors == []
