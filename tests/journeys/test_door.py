"""The door of a meeting: two phones count, one of them offline for a while; another has no JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select, update

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import flat_of, make_meeting
from watch.extensions import db
from watch.meetings.queries.checkin import heads_at
from watch.models import Counting, Flat, Meeting, MeetingPress, SignIn, utcnow

NARROW = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting of the whole group that began ten minutes ago."""
    meeting = make_meeting(scene.group, by=scene.amina, starts_at=utcnow() - timedelta(minutes=10))
    db.session.commit()
    return meeting


def came(meeting: Meeting) -> tuple[int, int]:
    """Return how many have come, and the number of presses."""
    found = heads_at(meeting), db.session.scalar(select(func.count(MeetingPress.id))) or 0
    db.session.rollback()  # so that the server can write again
    return found


def press(phone: Phone, words: str, times: int = 1) -> None:
    for _time in range(times):
        phone.page.get_by_role("button", name=words, exact=True).click()


def all_sent(phone: Phone) -> None:
    expect(phone.page.locator("[data-waits]")).to_be_hidden(timeout=15_000)


def total(phone: Phone, number: int) -> None:
    expect(phone.page.locator("[data-total]")).to_have_text(str(number))


def test_two_phones_count_and_one_has_no_network_for_a_while(
    scene: Scene, meeting: Meeting, make_phone: Callable[..., Phone]
) -> None:
    aminas, lent = make_phone(**NARROW), make_phone(**NARROW)
    aminas.sign_in(scene.amina)
    aminas.open(f"/meetings/{meeting.id}")
    aminas.follow("Låna ut räkningen")
    aminas.press("Gör en länk")
    lent.open(str(aminas.page.get_by_role("link", name="Öppna länken här").get_attribute("href")))
    assert "Carin" not in lent.text
    aminas.open(f"/meetings/{meeting.id}/checkin")
    press(aminas, "Carin Öberg är här")
    all_sent(aminas)
    aminas.look()

    lent.page.locator("summary", has_text="Port Våglängdsgatan 3").click()
    lent.context.set_offline(True)
    press(lent, "Lägenhet 1203, en till", 2)
    press(lent, "En till", 2)
    press(lent, "En färre")
    total(lent, 3)  # Carin came after the page was opened
    expect(lent.page.locator("[data-waits]")).to_have_text("5 väntar på nätet")
    kept = lent.page.evaluate("JSON.stringify(localStorage)")
    assert "1203" not in kept
    assert "/door/" not in kept
    press(aminas, "En till")
    all_sent(aminas)
    assert came(meeting) == (2, 2)

    lent.context.set_offline(False)
    all_sent(lent)
    total(lent, 5)
    assert came(meeting) == (5, 7)
    assert lent.page.evaluate("localStorage.length") == 0
    assert {each for each in lent.complaints if "ERR_INTERNET_DISCONNECTED" not in each} == set()
    lent.complaints.clear()
    lent.look()
    assert lent.page.locator("details[open]").count() == 1  # what was open still is

    aminas.page.reload()
    aminas.press("Klart, 5 kom")
    assert "Klart. 5 kom." in aminas.text
    db.session.refresh(meeting)
    assert (meeting.counting, meeting.head_count) == (Counting.COUNTED, 5)


def test_presses_wait_also_when_the_page_is_closed(
    scene: Scene, meeting: Meeting, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(**NARROW)
    phone.sign_in(scene.bengt)
    phone.open(f"/meetings/{meeting.id}/checkin")
    phone.context.set_offline(True)
    press(phone, "En till", 3)
    expect(phone.page.locator("[data-waits]")).to_have_text("3 väntar på nätet")
    phone.page.close()
    phone.context.set_offline(False)
    assert came(meeting) == (0, 0)
    phone.page, phone.complaints = phone.context.new_page(), []
    phone.open(f"/meetings/{meeting.id}/checkin")
    all_sent(phone)
    total(phone, 3)
    assert came(meeting) == (3, 3)


def test_who_is_signed_out_or_has_lost_the_link_reads_what_to_do(
    scene: Scene, meeting: Meeting, make_phone: Callable[..., Phone]
) -> None:
    aminas, lent = make_phone(**NARROW), make_phone(**NARROW)
    aminas.sign_in(scene.amina)
    aminas.open(f"/meetings/{meeting.id}/checkin/link")
    aminas.press("Gör en länk")
    lent.open(str(aminas.page.get_by_role("link", name="Öppna länken här").get_attribute("href")))
    aminas.press("Ta tillbaka")
    press(lent, "En till")
    expect(lent.page.locator("[data-waits]")).to_contain_text("Länken gäller inte längre.")

    aminas.open(f"/meetings/{meeting.id}/checkin")
    db.session.execute(update(SignIn).values(ended_at=utcnow()))
    db.session.commit()
    press(aminas, "En till")
    expect(aminas.page.locator("[data-waits]")).to_contain_text("Du är utloggad.")
    assert came(meeting) == (0, 0)
    aminas.sign_in(scene.amina)
    db.session.rollback()  # so that the server can write again
    aminas.page.get_by_role("main").get_by_role("link", name="Logga in").click()
    total(aminas, 1)
    all_sent(aminas)
    assert came(meeting) == (1, 1)
    for phone in (aminas, lent):
        assert all("401" in each or "410" in each for each in phone.complaints)
        phone.complaints.clear()


def test_without_javascript_each_press_is_a_form(
    scene: Scene, meeting: Meeting, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(javascript=False, **NARROW)
    phone.sign_in(scene.bengt)
    phone.open(f"/meetings/{meeting.id}")
    phone.follow("Räkna vid dörren")
    phone.press("Carin Öberg är här")
    phone.press("Lägenhet 1203, en till")
    phone.press("En till")
    total(phone, 3)
    assert came(meeting) == (3, 3)
    flats = db.session.scalars(select(Flat.number).join(MeetingPress, MeetingPress.flat_id == Flat.id)).all()
    assert flats == [flat_of(scene.stairwell_3, "1203").number]
    phone.press("Klart, 3 kom")
    assert "3 personer kom" in phone.text
