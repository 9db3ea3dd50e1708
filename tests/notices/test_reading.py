"""Checks who may read a notice and find it again, and its progress."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_member, make_notice, make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.mail.progress import Progress
from watch.models import (
    Audience,
    AuditEntry,
    Channel,
    Language,
    Membership,
    Notice,
    NoticeText,
    OutboxState,
    Person,
    utcnow,
)
from watch.notices import service
from watch.notices.queries import Target, latest_notices, progress_of
from watch.notices.service import Draft

Statements = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def sent(scene: Scene) -> Notice:
    """A notice from Amina to the group: four by mail, Elsa on paper."""
    draft = Draft({Language.SWEDISH: ("Ny lampa", "Den är på plats.")}, scene.group.name)
    notice = service.send(Target(Audience.GROUP, scene.group), draft, by=scene.amina)
    db.session.commit()
    return notice


def readers(client: PageClient, scene: Scene, notice: Notice) -> str:
    """Return the initials of those who get the page; everybody else gets 404."""
    names = ("amina", "bengt", "carin", "dawit", "farah", "gun", "hodan", "ivan", "jenny")
    people: list[Person] = [getattr(scene, name) for name in names]
    statuses = {person.name[0]: client.get(f"/notices/{notice.id}", as_=person).status for person in people}
    assert set(statuses.values()) <= {200, 404}
    return "".join(initial for initial, status in statuses.items() if status == 200)


def test_each_notice_is_read_by_those_it_is_for(client: PageClient, scene: Scene) -> None:
    to_coordinators = make_notice(scene.group.area, by=scene.gun)
    to_coordinators.audience = Audience.AREA_COORDINATORS
    assert readers(client, scene, make_notice(scene.group, by=scene.amina)) == "ABCD"
    assert readers(client, scene, make_notice(scene.stairwell_3, by=scene.bengt)) == "ABC"
    assert readers(client, scene, make_notice(scene.group.area, by=scene.gun)) == "ABCDG"
    assert readers(client, scene, to_coordinators) == "ABG"
    assert readers(client, scene, make_notice(scene.other_group, by=scene.ivan)) == "I"


def test_who_has_left_reads_nothing_more(client: PageClient, scene: Scene, olga: Person) -> None:
    for notice in (make_notice(scene.group, by=scene.amina), make_notice(scene.group.area, by=scene.gun)):
        assert client.get(f"/notices/{notice.id}", as_=olga).status == 404


def test_who_coordinated_once_reads_nothing_more(client: PageClient, scene: Scene, olga: Person) -> None:
    make_coordinator(olga, scene.group).ended_at = utcnow()
    to_coordinators = make_notice(scene.group.area, by=scene.gun)
    to_coordinators.audience = Audience.AREA_COORDINATORS
    for each in (to_coordinators, make_notice(scene.group, by=scene.amina)):
        assert client.get(f"/notices/{each.id}", as_=olga).status == 404


def test_numbers_beyond_all_bounds_are_not_found(client: PageClient, scene: Scene) -> None:
    for number in (0, 999_999, 2**63, 10**30):
        assert client.get(f"/notices/{number}", as_=scene.amina).status == 404
        assert client.get(f"/notices/{number}/paper", as_=scene.amina).status == 404


def test_the_report_counts_every_state(
    client: PageClient, scene: Scene, sent: Notice, outbox: Outbox
) -> None:
    for number in range(3):
        make_member(
            make_person(f"G{number}", f"g{number}@example.org"),
            scene.group,
            flat_of(scene.stairwell_1, f"120{number + 1}"),
        )
    mails = [row for row in outbox.rows() if row.channel is Channel.MAIL]
    states = [OutboxState.SENT, OutboxState.BOUNCED, OutboxState.CANCELLED, OutboxState.PARKED]
    for row, state in zip(mails, states, strict=True):
        row.state = state
    assert progress_of(sent) == Progress(sent=1, bounced=1, left_out=1, parked=1, paper=1)
    text = client.get(f"/notices/{sent.id}/report", as_=scene.amina).text
    assert "1 av 4 är skickade" in text
    assert "Väntar" not in text
    assert "Kom inte fram 1" in text
    assert "Stoppade: fråga den som sköter systemet 1" in text
    assert "1 hushåll behöver det på papper." in text
    assert "Mejlen är på väg" not in text


def test_waiting_is_said_and_why_when_the_relay_is_down(
    client: PageClient, scene: Scene, sent: Notice, outbox: Outbox
) -> None:
    page = client.get(f"/notices/{sent.id}/report", as_=scene.amina)
    assert "Så många väntar: 4. De skickas inom några minuter." in page.text
    assert "hx-trigger" in page.html
    for row in outbox.rows():
        row.attempts = 1
    page = client.get(f"/notices/{sent.id}/report", as_=scene.amina)
    assert "Det går inte att skicka mejl just nu." in page.text
    assert progress_of(sent) == Progress(waiting=4, delayed=4, stoppable=4, paper=1)


def test_nothing_is_promised_within_minutes_while_no_mail_goes_out(
    client: PageClient, scene: Scene, sent: Notice, outbox: Outbox
) -> None:
    for row in outbox.rows():
        row.next_at = utcnow() - timedelta(minutes=11)  # just sent, but others have waited as long
    text = client.get(f"/notices/{sent.id}/report", as_=scene.amina).text
    assert "Mejl går inte ut just nu" in text
    assert "Mejlen väntar Så många väntar: 4. Det går inte att skicka mejl just nu." in text
    assert "inom några minuter" not in text


def test_waiting_long_without_a_try_is_said_too(scene: Scene, sent: Notice, outbox: Outbox) -> None:
    for row in outbox.rows():
        row.created_at -= timedelta(minutes=4)
    assert progress_of(sent).delayed == 0
    for row in outbox.rows():
        row.created_at -= timedelta(minutes=2)
    assert progress_of(sent).delayed == 4


def test_a_coordinator_sees_own_flats_only(
    client: PageClient, scene: Scene, sent: Notice, outbox: Outbox
) -> None:
    dawits = next(row for row in outbox.rows() if row.person_id == scene.dawit.id)
    dawits.state = OutboxState.BOUNCED
    leads = client.get(f"/notices/{sent.id}/report", as_=scene.amina).click("Visa dina 2 lägenheter").text
    assert "Våglängdsgatan 1 1101 العربية Mejlet kom inte fram" in leads
    assert "Våglängdsgatan 3 1001 Svenska Nås inte med mejl" in leads
    bengts = client.get(f"/notices/{sent.id}/report", as_=scene.bengt).click("Visa lägenheten").text
    assert "1101" not in bengts
    assert "Våglängdsgatan 3 1001 Svenska Nås inte med mejl" in bengts
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))].count(
        "house-seen"
    ) == 2


def test_a_notice_is_printed_in_each_of_its_languages(client: PageClient, scene: Scene, sent: Notice) -> None:
    sent.texts.append(NoticeText(language=Language.ARABIC, title="مصباح جديد", body="تم تركيبه"))
    list_of_flats = client.get(f"/notices/{sent.id}/paper", as_=scene.amina)
    printed = list_of_flats.click("العربية")
    assert printed.h1 == "مصباح جديد"
    assert '<html lang="ar" dir="rtl"' in printed.html
    assert printed.click("Svenska").h1 == "Ny lampa"
    assert client.get(f"/notices/{sent.id}?language=so", as_=scene.amina).h1 == "Ny lampa"
    assert client.get(f"/notices/{sent.id}?language=xx", as_=scene.amina).h1 == "Ny lampa"


def test_whose_language_is_missing_is_told_so(client: PageClient, scene: Scene, sent: Notice) -> None:
    scene.carin.language = Language.ENGLISH
    english = client.get(f"/notices/{sent.id}", as_=scene.carin)
    assert "Swedish" in english.text
    assert "finns bara på" not in client.get(f"/notices/{sent.id}", as_=scene.bengt).text


def test_a_stairwells_notice_says_that_stairwell_alone(client: PageClient, scene: Scene) -> None:
    notice = make_notice(scene.stairwell_3, by=scene.bengt)
    notice.organisation = scene.group.name
    for address in (f"/notices/{notice.id}", f"/groups/{scene.group.id}/notices"):
        main = client.get(address, as_=scene.carin).text
        assert "Våglängdsgatan 3 ·" in main
        assert f"{scene.group.name}, " not in main


def test_the_report_names_nobody(client: PageClient, scene: Scene, sent: Notice) -> None:
    text = client.get(f"/notices/{sent.id}/report", as_=scene.amina).text
    for name in ("Amina", "Bengt", "Carin", "Dawit", "Elsa", "example.org", "1001"):
        assert name not in text


def test_looking_changes_nothing(client: PageClient, scene: Scene, sent: Notice, outbox: Outbox) -> None:
    before = [(row.id, row.state, row.attempts) for row in outbox.rows()]
    for _time in range(5):
        client.get(f"/notices/{sent.id}", as_=scene.carin)
        client.get(f"/notices/{sent.id}/report", as_=scene.amina)
        client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    assert [(row.id, row.state, row.attempts) for row in outbox.rows()] == before


def test_the_list_is_searched_by_title_in_any_language(client: PageClient, scene: Scene) -> None:
    lamp = make_notice(scene.group, "Ny lampa i cykelrummet", by=scene.amina)
    lamp.texts.append(NoticeText(language=Language.ENGLISH, title="New lamp", body="It is there."))
    make_notice(scene.group.area, "Fler inbrott i ÅKARPS källare", by=scene.gun)
    make_notice(scene.other_group, "Lampa i Boda", by=scene.ivan)

    def found(words: str) -> list[str]:
        page = client.get(f"/groups/{scene.group.id}/notices", query_string={"q": words}, as_=scene.carin)
        return [
            link for link in page.links if link in {"Ny lampa i cykelrummet", "Fler inbrott i ÅKARPS källare"}
        ]

    assert found("") == ["Fler inbrott i ÅKARPS källare", "Ny lampa i cykelrummet"]
    assert found("LAMPA") == ["Ny lampa i cykelrummet"]
    assert found("new lamp") == ["Ny lampa i cykelrummet"]
    assert found("åkarp") == ["Fler inbrott i ÅKARPS källare"]
    assert found("Boda") == []
    assert found("x" * 500) == []
    page = client.get(f"/groups/{scene.group.id}/notices?q=finns+inte", as_=scene.carin)
    assert page.click("Visa alla meddelanden").text.count("Ny lampa") == 1


def test_a_stairwells_notice_is_in_the_lists_of_those_it_is_for(client: PageClient, scene: Scene) -> None:
    make_notice(scene.stairwell_3, by=scene.bengt)
    lists = {
        person.name[0]: "Ny lampa i cykelrummet"
        in client.get(f"/groups/{scene.group.id}/notices", as_=person).text
        for person in (scene.amina, scene.bengt, scene.carin, scene.dawit, scene.gun)
    }
    assert lists == {"A": True, "B": True, "C": True, "D": False, "G": False}


def test_the_list_comes_in_pages_and_takes_no_more_statements(
    client: PageClient, scene: Scene, statements: Statements
) -> None:
    def count() -> int:
        with statements() as seen:
            client.get(f"/groups/{scene.group.id}/notices", as_=scene.carin)
        return len(seen)

    for where in (scene.group, scene.stairwell_3):
        make_notice(where, by=scene.amina)
    few = count()
    for number in range(21):
        make_notice((scene.group, scene.stairwell_3)[number % 2], f"Nr {number}", by=scene.amina)
    assert count() == few
    page = client.get(f"/groups/{scene.group.id}/notices", as_=scene.carin)
    assert page.click("Nästa").text.count("Ny lampa") == 2
    assert page.click("Nästa").click("Föregående").text == page.text


def test_an_empty_list_says_what_to_do_first(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/notices"
    assert "Skriv ett meddelande" in client.get(address, as_=scene.amina).links
    home = f"/groups/{scene.group.id}"
    assert client.get(address, as_=scene.carin).links == {scene.group.name: home, "Till gruppen": home}


def test_the_latest_notices_of_a_group(scene: Scene) -> None:
    first = make_notice(scene.group, by=scene.amina)
    areas = make_notice(scene.group.area, by=scene.gun)
    coordinators = make_notice(scene.group.area, by=scene.gun)
    coordinators.audience = Audience.AREA_COORDINATORS
    stairwells = make_notice(scene.stairwell_3, by=scene.bengt)
    make_notice(scene.other_group, by=scene.ivan)
    db.session.flush()

    assert latest_notices(scene.group, 5) == [areas, first]
    assert latest_notices(scene.group, 1) == [areas]
    assert latest_notices(scene.group, 5, scene.carin) == [stairwells, areas, first]
    assert latest_notices(scene.group, 5, scene.dawit) == [areas, first]
    assert latest_notices(scene.group, 5, scene.bengt) == [stairwells, coordinators, areas, first]
    leaving = db.session.scalars(select(Membership).where(Membership.person_id == scene.dawit.id)).one()
    leaving.left_at = utcnow()
    assert latest_notices(scene.group, 5, scene.dawit) == []
