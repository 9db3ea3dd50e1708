"""Checks packs of letters: ordered, made file by file by the worker, downloaded only by who ordered them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_building,
    make_coordinator,
    make_group,
    make_officer,
    make_pack,
    make_person,
)
from tests.newcomers import Statements, bytes_of
from tests.page_client import BASE, Page, PageClient, outside
from tests.pages_of_paper import codes_on, pages_of, words_on
from tests.retention.nights import erase_all
from watch import jobs, paper
from watch.extensions import db
from watch.models import (
    AuditEntry,
    Building,
    Coordinator,
    Flat,
    Group,
    GroupState,
    Letter,
    LetterFile,
    LetterPack,
    utcnow,
)
from watch.printing import letter_pages, queries
from watch.printing.service import packs
from watch.printing.service import packs as packs_service

ALL = ["sv", "en", "ar", "so"]


@pytest.fixture(autouse=True)
def small(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make more than three letters a pack, with about a stairwell in a file."""
    monkeypatch.setitem(app.config, "LETTERS_AT_ONCE", 3)
    monkeypatch.setattr(packs, "FILE_LETTERS", 10)
    jobs.engine().flush()


def work() -> int:
    """Work as a worker until the queue is empty. Returns the number of tasks."""
    huey, done = jobs.engine(), 0
    db.session.commit()  # which may ring
    while task := huey.dequeue():
        outside(partial(huey.execute, task))
        done += 1
    return done


def tick() -> None:
    """Run a minute's jobs and what they start."""
    jobs.tasks()["tick"]()
    work()


def ask(client: PageClient, scene: Scene) -> Page:
    """Order the letters of both stairwells as Gun."""
    sent = {"stairwells": [scene.stairwell_1.id, scene.stairwell_3.id], "languages": ["sv"]}
    return client.post(f"/groups/{scene.group.id}/letters", sent, as_=scene.gun).follow()


def files() -> list[LetterFile]:
    """Return every file, in order."""
    return list(db.session.scalars(select(LetterFile).order_by(LetterFile.id)))


def test_a_short_pack_is_made_in_the_answer_and_a_long_one_by_the_worker(
    client: PageClient, scene: Scene
) -> None:
    flats = scene.stairwell_3.flats
    path = f"/groups/{scene.group.id}/letters"
    for chosen, kind in ((flats[:3], "application/pdf"), (flats[:4], "text/html")):
        sent = {"flats": [flat.id for flat in chosen], "languages": ["sv"]}
        assert client.post(path, sent, as_=scene.bengt).response.mimetype == kind
    assert [file.flat_ids for file in files()] == [[flat.id for flat in _down(flats[:4])]]


