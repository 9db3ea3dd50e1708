"""Checks the pages of the audit trail: who sees which acts, in which words, and what a file of them holds."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_meeting, make_member, make_officer, make_request
from tests.page_client import Page, PageClient
from watch import audit
from watch.audit.acts import INSIDE_THE_GROUP, ON_ONES_OWN, seen_by_coordinators, seen_by_officers
from watch.audit.labels import EVENTS
from watch.extensions import db
from watch.models import Audience, AuditEntry, ExportReason, Language, MeetingAudience, Model, Person
from watch.notices import service as notices
from watch.notices.queries import Target

NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)


def done(what: str, about: Model, by: Person | None, *, at: datetime = NOON, **where: Model) -> None:
    """Write an act into the trail, as done at that time."""
    entry = audit.entry(what, about=about, by=by, **where)  # type: ignore[arg-type]  # a group or an area
    entry.at = at
    db.session.add(entry)
    db.session.commit()


def rows(page: Page) -> list[list[str]]:
    """Return the table's rows, newest first, as the texts of their cells."""
    return [
        [" ".join(" ".join(cell.itertext()).split()) for cell in row if cell.tag in {"th", "td"}]
        for row in page.tree.iter("tr")
    ][1:]


def events(page: Page) -> list[str]:
    return [row[2] for row in rows(page)]


@pytest.fixture
def everything(scene: Scene) -> Scene:
    """Every act that there is, done in the group by its lead."""
    for what in EVENTS:
        db.session.add(audit.entry(what, about=scene.group, by=scene.amina))
    db.session.commit()
    return scene


def all_events(client: PageClient, address: str, reader: Person) -> set[str]:
    """Return the sentences of all pages of a list."""
    found: list[str] = []
    page = client.get(address, as_=reader)
    while True:
        found += events(page)
        if "Nästa" not in page.links:
            break
        page = page.click("Nästa")
    assert len(found) == len(set(found))
    return set(found)


def sentences(names: frozenset[str]) -> set[str]:
    return {str(EVENTS[name]) for name in names}


def test_an_officer_sees_the_open_acts_and_nothing_of_households(
    client: PageClient, everything: Scene
) -> None:
    for address in ("/audit", f"/groups/{everything.group.id}/audit"):
        assert all_events(client, address, everything.gun) == sentences(seen_by_officers())


def test_coordinators_see_all_acts_in_their_group_but_nobodys_own(
    client: PageClient, everything: Scene
) -> None:
    address = f"/groups/{everything.group.id}/audit"
    seen = all_events(client, address, everything.amina)
    assert seen == all_events(client, address, everything.bengt) == sentences(seen_by_coordinators())
    assert seen & sentences(frozenset(ON_ONES_OWN)) == set()


def test_an_officers_pages_and_files_are_the_same_whatever_households_do(
    client: PageClient, scene: Scene
) -> None:
    """However they ask: not one byte tells that somebody was asked, joined, left or was looked at."""
    done("meeting-called", scene.group, scene.amina)
    group = f"/groups/{scene.group.id}/audit"
    asked = ["", "?kind=household", "?kind=look", "?kind=paper", "?kind=notice", "?who=resident",
             "?who=coordinator", f"?who={scene.amina.id}", f"?who={scene.carin.id}", "?q=V%C3%A5gl",
             "?since=2026-03-01", "?after=999999999", "?before=0"]  # fmt: skip

    def told() -> list[object]:
        pages = [client.get(place + each, as_=scene.gun) for place in ("/audit", group) for each in asked]
        return [(rows(page), sorted(page.links)) for page in pages]

    before = told()
    for names in (*INSIDE_THE_GROUP.values(), ON_ONES_OWN):
        for what in names:
            for by in (scene.amina, scene.carin, scene.gun, None):
                db.session.add(audit.entry(what, about=scene.group, by=by))
    db.session.commit()
    assert told() == before


