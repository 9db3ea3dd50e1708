"""Checks the log's list: filter, search, pages by key, sums, the CSV file, and where it is linked from."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.factories import make_outreach
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch.extensions import db
from watch.language import short_day
from watch.models import AuditEntry, ExportReason, Language, OutreachEntry, OutreachKind, Person, utcnow
from watch.outreach.queries import Filter, Sum, entries_in, sum_of

SITE = OutreachKind.ON_SITE


@pytest.fixture
def autumn(scene: Scene) -> list[OutreachEntry]:
    """Four entries of Gun's areas, and one of Boda, which is not hers."""
    area, norrby = scene.group.area, scene.langgatan.property.area
    made = [
        make_outreach(area, scene.house, day=date(2026, 9, 3), knocked=18, opened=11, by=scene.gun),
        make_outreach(area, place="Hässlehuset", day=date(2026, 9, 20), kind=SITE, knocked=None, opened=None),
        make_outreach(norrby, scene.langgatan, day=date(2026, 10, 1), knocked=40, opened=9),
        make_outreach(norrby, place="=1+1", day=date(2024, 5, 1), knocked=0, opened=0),
        make_outreach(
            scene.other_group.area, scene.other_group.buildings[0], day=date(2026, 9, 3), knocked=7, opened=7
        ),
    ]
    made[0].left_material, made[0].material_count, made[0].material_languages = True, 25, "sv so"
    db.session.commit()
    return made


