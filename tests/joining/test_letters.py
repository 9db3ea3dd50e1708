"""Letters in the letterboxes: printed for chosen flats, read by a phone, good once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_person
from tests.joining.conftest import Fill, bytes_of, confirm_link, status_of
from tests.page_client import BASE, Page, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.groups import service as groups
from watch.groups.queries import active_membership
from watch.joining.service import LETTER_DAYS, code_of, print_letters
from watch.models import Flat, HouseholdStatus, JoinRequest, Letter, Person, RequestState, utcnow
from watch.tokens import show_code

ALL = ["sv", "en", "ar", "so"]


def fetched_pages(answer: Page) -> list[Any]:
    """The pages of a fetched PDF."""
    assert answer.response.mimetype == "application/pdf"
    return pages_of(answer.response.data)


def get_letters(
    client: PageClient, scene: Scene, *flats: Flat, as_: Person, languages: list[str] = ALL
) -> Page:
    """The chosen letters, as the form fetches them."""
    sent = {"flats": [flat.id for flat in flats], "languages": languages}
    return client.post(f"/groups/{scene.group.id}/letters", sent, as_=as_)


@pytest.fixture
def empty(scene: Scene) -> Flat:
    """Nobody of flat 1202 in port 3 has been asked yet."""
    return flat_of(scene.port_3, "1202")


@pytest.fixture
def letter(scene: Scene, empty: Flat) -> Letter:
    """The letter in its letterbox."""
    (letter,) = print_letters(scene.group, [empty], by=scene.bengt)
    db.session.commit()
    return letter


def door(letter: Letter) -> str:
    """Where the letter's code leads."""
    return f"/j/{show_code(code_of(letter))}"


def ask(client: PageClient, path: str, fill: Fill, **more: Any) -> JoinRequest:
    """Fill in the letter's form; the request it makes."""
    answer = client.post(path, {k: v for k, v in fill(**more).items() if k not in {"floor", "door"}})
    assert answer.location.startswith("/join/sent")
    return newest_request()


def newest_request() -> JoinRequest:
    """What was asked last."""
    return db.session.scalars(db.select(JoinRequest).order_by(JoinRequest.id.desc()).limit(1)).one()