def test_so_are_those_of_whole_houses_and_a_short_pack_leaves_the_same_traces(
    client: PageClient, scene: Scene, second_house: Building, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, kind, status in ((27, "application/pdf", 200), (26, "text/html", 303)):
        monkeypatch.setitem(app.config, "LETTERS_AT_ONCE", most)
        page = client.get(f"/areas/{scene.group.area.slug}/letters", as_=scene.gun)
        made = page.press("Hämta breven som PDF")
        assert (made.response.mimetype, made.status, len(files())) == (kind, status, 0 if most == 27 else 3)
        if most == 27:
            codes = [codes_on(sheet) for sheet in pages_of(made.response.data)]
            assert len(codes) == 27
            noted = select(AuditEntry.group_id, AuditEntry.by_id).where(AuditEntry.what == "letters-printed")
            groups = scene.group.id, second_house.group_id
            assert {*map(tuple, db.session.execute(noted))} == {(each, scene.gun.id) for each in groups}
            assert f"Fler än {most} brev tar en stund." in page.text
    assert work()
    assert [codes_on(sheet) for file in files() for sheet in pages_of(file.pdf or b"")] == codes


def _down(flats: list[Flat]) -> list[Flat]:
    return sorted(flats, key=lambda flat: (-flat.floor, flat.number))


def test_the_commit_rings_a_worker_who_makes_file_after_file(client: PageClient, scene: Scene) -> None:
    page = ask(client, scene)
    assert page.h1 == "Breven görs"
    assert "0 av 18 brev är klara." in page.text
    assert [file.made_at for file in files()] == [None, None]
    assert 'hx-trigger="every 1s"' in page.html

    assert work() == 3  # the last finds nothing more to do
    page = page.click("Visa hur långt det har kommit")
    assert page.h1 == "Breven är klara"
    assert "hx-trigger" not in page.html
    facts = "Brev 18 Till Våglängdsgatan 1, Våglängdsgatan 3 Språk i breven Svenska Du bad om dem"
    assert facts in page.text
    first, second = [link for words, link in page.links.items() if words.startswith("Fil ")]
    assert [words for words in page.links if words.startswith("Fil ")] == [
        "Fil 1: Våglängdsgatan 1",
        "Fil 2: Våglängdsgatan 3",
    ]
    for link, stairwell in ((first, scene.stairwell_1), (second, scene.stairwell_3)):
        answer = client.get(link, as_=scene.gun).response
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
        name = f"brev-vaglangdsgatan-{stairwell.number}-{1 if stairwell == scene.stairwell_1 else 2}.pdf"
        assert answer.headers["Content-Disposition"].endswith(f"filename={name}")
        pages = pages_of(answer.data)
        assert [f"{stairwell.address}, lägenhet {flat.number}" in words_on(page) for page, flat in zip(
            pages, _down(stairwell.flats), strict=True
        )] == [True] * 9  # fmt: skip
        letter = db.session.scalars(
            select(Letter).where(Letter.flat_id == _down(stairwell.flats)[0].id)
        ).one()
        assert codes_on(pages[0]) == [f"{BASE}/j/{_shown(letter)}"]
        assert client.get(f"/j/{_shown(letter)}").status == 200


def _shown(letter: Letter) -> str:
    code = queries.code_of(letter)
    return "-".join((code[:4], code[4:8], code[8:]))


def test_whoever_dies_over_a_file_leaves_it_to_the_next_and_the_codes_are_the_same(
    client: PageClient, scene: Scene
) -> None:
    ask(client, scene)
    number = packs_service.claim_file(utcnow())
    assert number is not None
    packs_service.pages_to_make(number)
    db.session.commit()  # and here it is killed
    codes = {letter.flat_id: queries.code_of(letter) for letter in db.session.scalars(select(Letter))}
    jobs.engine().flush()

    tick()
    assert [file.made_at is not None for file in files()] == [False, True]  # the first is still held
    with time_machine.travel(utcnow() + timedelta(minutes=2)):
        tick()
    assert [file.made_at is not None for file in files()] == [True, True]
    again = {letter.flat_id: queries.code_of(letter) for letter in db.session.scalars(select(Letter))}
    assert {flat: again[flat] for flat in codes} == codes
    assert len(again) == 18


def test_two_workers_never_take_the_same_file(client: PageClient, scene: Scene) -> None:
    ask(client, scene)
    now = utcnow()
    assert [packs_service.claim_file(now) for _ in range(3)] == [*(file.id for file in files()), None]


def test_what_cannot_be_made_says_so_and_is_tried_again_by_a_press(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ask(client, scene)
    with monkeypatch.context() as broken:
        broken.setattr(paper, "PROGRAM", "nowhere.py")
        assert work() == 7  # each file three times
    failed = client.get(page.path, as_=scene.gun)
    assert failed.h1 == "Breven kunde inte göras"
    assert work() == 0
    failed.press("Försök igen")
    assert work() == 3
    assert client.get(page.path, as_=scene.gun).h1 == "Breven är klara"


def test_files_are_sealed_and_gone_after_a_day(client: PageClient, scene: Scene) -> None:
    page = ask(client, scene)
    work()
    stored = db.session.connection().exec_driver_sql("SELECT pdf FROM letter_file").scalars().all()
    assert [b"%PDF" in bytes(pdf) for pdf in stored] == [False, False]
    files()[0].pack.asked_at -= timedelta(hours=24)
    assert client.get(page.path, as_=scene.gun).status == 404
    assert client.get(f"{page.path}/1", as_=scene.gun).status == 404
    assert "Visa breven" not in client.get(f"/groups/{scene.group.id}/letters", as_=scene.gun).links
    erase_all()
    assert (files(), db.session.scalars(select(LetterPack)).all()) == ([], [])


def test_removed_while_it_is_made_nothing_stays_and_the_letters_are_good(
    client: PageClient, scene: Scene
) -> None:
    page = ask(client, scene)
    number = packs_service.claim_file(utcnow())
    assert number is not None
    pages = packs_service.pages_to_make(number)
    db.session.commit()
    assert page.press("Ta bort filerna").location == f"/groups/{scene.group.id}/letters"
    assert pages is not None
    packs_service.keep_file(number, letter_pages.long_pdf_of(pages))
    assert packs_service.pages_to_make(number) is None
    work()
    assert files() == []
    assert db.session.scalar(select(func.count()).where(Letter.ended_at.is_(None))) == 9


def test_asked_for_again_the_old_files_go(client: PageClient, scene: Scene) -> None:
    first, again = ask(client, scene), ask(client, scene)
    assert client.get(first.path, as_=scene.gun).status == 404
    letters = client.get(f"/groups/{scene.group.id}/letters", as_=scene.gun)
    assert letters.click("Visa breven").path == again.path


def test_a_pack_is_nobody_elses_and_ends_with_the_role(client: PageClient, scene: Scene) -> None:
    pack = make_pack(scene.group, scene.stairwell_3.flats, by=scene.bengt, pdf=b"%PDF")
    path = f"/packs/{pack.id}"
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.stairwell_3])
    for other in (scene.amina, kerstin, scene.gun, scene.carin):
        assert [client.get(each, as_=other).status for each in (path, f"{path}/1")] == [404, 404]
        assert [client.post(f"{path}/{each}", as_=other).status for each in ("again", "remove")] == [404, 404]
    assert client.get(f"{path}/1", as_=scene.bengt).status == 200
    assert [client.get(f"{path}/{place}", as_=scene.bengt).status for place in (0, 2)] == [404, 404]
    db.session.execute(
        db.update(Coordinator).where(Coordinator.person == scene.bengt).values(ended_at=utcnow())
    )
    assert client.get(f"{path}/1", as_=scene.bengt).status == 404


