"""Checks trying out a mail: its writer alone gets it, as the readers would, and nothing else has happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_interest
from tests.mail.test_letters import part, sealed
from tests.meetings.joint import make_solvarv
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.language import local
from watch.mail import trying
from watch.meetings import sheets
from watch.models import (
    AuditEntry,
    Group,
    Language,
    Mailing,
    Meeting,
    Model,
    Notice,
    OutboxRow,
    Person,
    TrialMail,
    utcnow,
)
from watch.paper import picture_to_show
from watch.retention.service import people
from watch.tokens import random_code, show_code

TRY = "Skicka ett provmejl till mig"
SENT = [("done", "Provmejlet är på väg till dig, och bara till dig.")]
NOTICE = {"title": "Ny lampa", "body": "Den är på plats.", "audience": "group"}


def of_notice(client: PageClient, scene: Scene, by: Person, **typed: str) -> Page:
    page = client.get(f"/groups/{scene.group.id}/notices/new", as_=by)
    return page.press("Förhandsgranska", NOTICE | typed)


def of_meeting(client: PageClient, scene: Scene, by: Person) -> Page:
    page = client.get(f"/groups/{scene.group.id}/meetings/new", as_=by)
    day = (local(utcnow()) + timedelta(days=9)).date().isoformat()
    plan = {"day": day, "starts": "18.00", "ends": "19.00", "place": "Tvättstugan", "about": "Cyklarna"}
    return page.press("Förhandsgranska", plan | {"scope": "group"})


def mail_of(row: OutboxRow) -> EmailMessage:
    """Return a row's mail as the worker sends it."""
    return message_from_bytes(sealed(row).wire, policy=policy.default)


