"""Checks that a sign-in is a row in the database and ends at once (trust.md 3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.page_client import PageClient
from watch.accounts.labels import device_name
from watch.extensions import db
from watch.models import Officer, SignIn, SignInLink, utcnow

CHROME_ON_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Mobile Safari/537.36"
)
SAFARI_ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
EDGE_ON_WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36 Edg/126.0.0.0"
)


def is_in(client, person):
    return client.get("/me/settings", as_=person).status == 200


def test_signing_out_ends_the_row_and_keeps_the_language(client, dawit):
    page = client.get("/me/settings", as_=dawit)
    cookie = client.browser(dawit).get_cookie("session", domain="127.0.0.1").value
    assert client.post("/logout", as_=dawit).location == "/"
    assert not is_in(client, dawit)
    assert client.get("/login", as_=dawit).tree.get("lang") == page.tree.get("lang") == "ar"
    thief = PageClient(client.app)
    thief.browser().set_cookie("session", cookie, domain="127.0.0.1")
    assert thief.get("/me/settings").location == "/login?next=/me/settings"


def test_a_sign_in_ended_by_another_process_is_over_on_the_next_request(client, carin):
    assert is_in(client, carin)
    db.session.scalars(select(SignIn)).one().ended_at = utcnow()
    db.session.commit()
    assert not is_in(client, carin)


def test_a_role_that_ended_is_gone_on_the_next_request(client, scene):
    assert _navigation(client, scene.gun) == OF_OFFICERS
    for officer in db.session.scalars(select(Officer).where(Officer.person == scene.gun)):
        officer.ended_at = utcnow()
    db.session.commit()
    assert _navigation(client, scene.gun) == ["Min sida", "Kontakter", "Inställningar"]


OF_OFFICERS = ["Översikt", "Området", "Meddelanden", "Kontakter", "Inställningar"]


def _navigation(client, person):
    page = client.get("/me/settings", as_=person)
    nav = next(each for each in page.tree.iter("nav") if "site-nav" in (each.get("class") or ""))
    return ["".join(link.itertext()).strip() for link in nav.iter("a")]


def test_navigation_shows_the_rooms_of_the_readers_group(client, scene):
    assert {name: _navigation(client, getattr(scene, name)) for name in ("amina", "carin", "jenny")} == {
        "amina": [
            "Min sida",
            "Huset",
            "Medlemmar",
            "Gruppen",
            "Träffar",
            "Meddelanden",
            "Kontakter",
            "Inställningar",
        ],
        "carin": ["Min sida", "Gruppen", "Träffar", "Meddelanden", "Kontakter", "Inställningar"],
        "jenny": ["Boggayga", "Lambarrada la wacayo", "Dejinta"],  # she reads Somali
    }


@pytest.mark.parametrize(
    ("after", "officer_is_in", "member_is_in"),
    [
        (timedelta(minutes=29), True, True),
        (timedelta(minutes=31), False, True),
        (timedelta(days=20), False, True),
    ],
)
def test_officers_are_signed_out_when_idle(client, scene, after, officer_is_in, member_is_in):
    client.browser(scene.gun), client.browser(scene.carin)
    with time_machine.travel(utcnow() + after):
        assert (is_in(client, scene.gun), is_in(client, scene.carin)) == (officer_is_in, member_is_in)


def test_how_long_an_officer_may_do_nothing_is_a_setting_and_the_page_says_it(
    app, client, scene, monkeypatch
):
    monkeypatch.setitem(app.config, "OFFICER_IDLE_MINUTES", 90)
    client.browser(scene.gun)
    begin = utcnow()
    with time_machine.travel(begin + timedelta(minutes=89), tick=False):
        assert is_in(client, scene.gun)
    with time_machine.travel(begin + timedelta(minutes=89 + 91), tick=False):
        assert "Du loggades ut efter 90 minuter" in client.get("/login", as_=scene.gun).text


def test_officers_who_keep_working_are_signed_out_after_twelve_hours(client, scene):
    begin = utcnow()
    assert is_in(client, scene.gun)
    for quarter in range(1, 12 * 4):
        with time_machine.travel(begin + quarter * timedelta(minutes=15)):
            assert is_in(client, scene.gun), quarter
    with time_machine.travel(begin + timedelta(hours=12, minutes=1)):
        assert not is_in(client, scene.gun)


def test_last_seen_is_written_at_most_once_a_minute(client, carin):
    def seen():
        db.session.rollback()
        return db.session.scalars(select(SignIn.last_seen_at)).one()

    client.browser(carin)
    begin = seen()
    is_in(client, carin)
    assert seen() == begin
    with time_machine.travel(begin + timedelta(seconds=61), tick=False):
        is_in(client, carin)
        assert seen() == begin + timedelta(seconds=61)


def test_reading_ones_own_pages_writes_nothing_but_last_seen(client, carin, dump):
    client.browser(carin)
    before = dump()
    with time_machine.travel(utcnow() + timedelta(hours=1)):
        assert [client.get(path, as_=carin).status for path in ("/me/settings", "/me/security")] == [200, 200]
    assert dump() == before


def test_each_signed_in_device_is_shown_and_can_be_signed_out(app, scene, ask, newest_link):
    browsers = {}
    for agent in (CHROME_ON_ANDROID, SAFARI_ON_IPHONE, EDGE_ON_WINDOWS):
        browsers[agent] = PageClient(app)
        ask("carin@example.org", browsers[agent])
        page = browsers[agent].get(newest_link())
        browsers[agent].post(page.path, headers={"User-Agent": agent})
    page = browsers[EDGE_ON_WINDOWS].get("/me/security")
    for device in ("Chrome på Android", "Safari på iPhone", "Edge på Windows den här"):
        assert device in page.text
    assert sorted(page.buttons) == [
        "Logga ut där Chrome på Android",
        "Logga ut där Safari på iPhone",
        "Min telefon är borta: logga ut överallt",
    ]
    done = page.press("Logga ut där Chrome på Android").follow()
    assert done.flashes == [("done", "Chrome på Android är utloggad.")]
    assert [browser.get("/me/settings").status for browser in browsers.values()] == [302, 200, 200]


def test_my_phone_is_lost_ends_every_sign_in_and_waiting_link(app, scene, ask, newest_link):
    mine, lost = PageClient(app), PageClient(app)
    for browser in (lost, mine):
        ask("carin@example.org", browser)
        browser.post(newest_link())
    ask("carin@example.org", PageClient(app))
    page = mine.get("/me/security").press("Min telefon är borta: logga ut överallt")
    assert page.location == "/"
    assert [browser.get("/me/settings").status for browser in (mine, lost)] == [302, 302]
    assert PageClient(app).get(newest_link()).status == 410
    assert db.session.scalars(select(SignInLink).where(SignInLink.ended_at.is_(None))).all() == []


def test_nobody_sees_or_ends_anothers_sign_in(client, scene):
    client.browser(scene.dawit)
    page = client.get("/me/security", as_=scene.carin)
    assert page.buttons == ["Min telefon är borta: logga ut överallt"]
    dawits = db.session.scalars(select(SignIn.id).where(SignIn.person == scene.dawit)).one()
    assert client.post(f"/me/security/{dawits}/end", as_=scene.carin).status == 404
    assert client.post("/me/security/nobodys/end", as_=scene.carin).status == 404
    assert is_in(client, scene.dawit)


def test_an_unknown_device_has_a_name_too():
    assert [str(device_name(each)) for each in ("Firefox/", "/Linux")] == ["Firefox", "Linux"]


def test_a_button_pressed_by_htmx_leads_the_whole_page_to_signing_in(client):
    page = client.get("/me/settings", headers={"HX-Request": "true"})
    assert (page.status, page.response.headers["HX-Redirect"]) == (200, "/login?next=/me/settings")


def test_what_an_officer_wrote_for_too_long_waits_until_they_are_in_again(client, gun, ask, newest_link):
    page = client.get("/me/settings", as_=gun)
    with time_machine.travel(utcnow() + timedelta(minutes=31)):
        waiting = page.press("Spara", {"name": "Gun Nilsson"})
        assert (waiting.status, waiting.h1) == (401, "Du har blivit utloggad")
        client.post("/login", {"email": "gun@example.org"}, as_=gun)
        client.post(newest_link(), as_=gun)
        again = waiting.press("Skicka igen")
        done = again if again.status == 303 else again.press("Skicka igen")
        assert done.location == "/me/settings"
    db.session.refresh(gun)
    assert gun.name == "Gun Nilsson"


def test_what_was_sent_without_being_signed_in_waits_for_signing_in(client, scene):
    page = client.post("/me/settings", {"name": "Carin"})
    assert (page.status, page.h1) == (401, "Du har blivit utloggad")
    assert page.form()["name"] == "Carin"
    assert page.links["Logga in i en ny flik"] == "/login?next=/me/settings"
