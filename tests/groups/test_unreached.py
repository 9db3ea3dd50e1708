"""Checks that no coordinator is lost in silence: an officer hears of one whom mail does not reach."""

from __future__ import annotations

from sqlalchemy import update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.page_client import PageClient
from watch.accounts.service.people import works_again
from watch.closing import service as closing
from watch.extensions import db
from watch.groups.service.telling import tell_of_unreached
from watch.language import day
from watch.models import Coordinator, Person, Suppression, utcnow
from watch.models.groups import BEFORE_OFFICERS_SAW

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


def page_of(client: PageClient, scene: Scene, reader: Person) -> str:
    return client.get(f"/groups/{scene.group.id}/coordinators", as_=reader).text


def test_the_page_says_which_of_two_it_is_since_when_and_what_to_do(client: PageClient, scene: Scene) -> None:
    tag, said = "Nås inte med mejl", f"Mejl kommer inte fram sedan {day(utcnow())}. Ring och fråga"
    assert tag not in page_of(client, scene, scene.gun)
    bounce(scene.bengt)
    for reader in (scene.gun, scene.amina):
        text = page_of(client, scene, reader)
        assert f"Bengt Åkesson Uppdraget gäller {tag}" in text
        assert (text.count(tag), text.count(said)) == (1, 1)
    for reader in (scene.bengt, scene.carin):
        text = page_of(client, scene, reader)
        assert tag not in text
        assert "Mejl" not in text.partition("De som har uppdraget")[2].partition("Pågående brott")[0]


def test_of_one_who_did_not_agree_the_officer_reads_it_without_a_name(
    client: PageClient, scene: Scene
) -> None:
    bounce(scene.bengt)
    db.session.execute(
        update(Coordinator)
        .where(Coordinator.person_id == scene.bengt.id)
        .values(duty_version=BEFORE_OFFICERS_SAW)
    )
    db.session.commit()
    nameless = "Mejl når inte ett av kontaktombuden. Be någon i huset att hälsa det, eller utse någon annan."
    text = page_of(client, scene, scene.gun)
    assert nameless in text
    assert "Nås inte med mejl" not in text
    assert nameless not in page_of(client, scene, scene.amina)
    assert nameless not in page_of(client, scene, scene.carin)


def test_a_lead_whom_mail_does_not_reach_is_still_the_lead(client: PageClient, scene: Scene) -> None:
    bounce(scene.amina)
    overview = client.get("/overview", as_=scene.gun).text
    assert f"{REASON} Våglängdsgatan 1–3 Se ombuden" in overview
    assert "Grupper utan huvudkontaktombud" not in overview
    assert client.get("/overview/groups?need=no_lead", as_=scene.gun).text.count("Våglängdsgatan") == 0
    text = page_of(client, scene, scene.gun)
    assert "Uppdraget gäller Nås inte med mejl huvudkontaktombud, hela huset" in text
    db.session.execute(
        update(Coordinator).where(Coordinator.person_id == scene.amina.id).values(ended_at=utcnow())
    )
    db.session.commit()
    assert "Grupper utan huvudkontaktombud Våglängdsgatan 1–3" in client.get("/overview", as_=scene.gun).text
