"""A start meeting on a small phone: the officer calls unseen neighbours; one answers, one withdraws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_interest, make_person
from tests.post import Post
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Interest, Meeting

SMALL = {"width": 360, "height": 740}
DAY = (datetime.now(STOCKHOLM) + timedelta(days=9)).date()
BEGINS = datetime(DAY.year, DAY.month, DAY.day, 18, tzinfo=STOCKHOLM).astimezone(UTC)


def test_those_who_are_interested_meet_before_there_is_a_group(
    scene: Scene, post: Post, make_phone: Callable[..., Phone]
) -> None:
    for person in (scene.jenny, make_person("Lo Ek", "lo@example.org")):
        make_interest(person, scene.langgatan)
    db.session.commit()
    guns = make_phone(viewport=SMALL)
    guns.sign_in(scene.gun)
    _gun_calls(guns, scene)
    assert post.deliver() == ["jenny@example.org", "lo@example.org"]

    los = make_phone(javascript=False, viewport=SMALL)
    los.open(post.link("lo@example.org", "/r/"))
    los.page.locator("main input[name=people]").fill("2")
    los.press("Jag kommer")
    assert "Jag kommer: 2 personer" in los.text
    jennys = make_phone(javascript=False, viewport=SMALL)
    _jenny_withdraws_in_somali(jennys, post)
    assert post.deliver() == ["jenny@example.org"], "that she has, and how to take it back"

    meeting = db.session.scalars(select(Meeting)).one()
    guns.open(f"/meetings/{meeting.id}")
    guns.follow("Ändra träffen")
    guns.fill("Plats", "Biblioteket")
    guns.press("Granska ändringen")
    guns.press("Ändra och meddela dem som är kallade")
    assert post.deliver() == ["lo@example.org"]
    los.open(post.link("lo@example.org", "/r/"))
    assert "Biblioteket" in los.text

    with time_machine.travel(BEGINS + timedelta(minutes=10)):
        guns.sign_in(scene.gun)
        guns.open(f"/meetings/{meeting.id}/checkin")
        assert "Lo Ek" not in guns.page.content()
        guns.page.get_by_role("button", name="En till").click()
        guns.page.get_by_role("button", name="Klart, 1 kom").click()
        guns.page.wait_for_load_state()
        assert "1 person kom" in guns.text


def _gun_calls(phone: Phone, scene: Scene) -> None:
    phone.open(f"/groups/new?building={scene.langgatan.id}")
    phone.follow("Kalla till uppstartsmöte")
    phone.fill("Dag", DAY.isoformat())
    phone.fill("Börjar klockan", "18:00")
    phone.fill("Plats", "Norrbyhuset")
    phone.press("Förhandsgranska")
    phone.press("Kalla dem som är intresserade")
    assert "Uppstartsmötet är kallat." in phone.text
    assert not [each for each in ("Jenny", "Lo Ek", "@example.org") if each in phone.page.content()]


def _jenny_withdraws_in_somali(phone: Phone, post: Post) -> None:
    """Follow the way out in her mail, by the addresses of the buttons."""
    phone.open(post.link("jenny@example.org", "/u/"))
    phone.page.locator("main a[href*='/interest/']").click()
    phone.page.wait_for_load_state()
    phone.look()
    phone.page.locator("main input[name=sure]").check()
    phone.page.locator("main form[action$='/withdraw'] button").click()
    phone.page.wait_for_load_state()
    ended = select(Interest.ended_at).join(Interest.person).where(Interest.ended_at.is_not(None))
    db.session.rollback()
    assert len(db.session.scalars(ended).all()) == 1