def test_who_did_it_is_named_only_where_it_is_their_duty(client: PageClient, scene: Scene) -> None:
    done("meeting-called", scene.group, scene.bengt)
    done("notice-sent", scene.group, scene.gun)
    done("join-withdrawn", scene.group, scene.farah)
    done("join-climbed", scene.group, None)
    done("member-left", scene.group, scene.ivan)  # a coordinator, but of another group
    page = client.get(f"/groups/{scene.group.id}/audit", as_=scene.amina)
    resident = "En boende, eller någon vars uppdrag är slut"
    assert [row[1] for row in rows(page)] == [
        resident, "Ingen som var inloggad", resident, "Gun Sjöström Polisen", "Bengt Åkesson Kontaktombud",
    ]  # fmt: skip
    assert "Ivan" not in page.whole_text
    assert rows(page)[4] == [
        "onsdag 4 mars 2026 kl. 12.00", "Bengt Åkesson Kontaktombud", "En träff kallades",
    ]  # fmt: skip


def test_an_officer_who_lives_in_the_house_is_a_resident_there(client: PageClient, scene: Scene) -> None:
    make_member(scene.gun, scene.group, flat_of(scene.stairwell_3, "1003"))
    done("member-moved", scene.group, scene.gun)
    address = f"/groups/{scene.group.id}/audit"
    assert rows(client.get(address, as_=scene.amina))[0][1] == "En boende, eller någon vars uppdrag är slut"
    for who in ("officer", str(scene.gun.id)):
        assert rows(client.get(f"{address}?who={who}", as_=scene.amina)) == []


def test_officers_see_their_own_areas_only(client: PageClient, scene: Scene) -> None:
    done("meeting-called", scene.group, scene.amina)
    done("meeting-called", scene.other_group, scene.ivan)
    done("places-imported", scene.group.area, None, area=scene.group.area)
    assert [row[3] for row in rows(client.get("/audit", as_=scene.hodan))] == ["Svängrumsgatan 10–12 Boda"]
    assert [row[3] for row in rows(client.get("/audit", as_=scene.gun))] == [
        "Hässleholmen", "Våglängdsgatan 1–3 Hässleholmen",
    ]  # fmt: skip
    boda = scene.other_group.area_id
    assert len(rows(client.get(f"/audit?area={boda}", as_=scene.gun))) == 2  # nobody offers it: all is shown
    norrby = scene.langgatan.property.area_id
    assert rows(client.get(f"/audit?area={norrby}", as_=scene.gun)) == []


def test_the_area_of_its_own_meeting_is_where_it_was_done(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, by=scene.gun)
    meeting.group, meeting.area, meeting.audience = None, scene.group.area, MeetingAudience.COORDINATORS
    audit.note("meeting-called", about=meeting, by=scene.gun, group=meeting.group)
    db.session.commit()
    assert [row[1:] for row in rows(client.get("/audit", as_=scene.gun))] == [
        ["Gun Sjöström Polisen", "En träff kallades", "Hässleholmen"]
    ]


def test_a_notice_to_several_areas_stands_in_each(client: PageClient, scene: Scene) -> None:
    areas = (scene.group.area, scene.other_group.area)
    target = Target(Audience.AREA_COORDINATORS, area=areas[0], several=areas)
    notice = notices.send(target, notices.Draft({Language.SWEDISH: ("Hej", "Hej")}, "Polisen"), by=scene.gun)
    notices.stop_sending(notice, by=scene.gun)
    db.session.commit()
    for reader, area in ((scene.gun, "Hässleholmen"), (scene.hodan, "Boda")):
        assert [row[1:] for row in rows(client.get("/audit", as_=reader))] == [
            ["Gun Sjöström Polisen", "Ett meddelande stoppades", area],
            ["Gun Sjöström Polisen", "Ett meddelande skickades", area],
        ]


def test_that_a_text_is_about_nobody_officers_see_of_the_areas_texts_only(
    client: PageClient, scene: Scene
) -> None:
    done(audit.ABOUT_NOBODY, scene.group, scene.amina)
    assert rows(client.get("/audit", as_=scene.gun)) == []
    done(audit.ABOUT_NOBODY, scene.group.area, scene.gun, area=scene.group.area)
    assert events(client.get("/audit", as_=scene.gun)) == [str(EVENTS[audit.ABOUT_NOBODY])]