def test_each_letter_has_its_flat_a_code_that_the_camera_reads_and_the_chosen_languages(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    below = flat_of(scene.port_3, "1003")
    first, second = fetched_pages(
        get_letters(client, scene, below, empty, as_=scene.bengt, languages=["sv", "ar"])
    )
    letters = {each.flat_id: each for each in db.session.scalars(db.select(Letter))}
    assert "lägenhet 1202" in words_on(first)  # the top floor first
    assert "lägenhet 1003" in words_on(second)
    for page, flat in ((first, empty), (second, below)):
        assert codes_on(page) == [f"{BASE}{door(letters[flat.id])}"]
        assert show_code(code_of(letters[flat.id])) in words_on(page)
    assert "Var med i grannsamverkan" in words_on(first)
    assert "Join" not in words_on(first)


def test_who_gets_a_letter_counts_as_invited_and_who_takes_part_goes_on_doing_so(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    page = client.get(f"/groups/{scene.group.id}/letters", as_=scene.bengt)
    assert "1202" in page.text
    at_home = db.session.get_one(Flat, active_membership(scene.carin, scene.group).household.flat_id)
    get_letters(client, scene, empty, at_home, as_=scene.bengt)
    assert status_of(scene.port_3, "1202") is HouseholdStatus.INVITED
    assert status_of(scene.port_3, at_home.number) is HouseholdStatus.TAKES_PART


def test_printed_again_the_code_is_the_same_until_it_has_run_out(
    client: PageClient, scene: Scene, empty: Flat, letter: Letter
) -> None:
    get_letters(client, scene, empty, as_=scene.bengt)
    assert db.session.scalars(db.select(Letter.id)).all() == [letter.id]
    with time_machine.travel(utcnow() + timedelta(days=LETTER_DAYS, minutes=1)):
        get_letters(client, scene, empty, as_=scene.bengt)
    old, new = db.session.scalars(db.select(Letter).order_by(Letter.id)).all()
    assert (old.ended_at is None, new.ended_at is None) == (False, True)
    assert code_of(old) != code_of(new)


def test_nothing_is_printed_without_a_flat_or_a_language_and_what_was_ticked_stays(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    nobody = get_letters(client, scene, as_=scene.bengt)
    assert (nobody.status, nobody.errors) == (422, ["Kryssa för minst en lägenhet."])
    wordless = get_letters(client, scene, empty, as_=scene.bengt, languages=[])
    assert (wordless.status, wordless.errors) == (422, ["Kryssa för minst ett språk."])
    assert f'value="{empty.id}" checked' in wordless.html
    assert db.session.scalars(db.select(Letter)).all() == []


def test_a_coordinator_prints_for_their_own_ports_only(client: PageClient, scene: Scene) -> None:
    elsewhere = scene.port_1.flats[0]
    answer = get_letters(client, scene, elsewhere, as_=scene.bengt)
    assert answer.status == 422
    assert db.session.scalars(db.select(Letter)).all() == []


def test_the_police_contact_prints_for_whole_ports_and_is_told_nothing_of_the_flats(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    path = f"/groups/{scene.group.id}/letters"
    before = client.get(path, as_=scene.gun)
    assert "1202" not in before.text
    sent = {"ports": [scene.port_3.id], "languages": ["sv"], "flats": [scene.port_1.flats[0].id]}
    pages = fetched_pages(client.post(path, sent, as_=scene.gun))
    assert len(pages) == len(scene.port_3.flats)  # also where somebody takes part: the count says nothing

    request = ask(client, door(letter), fill)
    client.get(confirm_link(request)).press("Ja, det stämmer")
    assert bytes_of(client.get(path, as_=scene.gun)) == bytes_of(before)


def test_whoever_has_the_letter_is_in_once_the_address_is_confirmed(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill, outbox: Outbox
) -> None:
    page = client.get(door(letter))
    assert "Du svarar för lägenhet 1202 på" in page.text
    request = ask(client, door(letter), fill)
    assert [mailing.kind for mailing in outbox.mailings()] == ["join-confirm"]
    assert active_membership(request.person, scene.group) is None  # an address is easily written
    assert letter.used_at is None

    welcome = client.get(confirm_link(request)).press("Ja, det stämmer").follow()
    assert welcome.h1 == "Ditt fönster lyser"
    db.session.expire_all()
    membership = active_membership(request.person, scene.group)
    assert membership is not None
    assert membership.household.flat.number == "1202"
    assert (request.state, request.decided_by_id) == (RequestState.APPROVED, None)
    assert [mailing.kind for mailing in outbox.mailings()] == ["join-confirm", "join-approved"]


def test_the_same_letter_lets_nobody_else_in_without_an_answer(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill, outbox: Outbox
) -> None:
    first = ask(client, door(letter), fill)
    second = ask(client, door(letter), fill, name="Kim", address="kim@example.org")
    client.get(confirm_link(first)).press("Ja, det stämmer")
    waits = client.get(confirm_link(second)).press("Ja, det stämmer").follow()
    assert waits.h1 == "Din fråga väntar på svar"
    db.session.expire_all()
    assert (first.state, second.state) == (RequestState.APPROVED, RequestState.WAITING)
    assert active_membership(second.person, scene.group) is None
    assert "join-requested" in [mailing.kind for mailing in outbox.mailings()]


def test_used_run_out_and_moved_out_answer_alike_and_become_a_request(
    client: PageClient, scene: Scene, fill: Fill
) -> None:
    used, run_out, moved = print_letters(scene.group, scene.port_3.flats[:3], by=scene.bengt)
    used.used_at = used.ended_at = utcnow()
    run_out.expires_at = utcnow()
    db.session.commit()
    groups.move_out(moved.flat, by=scene.amina)
    db.session.commit()
    answers = {
        bytes_of(client.get(door(each))).replace(show_code(code_of(each)), "")
        for each in (used, run_out, moved)
    }
    assert len(answers) == 1
    assert "Koden har använts eller gäller inte längre." in answers.pop()

    client.post(door(used), fill())
    request = newest_request()
    client.get(confirm_link(request)).press("Ja, det stämmer")
    db.session.expire_all()
    assert request.state is RequestState.WAITING


def test_a_letter_that_runs_out_before_the_address_is_confirmed_becomes_a_request(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    request = ask(client, door(letter), fill)
    letter.expires_at = utcnow()
    db.session.commit()
    client.get(confirm_link(request)).press("Ja, det stämmer")
    db.session.expire_all()
    assert request.state is RequestState.WAITING


def test_no_page_of_the_letter_uses_it_up(client: PageClient, letter: Letter) -> None:
    for _ in range(5):
        assert client.get(door(letter)).status == 200
    db.session.expire_all()
    assert (letter.used_at, letter.ended_at) == (None, None)


def test_a_letter_brings_a_knock_to_somebody_without_email(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    request = ask(client, door(letter), fill, how="knock", address="")
    assert (request.wants_knock, request.flat_id, request.state) == (
        True,
        letter.flat_id,
        RequestState.WAITING,
    )
    assert letter.used_at is None


def test_a_stranger_prints_nothing(client: PageClient, scene: Scene) -> None:
    stranger = make_person("Frida", "frida@example.org")
    db.session.commit()
    assert client.get(f"/groups/{scene.group.id}/letters", as_=stranger).status == 404
