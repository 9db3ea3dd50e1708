"""Checks changing a wrong address: the first link stops working, and nothing is revealed about either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation, make_member, make_person, make_request
from tests.newcomers import Fill, Statements, bytes_of, confirm_link, what_leaves
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import GroupState, JoinRequest, Person, RequestState, utcnow
from watch.printing.queries import code_of
from watch.printing.service.letters import print_letters
from watch.tokens import show_code

CHANGE = "Skicka till den här adressen"


def requests() -> list[tuple[str, str | None, str]]:
    """Return person, address and state of every request."""
    wanted = select(JoinRequest).order_by(JoinRequest.id).execution_options(populate_existing=True)
    return [
        (each.person.name, each.person.mailbox and each.person.mailbox.address, each.state.value)
        for each in db.session.scalars(wanted)
    ]


def newest() -> JoinRequest:
    """Return the newest request."""
    return db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc()).limit(1)).one()


def ask(client: PageClient, code: str, form: dict[str, Any]) -> Page:
    """Send the poster's form, and return the page that follows."""
    return client.post(f"/j/{code}", form).follow()


def test_the_address_is_changed_and_the_first_link_dies(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill(address="lina@exmaple.org", floor="2", door="2"))
    assert page.form("/join/sent")["address"] == "lina@exmaple.org"
    wrong = newest()
    assert what_leaves() == [("join-confirm", "lina@exmaple.org")]

    changed = page.press(CHANGE, {"address": "lina@example.org"}).follow()
    ((kind, words),) = changed.flashes
    assert (kind, words.split(". ")[0]) == ("done", "Adressen är ändrad")
    assert changed.h1 == "Titta i din mejl"
    assert what_leaves() == [("join-confirm", "lina@example.org")]
    assert requests() == [
        ("Lina", "lina@exmaple.org", "withdrawn"), ("Lina", "lina@example.org", "unconfirmed"),
    ]  # fmt: skip
    assert client.get(confirm_link(wrong)).status == 410
    right = newest()
    assert (right.flat.number, right.stairwell_id) == ("1202", wrong.stairwell_id)
    client.get(confirm_link(right)).press("Ja, det stämmer")
    assert requests()[1][2] == "waiting"


