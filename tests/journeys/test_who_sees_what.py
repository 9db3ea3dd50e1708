"""The same addresses opened by different people, and what nobody reaches by any link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import flat_of
from tests.journeys.crawl import Seen, crawl, fill, rows_kept
from watch.extensions import db
from watch.models import AuditEntry, Meeting, Notice, Person

MakePhone = Callable[..., Phone]
FLATS = [rf"\b{number}\b" for number in (1001, 1002, 1101, 1102, 1203)]  # somebody takes part, or waits
WHO = ("carin", "bengt", "jenny", "ivan", "gun")
# By hand from permissions.md: member, coordinator of stairwell 3, stranger, coordinator elsewhere, officer.
SEEN = {
    "/groups/{group}": (200, 200, 404, 404, 200),
    "/groups/{group}/house": (403, 200, 404, 404, 403),
    "/groups/{group}/members": (403, 200, 404, 404, 403),
    "/groups/{group}/knock": (403, 200, 404, 404, 403),
    "/stairwells/{stairwell_3}/house": (403, 200, 404, 404, 403),
    "/stairwells/{stairwell_1}/house": (403, 403, 404, 404, 403),
    "/flats/{dawits}": (403, 403, 404, 404, 403),
    "/flats/{elsas}": (403, 200, 404, 404, 403),
    "/groups/{group}/notices": (200, 200, 404, 404, 200),
    "/notices/{notice}": (200, 200, 404, 404, 404),
    "/notices/{notice}/report": (403, 200, 404, 404, 404),
    "/notices/{notice}/paper": (404, 200, 404, 404, 404),
    "/groups/{group}/notices/new": (403, 200, 404, 404, 403),
    "/groups/{group}/meetings": (200, 200, 404, 404, 200),
    "/meetings/{meeting}": (200, 200, 404, 404, 200),
    "/groups/{group}/contacts": (200, 200, 404, 404, 200),
    "/groups/{group}/invitations": (403, 200, 404, 404, 403),
    "/groups/{group}/lifecycle": (403, 403, 404, 404, 200),
    "/areas/hassleholmen": (404, 404, 404, 404, 200),
    "/areas/boda": (404, 404, 404, 404, 404),
    "/areas/hassleholmen/notices/new": (404, 404, 404, 404, 200),
    "/overview": (403, 403, 403, 403, 200),
    "/contacts/edit": (403, 403, 403, 403, 200),
    "/buildings/{house}": (200, 200, 200, 200, 200),
}


@pytest.mark.long
def test_each_browser_shows_what_its_owner_may_see(scene: Scene, make_phone: MakePhone) -> None:
    fill(scene)
    things = _things(scene)
    got: dict[str, list[int]] = {address: [] for address in SEEN}
    phones = []
    for who in WHO:
        phone = make_phone()
        phone.sign_in(getattr(scene, who))
        phones.append(phone)
    before = rows_kept()
    for phone in phones:
        for address, statuses in got.items():
            answer = phone.context.request.get(phone.server.url + address.format_map(things))
            statuses.append(answer.status)
    assert {address: tuple(statuses) for address, statuses in got.items()} == SEEN
    assert rows_kept() == before


def test_what_is_refused_says_so_in_a_page_and_shows_nothing(scene: Scene, phone: Phone) -> None:
    things = _things(scene)
    phone.sign_in(scene.carin)
    phone.open(f"/groups/{scene.group.id}/house")
    refused = phone.text
    phone.open("/flats/{dawits}".format_map(things))
    assert phone.text == refused
    phone.open(f"/groups/{scene.other_group.id}")
    hidden = phone.text
    phone.open("/groups/987654")
    assert phone.text == hidden != refused


def test_nobody_signed_in_is_asked_to_sign_in(scene: Scene, phone: Phone) -> None:
    things = _things(scene)
    db.session.commit()
    led_to = set()
    for address in SEEN:
        phone.page.goto(phone.server.url + address.format_map(things))
        led_to.add(phone.path.partition("?")[0])
    assert led_to == {"/login", f"/buildings/{scene.house.id}"}


def test_the_police_contact_meets_no_resident_however_far_links_lead(
    scene: Scene, make_phone: MakePhone
) -> None:
    fill(scene)
    phone = make_phone()
    phone.sign_in(scene.gun)
    before = rows_kept()
    pages = crawl(phone)
    assert rows_kept() == before
    # Coordinators are known to the officer; residents, and whoever shows interest unnamed, are not.
    residents = [scene.carin, scene.dawit, scene.elsa, scene.farah, scene.jenny]
    assert _met(pages, [word for person in residents for word in _traces_of(person)]) == []
    assert _met(pages, ["lova@example.org", "kerstin@example.org", "per@example.org", "Sara "]) == []
    assert _met(_inside(pages), FLATS) == []
    assert len(pages) > 20


def test_a_neighbour_meets_only_what_others_show(scene: Scene, make_phone: MakePhone) -> None:
    scene.amina.shows_phone = True
    fill(scene)
    phone = make_phone()
    phone.sign_in(scene.carin)
    before = rows_kept()
    pages = crawl(phone)
    assert rows_kept() == before
    hidden = [
        word
        for person in (scene.bengt, scene.dawit, scene.elsa, scene.farah, scene.jenny, scene.ivan)
        for word in _traces_of(person)
    ]
    assert _met(pages, [*hidden, "Yusuf", "amina@example.org", "lova@example.org", "Sara "]) == []
    assert _met(_inside(pages), [flat for flat in FLATS if flat != r"\b1102\b"]) == []
    assert _met(pages, ["070-174 06 05"]) != []


@pytest.mark.parametrize("who", ["jenny", "ivan", "hodan"])
def test_others_meet_nobody_of_the_house(scene: Scene, make_phone: MakePhone, who: str) -> None:
    fill(scene)
    phone = make_phone()
    phone.sign_in(getattr(scene, who))
    before = rows_kept()
    pages = crawl(phone)
    assert rows_kept() == before
    ours = (scene.amina, scene.bengt, scene.carin, scene.dawit, scene.elsa, scene.farah)
    assert _met(pages, [word for person in ours for word in _traces_of(person)]) == []


def test_a_coordinator_of_one_stairwell_meets_nobody_of_the_other(
    scene: Scene, make_phone: MakePhone
) -> None:
    fill(scene)
    phone = make_phone()
    phone.sign_in(scene.bengt)
    before = rows_kept()
    pages = crawl(phone)
    assert rows_kept() == before
    assert _met(pages, _traces_of(scene.dawit)) == []
    assert _met(pages, ["Öberg"]) != []
    looks = {
        (entry.what, entry.by_id) for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    }
    seen = ("house", "members", "flat", "request", "invitations", "doors", "details", "messages", "message")
    assert looks == {(f"{what}-seen", scene.bengt.id) for what in seen} | {
        ("receipt-printed", scene.bengt.id),
        ("own-data-downloaded", scene.bengt.id),
        ("checkin-lent", scene.amina.id),  # before he came
        ("report-begun", scene.gun.id),
        ("report-published", scene.gun.id),
    }


def _things(scene: Scene) -> dict[str, object]:
    notice = select(Notice.id).where(Notice.group_id == scene.group.id).order_by(Notice.id)
    return {
        "group": scene.group.id,
        "house": scene.house.id,
        "stairwell_1": scene.stairwell_1.id,
        "stairwell_3": scene.stairwell_3.id,
        "dawits": flat_of(scene.stairwell_1, "1101").id,
        "elsas": flat_of(scene.stairwell_3, "1001").id,
        "notice": db.session.scalar(notice) or 1,
        "meeting": db.session.scalar(select(Meeting.id).order_by(Meeting.id)) or 1,
    }


def _traces_of(person: Person) -> list[str]:
    """Return what would identify a person: last name, address, phone as in a link and as read."""
    words = [person.name.split()[-1], person.name.split()[0] + " "]
    if person.mailbox:
        words.append(person.mailbox.address)
    if person.phone:
        words += [
            person.phone,
            person.phone.replace("+46", "0"),
            f"{person.phone[-4:-2]} {person.phone[-2:]}",
        ]
    return [re.escape(word) for word in words]


def _inside(pages: list[Seen]) -> list[Seen]:
    """Return a page without the form to join, which offers every flat of the house."""
    return [page for page in pages if not re.match(r"/buildings/\d+/join", page.path)]


def _met(pages: list[Seen], words: list[str]) -> list[str]:
    """Return where these words stand, with their surroundings."""
    return [
        f"{page.path}: …{page.said[max(found.start() - 60, 0) : found.end() + 20]}…"
        for page in pages
        for word in words
        for found in [re.search(word, page.said)]
        if found
    ]
