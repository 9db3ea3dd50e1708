"""Checks that no coordinator is lost in silence: an officer hears of one whom mail does not reach."""

from __future__ import annotations

from tests.cast import Scene
from tests.conftest import Outbox
from tests.page_client import PageClient
from watch.accounts.service.people import works_again
from watch.closing import service as closing
from watch.extensions import db
from watch.groups.service.telling import tell_of_unreached
from watch.models import Person, Suppression, utcnow

REASON = "Grupper där mejl inte når ett av kontaktombuden"


def bounce(person: Person) -> None:
    assert person.mailbox
    person.mailbox.suppression, person.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    db.session.commit()


def night() -> None:
    tell_of_unreached(utcnow())
    db.session.commit()


def test_the_areas_officers_are_told_once_for_each_bounce(scene: Scene, outbox: Outbox) -> None:
    night()
    assert outbox.addressed() == []
    bounce(scene.bengt)
    night()
    night()
    assert outbox.addressed() == [("coordinator-unreached", "gun@example.org")]
    works_again(scene.bengt.mailbox, by=scene.bengt)
    night()
    bounce(scene.bengt)
    night()
    assert outbox.addressed() == [("coordinator-unreached", "gun@example.org")] * 2


def test_a_member_or_a_closed_group_is_nobodys_task(scene: Scene, outbox: Outbox) -> None:
    bounce(scene.carin)
    night()
    assert outbox.addressed() == []
    bounce(scene.bengt)
    closing.close(scene.group, reason="Nu", by=scene.gun)
    before = outbox.names()
    night()
    assert outbox.names() == before


def test_the_overview_names_the_group_until_mail_arrives(client: PageClient, scene: Scene) -> None:
    assert REASON not in client.get("/overview", as_=scene.gun).text
    bounce(scene.bengt)
    overview = client.get("/overview", as_=scene.gun)
    assert f"{REASON} Våglängdsgatan 1–3 Se ombuden" in overview.text
    assert REASON not in client.get("/overview", as_=scene.hodan).text
    bounce(scene.amina)  # then nobody is reached, which is another line
    alone = client.get("/overview", as_=scene.gun).text
    assert REASON not in alone
    assert "Grupper där inget kontaktombud nås med mejl Våglängdsgatan 1–3" in alone