@pytest.fixture
def second_house(scene: Scene) -> Building:
    """Tunnlandsgatan 5 in the same area, with a group."""
    house = make_building(scene.group.area, scene.house.property.landlord, "Tunnlandsgatan", (5,))
    make_group(house)
    return house


def test_nobody_reads_where_a_colleagues_letters_go(client: PageClient, scene: Scene) -> None:
    """The chosen flats would reveal who has not joined."""
    colleague = make_person("Hanna Vik", "hanna@example.org")
    make_officer(colleague, scene.group.area)
    make_pack(scene.group, scene.stairwell_3.flats, by=scene.bengt)
    make_pack(scene.group.area, scene.stairwell_3.flats, by=scene.gun)
    asked = {
        (who.name, path): "Brev som du bad om" in client.get(path, as_=who).text
        for path in (f"/groups/{scene.group.id}/letters", f"/areas/{scene.group.area.slug}/letters")
        for who in (scene.amina, scene.bengt, scene.gun, colleague)
        if "areas" not in path or who in (scene.gun, colleague)
    }
    assert {reader for reader, shown in asked.items() if shown} == {
        ("Bengt Åkesson", f"/groups/{scene.group.id}/letters"),
        ("Gun Sjöström", f"/areas/{scene.group.area.slug}/letters"),
    }
    assert len(asked) == 6


