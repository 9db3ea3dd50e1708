"""Checks that one click stops its own list only, and that a mail says so and takes it back."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_coordinator, make_meeting, make_notice
from tests.mail.relay import Relay, Taken
from tests.page_client import PageClient
from watch.extensions import db
from watch.invitations.mails import JOIN_APPROVED
from watch.mail import delivery, outbox
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Audience,
    Language,
    Meeting,
    Membership,
    Notice,
    NoticeChoice,
    OutboxRow,
    Person,
)
from watch.notices.mails import NOTICE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
TOLD = "Du får färre mejl nu"


def sent(relay: Relay) -> list[Taken]:
    """Send what is due; return the new mails."""
    db.session.commit()
    before = len(relay.taken)
    delivery.run()
    db.session.expire_all()
    return relay.taken[before:]


def of_area(scene: Scene, audience: Audience = Audience.AREA_MEMBERS) -> Notice:
    notice = make_notice(scene.group.area, by=scene.gun)
    notice.audience = audience
    return notice


def click(client: PageClient, letter: Taken) -> None:
    """Press the button of the mail program."""
    link = str(letter.mail["List-Unsubscribe"]).strip("<>")
    assert client.post(link[link.index("/u/") :], ONE_CLICK, csrf=False).status == 200


def choice_of(person: Person) -> NoticeChoice:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one().notices


def about_a_notice(scene: Scene) -> OutboxRow | None:
    return outbox.queue(NOTICE, to=scene.carin, about=make_notice(scene.group, by=scene.amina))


def about_a_meeting(scene: Scene) -> OutboxRow | None:
    return outbox.queue(MEETING_CALLED, to=scene.carin, about=make_meeting(scene.group, by=scene.amina))


def about_the_area(scene: Scene) -> OutboxRow | None:
    return outbox.queue(NOTICE, to=scene.carin, about=of_area(scene))


@pytest.mark.parametrize(
    ("queue", "still"),
    [
        (about_a_notice, ["träffar: ja", "från gruppen: nej", "till hela Hässleholmen: ja"]),
        (about_a_meeting, ["träffar: nej", "från gruppen: ja", "till hela Hässleholmen: ja"]),
        (about_the_area, ["träffar: ja", "från gruppen: ja", "till hela Hässleholmen: nej"]),
    ],
)
def test_a_mail_says_what_still_comes_and_its_link_takes_the_click_back(
    client: PageClient, scene: Scene, relay: Relay, queue: object, still: list[str]
) -> None:
    assert callable(queue)
    queue(scene)
    click(client, sent(relay)[0])
    (letter,) = sent(relay)
    assert (letter.mail["Subject"], letter.recipients) == (TOLD, ["carin@example.org"])
    for words in still:
        assert words in letter.text()
        assert words in letter.text("html")
    assert letter.mail["List-Unsubscribe"] is None
    (way_back,) = set(re.findall(r"/u/[0-9a-v]{32}", letter.text()))
    assert client.post(way_back, ONE_CLICK, csrf=False).status == 410  # it belongs to no list
    page = client.get(way_back)
    everything = {
        name: "yes" if name.endswith("wanted") else "everything"
        for name in page.form(f"{way_back}/choose")
        if name != "csrf_token"
    }
    assert page.press("Spara", everything).status == 303
    for about in (about_a_notice, about_a_meeting, about_the_area):
        about(scene)
    assert len(sent(relay)) == 3


def test_the_three_lists_have_a_name_each(scene: Scene, relay: Relay) -> None:
    for about in (about_a_notice, about_a_meeting, about_the_area):
        about(scene)
    about_a_notice(scene)
    names = [letter.mail["List-Id"] for letter in sent(relay)]
    assert len(set(names)) == 3
    assert len(names) == 4


def test_pressed_twice_it_is_told_once_and_nothing_is_told_of_a_list_left_before(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    about_a_notice(scene)
    (letter,) = sent(relay)
    click(client, letter)
    click(client, letter)
    assert len(sent(relay)) == 1
    click(client, letter)
    assert sent(relay) == []
    assert choice_of(scene.carin) is NoticeChoice.MEETINGS


def test_both_on_one_mailbox_are_told(
    client: PageClient, scene: Scene, carins_husband: Person, relay: Relay
) -> None:
    people = select(Person.id).where(Person.id.in_([scene.carin.id, carins_husband.id]))
    outbox.queue_many(NOTICE, people=people, about=make_notice(scene.group, by=scene.amina))
    click(client, sent(relay)[0])
    told = [letter.text().splitlines()[0] for letter in sent(relay)]
    assert sorted(told) == ["Hej Carin Öberg!", "Hej Pär Öberg!"]


def test_a_coordinator_who_is_no_member_leaves_the_areas_list_without_a_mail(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    make_coordinator(scene.jenny, scene.group)
    outbox.queue(NOTICE, to=scene.jenny, about=of_area(scene, Audience.AREA_COORDINATORS))
    click(client, sent(relay)[0])
    assert sent(relay) == []


@pytest.mark.parametrize("language", Language)
def test_it_is_told_in_the_readers_language(
    client: PageClient, scene: Scene, relay: Relay, language: Language
) -> None:
    scene.carin.language = language
    about_a_meeting(scene)
    click(client, sent(relay)[0])
    (letter,) = sent(relay)
    assert letter.mail["Content-Language"] == language.value
    assert (letter.mail["Subject"] == TOLD) == (language is Language.SWEDISH)
    assert db.session.scalars(select(Meeting)).one().group == scene.group


def test_the_welcome_ends_with_the_link_of_whoever_got_somebody_elses(
    client: PageClient, scene: Scene, relay: Relay
) -> None:
    """The page about such mail promises it. The mail is of no list, so no program shows a button for it."""
    about_a_meeting(scene)
    membership = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    outbox.queue(JOIN_APPROVED, to=scene.carin, about=membership)
    welcome = next(letter for letter in sent(relay) if letter.mail["Subject"] == "Välkommen")
    (link,) = {
        each for form in ("plain", "html") for each in re.findall(r"/u/[0-9a-v]{32}", welcome.text(form))
    }
    assert "länken längst ner i mejlet" in client.get("/r/not-you").text
    assert welcome.mail["List-Unsubscribe"] is None
    assert client.post(link, ONE_CLICK, csrf=False).status == 410
    page = client.get(link)
    (name,) = [each for each in page.form(f"{link}/choose") if each.endswith("-notices")]
    page.press("Spara", {name: "nothing"})
    assert choice_of(scene.carin) is NoticeChoice.NOTHING
    page.click("Lämna gruppen Våglängdsgatan 1–3").press("Lämna gruppen")
    assert "Inte med längre" in client.get(link).text
    db.session.expire_all()
    assert membership.left_at is not None