def number_of(model: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_writer_alone_gets_the_notice_and_can_send_it_afterwards(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    tried = of_notice(client, scene, scene.amina).press(TRY)
    assert (tried.status, tried.flashes) == (200, SENT)
    assert outbox.addressed() == [("trial", "amina@example.org")]
    mail = mail_of(outbox.rows()[0])
    assert mail["subject"] == "Prov: Nytt meddelande till dig"
    for kind in ("plain", "html"):
        assert "Det här är ett prov som bara du har fått." in part(mail, kind)
        assert "Den är på plats." in part(mail, kind)
    assert (number_of(Notice), number_of(AuditEntry)) == (0, 0)
    tried.press("Skicka till 4 grannar")
    assert number_of(Notice) == 1
    assert sorted(outbox.names()) == ["notice"] * 4 + ["trial"]
    notice = mail_of(next(row for row in outbox.rows() if row.mailing.kind == "notice"))
    assert "prov" not in part(notice, "plain")


def test_the_same_draft_is_tried_once_and_a_changed_one_again(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = of_notice(client, scene, scene.amina)
    page.press(TRY)
    again = page.press(TRY)
    assert again.flashes == [("info", "Provmejlet är redan skickat. Ändra något för att få ett nytt.")]
    assert outbox.names() == ["trial"]
    assert of_notice(client, scene, scene.amina, body="Den lyser.").press(TRY).flashes == SENT
    assert of_notice(client, scene, scene.bengt).press(TRY).flashes == SENT
    assert outbox.names() == ["trial"] * 3


def test_one_person_tries_ten_an_hour(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    for number in range(trying.MOST_IN_AN_HOUR):
        assert of_notice(client, scene, scene.amina, body=f"Nummer {number}.").press(TRY).flashes == SENT
    many = of_notice(client, scene, scene.amina).press(TRY)
    wait = "Du har skickat många provmejl den senaste timmen. Vänta en stund."
    assert (many.flashes, len(outbox.rows())) == ([("warn", wait)], 10)
    assert of_notice(client, scene, scene.bengt).press(TRY).flashes == SENT
    for each in db.session.scalars(select(TrialMail)):
        each.tried_at -= timedelta(minutes=61)
    db.session.commit()
    assert many.press(TRY).flashes == SENT


def test_a_call_is_tried_in_the_writers_language_without_a_calendar_entry(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = of_meeting(client, scene, scene.amina)
    scene.amina.language = Language.ENGLISH
    db.session.commit()
    page.press(TRY)
    assert outbox.addressed() == [("trial", "amina@example.org")]
    mail = mail_of(outbox.rows()[0])
    assert mail["subject"].startswith("Trial: ")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "Tvättstugan" in part(mail, "plain")
    assert number_of(Meeting) == 0


def test_an_officer_tries_a_notice_to_an_area(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    page = client.get(f"/areas/{scene.group.area.slug}/notices/new", as_=scene.gun)
    draft = NOTICE | {"audience": "area_members"}
    assert page.press("Förhandsgranska", draft).press(TRY).flashes == SENT
    assert outbox.addressed() == [("trial", "gun@example.org")]


def of_area(client: PageClient, scene: Scene, **whom: Any) -> Page:
    """Return the preview of an officer's call, of 30 days from now."""
    page = client.get(f"/areas/{scene.group.area.slug}/meetings/new", as_=scene.gun)
    day = (local(utcnow()) + timedelta(days=30)).date().isoformat()
    plan = {"day": day, "starts": "18.00", "place": "Hässlehuset", "about": "Gården"}
    return page.press("Förhandsgranska", plan | whom)


def of_start(client: PageClient, scene: Scene) -> Page:
    page = client.get(f"/buildings/{scene.langgatan.id}/meetings/new", as_=scene.gun)
    day = (local(utcnow()) + timedelta(days=30)).date().isoformat()
    plan = {"day": day, "starts": "18.00", "place": "Hässlehuset", "about": "Gården"}
    return page.press("Förhandsgranska", plan)


OPEN = {"whom": "everybody", "kind": "citizens", "languages": ["sv"]}
OF_OFFICERS: dict[str, tuple[Callable[[PageClient, Scene, Group], Page], str]] = {
    "citizens": (
        lambda client, scene, other: of_area(client, scene, **OPEN),
        "Du är bjuden på medborgarmöte i Hässleholmen.",
    ),
    "walk": (
        lambda client, scene, other: of_area(client, scene, **OPEN | {"kind": "safety_walk"}),
        "Du är bjuden på trygghetsvandring i Hässleholmen.",
    ),
    "coordinators": (
        lambda client, scene, other: of_area(client, scene, whom="coordinators"),
        "Du är bjuden på ombudsträff i Hässleholmen.",
    ),
    "joint": (
        lambda client, scene, other: of_area(client, scene, whom="parts", groups=[scene.group.id, other.id]),
        "Polisen i Hässleholmen bjuder in er grupp till en gemensam träff.",
    ),
    "start": (
        lambda client, scene, other: of_start(client, scene),
        "Du är bjuden på uppstartsmöte för Norrby Långgata 21–27.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", OF_OFFICERS)
def test_an_officer_tries_each_kind_of_call_and_nobody_else_is_told(
    client: PageClient, scene: Scene, outbox: Outbox, kind: str
) -> None:
    make_interest(scene.jenny, scene.langgatan)
    preview, said = OF_OFFICERS[kind]
    page = preview(client, scene, make_solvarv(scene).group)
    tried, again = page.press(TRY), page.press(TRY)
    assert (tried.flashes, again.flashes[0][0]) == (SENT, "info")
    assert outbox.addressed() == [("trial", "gun@example.org")]
    mail = mail_of(outbox.rows()[0])
    for part_of in ("plain", "html"):
        text = part(mail, part_of).replace("\n", " ")
        wanted = (said, "Hässlehuset", "Gården", "Polisen", "Det här är ett prov som bara du har fått.")
        assert [each for each in wanted if each not in text] == []
    assert (number_of(Meeting), number_of(AuditEntry)) == (0, 0)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_tried_call_to_everybody_names_the_page_that_it_will_have(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = of_area(client, scene, **OPEN)
    tried = page.press(TRY)
    address = public_page_in(outbox)
    assert client.get(address).status == 404, "nobody has been called"
    meeting = tried.press("Kalla minst 5 hushåll").follow()
    assert meeting.status == 200
    assert address.endswith(show_code(db.session.scalars(select(Meeting.code)).one() or ""))
    assert client.get(address).status == 200
    of_area(client, scene, **OPEN | {"about": "Porten"}).press(TRY)
    assert public_page_in(outbox) != address, "another form calls to another meeting"


def test_the_paper_in_the_preview_is_the_one_to_put_up(client: PageClient, scene: Scene) -> None:
    page = of_area(client, scene, **OPEN)
    page.press("Kalla minst 5 hushåll")
    meeting = db.session.scalars(select(Meeting)).one()
    (paper,) = sheets.pictures_of(meeting)
    assert picture_to_show(paper) in page.html
    meeting.code = random_code()
    assert sheets.pictures_of(meeting) != [paper], "its code leads to the meeting's own page"


def public_page_in(outbox: Outbox) -> str:
    """Return the path of the public page that the latest trial mail names."""
    trial = max((row for row in outbox.rows() if row.mailing.kind == "trial"), key=lambda row: row.id)
    found = re.search(r"/m/[0-9A-Z]{4}-[0-9A-Z]{4}", part(mail_of(trial), "plain"))
    assert found
    return found[0]


@pytest.mark.parametrize("kind", OF_OFFICERS)
def test_the_preview_of_what_is_put_up_on_paper_shows_it(client: PageClient, scene: Scene, kind: str) -> None:
    make_interest(scene.jenny, scene.langgatan)
    preview, _said = OF_OFFICERS[kind]
    page = preview(client, scene, make_solvarv(scene).group)
    assert ('<img class="sheet" src="data:image/png;base64,' in page.html) == (
        kind in {"citizens", "walk", "joint"}
    )


@pytest.mark.parametrize("preview", [of_notice, of_meeting])
def test_the_preview_shows_the_paper_for_the_notice_board(
    preview: object, client: PageClient, scene: Scene
) -> None:
    page = preview(client, scene, scene.amina)  # type: ignore[operator]  # one of the two above
    assert '<img class="sheet" src="data:image/png;base64,' in page.html


def test_a_tried_mail_is_erased_after_a_day(client: PageClient, scene: Scene) -> None:
    of_notice(client, scene, scene.amina).press(TRY)
    assert people.trial_mails(utcnow() + timedelta(hours=23)) == 0
    assert people.trial_mails(utcnow() + timedelta(hours=25)) == 1
    assert (number_of(TrialMail), number_of(Mailing), number_of(OutboxRow)) == (0, 0, 0)
