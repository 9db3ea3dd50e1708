"""A member writes to her coordinator, who answers from the mail; the police contact to the interested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.browser import Phone
from tests.cast import Scene
from tests.factories import make_interest
from tests.post import Post
from watch.extensions import db
from watch.language import local
from watch.models import utcnow


def test_a_member_asks_and_gets_an_answer(make_phone: Callable[..., Phone], scene: Scene, post: Post) -> None:
    carins = make_phone()
    carins.sign_in(scene.carin)
    carins.open(f"/groups/{scene.group.id}")
    carins.follow("Skriv till kontaktombudet")
    carins.fill("Ditt meddelande", "När är nästa träff?")
    carins.press("Skicka till 1 kontaktombud för din port")
    assert "Skickat till 1 kontaktombud." in carins.text
    assert post.deliver() == ["bengt@example.org"]

    bengts = make_phone(javascript=False)
    bengts.open(post.link("bengt@example.org", "/messages/"))
    assert "När är nästa träff?" in bengts.text
    assert "Logga in för att svara." in bengts.text  # whoever got the mail forwarded only reads
    bengts.sign_in(scene.bengt)
    bengts.open(post.link("bengt@example.org", "/messages/"))
    bengts.fill("Ditt svar", "På torsdag i tvättstugan.")
    bengts.press("Skicka svaret")
    assert "Ditt svar är skickat." in bengts.text
    assert post.deliver() == ["carin@example.org"]
    carins.open(f"/groups/{scene.group.id}/messages")
    assert "På torsdag i tvättstugan." in carins.text


def test_the_police_contact_writes_to_the_interested(phone: Phone, scene: Scene, post: Post) -> None:
    make_interest(scene.jenny, scene.langgatan)
    db.session.commit()
    phone.sign_in(scene.gun)
    phone.open(f"/groups/new?building={scene.langgatan.id}")
    phone.follow("Skriv till dem som är intresserade")
    phone.fill("Meddelande", "Vem kan vara kontaktombud?")
    phone.press("Förhandsgranska")
    phone.press("Skicka till grannarna")
    assert "Skickat till dem som är intresserade." in phone.text
    assert post.deliver() == ["jenny@example.org"]
    assert "jenny@example.org" not in phone.page.content()


def test_the_browsers_back_button_keeps_all_that_was_typed(phone: Phone, scene: Scene) -> None:
    phone.sign_in(scene.amina)
    typed = {"Rubrik": "Ny lampa", "Meddelande": "Den är på plats.", "Källa (frivilligt)": "Polisen"}
    _is_kept(phone, f"/groups/{scene.group.id}/notices/new", typed)
    day = f"{local(utcnow()).date() + timedelta(days=9)}"
    meeting = {"Dag": day, "Börjar klockan": "18:00", "Plats": "Tvättstugan"}
    _is_kept(phone, f"/groups/{scene.group.id}/meetings/new", meeting)


def _is_kept(phone: Phone, form: str, typed: dict[str, str]) -> None:
    phone.open(form)
    for label, text in typed.items():
        phone.fill(label, text)
    phone.press("Förhandsgranska")
    phone.page.go_back()
    assert {label: phone.page.get_by_label(label, exact=True).input_value() for label in typed} == typed
