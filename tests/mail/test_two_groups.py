"""Checks that of two groups that write to one address each is left by its own click, and by no look."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_member, make_notice
from tests.mail.relay import Relay
from tests.mail.test_unsubscribing import click, sent
from tests.page_client import BASE, PageClient
from watch.extensions import db
from watch.mail import outbox
from watch.models import Group, Membership, NoticeChoice
from watch.notices.mails import NOTICE


def say(group: Group, scene: Scene) -> None:
    outbox.queue(NOTICE, to=scene.carin, about=make_notice(group, by=scene.amina))


@pytest.mark.parametrize("first", ["group", "other_group"])
def test_one_click_stops_one_group_and_a_second_the_other(
    first: str, client: PageClient, scene: Scene, relay: Relay
) -> None:
    make_member(scene.carin, scene.other_group, scene.other_group.buildings[0].stairwells[0].flats[0])
    left: Group = getattr(scene, first)
    stays = scene.other_group if left is scene.group else scene.group
    say(left, scene)
    (letter,) = sent(relay)
    click(client, letter)
    (told,) = sent(relay)
    assert left.name in told.text()
    say(left, scene)
    say(stays, scene)
    assert len(sent(relay)) == 1
    click(client, relay.taken[-1])
    say(stays, scene)
    told_again, *more = sent(relay)
    assert (told_again.mail["Subject"], more) == (told.mail["Subject"], [])
    choices = select(Membership.notices).where(Membership.person_id == scene.carin.id)
    assert set(db.session.scalars(choices)) == {NoticeChoice.MEETINGS}


def test_a_program_that_looks_at_the_link_stops_nothing(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    """Mail scanners fetch every link, and some send its head alone."""
    say(scene.group, scene)
    (letter,) = sent(relay)
    link = str(letter.mail["List-Unsubscribe"]).strip("<>")
    path = link[link.index("/u/") :]
    for _look in range(3):
        assert client.get(path).status == 200
        assert client.app.test_client().head(path, base_url=BASE).status_code == 200
    choices = select(Membership.notices).where(Membership.person_id == scene.carin.id)
    assert list(db.session.scalars(choices)) == [NoticeChoice.EVERYTHING]
    assert sent(relay) == []
