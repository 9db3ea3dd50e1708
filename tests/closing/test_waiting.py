"""Checks that mail and paper that a closing stopped wait again once the group is opened, if they stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.closing.test_closing import DAY, call, close, sent
from tests.factories import make_invitation, make_message, make_notice
from tests.page_client import PageClient
from watch.closing import service
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.groups.service.members import leave
from watch.handouts.queries import open_handouts
from watch.handouts.service import hand_out, tell_coordinators
from watch.invitations.mails import INVITATION
from watch.mail import outbox as mails
from watch.mail.queue import claim
from watch.meetings.queries.calls import mailings_on_paper
from watch.messages.mails import NEIGHBOUR_WROTE
from watch.models import Area, Group, Mailing, Membership, Notice, OutboxRow, OutboxState, Person, utcnow
from watch.notices import service as notices
from watch.notices.mails import NOTICE
from watch.notices.queries import mailings_of
from watch.recipients import flats_on_paper, households_on_paper

MEMBERS = ("Amina", "Bengt", "Carin", "Dawit")


def send_notice(scene: Scene, where: Group | Area) -> Notice:
    """Queue a notice to a group or an area, with the paper of those whom no mail reaches."""
    notice = make_notice(where, by=scene.gun)
    mailing = mails.queue_many(NOTICE, people=active_member_ids(scene.group), about=notice)
    mails.queue_paper(mailing, households_on_paper())
    db.session.commit()
    return notice


def open_again(scene: Scene) -> None:
    service.undo(scene.group, by=scene.gun)
    db.session.commit()


def waiting(scene: Scene) -> list[tuple[object, int]]:
    """Return what is still to be handed out in the group, and to how many flats."""
    return [(each.about, each.flats) for each in open_handouts({scene.group.id: None}, utcnow())]


@pytest.mark.parametrize("to_area", [True, False], ids=["area", "group"])
def test_paper_of_a_notice_waits_again_once_the_group_is_opened(
    scene: Scene, client: PageClient, to_area: bool
) -> None:
    notice = send_notice(scene, scene.group.area if to_area else scene.group)
    close(scene)
    assert waiting(scene) == []
    with time_machine.travel(utcnow() + timedelta(seconds=8)):
        open_again(scene)
        assert waiting(scene) == [(notice, 1)]
        page = client.get(f"/notices/{notice.id}/paper", as_=scene.bengt)
        assert "1001" in page.text


@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize("to_area", [True, False], ids=["area", "group"])
def test_mail_of_a_notice_is_sent_once_the_group_is_opened(
    scene: Scene, carins_husband: Person, to_area: bool, claimed: bool
) -> None:
    """Also if a claim has found nothing to send meanwhile. Who shares a mailbox still gets one mail."""
    send_notice(scene, scene.group.area if to_area else scene.group)
    close(scene)
    if claimed:
        assert {kind for kind, _name in sent()} == {"group-closed"}
    open_again(scene)
    claims = claim("a worker", 100) or []
    named = sorted(each.recipient.names for each in claims if each.recipient and each.kind == "notice")
    assert named == [
        ("Amina Yusuf",), ("Bengt Åkesson",), ("Carin Öberg", carins_husband.name), ("Dawit Tesfaye",)
    ]  # fmt: skip


def test_who_left_before_the_closing_gets_none(scene: Scene) -> None:
    send_notice(scene, scene.group.area)
    leave(db.session.scalars(select(Membership).filter_by(person_id=scene.carin.id)).one(), by=scene.carin)
    close(scene)
    open_again(scene)
    assert [who for kind, who in sent() if kind == "notice"] == ["Amina", "Bengt", "Dawit"]


def test_what_was_sent_or_handed_out_before_the_closing_does_not_come_again(scene: Scene) -> None:
    notice = send_notice(scene, scene.group.area)
    assert sent() == [("notice", each) for each in MEMBERS]
    hand_out(flats_on_paper(mailings_of(notice), {scene.group.id: None}), by=scene.bengt)
    close(scene)
    open_again(scene)
    assert waiting(scene) == []
    assert sent() == []


def test_a_notice_that_was_stopped_or_is_no_longer_valid_does_not_come_again(scene: Scene) -> None:
    before = send_notice(scene, scene.group.area)
    notices.stop_sending(before, by=scene.gun)
    meanwhile, old = send_notice(scene, scene.group.area), send_notice(scene, scene.group)
    old.valid_until = utcnow().date()
    close(scene)
    meanwhile.stopped_at = utcnow()
    with time_machine.travel(utcnow() + 2 * DAY):
        open_again(scene)
        assert waiting(scene) == []
        assert sent() == []
    assert before.stopped_at


def test_messages_and_invitations_that_waited_are_sent_once_it_is_opened(scene: Scene) -> None:
    invitation = make_invitation(scene.group, "ny@example.org", by=scene.bengt)
    mails.queue(INVITATION, to=invitation.mailbox, about=invitation)
    mails.queue(NEIGHBOUR_WROTE, to=scene.amina, about=make_message(scene.carin, scene.group))
    close(scene)
    open_again(scene)
    claims = claim("a worker", 100) or []
    assert sorted(each.kind for each in claims) == ["invitation", "neighbour-wrote"]


@pytest.mark.parametrize("knows", [True, False])
def test_a_call_on_paper_does_not_come_again_and_who_has_it_hears_that_it_is_off(
    scene: Scene, knows: bool
) -> None:
    """The meeting stays cancelled, and nothing tells of it but the paper that waits again."""
    meeting = call(scene)
    assert waiting(scene) == [(meeting, 1)]
    if knows:
        hand_out(flats_on_paper(mailings_on_paper(meeting), {scene.group.id: None}), by=scene.bengt)
    close(scene)
    open_again(scene)
    assert waiting(scene) == ([(meeting, 1)] if knows else [])
    papers = select(Mailing.kind).join(OutboxRow, OutboxRow.mailing_id == Mailing.id)
    papers = papers.where(OutboxRow.state == OutboxState.TO_PRINT)
    assert db.session.scalars(papers).all() == (["meeting-cancelled"] if knows else [])


def test_a_coordinator_whose_mail_of_papers_was_left_out_gets_it(scene: Scene) -> None:
    send_notice(scene, scene.group.area)
    sent()
    tell_coordinators(utcnow())
    db.session.commit()
    close(scene)
    assert {kind for kind, _name in sent()} == {"group-closed"}
    open_again(scene)
    assert ("paper-to-hand-out", "Bengt") in sent()
