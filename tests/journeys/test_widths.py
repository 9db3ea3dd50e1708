"""No page is wider than a small phone when somebody writes a word without end, such as a long address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_finding, make_meeting, make_message, make_notice, make_report
from watch.extensions import db
from watch.models import FindingStatus, Language, Membership, NotesDraft, Person, ReportIndicator, utcnow

SMALL = {"width": 360, "height": 740}
LONG = "https://www.example.org/" + "a" * 150
NAME = "A" * 60


@pytest.fixture
def pages(scene: Scene) -> dict[str, list[str]]:
    """Pages by who reads them, on which such words stand that neighbours and officers have written."""
    group, area = scene.group, scene.group.area
    meeting = make_meeting(group, by=scene.amina)
    meeting.about, meeting.place = LONG, LONG[:100]
    held = make_meeting(group, starts_at=utcnow() - timedelta(days=1), by=scene.amina)
    db.session.flush()
    db.session.add(
        NotesDraft(meeting_id=held.id, text=f"## Kort sagt\n\n{LONG}\n", saved_by_id=scene.amina.id)
    )
    finding = make_finding(group, by=scene.amina)
    finding.what = finding.outcome = LONG
    finding.status = FindingStatus.DONE
    notice = make_notice(group, LONG[:80], LONG, by=scene.amina)
    make_message(scene.carin, group).text = LONG
    report = make_report(area, title=LONG[:100], by=scene.gun)
    report.indicators = [ReportIndicator(name=LONG[:80], before="1", after="2", source=LONG[:80])]
    db.session.execute(update(Person).values(name=NAME, shows_name=True))
    group.name = NAME
    dawits = db.session.scalars(select(Membership.id).where(Membership.person_id == scene.dawit.id)).one()
    db.session.commit()
    of_house = f"/groups/{group.id}"
    shared = [of_house, f"/meetings/{meeting.id}", f"/findings/{finding.id}", f"/notices/{notice.id}"]
    return {
        "dawit": [*shared, f"{of_house}/findings", f"{of_house}/notices", "/me", "/me/settings"],
        "amina": [
            *shared, f"{of_house}/house", f"{of_house}/members", f"{of_house}/messages",
            f"{of_house}/findings/new", f"/meetings/{meeting.id}/edit", f"/meetings/{held.id}/notes",
            f"/meetings/{held.id}/notes/preview", f"/memberships/{dawits}/record",
        ],
        "gun": ["/overview", f"/report/{report.id}", "/contacts/new", of_house, f"{of_house}/lifecycle"],
    }  # fmt: skip


@pytest.mark.parametrize("language", ["sv", "ar"])
def test_a_word_without_end_widens_no_page(
    language: str, scene: Scene, pages: dict[str, list[str]], make_phone: Callable[..., Phone]
) -> None:
    db.session.execute(update(Person).values(language=Language(language)))
    db.session.commit()
    wide = []
    for who, paths in pages.items():
        phone = make_phone(language=language, viewport=SMALL)
        phone.sign_in(getattr(scene, who))
        db.session.commit()  # so that the server can write
        for path in paths:
            answer = phone.page.goto(phone.server.url + path)
            assert answer is not None
            assert answer.status == 200, path
            width = phone.page.evaluate("document.documentElement.scrollWidth")
            wide += [f"{path} of {who}: {width}"] if width > SMALL["width"] else []
        phone.context.close()
    assert wide == []


def test_what_is_previewed_widens_no_page(scene: Scene, make_phone: Callable[..., Phone]) -> None:
    phone = make_phone(viewport=SMALL)
    phone.sign_in(scene.amina)
    phone.open(f"/groups/{scene.group.id}/notices/new")
    phone.fill("Rubrik", LONG[:80])
    phone.fill("Meddelande", LONG)
    phone.press("Förhandsgranska")
    assert LONG in phone.text