def listed(page: Page) -> list[str]:
    """Return the places of the list, in order."""
    rows = [row for row in page.tree.iter("tr") if any(cell.get("data-label") == "Plats" for cell in row)]
    cells = [next(cell for cell in row if cell.get("data-label") == "Plats") for row in rows]
    return ["".join(cell.itertext()).split(",")[0].strip() for cell in cells]


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ("", ["Norrby Långgata 21–27", "Hässlehuset", "Våglängdsgatan 1–3", "=1+1"]),
        ("area=norrby", ["Norrby Långgata 21–27", "=1+1"]),
        ("area=boda", ["Norrby Långgata 21–27", "Hässlehuset", "Våglängdsgatan 1–3", "=1+1"]),
        ("kind=on_site", ["Hässlehuset"]),
        ("kind=door_knocking&area=hassleholmen", ["Våglängdsgatan 1–3"]),
        ("since=2026-09-20", ["Norrby Långgata 21–27", "Hässlehuset"]),
        ("until=2026-09-03", ["Våglängdsgatan 1–3", "=1+1"]),
        ("since=2026-09-01&until=2026-09-30", ["Hässlehuset", "Våglängdsgatan 1–3"]),
        ("q=hasslehuset", ["Hässlehuset"]),
        ("q=vaglangdsgatan+3", ["Våglängdsgatan 1–3"]),
        ("q=norrby+langgata+23", ["Norrby Långgata 21–27"]),
        ("q=svängrumsgatan", []),
        ("kind=arrest&area=x&after=ett&sort=-1", ["Norrby Långgata 21–27", "Hässlehuset",
                                                  "Våglängdsgatan 1–3", "=1+1"]),
    ],
)  # fmt: skip
def test_an_officer_finds_what_was_done_in_their_areas(
    asked: str, places: list[str], client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    page = client.get(f"/outreach?{asked}", as_=scene.gun)
    assert (page.status, listed(page)) == (200, places)
    assert ("Inget passar" in page.text) == (places == [])


def test_the_log_of_one_house(client: PageClient, scene: Scene, autumn: list[OutreachEntry]) -> None:
    page = client.get(f"/outreach?building={scene.house.id}", as_=scene.gun)
    assert listed(page) == ["Våglängdsgatan 1–3"]
    assert listed(page.press("Visa", {"q": "norrby"})) == []
    assert len(listed(page.click("Visa alla hus"))) == 4
    elsewhere = client.get(f"/outreach?building={scene.other_group.buildings[0].id}", as_=scene.gun)
    assert len(listed(elsewhere)) == 4


def test_a_period_that_ends_before_it_begins_is_explained(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    page = client.get("/outreach?since=2026-09-20&until=2026-09-03", as_=scene.gun)
    assert (page.status, page.errors) == (422, ["Perioden slutar innan den börjar. Byt plats på dagarna."])
    assert (listed(page), page.form()["since"], page.form()["until"]) == ([], "2026-09-20", "2026-09-03")
    wrong = client.get("/outreach?since=2026-02-31", as_=scene.gun)
    assert (wrong.status, listed(wrong)) == (422, [])
    assert wrong.errors == ["Det datumet finns inte. Skriv till exempel 2026-09-23."]


def test_sums_by_period_and_area_by_hand(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    def sums(asked: str) -> list[list[str]]:
        tree = client.get(f"/outreach?{asked}", as_=scene.gun).tree
        (card,) = [each for each in tree.iter("section") if each.get("id") == "sums"]
        rows = [row for row in card.iter("tr") if row.find("td") is not None]
        return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows]

    assert sums("since=2026-01-01") == [
        ["oktober 2026", "Norrby", "1", "0", "4", "40", "9", "0"],
        ["september 2026", "Hässleholmen", "1", "1", "8", "18", "11", "25"],
        ["Allt som visas", "", "2", "1", "12", "58", "20", "25"],
    ]
    assert sums("") == [
        ["2026", "Hässleholmen", "1", "1", "8", "18", "11", "25"],
        ["2026", "Norrby", "1", "0", "4", "40", "9", "0"],
        ["2024", "Norrby", "1", "0", "4", "0", "0", "0"],
        ["Allt som visas", "", "3", "1", "16", "58", "20", "25"],
    ]


def test_a_printed_page_tells_what_it_shows(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    asked = (
        f"area=hassleholmen&kind=door_knocking&since=2026-09-01&until=2026-09-30&building={scene.house.id}"
    )
    page = client.get(f"/outreach?{asked}&q=vag", as_=scene.gun)
    assert (
        "Visar: Hässleholmen, Våglängdsgatan 1–3, Dörrknackning, ”vag”, från tisdag 1 september 2026, "
        "till onsdag 30 september 2026." in page.text
    )
    assert "Visar:" not in client.get("/outreach", as_=scene.gun).text


def test_pages_by_key_move_nothing_when_a_row_is_added(client: PageClient, scene: Scene) -> None:
    for day in range(1, 26):
        make_outreach(scene.group.area, place=f"Plats {day}", day=date(2026, 8, day))
    first = client.get("/outreach", as_=scene.gun)
    assert listed(first) == [f"Plats {day}" for day in range(25, 5, -1)]
    make_outreach(scene.group.area, place="Nyast", day=date(2026, 8, 30))
    second = first.click("Nästa")
    assert listed(second) == [f"Plats {day}" for day in range(5, 0, -1)]
    assert listed(second.click("Föregående"))[0] == "Plats 25"


def test_the_number_of_statements_does_not_grow_with_the_log(
    client: PageClient, scene: Scene, statements: Callable[..., AbstractContextManager[list[str]]]
) -> None:
    norrby = scene.langgatan.property.area
    made: list[int] = []
    for many in (3, 12):
        for _ in range(many):
            make_outreach(scene.group.area, scene.house)
            make_outreach(norrby, scene.langgatan)
        client.get("/outreach?q=gatan", as_=scene.gun)
        with statements() as said:
            assert len(listed(client.get("/outreach?q=gata", as_=scene.gun))) == min(2 * many, 20)
        made.append(len(said))
    assert made[0] == made[1]


def take_out(client: PageClient, asked: str, by: Person) -> list[list[str]]:
    page = client.get(f"/outreach?{asked}", as_=by).click("Ladda ner som CSV")
    taken = page.press("Ladda ner", {"why": "follow_up"})
    assert (taken.status, taken.response.mimetype) == (200, "text/csv")
    return list(csv.reader(StringIO(taken.html.removeprefix("\ufeff")), delimiter=";"))


def test_the_file_says_what_the_page_says_and_its_reason_is_written_down(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    heading, *rows = take_out(client, "", scene.gun)
    assert heading == [
        "Dag", "Område", "Plats", "Vad", "Polisen", "Volontärer", "Fastighetsägaren", "Kommunen",
        "Så många var med", "Knackade dörrar", "Öppnade dörrar", "Lämnade material", "Exemplar", "Språk",
    ]  # fmt: skip
    who = ["ja", "ja", "nej", "nej", "4"]
    assert rows == [
        ["2026-10-01", "Norrby", "Norrby Långgata 21–27", "Dörrknackning", *who, "40", "9", "nej", "", ""],
        ["2026-09-20", "Hässleholmen", "Hässlehuset", "Besök på plats", *who, "", "", "nej", "", ""],
        ["2026-09-03", "Hässleholmen", "Våglängdsgatan 1–3", "Dörrknackning", *who, "18", "11", "ja", "25",
         "Svenska, Soomaali"],
        ["2024-05-01", "Norrby", "'=1+1", "Dörrknackning", *who, "0", "0", "nej", "", ""],
    ]  # fmt: skip
    acts = select(AuditEntry.what, AuditEntry.why, AuditEntry.by_id, AuditEntry.area_id).order_by(
        AuditEntry.id
    )
    norrby, hassleholmen = scene.langgatan.property.area_id, scene.group.area_id
    taken = ("outreach-exported", ExportReason.FOLLOW_UP, scene.gun.id)
    assert sorted(map(tuple, db.session.execute(acts))) == sorted([(*taken, norrby), (*taken, hassleholmen)])
    db.session.execute(delete(AuditEntry))
    assert [row[2] for row in take_out(client, "area=norrby&since=2026-01-01", scene.gun)[1:]] == [
        "Norrby Långgata 21–27"
    ]
    assert [tuple(each) for each in db.session.execute(acts)] == [(*taken, norrby)]


def test_nothing_is_taken_out_without_a_reason(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    page = client.get("/outreach/export?area=norrby", as_=scene.gun)
    assert "2 besök. Det antecknas att du laddar ner dem" in page.text
    refused = page.press("Ladda ner")
    assert (refused.status, refused.errors) == (422, ["Välj varför du behöver filen. Det antecknas."])
    assert page.press("Ladda ner", {"why": "nyfiken"}).status == 422
    for wrong in (
        client.post("/outreach/export?since=x&area=norrby", {"why": "follow_up"}, as_=scene.gun),
        client.get("/outreach/export?since=x&area=norrby", as_=scene.gun),
    ):
        assert wrong.follow().errors == ["Det datumet finns inte. Skriv till exempel 2026-09-23."]
    assert db.session.scalars(select(AuditEntry)).all() == []


def test_the_pages_of_house_group_and_area_say_when_somebody_was_last_there(
    client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    pages = {
        f"/groups/{scene.group.id}/lifecycle": (0, "Dörrknackning", "Våglängdsgatan 1–3"),
        f"/groups/new?building={scene.langgatan.id}": (2, "Dörrknackning", "Norrby Långgata 21–27"),
        "/areas/hassleholmen": (1, "Besök på plats", "Hässlehuset"),
    }
    for path, (number, what, where) in pages.items():
        said = f"Senast: {what} {short_day(autumn[number].day)}, {where}."
        assert said in client.get(path, as_=scene.gun).text, path
    of_house = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.gun)
    assert listed(of_house.click("Se alla besök")) == ["Våglängdsgatan 1–3"]
    assert of_house.click("Skriv in ett besök").form()["building"] == str(scene.house.id)
    assert len(listed(client.get("/overview", as_=scene.gun).click("Dörrknackning och besök"))) == 4
    lead = client.get(f"/groups/{scene.group.id}/lifecycle", as_=scene.amina).text
    assert "Dörrknackning" not in lead


def test_an_empty_log_says_what_to_do_first(client: PageClient, scene: Scene) -> None:
    page = client.get("/outreach", as_=scene.gun)
    assert "Inget är inskrivet ännu" in page.text
    assert page.click("Skriv in ett besök").status == 200
    area = client.get("/areas/hassleholmen", as_=scene.gun).text
    assert "Ingen har skrivit in något besök här ännu." in area


@pytest.mark.parametrize("language", list(Language))
def test_every_page_is_in_the_readers_language(
    language: Language, client: PageClient, scene: Scene, autumn: list[OutreachEntry]
) -> None:
    scene.gun.language = language
    entry = autumn[0]
    for path in ("/outreach", "/areas/norrby/outreach/new", f"/outreach/{entry.id}", "/outreach/export"):
        page = client.get(path, as_=scene.gun)
        assert (page.status, page.tree.get("lang")) == (200, language.value)


def test_two_years_later_the_numbers_are_left(scene: Scene, autumn: list[OutreachEntry]) -> None:
    old, gone = autumn[1], autumn[2]
    old.by_id, old.created_at = scene.gun.id, utcnow() - timedelta(days=731)
    gone.removed_at = utcnow() - timedelta(days=31)
    autumn[0].removed_at = utcnow() - timedelta(days=29)
    db.session.commit()
    erase_all()
    left = db.session.scalars(select(OutreachEntry).order_by(OutreachEntry.id)).all()
    assert [(each.place, each.people) for each in left] == [(None, 4), (None, 4), ("=1+1", 4), (None, 4)]
    assert (left[1].by_id, left[0].by_id) == (None, scene.gun.id)
    areas = {scene.group.area_id}
    assert sum_of(entries_in(areas, Filter())) == Sum(0, 1, 4, 0, 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"doors_opened": 19},
        {"doors_opened": -1},
        {"doors_knocked": None},
        {"doors_knocked": None, "doors_opened": None},
        {"doors_knocked": 10**9, "doors_opened": 1},
        {"people": 0},
        {"with_police": False, "with_volunteers": False},
        {"place": "Torget"},
        {"material_count": 3},
        {"material_languages": "sv"},
    ],
)
def test_the_database_refuses_what_cannot_be(wrong: dict[str, object], scene: Scene) -> None:
    entry = make_outreach(scene.group.area, scene.house)
    for name, value in wrong.items():
        setattr(entry, name, value)
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