def test_the_list_is_narrowed_by_group_kind_person_and_days(client: PageClient, scene: Scene) -> None:
    done("group-started", scene.group, scene.gun, at=NOON - timedelta(days=2))
    done("notice-sent", scene.group, scene.amina, at=NOON)
    done("meeting-called", scene.other_group, scene.ivan, at=NOON)
    make_officer(scene.gun, scene.other_group.area)
    db.session.commit()

    def found(**asked: str) -> list[str]:
        return events(client.get("/audit", query_string=asked, as_=scene.gun))

    assert found() == ["En träff kallades", "Ett meddelande skickades", "En grupp startades"]
    assert found(q="svangrums") == ["En träff kallades"]
    assert found(q="ingenstans") == []
    assert found(kind="notice") == ["Ett meddelande skickades"]
    assert found(who="officer") == ["En grupp startades"]
    assert found(who="coordinator") == ["En träff kallades", "Ett meddelande skickades"]
    assert found(who=str(scene.gun.id)) == ["En grupp startades"]
    assert found(since="2026-03-04") == ["En träff kallades", "Ett meddelande skickades"]
    assert found(until="2026-03-03") == ["En grupp startades"]
    assert found(since="2026-03-02", until="2026-03-02") == ["En grupp startades"]
    assert len(found(kind="household", who="99999999999", area="abc")) == 3  # what nobody offers is ignored


def test_a_day_begins_at_midnight_in_sweden(client: PageClient, scene: Scene) -> None:
    done("group-started", scene.group, scene.gun, at=datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC))
    done("group-woken", scene.group, scene.gun, at=datetime(2026, 7, 1, 22, tzinfo=UTC))
    assert events(client.get("/audit?until=2026-07-01", as_=scene.gun)) == ["En grupp startades"]
    assert events(client.get("/audit?since=2026-07-02", as_=scene.gun)) == ["Gruppen väcktes"]


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ("since=2026-02-31", ["Det datumet finns inte. Skriv till exempel 2026-09-23."]),
        ("since=i g%C3%A5r", ["Det datumet finns inte. Skriv till exempel 2026-09-23."]),
        ("until=0001-01-01", ["Titta på årtalet. Skriv till exempel 2026-09-23."]),
        ("since=9999-12-31", ["Titta på årtalet. Skriv till exempel 2026-09-23."]),
        (
            "since=2026-03-04&until=2026-03-03",
            ["Perioden slutar innan den börjar. Byt plats på dagarna."],
        ),
    ],
)
def test_a_wrong_day_is_named_and_kept(
    client: PageClient, scene: Scene, asked: str, errors: list[str]
) -> None:
    done("group-started", scene.group, scene.gun)
    page = client.get(f"/audit?{asked}", as_=scene.gun)
    assert page.errors == errors
    form = page.form("/audit")
    assert form["since"] + form["until"] != ""
    refused = client.post(f"/audit?{asked}", {"why": "oversight"}, as_=scene.gun)
    assert (refused.status, refused.errors) == (422, errors)


def test_many_entries_stand_on_pages_and_a_new_one_moves_nothing(client: PageClient, scene: Scene) -> None:
    for minute in range(45):
        done("notice-sent", scene.group, scene.amina, at=NOON + timedelta(minutes=minute))

    def minutes(page: Page) -> list[int]:
        return [int(row[0][-2:]) for row in rows(page)]

    first = client.get("/audit", as_=scene.gun)
    second = first.click("Nästa")
    done("group-woken", scene.group, scene.gun, at=NOON)
    third = second.click("Nästa")
    assert [minutes(first), minutes(second), minutes(third)] == [
        [*range(44, 24, -1)], [*range(24, 4, -1)], [*range(4, -1, -1)],
    ]  # fmt: skip
    assert "Nästa" not in third.links
    assert minutes(third.click("Föregående")) == minutes(second)
    assert "Föregående" not in client.get("/audit", as_=scene.gun).links
    for key in ("99999999999999999999", "-5", "x"):
        for side in ("after", "before"):
            assert client.get(f"/audit?{side}={key}", as_=scene.gun).status == 200


