"""From the list of gatherings to how many came, at 360 pixels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_meeting
from watch.extensions import db
from watch.models import Counting, MeetingKind, utcnow

SMALL = {"width": 360, "height": 740}
CAME = [8, 0, None, 11, 16]  # the latest first


@pytest.fixture(autouse=True)
def meetings(scene: Scene) -> None:
    """Five gatherings of the past; of one nobody counted."""
    for number, came in enumerate(CAME, 1):
        meeting = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=40 * number))
        meeting.kind = MeetingKind.ANNUAL if number == 5 else MeetingKind.STAIRWELL
        meeting.counting = Counting.NOT_COUNTED if came is None else Counting.COUNTED
        meeting.head_count = came
    db.session.commit()


def test_numbers_are_found_from_the_lists_and_read_on_a_phone(
    scene: Scene, make_phone: Callable[..., Phone]
) -> None:
    here = f"/groups/{scene.group.id}/meetings"
    for reader, listed, words in (
        (scene.amina, here, "Träffar i siffror"),
        (scene.dawit, here, "اللقاءات بالأرقام"),
        (scene.gun, f"/areas/{scene.group.area.slug}/meetings", "Träffar i siffror"),
    ):
        phone = make_phone()
        phone.page.set_viewport_size(SMALL)
        phone.sign_in(reader)
        phone.open(listed)
        phone.follow(words)
        assert (phone.h1, phone.page.locator("svg.chart rect").count()) == (words, 4)
        for scheme in ("dark", "light"):
            phone.page.emulate_media(color_scheme=scheme)
            phone.look()
