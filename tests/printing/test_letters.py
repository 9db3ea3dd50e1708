"""Checks letters: printed for chosen flats, read by a phone, usable once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_member, make_person
from tests.newcomers import Fill, bytes_of, confirm_link
from tests.page_client import BASE, Page, PageClient
from tests.pages_of_paper import codes_on, pages_of, words_on
from watch.extensions import db
from watch.groups.errors import NotOpen
from watch.groups.queries.members import active_membership
from watch.groups.service import households
from watch.groups.service.members import leave
from watch.joining.service.escalation import escalate
from watch.models import (
    Channel,
    Coordinator,
    Flat,
    GroupState,
    JoinRequest,
    Letter,
    Mailing,
    Person,
    RequestState,
    utcnow,
)
from watch.printing.queries import code_of
from watch.printing.service.letters import REPRINT_DAYS, print_letters
from watch.tokens import show_code

ALL = ["sv", "en", "ar", "so"]


def fetched_pages(answer: Page) -> list[Any]:
    """Return the pages of a downloaded PDF."""
    assert answer.response.mimetype == "application/pdf"
    return pages_of(answer.response.data)


def get_letters(
    client: PageClient, scene: Scene, *flats: Flat, as_: Person, languages: list[str] = ALL
) -> Page:
    """Return the chosen letters as the form gets them."""
    sent = {"flats": [flat.id for flat in flats], "languages": languages}
    return client.post(f"/groups/{scene.group.id}/letters", sent, as_=as_)


@pytest.fixture
def empty(scene: Scene) -> Flat:
    """Flat 1202 in stairwell 3, which nobody has contacted."""
    return flat_of(scene.stairwell_3, "1202")


@pytest.fixture
def letter(scene: Scene, empty: Flat) -> Letter:
    """A printed letter in its letterbox."""
    (letter,) = print_letters(scene.group, [empty], by=scene.bengt)
    db.session.commit()
    return letter


def door(letter: Letter) -> str:
    """Return the address of the letter's code."""
    return f"/j/{show_code(code_of(letter))}"


def ask(client: PageClient, path: str, fill: Fill, **more: Any) -> JoinRequest:
    """Fill in the letter's form, and return the request."""
    answer = client.post(path, {k: v for k, v in fill(**more).items() if k not in {"floor", "door"}})
    assert answer.location.startswith("/join/sent")
    return newest_request()


def newest_request() -> JoinRequest:
    """Return the newest request."""
    return db.session.scalars(db.select(JoinRequest).order_by(JoinRequest.id.desc()).limit(1)).one()


