"""Checks signing in by a mailed link (trust.md 1–3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.databases import on_one_database
from tests.factories import make_person
from tests.page_client import PageClient
from watch.extensions import db
from watch.interest.service import leave_interest
from watch.joining.service.asking import Submission, ask_to_join
from watch.models import Language, OutboxState, SignIn, SignInLink, utcnow


def running(person):
    db.session.rollback()
    return list(db.session.scalars(select(SignIn).where(SignIn.person == person, SignIn.ended_at.is_(None))))


def test_a_member_asks_opens_the_link_and_is_in(client, scene, ask, newest_link, outbox):
    sent = ask("carin@example.org")
    assert (sent.status, sent.location) == (303, "/login?sent=yes")
    assert sent.follow().h1 == "Titta i din mejl"
    assert outbox.addressed() == [("sign-in", "carin@example.org")]

    page = client.get(newest_link())
    assert (page.h1, page.buttons) == ("Logga in", ["Logga in"])
    assert page.press("Logga in").location == "/me"
    assert [sign_in.person for sign_in in running(scene.carin)] == [scene.carin]
    assert client.get("/me/settings").form()["name"] == "Carin Öberg"


def test_the_mail_is_in_the_persons_language_and_expires_with_its_link(scene, ask, outbox):
    ask("dawit@example.org")
    [row] = outbox.rows()
    [link] = db.session.scalars(select(SignInLink))
    assert (row.language, row.not_after) == (Language.ARABIC, link.expires_at)


def test_however_the_address_is_written_it_is_the_same_mailbox(scene, ask, outbox):
    ask(" Carin@Example.ORG ")
    assert outbox.addressed() == [("sign-in", "carin@example.org")]


def test_opening_the_link_five_times_changes_nothing(client, scene, ask, newest_link, dump):
    ask("carin@example.org")
    before = dump()
    pages = [PageClient(client.app).get(newest_link()) for _ in range(5)]
    assert [page.status for page in pages] == [200] * 5
    assert dump() == before


def test_the_link_works_once(client, scene, ask, newest_link):
    ask("carin@example.org")
    link = newest_link()
    client.get(link).press("Logga in")
    again = PageClient(client.app)
    assert [again.get(link).status, again.post(link).status] == [410, 410]
    assert len(running(scene.carin)) == 1


def test_the_same_press_within_a_minute_gives_the_same_sign_in(client, scene, ask, newest_link):
    ask("carin@example.org")
    page = client.get(newest_link())
    before = client.browser().get_cookie("session", domain="127.0.0.1").value
    for minutes, status in ((0, 303), (0.5, 303), (2, 410)):
        client.browser().set_cookie("session", before, domain="127.0.0.1")  # as if no answer had come
        with time_machine.travel(utcnow() + timedelta(minutes=minutes)):
            assert client.post(page.path, page.form(), csrf=False).status == status
    assert len(running(scene.carin)) == 1


def test_a_link_that_another_browser_has_just_used_says_nobodys_name(app, client, scene, ask, newest_link):
    nils = make_person("Nils Öberg", "carin@example.org")
    ask("carin@example.org")
    client.get(newest_link()).press("Logga in").press("Logga in", {"person": nils.id})
    again = PageClient(app).post(newest_link())
    assert (again.status, "Nils" in again.html) == (410, False)


def test_whoever_has_signed_out_everywhere_is_not_led_in_by_the_same_press(client, scene, ask, newest_link):
    ask("carin@example.org")
    page = client.get(newest_link())
    page.press("Logga in")
    client.post("/me/security/end-all", as_=scene.carin)
    assert client.post(page.path).status == 410
    assert running(scene.carin) == []


def test_a_press_that_comes_second_is_too_late(app, client, scene, ask, newest_link):
    ask("carin@example.org")
    [first, second] = [PageClient(app).get(newest_link()) for _ in range(2)]
    assert [first.press("Logga in").status, second.press("Logga in").status] == [303, 410]


def test_used_expired_altered_older_and_foreign_links_look_the_same(app, scene, ask, newest_link):
    reader = PageClient(app)
    ask("amina@example.org", reader)
    older = newest_link()
    ask("amina@example.org", reader)
    used = newest_link()
    reader.get(used).press("Logga in")
    ask("carin@example.org", PageClient(app))
    expired = newest_link()
    altered = used[:-1] + ("A" if used[-1] != "A" else "B")

    stranger = PageClient(app)
    with time_machine.travel(utcnow() + timedelta(days=2), tick=False):
        pages = {path: stranger.get(path) for path in (older, used, expired, altered)}
    assert {page.status for page in pages.values()} == {410}
    assert {page.html.replace(path, "") for path, page in pages.items()} == {
        pages[used].html.replace(used, "")
    }
    assert pages[used].h1 == "Länken gäller inte längre. Be om en ny"
    assert pages[used].links == {"Be om en ny länk": "/login"}


@pytest.mark.parametrize("name", ["carin", "amina", "gun"])
def test_a_stranger_who_asks_for_ones_address_ends_nothing(app, scene, ask, newest_link, outbox, name):
    own, strangers = PageClient(app), PageClient(app)
    ask(f"{name}@example.org", own)
    link = newest_link()
    ask(f"{name}@example.org", strangers)
    assert [row.state for row in outbox.rows()] == [OutboxState.QUEUED] * 2
    assert own.get(link).press("Logga in").status == 303
    assert running(getattr(scene, name)) != []


def test_whoever_lost_their_phone_ends_the_links_of_every_browser(app, client, scene, ask, newest_link):
    links = []
    for _ in range(2):
        ask("carin@example.org", PageClient(app))
        links.append(newest_link())
    client.post("/me/security/end-all", as_=scene.carin)
    assert [client.get(link).status for link in links] == [410, 410]


def test_of_one_browsers_links_only_the_newest_works(client, scene, ask, newest_link, outbox):
    ask("carin@example.org")
    older = newest_link()
    ask("carin@example.org")
    assert client.get(older).status == 410
    assert client.get(newest_link()).status == 200
    assert [row.state for row in outbox.rows()] == [OutboxState.CANCELLED, OutboxState.QUEUED]


def test_the_answer_is_the_same_in_bytes_and_statements_for_everybody(app, scene, ask, statements, outbox):
    make_person("Omar Hidden", "omar@example.org")
    seen = {}
    for name in ("nobody", "jenny", "carin", "omar", "gun"):
        with statements() as run:
            page = ask(f"{name}@example.org", PageClient(app))
        seen[name] = (page.status, page.location, page.html, tuple(run))
    assert seen == dict.fromkeys(seen, seen["nobody"])
    assert outbox.names() == ["sign-in-unknown", *["sign-in"] * 4]


def test_the_second_question_about_an_address_runs_the_same_statements_too(app, scene, ask, statements):
    seen = {}
    for name in ("nobody", "carin"):
        ask(f"{name}@example.org", PageClient(app))
        with statements() as run:
            ask(f"{name}@example.org", PageClient(app))
        seen[name] = run
    assert seen["nobody"] == seen["carin"]


def test_a_stranger_is_told_how_to_join_at_most_once_a_day(app, scene, ask, outbox):
    def meant():
        kept = [row for row in outbox.rows() if row.state is not OutboxState.CANCELLED]
        return [row for row in kept if row.not_after > row.created_at]

    ask("nobody@example.org")
    for row in outbox.rows():
        row.state = OutboxState.SENT
    db.session.commit()
    ask("nobody@example.org")
    assert outbox.addressed() == [("sign-in-unknown", "nobody@example.org")] * 2
    assert len(meant()) == 1  # the second is left to expire
    with time_machine.travel(utcnow() + timedelta(hours=25)):
        ask("nobody@example.org")
    assert len(meant()) == 2
    assert {row.person_id for row in outbox.rows()} == {None}


def test_two_quick_questions_of_a_stranger_still_bring_one_mail(scene, ask, outbox):
    ask("nobody@example.org")
    ask("nobody@example.org")
    assert [(row.state, row.not_after > row.created_at) for row in outbox.rows()] == [
        (OutboxState.CANCELLED, True),
        (OutboxState.QUEUED, True),
    ]


@on_one_database
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Skriv en e-postadress."),
        ("carin", "Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se."),
        ("a@x.se, b@x.se", "Skriv bara en e-postadress i fältet."),
        ("a@b@x.se", "Det står två @ i e-postadressen. Ta bort det ena."),
        (
            "carin@example.org\nBcc: x@y.se",
            "Här finns osynliga tecken. Det första står efter ”carin@example.org”: skriv om det stället.",
        ),
        (
            "å@example.org",
            "Före @ kan det inte stå å, ä, ö eller andra bokstäver än a–z. Fråga hur adressen skrivs.",
        ),
        ("a" * 250 + "@x.se", "E-postadressen är för lång. Högst 254 tecken."),
    ],
)
def test_a_wrong_address_is_kept_and_explained(client, ask, outbox, typed, said):
    page = ask(typed)
    assert (page.status, page.errors, page.form()["email"]) == (422, [said], typed.strip())
    assert outbox.rows() == []


def test_a_resident_may_open_the_link_in_another_browser(app, scene, ask, newest_link):
    ask("carin@example.org")
    assert PageClient(app).get(newest_link()).press("Logga in").status == 303


@pytest.mark.parametrize("name", ["amina", "bengt", "gun", "hodan"])
def test_with_a_role_the_link_works_only_where_it_was_asked_for(app, client, scene, ask, newest_link, name):
    ask(f"{name}@example.org")
    elsewhere = PageClient(app)
    refused = elsewhere.get(newest_link()).press("Logga in")
    assert (refused.status, refused.h1) == (403, "Öppna länken där du bad om den")
    assert running(getattr(scene, name)) == []
    assert client.get(newest_link()).press("Logga in").status == 303
    sent = refused.press("Skicka en ny länk", {"email": f"{name}@example.org"})
    assert sent.location == "/login?sent=yes"
    assert elsewhere.get(newest_link()).press("Logga in").status == 303


def test_a_link_that_another_browser_asked_for_opens_no_role_in_a_browser_that_asked_too(
    app, client, scene, ask, newest_link
):
    ask("gun@example.org")
    guns, strangers = newest_link(), PageClient(app)
    ask("jenny@example.org", strangers)
    assert strangers.get(guns).press("Logga in").status == 403
    assert running(scene.gun) == []


@pytest.mark.parametrize("name", ["carin", "gun"])
def test_the_link_signs_in_nobody_else_whatever_number_is_sent(client, scene, ask, newest_link, name):
    ask(f"{name}@example.org")
    link = newest_link()
    for other in (scene.dawit, scene.amina, scene.hodan):
        refused = client.post(link, {"person": other.id})
        assert (refused.status, running(other)) == (410, []), other.name
    assert client.get(link).press("Logga in").status == 303


def test_the_link_works_as_long_as_the_setting_says_and_no_minute_more(app, scene, ask, newest_link):
    ask("carin@example.org")
    begin, link = utcnow(), newest_link()
    lasts = timedelta(minutes=app.config["SIGN_IN_LINK_MINUTES"])
    with time_machine.travel(begin + lasts - timedelta(minutes=1), tick=False):
        assert PageClient(app).get(link).status == 200
    with time_machine.travel(begin + lasts + timedelta(minutes=1), tick=False):
        assert [PageClient(app).get(link).status, PageClient(app).post(link).status] == [410, 410]


def test_the_page_after_asking_says_how_long_the_link_works(app, client, scene, ask, monkeypatch):
    monkeypatch.setitem(app.config, "SIGN_IN_LINK_MINUTES", 45)
    asked = client.post("/login", {"email": "carin@example.org"})
    assert "Länken gäller i 45 minuter och går att använda en gång." in asked.follow().text


def test_a_shared_mailbox_asks_who_it_is_after_the_button(client, scene, ask, newest_link):
    nils = make_person("Nils Öberg", "carin@example.org")
    ask("carin@example.org")
    who = client.get(newest_link()).press("Logga in")
    assert (who.status, who.h1) == (200, "Vem är du?")
    missing = who.press("Logga in")
    assert (missing.status, missing.errors) == (422, ["Välj vem du är."])
    foreign = who.press("Logga in", {"person": scene.dawit.id})
    assert foreign.status == 422
    assert who.press("Logga in", {"person": nils.id}).status == 303
    assert (len(running(nils)), running(scene.carin), running(scene.dawit)) == (1, [], [])


def test_names_that_a_stranger_wrote_beside_an_address_sign_nobody_in(
    client, scene, ask, newest_link, outbox
):
    name = "Ring genast 0900-123"
    for address in ("carin@example.org", "nobody@example.org"):
        ask_to_join(Submission(scene.stairwell_1), name=name, address=address, language=Language.ARABIC)
        leave_interest(scene.langgatan, address, name, could_coordinate=True, language=Language.ARABIC)
    ask("carin@example.org")
    assert client.get(newest_link()).press("Logga in").location == "/me"
    assert (len(running(scene.carin)), scene.carin.language) == (1, Language.SWEDISH)
    PageClient(client.app).post("/login", {"email": "nobody@example.org"})
    assert outbox.addressed()[-1] == ("sign-in-unknown", "nobody@example.org")


@pytest.mark.parametrize(
    ("name", "path"),
    [("gun", "/overview"), ("amina", "/groups/{group}/house"), ("bengt", "/groups/{group}/house"),
     ("carin", "/me"), ("farah", "/me"), ("jenny", "/me")],
)  # fmt: skip
def test_the_days_work_begins_where_it_belongs(client, scene, ask, newest_link, name, path):
    ask(f"{name}@example.org")
    assert client.get(newest_link()).press("Logga in").location == path.format(group=scene.group.id)


def test_whoever_wanted_a_page_gets_there_after_signing_in(client, scene, ask, newest_link):
    wanted = client.get("/me/security?from=mail")
    assert (wanted.status, wanted.location) == (302, "/login?next=/me/security?from%3Dmail")
    ask("carin@example.org", path=wanted.location)
    assert client.get(newest_link()).press("Logga in").location == "/me/security?from=mail"


@on_one_database
@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "javascript:alert(1)", "http:evil.example", "/\nevil", " //evil.example"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(client, scene, ask, newest_link, elsewhere):
    client.post("/login", {"email": "carin@example.org", "next": elsewhere})
    assert client.get(newest_link()).press("Logga in").location == "/me"
    assert client.post("/language", {"language": "en", "next": elsewhere}).location == "/"


def test_a_session_from_before_is_not_the_signed_in_one(app, client, scene, ask, newest_link):
    """Somebody who planted a session in the browser gains nothing when its owner signs in."""
    ask("carin@example.org")
    page = client.get(newest_link())
    planted = client.browser().get_cookie("session", domain="127.0.0.1").value
    with client.browser().session_transaction(base_url="http://127.0.0.1:8000") as session:
        token_before = session["csrf_token"]
        session["planted"] = "yes"
    page.press("Logga in")
    attacker = PageClient(app)
    attacker.browser().set_cookie("session", planted, domain="127.0.0.1")
    assert attacker.get("/me/settings").location == "/login?next=/me/settings"
    with client.browser().session_transaction(base_url="http://127.0.0.1:8000") as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token_before


def test_the_pages_language_follows_the_person(client, scene, ask, newest_link):
    page = client.get("/login", headers={"Accept-Language": "en"})
    assert page.tree.get("lang") == "en"
    client.post("/login", {"email": "dawit@example.org"})
    client.post(newest_link())
    settings = client.get("/me/settings", headers={"Accept-Language": "en"})
    assert (settings.tree.get("lang"), settings.tree.get("dir")) == ("ar", "rtl")
