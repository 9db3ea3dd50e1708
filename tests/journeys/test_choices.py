"""Choosing fewer mails, leaving and coming back by a mail's link, without signing in and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_notice
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.mail import outbox
from watch.models import NoticeChoice, OutboxState, Purpose
from watch.notices.mails import NOTICE


@pytest.mark.parametrize("javascript", [False, True])
def test_carin_wants_gatherings_only_leaves_and_thinks_again(
    scene: Scene, make_phone: Callable[..., Phone], javascript: bool
) -> None:
    row = outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))
    mine = active_membership(scene.carin, scene.group)
    assert row
    assert mine
    phone = make_phone(javascript=javascript)
    phone.open(f"/u/{tokens.make(Purpose.UNSUBSCRIBE, row)}")
    phone.tick("Bara träffar")
    phone.press("Spara")
    assert "Ditt val är sparat. Det gäller från och med nu." in phone.text
    db.session.refresh(row)
    db.session.refresh(mine)
    assert (mine.notices, row.state) == (NoticeChoice.MEETINGS, OutboxState.CANCELLED)

    phone.follow("Lämna gruppen")
    phone.press("Lämna gruppen")
    assert "Du har lämnat gruppen." in phone.text
    assert active_membership(scene.carin, scene.group) is None
    phone.press("Ångra Våglängdsgatan 1–3")
    assert "Välkommen tillbaka!" in phone.text
    assert active_membership(scene.carin, scene.group) == mine
    db.session.refresh(mine)
    assert mine.notices is NoticeChoice.MEETINGS