def test_what_had_not_left_to_the_wrong_address_never_does(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    ask(client, code, fill(address="lina@exmaple.org")).press(CHANGE, {"address": "lina@example.org"})
    assert what_leaves() == [("join-confirm", "lina@example.org")]


def test_changed_back_the_mail_comes_all_the_same(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill())
    page = page.press(CHANGE, {"address": "lina@exmaple.org"}).follow()
    page.press(CHANGE, {"address": "lina@example.org"})
    assert what_leaves() == [("join-confirm", "lina@example.org")]
    assert [state for *_, state in requests()] == ["withdrawn", "withdrawn", "unconfirmed"]


def test_changed_back_after_the_mail_has_left_its_link_works(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill())
    link = confirm_link(newest())
    assert what_leaves() == [("join-confirm", "lina@example.org")]
    page = page.press(CHANGE, {"address": "lina@exmaple.org"}).follow()
    page.press(CHANGE, {"address": "lina@example.org"})
    client.get(link).press("Ja, det stämmer")
    assert requests()[-1] == ("Lina", "lina@example.org", "waiting")


def test_the_same_address_again_changes_nothing(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill()).press(CHANGE, {"address": " lina@EXAMPLE.org "}).follow()
    words = "Det är samma adress som förut. Har du fått ett mejl i dag gäller länken i det."
    assert page.flashes == [("info", words)]
    assert requests() == [("Lina", "lina@example.org", "unconfirmed")]
    assert what_leaves() == [("join-confirm", "lina@example.org")]


def test_what_is_confirmed_already_stands(client: PageClient, bengt: Person, code: str, fill: Fill) -> None:
    page = ask(client, code, fill())
    elsewhere = PageClient(client.app)  # the mail was opened on another phone
    elsewhere.get(confirm_link(newest())).press("Ja, det stämmer")
    page.press(CHANGE, {"address": "kim@example.org"})
    assert requests() == [
        ("Lina", "lina@example.org", "waiting"), ("Lina", "kim@example.org", "unconfirmed"),
    ]  # fmt: skip


def test_nobody_ends_what_another_has_asked(client: PageClient, bengt: Person, code: str, fill: Fill) -> None:
    ask(client, code, fill())
    link = confirm_link(newest())
    stranger = PageClient(client.app)
    ask(stranger, code, fill()).press(CHANGE, {"address": "mallory@example.org"})
    assert requests()[0] == ("Lina", "lina@example.org", "unconfirmed")
    assert client.get(link).h1 == "Var det du som ville gå med?"


def test_nobody_ends_what_somebody_else_asks_after_them(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    """A stranger asks in her name first and changes the address after her own request; her link works."""
    mallory = PageClient(client.app)
    page = ask(mallory, code, fill())
    ask(client, code, fill())
    link = confirm_link(newest())
    page.press(CHANGE, {"address": "mallory@example.org"})
    assert requests()[0] == ("Lina", "lina@example.org", "unconfirmed")
    client.get(link).press("Ja, det stämmer")
    assert requests()[0] == ("Lina", "lina@example.org", "waiting")


def test_sent_twice_it_is_changed_as_if_it_were_sent_once(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    for _ in range(2):
        page = ask(client, code, fill(address="lina@exmaple.org"))
    wrong = newest()
    page.press(CHANGE, {"address": "lina@example.org"})
    assert client.get(confirm_link(wrong)).status == 410


def test_two_who_share_a_phone_change_each_their_own(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    ask(client, code, fill())
    ask(client, code, fill(name="Kim", address="kim@exmaple.org")).press(
        CHANGE, {"address": "kim@example.org"}
    )
    assert requests() == [
        ("Lina", "lina@example.org", "unconfirmed"), ("Kim", "kim@exmaple.org", "withdrawn"),
        ("Kim", "kim@example.org", "unconfirmed"),
    ]  # fmt: skip


def test_a_letter_goes_on_vouching(client: PageClient, scene: Scene, fill: Fill) -> None:
    (letter,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.bengt)
    db.session.commit()
    form = {k: v for k, v in fill(address="lina@exmaple.org").items() if k not in {"floor", "door"}}
    ask(client, show_code(code_of(letter)), form).press(CHANGE, {"address": "lina@example.org"})
    client.get(confirm_link(newest())).press("Ja, det stämmer")
    assert requests()[-1] == ("Lina", "lina@example.org", "approved")


@pytest.mark.parametrize("wrong", ["", "lina", "a@b@c.se", "lina@example.org\nBcc: x@example.org"])
def test_an_address_that_is_none_is_kept_and_nothing_changes(
    wrong: str, client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill()).press(CHANGE, {"address": wrong})
    assert (page.status, len(page.errors)) == (422, 1)
    assert "<details open>" in page.html
    assert requests() == [("Lina", "lina@example.org", "unconfirmed")]


def test_whoever_has_not_asked_or_long_ago_has_nothing_to_change(
    client: PageClient, bengt: Person, langgatan: Any, code: str, fill: Fill
) -> None:
    assert "Ändra" not in client.get("/join/sent").text
    assert client.post("/join/sent", {"address": "x@example.org"}).location == "/"
    assert "Ändra" in ask(client, code, fill()).text
    client.post(f"/buildings/{langgatan.id}/interest", {"name": "Lina", "address": "lina@example.org"})
    assert "Ändra" not in client.get("/join/sent").text
    ask(client, code, fill())
    ask(client, code, fill(how="knock", address="", floor="1", door="1"))
    assert "Ändra" not in client.get("/join/sent").text
    ask(client, code, fill())
    with time_machine.travel(utcnow() + timedelta(minutes=16)):
        assert "Ändra" not in client.get("/join/sent").text
        assert client.post("/join/sent", {"address": "x@example.org"}).location == "/"


def test_once_confirmed_on_the_same_phone_there_is_nothing_to_change(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    ask(client, code, fill())
    client.get(confirm_link(newest())).press("Ja, det stämmer")
    assert "lina@example.org" not in client.get("/join/sent").html


def test_the_house_may_have_lost_its_group_meanwhile(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    page = ask(client, code, fill())
    scene.group.state = GroupState.DORMANT
    assert page.press(CHANGE, {"address": "x@example.org"}).location == "/"
    assert requests()[-1] == ("Lina", "lina@example.org", "unconfirmed")


def test_the_cookie_holds_nothing_that_can_be_read(
    app: Flask, client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    from tests.page_client import BASE

    ask(client, code, fill())
    with client.browser().session_transaction(base_url=BASE) as session:
        carried = str(dict(session))
    assert [each for each in ("Lina", "lina", "example") if each in carried] == []


@pytest.mark.parametrize("whose", ["the first", "the second"])
def test_a_stranger_cannot_tell_who_is_what(
    whose: str, client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill,
    statements: Statements,
) -> None:  # fmt: skip
    """Bytes and statements are the same whatever the first request's state and the second address's owner."""
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    for name, state in (("Otto", RequestState.DECLINED), ("Rut", RequestState.UNCONFIRMED)):
        make_request(
            make_person(name, f"{name.lower()}@example.org"), scene.group, scene.stairwell_3, state=state
        )
    make_member(make_person("Pia", "pia@example.org"), scene.group, flat_of(scene.stairwell_3, "1103"))
    everybody = {
        "Kim": "kim@example.org", "Nina": "nina@example.org", "Carin Öberg": "carin@example.org",
        "Bengt Åkesson": "bengt@example.org", "Farah Ahmadi": "farah@example.org", "Rut": "rut@example.org",
        "Otto": "otto@example.org", "Pia": "pia@example.org",
    }  # fmt: skip
    seen: dict[str, object] = {}
    for name, known in everybody.items():
        first, second = (known, f"new-{known}") if whose == "the first" else (f"new-{known}", known)
        page = ask(PageClient(client.app), code, fill(name=name, address=first))
        mails = len(outbox.rows())
        with statements() as run:
            answer = page.press(CHANGE, {"address": second})
        after = bytes_of(answer.follow()).replace(second, "")
        seen[name] = tuple(run), answer.location, after, len(outbox.rows()) - mails
    assert [who for who in seen if seen[who] != seen["Kim"]] == []


def test_a_lent_phone_forgets_at_a_press_who_asked_and_who_joined(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    forget = "Klar, glöm mig på den här telefonen"
    page = ask(client, code, fill())
    assert "lina@example.org" in page.html
    assert page.press(forget).follow().flashes == [("done", "Klart. På den här telefonen syns inget om dig.")]
    assert "lina@example.org" not in client.get("/join/sent").html
    assert forget not in client.get("/join/sent").buttons  # nothing is left to be forgotten

    (letter,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.bengt)
    db.session.commit()
    form = {k: v for k, v in fill().items() if k not in {"floor", "door"}}
    ask(client, show_code(code_of(letter)), form)
    window = client.get(confirm_link(newest())).press("Ja, det stämmer").follow()
    assert window.h1 == "Ditt fönster lyser"
    with time_machine.travel(utcnow() + timedelta(minutes=16)):
        assert client.get("/join/joined").location == "/"
    assert client.get("/join/joined").press(forget).status == 303
    assert client.get("/join/joined").location == "/"


def test_what_happens_now_is_true_whether_the_letter_is_good_or_not(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    at_once = "När du har bekräftat är du med direkt, om brevets kod eller länken ännu gäller"
    (letter,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.bengt)
    db.session.commit()
    form = {k: v for k, v in fill().items() if k not in {"floor", "door"}}
    good = ask(client, show_code(code_of(letter)), form)
    assert (at_once in good.text, "Vänta på svar." in good.text) == (True, False)
    letter.used_at = letter.ended_at = utcnow()
    db.session.commit()
    assert bytes_of(client.get("/join/sent")) == bytes_of(good)
    poster = ask(client, code, fill())
    assert (at_once in poster.text, "Vänta på svar." in poster.text) == (False, True)