def test_a_page_asks_no_more_statements_for_many_lines(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    done("notice-sent", scene.group, scene.amina)
    client.get("/audit", as_=scene.gun)
    with statements() as few:
        client.get("/audit", as_=scene.gun)
    for by in (scene.amina, scene.bengt, scene.gun, scene.carin, None) * 3:
        done("notice-sent", scene.group, by)
    with statements() as many:
        client.get("/audit", as_=scene.gun)
    assert len(many) == len(few)


def test_a_file_holds_what_was_chosen_and_taking_it_out_is_written_down(
    client: PageClient, scene: Scene
) -> None:
    scene.amina.name = "=Amina"
    done("notice-sent", scene.group, scene.amina)
    done("meeting-called", scene.group, scene.amina)
    page = client.get("/audit?kind=notice", as_=scene.gun)
    file = page.press("Ladda ner som CSV", {"why": "incident"})
    assert file.response.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert list(csv.reader(StringIO(file.html.removeprefix("\ufeff")), delimiter=";")) == [
        ["När", "Namn", "Vem", "Vad som hände", "Skäl", "Grupp", "Område"],
        ["2026-03-04 12:00:00", "'=Amina", "Kontaktombud", "Ett meddelande skickades", "",
         "Våglängdsgatan 1–3", "Hässleholmen"],
    ]  # fmt: skip
    exports = select(AuditEntry.by_id, AuditEntry.area_id, AuditEntry.group_id, AuditEntry.why)
    noted = {tuple(row) for row in db.session.execute(exports.where(AuditEntry.what == "audit-exported"))}
    areas = (scene.group.area_id, scene.langgatan.property.area_id)
    assert noted == {(scene.gun.id, area, None, ExportReason.INCIDENT) for area in areas}
    told = client.get("/audit?kind=export", as_=scene.gun)
    assert {row[2] for row in rows(told)} == {
        "Listan över vem som gjort vad togs ut som fil Skäl: Något har gått fel"
    }


def test_a_groups_file_is_its_coordinators_and_of_the_group_alone(client: PageClient, scene: Scene) -> None:
    done("join-approved", scene.group, scene.bengt)
    done("join-approved", scene.other_group, scene.ivan)
    file = client.post(f"/groups/{scene.group.id}/audit", {"why": "requested"}, as_=scene.bengt)
    assert file.html.count("\r\n") == 2
    assert "Bengt Åkesson;Kontaktombud;En anmälan godkändes;;Våglängdsgatan 1–3;Hässleholmen" in file.html
    officers = client.post(f"/groups/{scene.group.id}/audit", {"why": "requested"}, as_=scene.gun)
    assert "En anmälan godkändes" not in officers.html
    noted = select(AuditEntry.by_id, AuditEntry.group_id).where(AuditEntry.what == "audit-exported")
    assert [tuple(row) for row in db.session.execute(noted.order_by(AuditEntry.id))] == [
        (scene.bengt.id, scene.group.id), (scene.gun.id, scene.group.id),
    ]  # fmt: skip


@pytest.mark.parametrize("why", ["", "nyfiken", "=1+1"])
def test_without_a_reason_there_is_no_file(client: PageClient, scene: Scene, why: str) -> None:
    done("notice-sent", scene.group, scene.amina)
    refused = client.post("/audit", {"why": why}, as_=scene.gun)
    assert (refused.status, len(refused.errors)) == (422, 1)
    assert db.session.scalars(select(AuditEntry.what)).all() == ["notice-sent"]


def test_too_long_a_file_is_refused_with_the_cure(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watch.audit.queries.MOST_EXPORTED", 1)
    done("notice-sent", scene.group, scene.amina)
    assert client.post("/audit", {"why": "oversight"}, as_=scene.gun).status == 200
    refused = client.post("/audit", {"why": "oversight"}, as_=scene.gun)
    assert (refused.status, refused.errors) == (
        422, ["Det blir fler än 20 000 rader. Välj en kortare period."],
    )  # fmt: skip


def test_an_empty_list_says_what_to_do(client: PageClient, scene: Scene) -> None:
    page = client.get("/audit", as_=scene.gun)
    assert page.links["Till översikten"] == "/overview"
    narrowed = client.get("/audit?kind=notice", as_=scene.gun)
    assert narrowed.links["Visa allt"] == "/audit"
    assert "Ladda ner som CSV" not in page.buttons


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_officers_and_coordinators_find_the_way(app: Flask, client: PageClient, scene: Scene) -> None:
    make_request(scene.jenny, scene.group, scene.stairwell_1)
    group = f"/groups/{scene.group.id}"
    for reader, place, to in (
        (scene.gun, "/overview", "/audit"),
        (scene.gun, group, f"{group}/audit"),
        (scene.amina, group, f"{group}/audit"),
        (scene.bengt, group, f"{group}/audit"),
    ):
        assert client.get(place, as_=reader).links["Vem har gjort vad"] == to
    assert "Vem har gjort vad" not in client.get(group, as_=scene.carin).links
