"""Checks interest in a building without a group: left, confirmed, named, made a join request, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_coordinator, make_group, make_interest, make_person
from tests.newcomers import Statements, bytes_of, what_leaves
from tests.page_client import BASE, Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.interest.queries import Interested, interested_in
from watch.models import (
    Building,
    GroupState,
    Interest,
    JoinRequest,
    OutboxRow,
    OutboxState,
    Person,
    Purpose,
    utcnow,
)

LINA = {"name": "Lina", "address": "lina@example.org"}


NO_CONSENT = "Kryssa i rutan om du vill vara med. Utan ditt ja får vi inte spara uppgifterna."


@pytest.fixture
def left(client: PageClient, langgatan: Building) -> Interest:
    """Lina's interest in Norrby Långgata 21–27; she could be kontaktombud."""
    client.post(f"/buildings/{langgatan.id}/interest", LINA | {"could_coordinate": "y"})
    return db.session.scalars(select(Interest)).one()


def counted(building: Building) -> Interested:
    """Return what the police contact sees tomorrow, because counts are made at night."""
    with time_machine.travel(utcnow() + timedelta(days=1)):
        return interested_in(building)


def link_of(interest: Interest) -> str:
    return f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}"


def test_left_confirmed_and_named(
    client: PageClient, outbox: Outbox, langgatan: Building, left: Interest
) -> None:
    assert outbox.addressed() == [("interest-confirm", "lina@example.org")]
    assert counted(langgatan) == Interested(0, 0, ())
    page = client.get(link_of(left))
    assert page.h1 == "Var det du som anmälde intresse?"
    page = page.press("Ja, det var jag").follow()
    assert page.flashes == [("done", "Tack! Ditt intresse är bekräftat.")]
    assert counted(langgatan) == Interested(1, 1, ())
    assert "Vill du bli kontaktombud?" not in page.text  # she has said so
    page = page.press("Berätta mitt namn för kommunpolisen").follow()
    assert "Kommunpolisen kan se ditt namn" in page.text
    assert counted(langgatan) == Interested(1, 1, (left.person,))
    assert outbox.names() == ["interest-confirm"]


def test_the_page_after_and_the_statements_are_the_same_for_everybody(
    client: PageClient, langgatan: Building, jenny: Person, gun: Person, statements: Statements
) -> None:
    make_interest(jenny, langgatan)
    make_interest(make_person("Rut", "rut@example.org"), langgatan, confirmed=False)
    people = [LINA, LINA, *({"name": name, "address": address} for name, address in (
        ("Jenny Älvgren", "jenny@example.org"),
        ("Gun Sjöström", "gun@example.org"),
        ("Rut", "rut@example.org"),
        ("Somebody else", "rut@example.org"),
    ))]  # fmt: skip
    client.get(f"/buildings/{langgatan.id}/interest")
    seen = []
    for typed in people:
        with statements() as run:
            page = client.post(f"/buildings/{langgatan.id}/interest", typed)
        after = bytes_of(page.follow()).replace(typed["address"], "")
        seen.append((page.status, page.location, after, run))
    assert seen == [(303, f"/buildings/{langgatan.id}/interest/sent", after, run)] * len(people)
    names = ("lina", "jenny", "gun", "rut")
    assert what_leaves() == [("interest-confirm", f"{name}@example.org") for name in names]


def test_a_wrong_address_is_seen_afterwards_and_written_again(
    client: PageClient, langgatan: Building
) -> None:
    page = client.post(f"/buildings/{langgatan.id}/interest", LINA | {"address": "lina@exmaple.org"}).follow()
    assert ("lina@exmaple.org" in page.text, "Vänta på svar" in page.text) == (True, False)
    with client.browser().session_transaction(base_url=BASE) as session:
        assert "exmaple" not in str(dict(session))
    page = page.click("Skriv om").press("Anmäl intresse", LINA).follow()
    assert "lina@example.org" in page.text
    assert "example.org" not in PageClient(client.app).get(page.path).text
    with time_machine.travel(utcnow() + timedelta(minutes=16)):
        assert "lina@example.org" not in client.get(page.path).text
    right = db.session.scalars(select(Interest).order_by(Interest.id.desc())).first()
    assert right
    client.get(link_of(right)).press("Ja, det var jag")
    assert (counted(langgatan).count, "lina@" in client.get(page.path).text) == (1, False)


def test_a_shared_phone_forgets_the_address(client: PageClient, langgatan: Building) -> None:
    page = client.post(f"/buildings/{langgatan.id}/interest", LINA).follow()
    page.press("Klar, glöm mig på den här telefonen")
    assert "lina@" not in client.get(page.path).text


