"""Checks what those who follow a finding are mailed: its status, its day, how it went, and what is undone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_finding
from tests.mail.letters import text_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.language import day
from watch.models import Finding, OutboxRow, OutboxState, utcnow

PLANNED, LATER = ((utcnow() + timedelta(days=each)).date() for each in (9, 20))
NOW = "Det här gäller nu, också om vi har mejlat något annat förut:"


@pytest.fixture
def finding(client: PageClient, scene: Scene) -> Finding:
    """A finding that is to be mended by a day, and that Carin follows."""
    made = make_finding(scene.group, due_on=PLANNED)
    db.session.commit()
    asked = client.get(f"/findings/{made.id}", as_=scene.carin).press("Jag vill veta hur det går").follow()
    promise = (
        "Du får ett mejl när läget eller dagen ändras, och när det står hur det blev. Högst ett om dagen."
    )
    assert asked.flashes[-1] == ("done", promise)
    assert asked.text.count(promise) == 2
    return made


def say(client: PageClient, scene: Scene, finding: Finding, status: str, text: str, due: date) -> Page:
    said = {"status": status, "text": text, "due_on": str(due)}
    page = client.get(f"/findings/{finding.id}", as_=scene.amina).press("Spara", said)
    assert page.status == 303, page.errors
    return page.follow()


def mails() -> list[OutboxRow]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def send(row: OutboxRow) -> None:
    row.state, row.settled_at, row.next_at = OutboxState.SENT, utcnow(), None
    db.session.commit()


def test_another_day_is_mailed_and_words_alone_are_not(
    client: PageClient, scene: Scene, finding: Finding
) -> None:
    say(client, scene, finding, "open", "Ringde igen.", PLANNED)
    assert mails() == []
    say(client, scene, finding, "open", "Väntar på gångjärn.", LATER)
    (row,) = mails()
    assert row.person == scene.carin
    assert f"Klart senast: {day(LATER)}" in text_of(row)

    send(row)
    client.get(f"/findings/{finding.id}/edit", as_=scene.bengt).press(
        "Spara", {"what": "Dörren hänger snett."}
    )
    assert mails() == [row]
    client.get(f"/findings/{finding.id}/edit", as_=scene.bengt).press("Spara", {"due_on": ""})
    assert "Ingen dag är satt." in text_of(mails()[1])


def test_what_was_mailed_is_corrected_by_mail_when_its_step_is_taken_away(
    client: PageClient, scene: Scene, finding: Finding
) -> None:
    shown = say(client, scene, finding, "done", "Den är lagad.", PLANNED)
    (first,) = mails()
    assert "Läge: Klar" in text_of(first)
    send(first)
    for _twice in range(2):
        shown.press("Ta bort steg 1")
        sent, correction = mails()
        assert (correction.person, correction.state) == (scene.carin, OutboxState.QUEUED)
    assert correction.next_at == sent.settled_at + timedelta(days=1)
    text = text_of(correction)
    assert "Så blev det" not in text
    assert text.index(NOW) < text.index("Läge: Inte påbörjad") < text.index(f"Klart senast: {day(PLANNED)}")

    shown = say(client, scene, finding, "done", "Den är lagad.", PLANNED)
    shown.press("Ta bort steg 1")
    assert mails()[1].state is OutboxState.QUEUED  # what was mailed first is still to be corrected


def test_a_day_that_was_mailed_is_corrected_when_its_step_is_taken_away(
    client: PageClient, scene: Scene, finding: Finding
) -> None:
    say(client, scene, finding, "open", "Väntar på gångjärn.", LATER)
    send(mails()[0])
    say(client, scene, finding, "open", "Ringde igen.", LATER).press("Ta bort steg 1")
    assert f"Klart senast: {day(PLANNED)}" in text_of(mails()[1])


def test_a_mail_that_waits_is_stopped_when_all_that_it_tells_is_taken_away(
    client: PageClient, scene: Scene, finding: Finding
) -> None:
    shown = say(client, scene, finding, "in_progress", "Smeden kommer.", PLANNED)
    shown = say(client, scene, finding, "done", "Den är lagad.", PLANNED).press("Ta bort steg 2").follow()
    (waits,) = mails()
    assert waits.state is OutboxState.QUEUED
    assert "Läge: På gång" in text_of(waits)
    shown.press("Ta bort steg 1")
    (stopped,) = mails()
    assert stopped.state is OutboxState.CANCELLED

    shown = say(client, scene, finding, "done", "Den är lagad.", PLANNED)
    client.get(f"/findings/{finding.id}/edit", as_=scene.bengt).press("Spara", {"due_on": str(LATER)})
    shown.press("Ta bort steg 1")
    assert mails()[-1].state is OutboxState.QUEUED  # it tells of the day too