def test_the_police_contact_prints_for_whole_houses_of_an_area(
    client: PageClient, scene: Scene, second_house: Building
) -> None:
    slug = scene.group.area.slug
    page = client.get(f"/areas/{slug}", as_=scene.gun).click("Brev till hela hus")
    assert "Tunnlandsgatan 5 (9 lägenheter) Våglängdsgatan 1–3 (18 lägenheter)" in page.text
    assert "<bdi>Tunnlandsgatan 5</bdi> (9 lägenheter)" in page.html  # or Arabic would read "9" as its flat
    done = page.press("Hämta breven som PDF").follow()
    work()
    assert [file.first for file in files()] == ["Tunnlandsgatan 5", "Våglängdsgatan 1", "Våglängdsgatan 3"]
    ready = client.get(done.path, as_=scene.gun)
    assert ready.h1 == "Breven är klara"
    assert "Brev 27 Till Tunnlandsgatan 5, Våglängdsgatan 1–3 Språk" in ready.text
    waiting = client.get(f"/areas/{slug}/letters", as_=scene.gun).text
    assert "Du bad om 27 brev" in waiting
    groups = select(Letter.group_id, func.count()).group_by(Letter.group_id).order_by(Letter.group_id)
    counts = {scene.group.id: 18, second_house.group_id: 9}
    assert db.session.execute(groups).all() == sorted(counts.items())
    noted = select(AuditEntry.group_id).where(AuditEntry.what == "letters-printed")
    assert set(db.session.scalars(noted)) == set(counts)

    page = client.get(f"/areas/{slug}/letters", as_=scene.gun)
    page.press("Hämta breven som PDF", {"houses": [second_house.id]})
    work()
    assert [len(file.flat_ids) for file in files()] == [9]
    none = page.press("Hämta breven som PDF", {"houses": [], "languages": []})
    assert none.errors == ["Kryssa för minst ett hus.", "Kryssa för minst ett språk."]
    elsewhere = page.press("Hämta breven som PDF", {"houses": [scene.langgatan.id]})
    assert elsewhere.status == 422


def test_nobody_who_prints_sees_which_letters_were_used(
    client: PageClient, scene: Scene, second_house: Building
) -> None:
    page = ask(client, scene)
    work()
    before = bytes_of(client.get(page.path, as_=scene.gun))
    area = bytes_of(client.get(f"/areas/{scene.group.area.slug}/letters", as_=scene.gun))
    letter = db.session.scalars(select(Letter).where(Letter.flat == flat_of(scene.stairwell_3, "1202"))).one()
    letter.used_at = letter.ended_at = utcnow()
    assert bytes_of(client.get(page.path, as_=scene.gun)) == before
    assert bytes_of(client.get(f"/areas/{scene.group.area.slug}/letters", as_=scene.gun)) == area


def test_houses_without_an_open_group_get_no_letters(client: PageClient, scene: Scene) -> None:
    scene.group.state = GroupState.DORMANT
    page = client.get(f"/areas/{scene.group.area.slug}/letters", as_=scene.gun)
    assert "Inga grupper att gå med i" in page.text
    assert (
        client.post(f"/areas/{scene.group.area.slug}/letters", {"languages": ALL}, as_=scene.gun).status
        == 422
    )


def test_the_page_of_a_pack_asks_as_little_for_many_files_as_for_few(
    client: PageClient, scene: Scene, statements: Statements
) -> None:
    seen = []
    for flats in (scene.stairwell_3.flats, [*scene.stairwell_1.flats, *scene.stairwell_3.flats]):
        pack = make_pack(scene.group, flats, by=scene.amina, pdf=b"%PDF" * 1000)
        with statements() as run:
            assert client.get(f"/packs/{pack.id}", as_=scene.amina).status == 200
        assert not any("letter_file.pdf AS" in statement for statement in run)
        seen.append(len(run))
    assert seen[0] == seen[1]


def test_a_group_may_close_while_its_letters_wait(client: PageClient, scene: Scene) -> None:
    """A building that leaves the group meanwhile gets no letters, which would lead to another group."""
    make_pack(scene.group, scene.stairwell_3.flats, by=scene.gun)
    other: Group = make_group(scene.langgatan)
    scene.house.group_id = other.id
    db.session.commit()
    work()
    assert db.session.scalars(select(Letter)).all() == []
