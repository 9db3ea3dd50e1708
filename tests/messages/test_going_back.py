"""Checks that who goes back to a form that was sent, and changes it, loses nothing and sends nothing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.meetings.test_calling import PLAN
from tests.messages.test_writing import NEAR, QUESTION, link_to, page_of
from tests.notices.test_sending import TEXT, preview
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.fields import SENT_BEFORE
from watch.models import ContactMessage, Meeting, NoticeText, utcnow

SOON = {"day": (utcnow() + timedelta(days=20)).date().isoformat()}


def says_why(page: Page) -> bool:
    return str(SENT_BEFORE) in page.text


def test_a_message_that_was_changed_after_it_was_sent(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = page_of(client, scene, scene.carin)
    page.press(NEAR, {"text": QUESTION})
    back = page.press(NEAR, {"text": "Är tvättstugan låst?"})
    assert (back.status, len(outbox.rows()), says_why(back)) == (422, 1, True)
    assert back.form(f"/groups/{scene.group.id}/messages")["text"] == "Är tvättstugan låst?"
    assert back.press(NEAR).status == 303
    written = db.session.scalars(select(ContactMessage).order_by(ContactMessage.id)).all()
    assert [each.text for each in written] == [QUESTION, "Är tvättstugan låst?"]
    read = client.get(link_to(scene.bengt))
    read.press("Skicka svaret", {"text": "Ja"})
    assert says_why(read.press("Skicka svaret", {"text": "Nej, förlåt"}))


def test_a_notice_that_was_changed_after_it_was_sent(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page = preview(client, scene, scene.amina)
    first = page.form(f"/groups/{scene.group.id}/notices")
    page.press("Skicka till 4 grannar")
    sent = len(outbox.rows())
    back = client.post(f"/groups/{scene.group.id}/notices", first | {"title": "Två lampor"}, as_=scene.amina)
    assert (back.status, len(outbox.rows())) == (409, sent)
    assert ("warn", str(SENT_BEFORE)) in back.flashes
    assert back.press("Förhandsgranska").press("Skicka till 4 grannar").status == 303
    titles = db.session.scalars(select(NoticeText.title).order_by(NoticeText.id)).all()
    assert titles == [TEXT["title"], "Två lampor"]


def test_a_gathering_that_was_changed_after_it_was_called(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    new = client.get(f"/groups/{scene.group.id}/meetings/new", as_=scene.amina)
    page = new.press("Förhandsgranska", PLAN | SOON)
    first = page.form(f"/groups/{scene.group.id}/meetings")
    page.press("Kalla 4 grannar")
    sent = len(outbox.rows())
    back = client.post(f"/groups/{scene.group.id}/meetings", first | {"place": "Gården"}, as_=scene.amina)
    assert (back.status, len(outbox.rows()), back.form()["place"]) == (409, sent, "Gården")
    assert [each.place for each in db.session.scalars(select(Meeting))] == ["Tvättstugan"]
    assert page.press("Kalla 4 grannar").status == 303  # the same again is the same
    assert len(outbox.rows()) == sent
