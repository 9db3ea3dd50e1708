"""Signing in by a mailed link, on phones that are one's own, somebody else's, shared and lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_person
from tests.post import Post
from watch.extensions import db
from watch.models import AuditEntry, Person, SignIn

MakePhone = Callable[..., Phone]


def ask(phone: Phone, name: str) -> None:
    """Ask for a link, from the front page."""
    phone.open("/")
    phone.follow("Logga in")
    phone.fill("Din e-postadress", f"{name}@example.org")
    phone.press("Skicka länken")
    assert phone.h1 == "Titta i din mejl"


def enter(phone: Phone, link: str) -> None:
    """Open the link and press its button."""
    phone.open(link)
    assert phone.h1 == "Logga in"
    _press_in_main(phone, "Logga in")


def newest(post: Post, name: str) -> str:
    """Return the sign-in link in the newest mail to somebody."""
    return post.link(f"{name}@example.org", "/login/")


def _press_in_main(phone: Phone, words: str) -> None:
    phone.page.locator("main").get_by_role("button", name=words, exact=True).click()
    phone.page.wait_for_load_state()
    phone.look()


def running() -> list[str]:
    """Return the names of people signed in, once for each browser."""
    db.session.rollback()
    names = select(Person).join(SignIn).where(SignIn.ended_at.is_(None))
    return sorted(person.name for person in db.session.execute(names).scalars().all())


def test_a_resident_asks_on_one_phone_and_opens_the_link_in_another_browser(
    phone: Phone, make_phone: MakePhone, scene: Scene, post: Post
) -> None:
    ask(phone, "carin")
    post.deliver()
    letter = post.letters("carin@example.org")[0]
    assert letter.mail["Subject"] == "Din länk för att logga in"
    assert "Öppna länken och tryck på knappen Logga in" in letter.text()

    for _scanner in range(3):
        make_phone().page.request.get(newest(post, "carin"))
    assert running() == []
    mail_app = make_phone()
    enter(mail_app, newest(post, "carin"))
    assert mail_app.path == "/me"
    assert running() == ["Carin Öberg"]

    phone.open(newest(post, "carin"))
    assert "Länken gäller inte längre" in phone.text
    phone.open("/me")
    assert phone.path.startswith("/login")
    assert [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [
        "signed-in"
    ]


@pytest.mark.parametrize(("name", "lands_on"), [("bengt", "/groups/{group}/house"), ("gun", "/overview")])
def test_a_coordinators_link_opens_only_where_it_was_asked_for(
    phone: Phone, make_phone: MakePhone, scene: Scene, post: Post, name: str, lands_on: str
) -> None:
    ask(phone, name)
    post.deliver()
    elsewhere = make_phone()
    enter(elsewhere, newest(post, name))
    assert elsewhere.h1 == "Öppna länken där du bad om den"
    assert running() == []
    enter(phone, newest(post, name))
    assert phone.path == lands_on.format(group=scene.group.id)

    elsewhere.fill("Din e-postadress", f"{name}@example.org")
    elsewhere.press("Skicka en ny länk")
    post.deliver()
    enter(elsewhere, newest(post, name))
    assert running() == [getattr(scene, name).name] * 2


def test_only_the_newest_link_works(phone: Phone, scene: Scene, post: Post) -> None:
    ask(phone, "carin")
    post.deliver()
    older = newest(post, "carin")
    ask(phone, "carin")
    post.deliver()
    phone.open(older)
    assert "Länken gäller inte längre" in phone.text
    assert older != newest(post, "carin")
    enter(phone, newest(post, "carin"))
    assert running() == ["Carin Öberg"]


def test_on_a_shared_mailbox_the_page_asks_who_it_is(phone: Phone, scene: Scene, post: Post) -> None:
    make_person("Nils Öberg", "carin@example.org")
    db.session.commit()
    ask(phone, "carin")
    post.deliver()
    assert len(post.letters("carin@example.org")) == 1
    phone.open(newest(post, "carin"))
    assert "Nils" not in phone.page.content()
    enter(phone, newest(post, "carin"))
    assert phone.h1 == "Vem är du?"
    phone.press("Logga in")
    assert "Välj vem du är." in phone.page.locator(".error-summary").inner_text()
    phone.tick("Nils Öberg")
    phone.press("Logga in")
    assert running() == ["Nils Öberg"]
    phone.open("/me/settings")
    assert phone.page.get_by_label("Ditt namn", exact=True).input_value() == "Nils Öberg"


def test_my_phone_is_lost_ends_the_other_phone_at_once(
    phone: Phone, make_phone: MakePhone, scene: Scene, post: Post
) -> None:
    lost = make_phone()
    for each in (lost, phone):
        ask(each, "carin")
        post.deliver()
        enter(each, newest(post, "carin"))
    lost.open("/me/settings")
    lost.fill("Ditt namn", "Tjuven")
    assert running() == ["Carin Öberg"] * 2

    phone.follow("Inställningar")
    phone.follow("Säkerhet")
    assert phone.page.locator("main .list li").count() == 2
    assert "Chrome på Linux" in phone.text
    phone.press("Min telefon är borta: logga ut överallt")
    assert "Du är utloggad överallt." in phone.text

    lost.press("Spara")
    assert "Tjuven" not in running()
    assert scene.carin.name == "Carin Öberg"
    lost.open("/me")
    assert (lost.path.partition("?")[0], lost.h1) == ("/login", "Logga in")
    assert running() == []


def test_one_phone_is_signed_out_from_another(
    phone: Phone, make_phone: MakePhone, scene: Scene, post: Post
) -> None:
    other = make_phone()
    other.sign_in(scene.carin)
    phone.sign_in(scene.carin)
    phone.open("/me/security")
    phone.page.locator("main").get_by_role("button", name="Logga ut där").click()
    phone.look()
    other.open("/me")
    assert other.path.startswith("/login")
    phone.open("/me")
    assert phone.path == "/me"
    phone.page.locator("header summary").click()
    phone.page.locator("header").get_by_role("button", name="Logga ut").click()
    phone.look()
    assert "Du är utloggad." in phone.text
    assert running() == []


def test_the_answer_does_not_tell_who_is_here(make_phone: MakePhone, scene: Scene, post: Post) -> None:
    pages = []
    for name in ("carin", "gun", "nobody"):
        phone = make_phone()
        ask(phone, name)
        pages.append(re.sub(r'value="[\w.-]{60,}"', "", phone.page.content()))
    assert pages[0] == pages[1] == pages[2]
    post.deliver()
    ask(make_phone(), "nobody")
    post.deliver()
    assert sorted(post.relay.addresses()) == [f"{name}@example.org" for name in ("carin", "gun", "nobody")]
    stranger = post.letters("nobody@example.org")[0]
    assert "Den finns inte hos oss" in stranger.text()
    assert f"\r\n{phone.server.url}/\r\n" in stranger.text()  # to find one's house
    assert running() == []


def test_in_arabic_and_without_scripts_it_goes_the_same(
    make_phone: MakePhone, scene: Scene, post: Post
) -> None:
    phone = make_phone(language="ar", javascript=False)
    phone.open("/login")
    phone.page.locator("main input[type=email]").fill("dawit@example.org")
    phone.page.locator("main form button").click()
    post.deliver()
    letter = post.letters("dawit@example.org")[0]
    assert letter.mail["Content-Language"] == "ar"
    assert 'dir="rtl"' in letter.text("html")
    phone.open(newest(post, "dawit"))
    phone.page.locator("main form button").click()
    phone.look()
    assert phone.path == "/me"
    assert running() == ["Dawit Tesfaye"]


@pytest.mark.parametrize("app", ["tls"], indirect=True)
def test_behind_tls_the_link_signs_in_too(phone: Phone, scene: Scene, post: Post) -> None:
    ask(phone, "bengt")
    post.deliver()
    assert newest(post, "bengt").startswith("https://")
    enter(phone, newest(post, "bengt"))
    assert phone.path == f"/groups/{scene.group.id}/house"
