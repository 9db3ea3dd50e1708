"""Every page that somebody can reach, on a small phone, in Swedish and in Arabic.

`Phone.look` checks each for each reader: axe, no overflowing word, nothing in the browser's console.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.exceptions import HTTPException

from tests.browser import Phone
from tests.cast import Scene
from tests.journeys.contrast import ContrastOnce
from tests.journeys.crawl import Seen, crawl, fill
from watch.extensions import db
from watch.models import Invitation, Language, Partner, Person

SMALL = {"width": 360, "height": 740}
FILES = (".csv", ".ics", ".json", ".pdf")
NOT_BY_LINKS = {
    "static",
    "registers.preview",  # once a list is uploaded, see the tests of the registers
    "joining.find_code",  # where the form for a poster's code is sent to
    "invitations.ask_remind",  # while somebody has not answered for a day, see the journey of invitations
    "joining.joined",  # after a press, see the journey of joining
    "printing.show_pack",  # while a long pack is made, see the tests of packs
    "printing.fetch_file",
    "groups.house.ask_place",  # of a member whose flat nobody knows yet: the crawl meets none
    "meetings.back_to_new",  # where an opened tab of a preview or a refused form leads back to
    "meetings.back_to_edit",
    "meetings.back_to_area_new",
    "meetings.back_to_start_new",
    "meetings.back_to_joint",
    "meetings.joint_gathering",  # once another group asks, see the journey of joint gatherings
    "groups.coordinators.back_to_index",
    "groups.house.back_to_members",
    "groups.back_to_mine",
    "canvassing.back_to_visits",
    "invitations.back_to_index",
    "places.back_to_front",
    "messages.ask_members",  # while a group has members and no coordinator, see the journey of writing
    "notices.back_to_new",
    "invitations.back_to_new",
    "est.back_to_index",
    "lifecycle.back_to_new",
    "lifecycle.prepare",  # of a group that rests, see test_waking
    "report.pdf",  # a paper, see tests/report
    "closing.show",  # of a closed group, see tests/closing
    "closing.print_sheet",
    "joining.back_to_invitation",
    "interest.back_to_open",
    "meetings.public_answer",  # after a press, see the journey of an open meeting
    "meetings.sign_in_sheet",
    "findings.told",
    "findings.open_link",  # behind mailed links
    "findings.link_asked",
    "contacts.open_link",
    "contacts.ask_change",
    "meetings.notes_sheet",
    "meetings.notes_paper",  # once notes are published
    "meetings.preview_notes",  # once a draft is saved
    "meetings.open_calendar_file",  # for a calendar program
    "meetings.feed",
    "notices.sheet",
    "handbook.picture",  # on paper, and within a page
    "printing.print_poster",  # on paper, see the journey of asking
    "printing.print_posters",
    "printing.poster_picture",
    "mailbox.index",  # development's own
    "mailbox.letter",
    "health.alive",  # what monitoring asks
    "health.ready",
}
WHO = ("anybody", "dawit", "bengt", "amina", "gun", "lena")
pytestmark = pytest.mark.timeout(300)


def endpoint_of(app: Flask, path: str) -> str:
    """Return the endpoint of an address."""
    try:
        endpoint, _arguments = app.url_map.bind("127.0.0.1").match(path.partition("?")[0], method="GET")
    except HTTPException:
        return "nowhere"
    return str(endpoint)


def one_of_each(app: Flask, pages: Iterable[Seen]) -> list[Seen]:
    """Return one page of every kind: the first found of each endpoint, and one of each refusal.

    Files are left out, because the browser downloads them.
    """
    found: dict[tuple[str, bool, int], Seen] = {}
    for page in pages:
        if page.path.partition("?")[0].endswith(FILES) or page.source.startswith("%PDF"):
            continue
        found.setdefault((endpoint_of(app, page.path), "?" in page.path, page.status), page)
    return list(found.values())


def person_of(scene: Scene, who: str) -> Person | None:
    """Return the person, or None for "anybody". Lena, at the landlord, is the only partner."""
    if who == "lena":
        return db.session.scalars(select(Partner)).one().person
    return None if who == "anybody" else getattr(scene, who)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("language", "scheme"), [("sv", "light"), ("ar", "dark")], ids=["Swedish", "Arabic in the dark"]
)
def test_every_page_is_whole_on_a_small_phone(
    app: Flask, scene: Scene, make_phone: Callable[..., Phone], language: str, scheme: str
) -> None:
    """One after the other reads everything; contrast is measured as tests/journeys/contrast.py says."""
    scene.dawit.language = Language(language)  # his letter's page speaks his language
    by_letter = fill(scene)
    for kind in (Person, Invitation):  # and so do the pages behind all other mails
        db.session.execute(update(kind).values(language=Language(language)))
    contrast = ContrastOnce()
    wrong = []
    for who in (who for who in WHO if who != "bengt"):  # the lead sees the same and more
        phone = make_phone(language=language, viewport=SMALL, color_scheme=scheme)
        phone.violations = contrast.violations
        if person := person_of(scene, who):
            phone.sign_in(person)
        starts = by_letter.values() if who in {"anybody", "dawit"} else ()
        wrong += [f"{who}: {each}" for each in faults_met(app, phone, starts, language)]
        phone.context.close()
    assert wrong == []
    db.session.commit()


def faults_met(app: Flask, phone: Phone, starts: Iterable[str], language: str) -> list[str]:
    """Return what is wrong with the pages that links lead to, one of each kind opened in the browser."""
    pages = crawl(phone, *starts)
    wrong = [f"{page.path} ({page.status}) from {page.linked_from}" for page in pages if page.status >= 429]
    for page in one_of_each(app, pages):
        phone.complaints.clear()
        try:
            phone.open(page.path)
            assert phone.page.evaluate("document.documentElement.lang") == language
        except AssertionError as said:
            wrong.append(f"{page.path} from {page.linked_from}: {str(said)[:700]}")
    return wrong


@pytest.mark.long
def test_links_lead_to_pages_and_to_every_page(
    app: Flask, scene: Scene, make_phone: Callable[..., Phone]
) -> None:
    """No link leads to a refusal or to nothing, and no page is reached only by guessing."""
    by_letter = fill(scene)
    pages = []
    dead = []
    for who in WHO:
        phone = make_phone()
        if person := person_of(scene, who):
            phone.sign_in(person)
        found = crawl(phone)
        pages += found
        dead += [
            f"{who}: {page.path} ({page.status}) from {page.linked_from}"
            for page in found
            if page.status != 200
        ]
    assert dead == []
    reached = {endpoint_of(app, path) for path in [*by_letter.values(), *(page.path for page in pages)]}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert {rule.endpoint for rule in rules} - reached == NOT_BY_LINKS