def test_pressed_twice_is_once_and_opened_often_is_nothing(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    for _ in range(5):
        client.get(link_of(left))
    assert counted(langgatan) == Interested(0, 0, ())
    for _ in range(2):
        client.post(link_of(left))
        client.post(f"{link_of(left)}/name")
    assert counted(langgatan) == Interested(1, 1, (left.person,))


def test_a_name_is_told_only_by_the_one_who_presses(client: PageClient, langgatan: Building) -> None:
    for name in ("Kim", "Lo", "Mio"):
        make_interest(make_person(name, f"{name.lower()}@example.org"), langgatan)
    make_interest(make_person("Nobody yet", "no@example.org"), langgatan, confirmed=False)
    named = make_interest(make_person("Ottilia", "ot@example.org"), langgatan, named=True)
    assert counted(langgatan) == Interested(4, 0, (named.person,))


def test_a_name_that_was_told_is_taken_back_and_the_interest_stays(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    client.post(link_of(left) + "/name")
    page = client.get(link_of(left)).press("Ta tillbaka mitt namn").follow()
    assert page.flashes[0][0] == "done"
    assert counted(langgatan) == Interested(1, 1, ())
    assert "Ta tillbaka mitt namn" not in page.buttons
    client.post(link_of(left) + "/unname")
    page.press("Berätta mitt namn för kommunpolisen")
    assert counted(langgatan) == Interested(1, 1, (left.person,))


def withdraw(client: PageClient, interest: Interest) -> Page:
    """Take back confirmed interest by its link, which has arrived; return the page that says so."""
    for row in db.session.scalars(select(OutboxRow)):
        row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    client.post(link_of(interest))
    return client.get(link_of(interest)).press("Ta bort mitt intresse", {"sure": "y"}).follow()


def test_withdrawn_it_is_told_by_mail_and_the_link_changes_nothing_more(
    client: PageClient, outbox: Outbox, langgatan: Building, left: Interest
) -> None:
    page = withdraw(client, left)
    assert (page.path, page.h1) == (link_of(left), "Ditt intresse är borttaget")
    assert counted(langgatan) == Interested(0, 0, ())
    paths = ["", "/name", "/unname", "/join"]
    assert [client.post(link_of(left) + path).status for path in paths] == [410] * 4
    assert client.post(link_of(left) + "/withdraw", {"sure": "y"}).location == page.path  # pressed again
    assert what_leaves() == [("interest-ended", "lina@example.org")]
    left.ended_at = utcnow() - timedelta(days=7)
    assert client.get(link_of(left)).status == 410


def test_unconfirmed_interest_that_is_withdrawn_mails_nobody(client: PageClient, left: Interest) -> None:
    client.post(link_of(left) + "/withdraw", {"sure": "y"})
    assert (left.ended_at is None, what_leaves()) == (False, [])


def test_withdrawing_is_taken_back_by_one_press_and_last_nights_number_stays(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    client.post(link_of(left) + "/name")
    with time_machine.travel(utcnow() + timedelta(days=2)):
        withdraw(client, left)
    with time_machine.travel(utcnow() + timedelta(days=4)):
        before = interested_in(langgatan)
        gone = client.get(link_of(left))
        for _twice in range(2):
            back = gone.press("Ångra").follow()
        assert interested_in(langgatan) == before == Interested(0, 0, ())
        back = back if back.status == 200 else back.follow()
        assert "Ditt intresse är räknat." in back.text
        assert "Berätta mitt namn för kommunpolisen" in back.buttons
        assert counted(langgatan) == Interested(1, 1, ())
        assert ("interest-ended", "lina@example.org") not in what_leaves()
        again = client.get(link_of(left)).follow()
        assert again.path == back.path  # the mailed link leads on
        again.press("Ta bort mitt intresse", {"sure": "y"})
        assert counted(langgatan) == Interested(0, 0, ())
    assert len(db.session.scalars(select(Interest)).all()) == 2


def test_after_seven_days_withdrawing_is_not_taken_back(client: PageClient, left: Interest) -> None:
    page = withdraw(client, left)
    left.ended_at = utcnow() - timedelta(days=7)
    assert page.press("Ångra").status == 303
    assert len(db.session.scalars(select(Interest)).all()) == 1


def test_interest_that_joining_ended_is_not_taken_back(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    client.post(link_of(left))
    left.ended_at = utcnow()  # as when a coordinator lets them in
    db.session.commit()
    assert client.get(link_of(left)).status == 410
    client.post(link_of(left) + "/again")
    assert len(db.session.scalars(select(Interest)).all()) == 1


def test_shown_again_the_same_day_the_days_link_leads_to_it(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    """One mail a day goes to an address, so no other one comes."""
    withdraw(client, left)
    sent = client.post(f"/buildings/{langgatan.id}/interest", LINA).follow()
    assert "om det inte redan har kommit ett i dag" in sent.text
    assert [kind for kind, _to in what_leaves()] == ["interest-ended"]
    page = client.get(link_of(left)).follow()
    assert page.h1 == "Var det du som anmälde intresse?"
    page.press("Ja, det var jag")
    assert counted(langgatan) == Interested(1, 0, ())
    assert client.get(link_of(left)).follow().path == page.path


def test_interest_in_another_house_that_day_is_reached_by_the_link_of_one_that_ended(
    client: PageClient, scene: Scene, left: Interest
) -> None:
    withdraw(client, left)
    client.post(f"/buildings/{scene.house.id}/interest", LINA)
    page = client.get(link_of(left))
    assert page.h1 == "Ditt intresse är borttaget"
    assert page.click("Lina, Våglängdsgatan 1–3").h1 == "Var det du som anmälde intresse?"


def test_an_old_link_leads_to_nothing_that_had_a_mail_of_its_own(client: PageClient, left: Interest) -> None:
    building = left.building_id
    withdraw(client, left)
    with time_machine.travel(utcnow() + timedelta(days=2)):
        client.post(f"/buildings/{building}/interest", LINA)
        assert client.get(link_of(left)).h1 == "Ditt intresse är borttaget"
    with time_machine.travel(utcnow() + timedelta(days=9)):
        assert client.get(link_of(left)).status == 410
        newest = db.session.scalars(select(Interest).order_by(Interest.id.desc())).first()
        assert newest
        assert newest.confirmed_at is None


def test_when_the_group_exists_one_button_asks_to_join(
    client: PageClient, outbox: Outbox, langgatan: Building, left: Interest
) -> None:
    client.post(link_of(left))
    assert "Gå med i gruppen" not in client.get(link_of(left)).buttons
    group = make_group(langgatan, GroupState.STARTING)
    make_coordinator(make_person("Ola", "ola@example.org"), group, lead=True)
    stairwell = langgatan.stairwells[1]
    page = client.get(link_of(left))
    assert "Polisen och hyresvärden ser det aldrig." in page.text  # before one says yes
    typed = {"stairwell": str(stairwell.id), "floor": "1", "door": "2"}
    assert page.press("Gå med i gruppen", typed).errors == [NO_CONSENT]
    assert db.session.scalars(select(JoinRequest)).all() == []
    waiting = page.press("Gå med i gruppen", typed | {"consent": "y"}).follow().follow()
    assert waiting.h1 == "Din anmälan väntar på svar"
    assert waiting.flashes == [("done", "Tack! Ett kontaktombud i huset svarar dig med mejl.")]
    request = db.session.scalars(select(JoinRequest)).one()
    asked = request.person.name, request.stairwell, request.flat and request.flat.number, request.state.value
    assert asked == ("Lina", stairwell, "1102", "waiting")
    assert outbox.addressed()[1:] == [("join-requested", "ola@example.org")]


def test_who_joined_by_the_link_follows_and_withdraws_the_request_there(
    client: PageClient, langgatan: Building, left: Interest
) -> None:
    client.post(link_of(left))
    make_coordinator(make_person("Ola", "ola@example.org"), make_group(langgatan), lead=True)
    typed = {"stairwell": str(langgatan.stairwells[1].id), "consent": "y"}
    client.get(link_of(left)).press("Gå med i gruppen", typed)
    waiting = client.get(link_of(left)).follow()
    taken_back = waiting.press("Ta tillbaka anmälan", {"sure": "y"}).follow()
    assert taken_back.h1 == "Du har tagit tillbaka din anmälan"
    assert db.session.scalars(select(JoinRequest.state)).one().value == "withdrawn"
    assert client.get(link_of(left)).follow().h1 == "Du har tagit tillbaka din anmälan"


def test_an_officer_cannot_see_by_a_name_that_its_owner_joins(
    client: PageClient, scene: Scene, left: Interest
) -> None:
    group = make_group(scene.langgatan, GroupState.STARTING)
    make_coordinator(make_person("Ola", "ola@example.org"), group, lead=True)
    client.post(link_of(left) + "/name")
    page = f"/groups/{group.id}/coordinators"
    named = make_interest(make_person("Berit", "berit@example.org"), scene.langgatan, named=True)
    stairwell = str(scene.langgatan.stairwells[1].id)
    for interest in (left, named):
        client.get(link_of(interest)).press("Gå med i gruppen", {"stairwell": stairwell, "consent": "y"})
    assert [name in client.get(page, as_=scene.gun).text for name in ("Lina", "Berit")] == [True, True]
    assert counted(scene.langgatan).named == ()


def test_a_name_is_hidden_as_soon_as_the_interest_is_withdrawn(
    client: PageClient, scene: Scene, left: Interest
) -> None:
    client.post(link_of(left) + "/name")
    assert interested_in(scene.langgatan).named == (left.person,)
    client.post(link_of(left) + "/withdraw", {"sure": "yes"})
    assert interested_in(scene.langgatan).named == ()


def test_the_answer_after_joining_is_in_the_language_of_the_mail(client: PageClient, scene: Scene) -> None:
    make_coordinator(make_person("Ola", "ola@example.org"), make_group(scene.langgatan), lead=True)
    interest = make_interest(scene.jenny, scene.langgatan)
    typed = {"stairwell": str(scene.langgatan.stairwells[1].id), "consent": "y"}
    for told in (1, 0):
        after = client.post(f"{link_of(interest)}/join", typed).follow()
        after = after.follow() if told else after
        assert (len(after.flashes), "Tack!" in after.text, 'lang="so"' in after.html) == (told, False, True)


def test_the_stairwell_has_to_be_chosen(client: PageClient, langgatan: Building, left: Interest) -> None:
    client.post(link_of(left))
    make_coordinator(make_person("Ola", "ola@example.org"), make_group(langgatan), lead=True)
    page = client.get(link_of(left)).press("Gå med i gruppen")
    assert (page.status, page.errors) == (422, ["Välj din port.", NO_CONSENT])
    assert db.session.scalars(select(JoinRequest)).all() == []


def test_without_a_group_there_is_nothing_to_join(client: PageClient, left: Interest) -> None:
    page = client.post(f"{link_of(left)}/join").follow()
    assert page.flashes == [("info", "Huset har ingen grupp att gå med i just nu.")]


def test_an_unconfirmed_link_dies_and_a_confirmed_one_lives(client: PageClient, left: Interest) -> None:
    left.created_at = utcnow() - timedelta(days=31)
    assert client.get(link_of(left)).status == 410
    left.confirmed_at = utcnow()
    assert client.get(link_of(left)).status == 200


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"name": ""}, "Skriv ett namn."),
        ({"name": "Lina 811218-9876"}, "Det ser ut som ett personnummer."),
        ({"address": ""}, "Skriv en e-postadress."),
        ({"address": "lina"}, "Det saknas ett @"),
        ({"address": "lina@example.org kim@example.org"}, "Skriv bara en e-postadress"),
    ],
)
def test_what_is_refused(
    typed: dict[str, str], cure: str, client: PageClient, outbox: Outbox, langgatan: Building
) -> None:
    path = f"/buildings/{langgatan.id}/interest"
    page = client.post(path, LINA | typed)
    assert page.status == 422
    assert cure in page.errors[0]
    assert {key: page.form(path)[key] for key in LINA} == LINA | typed
    assert (outbox.names(), db.session.scalars(select(Interest)).all()) == ([], [])


def test_what_a_stranger_left_with_ones_address_does_not_use_up_ones_own_mail(
    client: PageClient, outbox: Outbox, langgatan: Building
) -> None:
    """One mail a day goes to an address, and its link leads to all interest left with it that day."""
    address = f"/buildings/{langgatan.id}/interest"
    PageClient(client.app).post(address, LINA | {"name": "Somebody else"})
    client.post(address, LINA)
    assert what_leaves() == [("interest-confirm", "lina@example.org")]
    strangers, mine = db.session.scalars(select(Interest).order_by(Interest.id))
    page = client.get(link_of(strangers))
    own = page.click("Lina, Norrby Långgata 21–27")
    assert "Namnet som skrevs är Lina." in own.text
    own.press("Ja, det var jag")
    assert (mine.confirmed_at is None, strangers.confirmed_at is None) == (False, True)
    assert "Mer intresse" not in client.get(link_of(strangers)).text


def test_a_link_leads_to_nobody_who_has_had_a_mail_of_their_own_nor_to_another_mailbox(
    client: PageClient, langgatan: Building
) -> None:
    address = f"/buildings/{langgatan.id}/interest"
    client.post(address, LINA | {"name": "Somebody else"})
    client.post(address, {"name": "Rut", "address": "rut@example.org"})
    first = db.session.scalars(select(Interest).order_by(Interest.id)).first()
    assert first is not None
    with time_machine.travel(utcnow() + timedelta(days=1, minutes=1)):
        client.post(address, LINA)
        assert what_leaves()[2:] == [("interest-confirm", "lina@example.org")]
        assert "Mer intresse" not in client.get(link_of(first)).text