def test_each_letter_has_its_flat_a_code_that_the_camera_reads_and_the_chosen_languages(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    below = flat_of(scene.stairwell_3, "1003")
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
    assert "Har du ingen e-postadress kommer ett kontaktombud till dig." in " ".join(words_on(first).split())
    assert "Join" not in words_on(first)
    (english,) = fetched_pages(get_letters(client, scene, empty, as_=scene.bengt, languages=["en", "so"]))
    for words in ("To everyone living at Våglängdsgatan 3, flat 1202", "Adiga ku nool", "Code · Kood"):
        assert words in words_on(english)
    assert "Till dig" not in words_on(english)


def test_the_file_is_called_after_its_house(client: PageClient, scene: Scene, empty: Flat) -> None:
    answer = get_letters(client, scene, empty, as_=scene.bengt)
    assert answer.response.headers["Content-Disposition"].endswith("filename=brev-vaglangdsgatan-3.pdf")


BECAME = ("good", "used", "run out", "moved out", "taken", "of another group")


def let_become(letter: Letter, state: str, scene: Scene) -> None:
    """Let the letter's flat reach a state."""
    if state == "used":
        letter.used_at = letter.ended_at = utcnow()
    elif state == "run out":
        letter.expires_at = utcnow()
    elif state == "moved out":
        households.move_out(letter.flat, by=scene.amina)
    elif state == "taken":
        make_member(make_person("Maj"), scene.group, letter.flat, channel=Channel.PAPER)
    elif state == "of another group":
        letter.group_id = scene.other_group.id
    db.session.commit()


@pytest.mark.parametrize("state", BECAME[:-1])
def test_printed_again_it_is_the_same_letter_for_two_weeks_whatever_has_become_of_it(
    state: str, client: PageClient, scene: Scene, empty: Flat
) -> None:
    (first,) = fetched_pages(get_letters(client, scene, empty, as_=scene.bengt))
    letter = db.session.scalars(db.select(Letter)).one()
    let_become(letter, state, scene)
    day = letter.expires_at
    with time_machine.travel(letter.printed_at + timedelta(days=REPRINT_DAYS - 1)):
        (again,) = fetched_pages(get_letters(client, scene, empty, as_=scene.bengt))
    assert codes_on(again) == codes_on(first)
    assert letter.expires_at == day  # also on paper: it was not made to last longer
    assert state == "run out" or words_on(again) == words_on(first)

    with time_machine.travel(letter.printed_at + timedelta(days=REPRINT_DAYS, minutes=1)):
        (new,) = fetched_pages(get_letters(client, scene, empty, as_=scene.bengt))
    assert codes_on(new) != codes_on(first)
    db.session.expire_all()
    old, young = db.session.scalars(db.select(Letter).order_by(Letter.id)).all()
    assert (old.ended_at is None, young.ended_at is None) == (False, True)


def test_nothing_is_printed_without_a_flat_or_a_language_and_what_was_ticked_stays(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    nobody = get_letters(client, scene, as_=scene.bengt)
    assert (nobody.status, nobody.errors) == (422, ["Kryssa för minst en lägenhet."])
    wordless = get_letters(client, scene, empty, as_=scene.bengt, languages=[])
    assert (wordless.status, wordless.errors) == (422, ["Kryssa för minst ett språk."])
    assert f'value="{empty.id}" checked' in wordless.html
    assert db.session.scalars(db.select(Letter)).all() == []


def test_a_coordinator_prints_for_their_own_stairwells_only(client: PageClient, scene: Scene) -> None:
    elsewhere = scene.stairwell_1.flats[0]
    answer = get_letters(client, scene, elsewhere, as_=scene.bengt)
    assert answer.status == 422
    assert db.session.scalars(db.select(Letter)).all() == []


def test_the_police_contact_prints_for_whole_stairwells_and_is_told_nothing_of_the_flats(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    path = f"/groups/{scene.group.id}/letters"
    before = client.get(path, as_=scene.gun)
    assert "1202" not in before.text
    sent = {
        "stairwells": [scene.stairwell_3.id],
        "languages": ["sv"],
        "flats": [scene.stairwell_1.flats[0].id],
    }
    pages = fetched_pages(client.post(path, sent, as_=scene.gun))
    assert len(pages) == len(
        scene.stairwell_3.flats
    )  # also where somebody takes part: the count says nothing

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
    assert waits.h1 == "Din anmälan väntar på svar"
    db.session.expire_all()
    assert (first.state, second.state) == (RequestState.APPROVED, RequestState.WAITING)
    assert active_membership(second.person, scene.group) is None
    assert "join-requested" in [mailing.kind for mailing in outbox.mailings()]


def test_of_a_letter_every_stranger_sees_the_same_whatever_has_become_of_it(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    """The page, the errors of its form, and the page that follows are the same."""
    wrong, right = fill(name=""), fill(address="kim@example.org")
    answers = {}
    for state in BECAME:
        let_become(letter, state, scene)
        stranger = PageClient(client.app)
        seen = [bytes_of(stranger.get(door(letter))), bytes_of(stranger.post(door(letter), wrong))]
        sent = stranger.post(door(letter), right)
        answers[state] = [*seen, sent.status, sent.location, bytes_of(sent), bytes_of(sent.follow())]
        letter.used_at = letter.ended_at = None
        letter.group_id, letter.expires_at = scene.group.id, utcnow() + timedelta(days=3)
        db.session.commit()
    assert answers == dict.fromkeys(BECAME, answers["good"])


@pytest.mark.parametrize("state", BECAME[1:])
def test_a_letter_that_is_not_good_any_more_becomes_a_request(
    state: str, client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    let_become(letter, state, scene)
    request = ask(client, door(letter), fill)
    waits = client.get(confirm_link(request)).press("Ja, det stämmer").follow()
    assert waits.h1 == "Din anmälan väntar på svar"
    db.session.expire_all()
    assert (request.state, request.flat_id) == (RequestState.WAITING, letter.flat_id)


def test_a_letter_to_a_flat_that_takes_part_shows_and_changes_nothing_of_the_household(
    client: PageClient, scene: Scene, fill: Fill, outbox: Outbox
) -> None:
    """Whoever finds Carin's letter must not read or change what her household answered."""
    (found,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1102")], by=scene.bengt)
    request = ask(client, door(found), fill)
    waits = client.get(confirm_link(request)).press("Ja, det stämmer").follow()
    assert waits.h1 == "Din anmälan väntar på svar"
    db.session.expire_all()
    assert (request.state, request.flat_id, request.letter_id) == (
        RequestState.WAITING, found.flat_id, None,
    )  # fmt: skip
    assert active_membership(request.person, scene.group) is None
    assert ("join-requested", "bengt@example.org") in outbox.addressed()
    decide = client.get(f"/requests/{request.id}", as_=scene.bengt)
    assert "I lägenhet 1102 är redan någon med." in decide.text
    decide.press("Ja, välkommen in")
    member = active_membership(request.person, scene.group)
    assert member is not None
    assert member.household.flat_id == found.flat_id


def test_a_letter_goes_on_letting_in_once_the_household_has_left(
    client: PageClient, scene: Scene, fill: Fill
) -> None:
    (found,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1102")], by=scene.bengt)
    request = ask(client, door(found), fill)
    leave(active_membership(scene.carin, scene.group), by=scene.carin)
    db.session.commit()
    assert client.get(confirm_link(request)).press("Ja, det stämmer").location == "/join/joined"


def test_who_joined_another_way_meanwhile_does_not_wait_because_of_themselves(
    client: PageClient, scene: Scene, letter: Letter, fill: Fill
) -> None:
    request = ask(client, door(letter), fill)
    make_member(request.person, scene.group, letter.flat)
    db.session.commit()
    client.get(confirm_link(request)).press("Ja, det stämmer")
    db.session.expire_all()
    assert request.state is RequestState.APPROVED


def print_stairwell(client: PageClient, scene: Scene) -> list[tuple[list[str], str]]:
    """Print stairwell 3's letters as Gun. Returns codes and words, page by page."""
    sent = {"stairwells": [scene.stairwell_3.id], "languages": ALL}
    path, phone = f"/groups/{scene.group.id}/letters", PageClient(client.app)  # signed in anew: weeks pass
    pages = fetched_pages(phone.post(path, sent, as_=scene.gun))
    return [(codes_on(page), words_on(page)) for page in pages]


def test_the_police_contact_who_prints_before_and_after_learns_not_who_joined_or_moved(
    client: PageClient, scene: Scene, fill: Fill
) -> None:
    before = print_stairwell(client, scene)
    letters = {each.flat.number: each for each in db.session.scalars(db.select(Letter))}
    request = ask(client, door(letters["1202"]), fill)
    client.get(confirm_link(request)).press("Ja, det stämmer")
    households.move_out(flat_of(scene.stairwell_3, "1203"), by=scene.amina)
    db.session.commit()
    with time_machine.travel(letters["1202"].printed_at + timedelta(days=REPRINT_DAYS - 1)):
        assert print_stairwell(client, scene) == before
    with time_machine.travel(letters["1202"].printed_at + timedelta(days=REPRINT_DAYS, minutes=1)):
        after = print_stairwell(client, scene)
    assert not {code for codes, _words in before for code in codes} & {
        code for codes, _words in after for code in codes
    }


def test_nor_for_which_flats_a_coordinator_has_printed_meanwhile(
    client: PageClient, scene: Scene, empty: Flat
) -> None:
    """Coordinators print for flats not contacted; the others would be known by their day and code."""
    start = utcnow()
    before = print_stairwell(client, scene)
    for days, chosen in ((15, [empty]), (20, None), (22, [empty]), (24, None)):
        with time_machine.travel(start + timedelta(days=days)):
            if chosen:
                get_letters(PageClient(client.app), scene, *chosen, as_=scene.bengt)
                continue
            after = print_stairwell(client, scene)
            newest = {each.flat_id: each for each in db.session.scalars(
                db.select(Letter).order_by(Letter.id))}  # fmt: skip
            assert len({(each.printed_at, each.expires_at) for each in newest.values()}) == 1
            kept = [old == new for (old, _), (new, _) in zip(before, after, strict=True)]
            assert len(set(kept)) == 1
            before = after
    assert kept[0]  # four days later they are the same for all


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
    assert (request.wants_visit, request.flat_id, request.state) == (
        True,
        letter.flat_id,
        RequestState.WAITING,
    )
    assert letter.used_at is None


def test_a_stranger_prints_nothing(client: PageClient, scene: Scene) -> None:
    stranger = make_person("Frida", "frida@example.org")
    db.session.commit()
    assert client.get(f"/groups/{scene.group.id}/letters", as_=stranger).status == 404


@pytest.fixture
def alone(scene: Scene) -> Scene:
    """The same house without any coordinator."""
    db.session.execute(db.update(Coordinator).values(ended_at=utcnow()))
    db.session.commit()
    return scene


@pytest.mark.parametrize("state", [GroupState.STARTING, GroupState.ACTIVE])
def test_where_there_is_no_coordinator_a_letter_lets_in_and_a_poster_leads_to_interest(
    state: GroupState, client: PageClient, alone: Scene, fill: Fill, code: str
) -> None:
    alone.group.state = state
    db.session.commit()
    sent = {"stairwells": [alone.stairwell_3.id], "languages": ["sv"]}
    pages = fetched_pages(client.post(f"/groups/{alone.group.id}/letters", sent, as_=alone.gun))
    (mine,) = [page for page in pages if "lägenhet 1202" in words_on(page)]
    assert "kommer ett kontaktombud till dig" not in words_on(mine)
    (address,) = codes_on(mine)
    landing = client.get(address.removeprefix(BASE))
    assert "Annars väntar din anmälan tills huset har ett kontaktombud." in landing.text
    assert "Knacka på" not in landing.text  # there is nobody who could
    nowhere = landing.press("Gå med", {"consent": "y"})
    assert "Skriv din e-postadress." in nowhere.errors
    landing.press("Gå med", {"name": "Lina", "address": "lina@example.org", "consent": "y"})
    request = newest_request()
    assert client.get(confirm_link(request)).press("Ja, det stämmer").follow().h1 == "Ditt fönster lyser"
    assert active_membership(request.person, alone.group) is not None
    assert client.get(f"/j/{code}").location == f"/buildings/{alone.house.id}/interest"


def test_a_used_letter_there_waits_until_there_is_one(client: PageClient, alone: Scene, fill: Fill) -> None:
    (letter,) = print_letters(alone.group, [flat_of(alone.stairwell_3, "1202")], by=alone.gun)
    let_become(letter, "used", alone)
    request = ask(client, door(letter), fill)
    waits = client.get(confirm_link(request)).press("Ja, det stämmer").follow()
    assert waits.h1 == "Din anmälan väntar på svar"
    db.session.expire_all()
    assert request.state is RequestState.WAITING
    with time_machine.travel(utcnow() + timedelta(days=15)):
        escalate(utcnow())
    kinds = db.select(Mailing.kind).where(Mailing.join_request_id == request.id).order_by(Mailing.id)
    assert "join-unanswered" in db.session.scalars(kinds).all()


@pytest.mark.parametrize("state", [GroupState.DORMANT, GroupState.CLOSED])
def test_a_group_that_rests_or_is_closed_has_no_letters_and_says_why(
    state: GroupState, client: PageClient, scene: Scene, letter: Letter
) -> None:
    scene.group.state = state
    db.session.commit()
    assert client.get(door(letter)).location == f"/buildings/{scene.house.id}/interest"
    assert client.post(door(letter), {"name": ""}).location == f"/buildings/{scene.house.id}/interest"
    path = f"/groups/{scene.group.id}/letters"
    rests = state is GroupState.DORMANT
    for who in (scene.bengt,) if rests else (scene.gun, scene.bengt):
        text = client.get(path, as_=who).text
        assert "Gruppen är inte igång Brevets kod skulle bara leda till en intresseanmälan." in text
        refused = client.post(
            path, {"stairwells": [scene.stairwell_3.id], "flats": [letter.flat_id]}, as_=who
        )
        assert refused.location == path
    if rests:  # an officer wakes a group by them
        wakes = client.post(path, {"stairwells": [scene.stairwell_3.id], "languages": ["sv"]}, as_=scene.gun)
        assert wakes.response.mimetype == "application/pdf"
        return
    with pytest.raises(NotOpen):
        print_letters(scene.group, [letter.flat], by=scene.gun)
