"""Checks asking to join by poster, by address or for a visit, and that strangers learn nothing from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import (
    flat_of,
    make_building,
    make_household,
    make_invitation,
    make_member,
    make_person,
    make_request,
)
from tests.mail.letters import button_of
from tests.newcomers import Fill, Statements, bytes_of, confirm_link, status_of, what_leaves
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.models import (
    Building,
    Coordinator,
    Group,
    GroupState,
    HouseholdStatus,
    JoinRequest,
    Language,
    Mailbox,
    Mailing,
    OutboxRow,
    Person,
    Purpose,
    RateCount,
    RequestState,
    Stairwell,
    Suppression,
    utcnow,
)
from watch.printing.queries import code_of
from watch.printing.service.letters import print_letters
from watch.tokens import show_code


def requests() -> list[tuple[str, str, str | None, str]]:
    """Return person, stairwell, flat and state of every request."""
    wanted = select(JoinRequest).order_by(JoinRequest.id).execution_options(populate_existing=True)
    return [
        (each.person.name, each.stairwell.number, each.flat and each.flat.number, each.state.value)
        for each in db.session.scalars(wanted)
    ]


def meant(outbox: Outbox) -> list[tuple[str, str]]:
    """Return kind and address of each mail not queued as expired, oldest first."""
    rows = [row for row in outbox.rows() if not row.not_after]
    return [(row.mailing.kind, row.mailbox.address) for row in rows if row.mailbox]


def test_from_poster_to_the_coordinators_list(
    client: PageClient,
    outbox: Outbox,
    amina: Person,
    bengt: Person,
    stairwell_3: Stairwell,
    code: str,
    fill: Fill,
) -> None:
    page = client.get(f"/j/{code}")
    assert (page.status, page.h1) == (200, "Gå med i grannsamverkan")
    assert "Port Våglängdsgatan 3" in page.text
    assert "Amina" not in page.html
    assert "Bengt" not in page.html

    sent = client.post(f"/j/{code}", fill(floor="2", door="2"))
    assert (sent.status, sent.location) == (303, "/join/sent")
    assert requests() == [("Lina", "3", "1202", "unconfirmed")]
    assert outbox.addressed() == [("join-confirm", "lina@example.org")]
    assert status_of(stairwell_3, "1202") is None

    request = db.session.scalars(select(JoinRequest)).one()
    page = client.get(confirm_link(request))
    assert "Lina" in page.text
    assert ("Våglängdsgatan 3" in page.text, "1202" in page.html) == (True, False)
    confirmed = page.press("Ja, det stämmer").follow()
    assert confirmed.flashes == [("done", "Tack! Nu är din e-postadress bekräftad.")]
    assert confirmed.h1 == "Din anmälan väntar på svar"
    assert requests() == [("Lina", "3", "1202", "waiting")]
    assert status_of(stairwell_3, "1202") is HouseholdStatus.WANTS_TO_JOIN
    # Bengt has stairwell 3; Amina, the lead, is asked only where nobody is nearer
    assert outbox.addressed()[1:] == [("join-requested", "bengt@example.org")]


def test_four_languages_come_first_and_keep_the_place(client: PageClient, bengt: Person, code: str) -> None:
    page = client.get(f"/j/{code}")
    assert page.buttons[:4] == ["Svenska", "English", "العربية", "Soomaali"]
    assert page.press("Soomaali").location == f"/j/{code}"
    assert 'lang="so"' in client.get(f"/j/{code}").html


@pytest.mark.parametrize("typed", ["{}", "{lower}", "{plain}", " {lower} ", "{spaced}"])
def test_a_typed_code_is_forgiven_case_and_dashes(
    typed: str, client: PageClient, bengt: Person, code: str
) -> None:
    plain = code.replace("-", "")
    wanted = typed.format(code, lower=code.lower(), plain=plain, spaced=code.replace("-", " "))
    assert client.get(f"/j/{wanted}").status == 200


def test_a_typed_code_is_forgiven_look_alikes(client: PageClient, hassleholmen, landlord) -> None:
    from tests.factories import make_coordinator, make_group
    from watch import tokens

    house = make_building(hassleholmen, landlord, "Tunnlandsgatan", range(2, 40, 2))
    make_coordinator(make_person("Ola", "ola@example.org"), make_group(house))
    codes = [tokens.code(Purpose.POSTER, each.nonce) for each in house.stairwells]
    alike = [code for code in codes if "0" in code or "1" in code]
    assert alike
    got = [client.get(f"/j/{code.replace('0', 'o').replace('1', 'l')}").status for code in alike]
    assert got == [200] * len(alike)


@pytest.mark.parametrize("wrong", ["HX7K-29QD", "x", "å" * 5, "A" * 300, "....", "<b>"])
def test_a_wrong_code_leads_to_a_page_that_says_where_to_look(
    wrong: str, client: PageClient, bengt: Person
) -> None:
    page = client.get(f"/j/{wrong}")
    assert (page.status, page.h1) == (404, "Koden leder ingenstans")
    assert page.links["Sök efter ditt hus"] == "/"
    assert client.post(f"/j/{wrong}", {"name": "Lina"}).status == 404


def test_the_eleventh_wrong_code_is_slowed_down_and_right_ones_are_not_counted(
    client: PageClient, bengt: Person, code: str
) -> None:
    assert [client.get(f"/j/{code}").status for _ in range(12)] == [200] * 12
    tries = [client.get(f"/j/WRNG-{number:04}").status for number in range(6)]
    tries += [client.post(f"/j/WRNG-{number:04}").status for number in range(6)]
    assert tries == [404] * 10 + [429] * 2
    slowed = client.get("/j/WRNG-0099")
    assert slowed.h1 == "Vänta en stund"
    assert "Inget är förlorat." in slowed.text
    assert "Du kan försöka igen efter kl." in slowed.text
    assert slowed.links["Sök efter ditt hus"] == "/"
    assert slowed.click("Kontakter i ditt område").status == 200
    neighbour = PageClient(client.app)  # on the same network
    assert neighbour.get(f"/j/{code}").status == 200


def test_wrong_codes_do_not_close_the_form_that_is_open(
    client: PageClient, bengt: Person, stairwell_1: Stairwell, code: str, fill: Fill
) -> None:
    """Other right codes stay closed, or a guesser would go on after ten."""
    other = show_code(code_of(stairwell_1))
    client.get(f"/j/{code}")
    tries = [client.get(f"/j/WRNG-{number:04}").status for number in range(11)]
    assert tries == [404] * 10 + [429]
    assert [client.post(f"/j/{code}", fill(name="")).status for _ in range(15)] == [422] * 15
    assert client.get(f"/j/{other}").status == 429
    assert client.post(f"/j/{code}", fill()).status == 303


def test_whoever_keeps_no_cookie_is_counted_with_the_network(
    client: PageClient, bengt: Person, code: str
) -> None:
    tries = [PageClient(client.app).get(f"/j/WRNG-{number:04}").status for number in range(101)]
    assert tries == [404] * 100 + [429]
    assert PageClient(client.app).get(f"/j/{code}").status == 429


def test_a_house_that_meets_can_ask_from_one_network_and_mistakes_are_not_counted(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    assert [client.post(f"/j/{code}", fill(name="")).status for _ in range(3)] == [422] * 3
    assert client.post(f"/j/{code}", fill()).status == 303
    assert sorted(db.session.scalars(select(RateCount.count))) == [1, 4]  # asked, and sent any form
    db.session.execute(update(RateCount).values(count=59))
    tries = [client.post(f"/j/{code}", fill(address=f"n{n}@example.org")).status for n in range(2)]
    assert tries == [303, 429]
    slowed = client.post(f"/j/{code}", fill(), as_=scene.carin)
    assert (slowed.status, slowed.h1) == (429, "Vänta en stund")
    assert "Skicka igen" in slowed.buttons
    assert "Du kan försöka igen efter kl." in slowed.text


def test_who_is_signed_in_is_counted_and_does_not_wait_for_themselves(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    client.get("/me", as_=scene.carin)
    with time_machine.travel(utcnow() + timedelta(minutes=2)):  # the sign-in is marked as seen, too
        assert client.post(f"/j/{code}", fill(), as_=scene.carin).status == 303
        assert client.post("/j/WRNG-0001", fill(), as_=scene.carin).status == 404
    assert sorted(db.session.scalars(select(RateCount.count))) == [1, 1, 1, 2]  # and two forms in all


def test_the_answer_takes_the_same_statements_for_everybody(
    client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill, statements: Statements
) -> None:
    """Response time reveals a missing statement, so none is left out, at the first request or the second."""
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    make_request(
        make_person("Otto", "otto@example.org"), scene.group, scene.stairwell_3, state=RequestState.DECLINED
    )
    make_request(
        make_person("Rut", "rut@example.org"), scene.group, scene.stairwell_3, state=RequestState.UNCONFIRMED
    )
    make_member(make_person("Pia", "pia@example.org"), scene.group, flat_of(scene.stairwell_3, "1103"))
    make_member(make_person("Pia", "lina@example.org"), scene.group, flat_of(scene.stairwell_3, "1101"))
    asks = {
        "stranger": ("Kim", "kim@example.org"),
        "invited": ("Nina", "nina@example.org"),
        "member": ("Carin Öberg", "carin@example.org"),
        "coordinator": ("Bengt Åkesson", "bengt@example.org"),
        "member under another name": ("Carina", "pia@example.org"),
        "a member's housemate": ("Lina", "lina@example.org"),
        "waiting": ("Farah Ahmadi", "farah@example.org"),
        "unconfirmed": ("Rut", "rut@example.org"),
        "declined": ("Otto", "otto@example.org"),
        "somebody elsewhere": ("Jenny Älvgren", "jenny@example.org"),
    }
    client.get(f"/j/{code}")
    for time in ("first", "second"):
        seen = {}
        for who, (name, address) in asks.items():
            mails = len(outbox.rows())
            with statements() as run:
                sent = client.post(f"/j/{code}", fill(name=name, address=address))
            seen[who] = tuple(run), len(outbox.rows()) - mails, sent.status, sent.location, bytes_of(sent)
        assert [who for who in asks if seen[who] != seen["stranger"]] == [], time


def test_what_is_asked_in_a_members_name_waits_for_nobody(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    """It is stored, because a stranger's is, but withdrawn, so it is in no list, nor its mailbox."""
    client.post(f"/j/{code}", fill(name="carin öberg", address="carin@example.org"))
    client.post(f"/j/{code}", fill(name="Pär Öberg", address="carin@example.org"))
    assert requests()[1:] == [
        ("Carin Öberg", "3", None, "withdrawn"),
        ("Pär Öberg", "3", None, "unconfirmed"),
    ]
    par = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
    assert par is not None
    page = client.get(confirm_link(par)).press("Ja, det stämmer").follow()
    assert "Carin" not in page.html
    assert [state for *_, state in requests()] == ["waiting", "withdrawn", "waiting"]


def test_an_address_gets_one_mail_a_day_about_joining_and_one_about_interest(
    client: PageClient, outbox: Outbox, bengt: Person, langgatan: Building, code: str, fill: Fill
) -> None:
    for name in ("Lina", "Lina", "Kim"):
        client.post(f"/j/{code}", fill(name=name))
    client.post(f"/buildings/{langgatan.id}/interest", {"name": "Lina", "address": "lina@example.org"})
    client.post(f"/buildings/{langgatan.id}/interest", {"name": "Kim", "address": "lina@example.org"})
    mail = ("join-confirm", "lina@example.org")
    assert what_leaves() == [mail, ("interest-confirm", "lina@example.org")]
    assert requests() == [("Lina", "3", None, "unconfirmed"), ("Kim", "3", None, "unconfirmed")]
    db.session.execute(db.update(OutboxRow).values(created_at=utcnow() - timedelta(hours=25)))
    client.post(f"/j/{code}", fill())
    assert what_leaves() == [mail]


def test_the_link_lists_everyone_who_waits_on_the_mailbox(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill())
    client.post(f"/j/{code}", fill(name="Kim", floor="2", door="1"))
    assert what_leaves() == [("join-confirm", "lina@example.org")]
    request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id)).first()
    assert request is not None
    page = client.get(confirm_link(request))
    assert "Kim, Våglängdsgatan 3" in page.text
    assert "1201" not in page.html
    assert "who" not in page.form(f"{confirm_link(request)}")  # an old name must not be confirmed by a press
    page.press("Ja, det stämmer", {"who": str(request.id)})
    assert requests() == [("Lina", "3", None, "waiting"), ("Kim", "3", "1201", "unconfirmed")]
    page = client.get(confirm_link(request))
    assert page.h1 == "Din anmälan väntar på svar"
    assert "Ville någon mer på adressen gå med?" in page.text
    page.press("Ja, det stämmer")
    assert [state for *_, state in requests()] == ["waiting", "waiting"]
    assert [kind for kind, _ in what_leaves()] == ["join-requested", "join-requested"]


def test_two_adults_on_one_mailbox_each_get_an_answer(
    client: PageClient, outbox: Outbox, bengt: Person, group: Group, code: str, fill: Fill
) -> None:
    """They share one mail and one page. After that each is a neighbour of their own."""
    for name in ("Åsa", "Örjan"):
        client.post(f"/j/{code}", fill(name=name, address="familjen@example.org", floor="2", door="2"))
    assert what_leaves() == [("join-confirm", "familjen@example.org")]
    asa, orjan = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id)).all()
    page = client.get(confirm_link(asa))
    assert page.h1 == "Var det du som ville gå med?"
    done = client.post(confirm_link(asa), {"who": [str(asa.id), str(orjan.id)]}).follow()
    assert (done.h1, "Åsa" in done.text, "Örjan" in done.text) == ("Din anmälan väntar på svar", True, True)
    client.post(f"/requests/{asa.id}/approve", as_=bengt)
    client.post(f"/requests/{orjan.id}/decline", as_=bengt)
    assert [state for *_, state in requests()] == ["approved", "declined"]
    answers = [row for row in outbox.rows() if row.mailing.kind in {"join-approved", "join-declined"}]
    assert [(row.mailing.kind, row.person.name, row.mailbox.address) for row in answers] == [
        ("join-approved", "Åsa", "familjen@example.org"), ("join-declined", "Örjan", "familjen@example.org"),
    ]  # fmt: skip


def test_nobody_ticked_confirms_nobody(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill())
    client.post(f"/j/{code}", fill(name="Kim"))
    request = db.session.scalars(select(JoinRequest)).first()
    assert request is not None
    page = client.post(confirm_link(request), {"who": "999"}).follow()
    assert page.flashes == [("warn", "Kryssa för minst en person.")]
    assert [state for *_, state in requests()] == ["unconfirmed", "unconfirmed"]


def test_confirmed_twice_is_once(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill())
    link = confirm_link(db.session.scalars(select(JoinRequest)).one())
    answers = [client.post(link).location for _ in range(3)]
    assert answers == [link] * 3
    assert outbox.names() == ["join-confirm", "join-requested"]


def test_opening_links_changes_nothing(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill())
    link = confirm_link(db.session.scalars(select(JoinRequest)).one())
    before = requests(), outbox.names(), count(Person), count(Mailbox)
    statuses = {client.get(path).status for path in (link, f"/j/{code}", "/join/sent") for _ in range(5)}
    assert statuses == {200}
    assert (requests(), outbox.names(), count(Person), count(Mailbox)) == before


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_links_that_are_old_or_altered_are_dead(
    client: PageClient, bengt: Person, farahs_request: JoinRequest
) -> None:
    """Two weeks after asking a link confirms nothing. What waits then can still be seen, and taken back."""
    good = confirm_link(farahs_request)
    assert client.get(good).h1 == "Din anmälan väntar på svar"
    wrong = [good[:-2] + "xx", "/join/confirm/x", "/join/confirm/" + "å" * 20]
    assert [client.get(link).status for link in wrong] == [410] * 3
    farahs_request.created_at = utcnow() - timedelta(days=15)
    assert "Ta tillbaka min anmälan" in client.get(good).text
    farahs_request.state, farahs_request.confirmed_at = RequestState.UNCONFIRMED, None
    assert client.get(good).status == 410
    assert client.post(good).status == 410
    assert farahs_request.confirmed_at is None


def test_by_address_the_stairwell_comes_first(
    client: PageClient, outbox: Outbox, house: Building, amina: Person, stairwell_1: Stairwell, fill: Fill
) -> None:
    page = client.get(f"/buildings/{house.id}/join")
    assert page.h1 == "Vilken port bor du i?"
    page = page.press("Fortsätt", {"stairwell": str(stairwell_1.id)})
    assert "Port Våglängdsgatan 1" in page.text
    assert ("Ett kontaktombud i huset svarar dig." in page.text, "bjuder in" in page.text) == (True, False)
    sent = page.press("Be att få gå med", fill(floor="0", door="3"))
    assert sent.location == "/join/sent"
    assert requests() == [("Lina", "1", "1003", "unconfirmed")]


def test_the_stairwell_is_asked_for_until_one_is_chosen(
    client: PageClient, house: Building, amina: Person, stairwell_3: Stairwell
) -> None:
    page = client.get(f"/buildings/{house.id}/join")
    assert page.form(f"/buildings/{house.id}/join") == {"stairwell": ""}
    again = page.press("Fortsätt")
    assert (again.h1, "Välj din port." in again.text) == ("Vilken port bor du i?", True)
    found = client.get("/", query_string={"q": "Våglängdsgatan 3"})
    asked = found.click("Våglängdsgatan 1–3 Hässleholmen · Har en grupp").click("Gå med")
    assert "Port Våglängdsgatan 3" in asked.text


@pytest.mark.parametrize("typed", ["{}", "{lower}", " {spaced} ", "{plain}"])
def test_a_code_can_be_typed_on_the_front_page(
    typed: str, client: PageClient, bengt: Person, code: str
) -> None:
    wanted = typed.format(
        code, lower=code.lower(), spaced=code.replace("-", " "), plain=code.replace("-", "")
    )
    page = client.get("/")
    assert "Port Våglängdsgatan 3" in page.press("Fortsätt", {"code": wanted}).follow().text
    assert "Port Våglängdsgatan 3" in page.press("Sök", {"q": wanted}).follow().text
    while_typing = client.get("/", query_string={"q": wanted}, headers={"HX-Request": "true"})
    assert list(while_typing.links.values()) == [f"/j/{code}"]


@pytest.mark.parametrize("wrong", ["HX7K-29QD", "å", "<b>", "../../login", "x" * 500])
def test_a_wrong_code_can_be_typed_again(wrong: str, client: PageClient, bengt: Person, code: str) -> None:
    page = client.get("/j", query_string={"code": wrong}).follow()
    assert (page.status, page.h1) == (404, "Koden leder ingenstans")
    assert "Port Våglängdsgatan 3" in page.press("Fortsätt", {"code": code}).follow().text


@pytest.mark.parametrize("nothing", ["", " ", "-", "/"])
def test_no_code_at_all_gets_the_field_again(nothing: str, client: PageClient) -> None:
    page = client.get("/j", query_string={"code": nothing})
    assert (page.status, page.form("/j")) == (404, {"code": ""})


def test_somebody_elses_stairwell_is_not_a_stairwell_of_this_building(
    client: PageClient, house: Building, amina: Person, ivan: Person, other_house: Building, fill: Fill
) -> None:
    foreign = other_house.stairwells[0].id
    page = client.post(f"/buildings/{house.id}/join?stairwell={foreign}", fill())
    assert page.h1 == "Vilken port bor du i?"
    assert requests() == []


@pytest.mark.parametrize("number", ["0", "999999", "9223372036854775808"])
def test_a_building_that_does_not_exist(number: str, client: PageClient) -> None:
    assert client.get(f"/buildings/{number}/join").status == 404
    assert client.post(f"/buildings/{number}/join").status in {404, 405}  # no address, or no such house


@pytest.mark.parametrize("state", [GroupState.DORMANT, GroupState.CLOSED])
def test_the_poster_of_a_group_that_sleeps_leads_to_interest(
    state: GroupState, client: PageClient, group: Group, bengt: Person, code: str, fill: Fill
) -> None:
    group.state = state
    interest = f"/buildings/{group.buildings[0].id}/interest"
    assert client.get(f"/j/{code}").location == interest
    assert client.post(f"/j/{code}", fill()).location == interest
    assert client.get(f"/buildings/{group.buildings[0].id}/join").location == interest
    assert requests() == []


def test_a_port_without_a_coordinator_asks_for_nothing_that_would_be_lost(
    client: PageClient, scene: Scene, fill: Fill
) -> None:
    appointments = db.session.scalars(select(Coordinator).where(Coordinator.group_id == scene.group.id)).all()
    for each in appointments:
        if each.is_lead:
            each.ended_at = utcnow()
        else:
            each.stairwells = [scene.stairwell_3]
    db.session.commit()
    interest = f"/buildings/{scene.house.id}/interest"
    for stairwell, location in ((scene.stairwell_1, interest), (scene.stairwell_3, None)):
        poster = f"/j/{show_code(tokens.code(Purpose.POSTER, stairwell.nonce))}"
        assert client.get(poster).location == location
        assert client.post(poster, fill()).location == (location or "/join/sent")


def test_without_a_coordinator_the_poster_leads_to_interest(
    client: PageClient, group: Group, langgatan: Building, code: str
) -> None:
    assert client.get(f"/j/{code}").location == f"/buildings/{group.buildings[0].id}/interest"
    assert client.get(f"/buildings/{langgatan.id}/join").location == f"/buildings/{langgatan.id}/interest"


def test_a_request_goes_to_somebody_whom_mail_reaches(
    client: PageClient, outbox: Outbox, amina: Person, bengt: Person, code: str, fill: Fill
) -> None:
    assert bengt.mailbox
    bengt.mailbox.suppression, bengt.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    client.post(f"/j/{code}", fill(how="knock", address="", floor="1", door="1"))
    assert outbox.addressed() == [("join-requested", "amina@example.org")]


@pytest.mark.parametrize("why", ["no address", "bounces"])
def test_where_nobody_would_learn_of_it_the_poster_leads_to_interest(
    why: str, client: PageClient, outbox: Outbox, bengt: Person, group: Group, code: str, fill: Fill
) -> None:
    house = f"/buildings/{group.buildings[0].id}"
    if why == "bounces":
        assert bengt.mailbox
        bengt.mailbox.suppression, bengt.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    else:
        bengt.mailbox = None
    assert client.get(f"/j/{code}").location == f"{house}/interest"
    assert client.get(f"{house}/join").location == f"{house}/interest"
    client.post(f"/j/{code}", fill(floor="1", door="1"))
    assert (requests(), outbox.names()) == ([], [])


def test_a_coordinator_who_wants_no_notices_is_asked_all_the_same(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    assert bengt.mailbox
    bengt.mailbox.suppression, bengt.mailbox.suppressed_at = Suppression.COMPLAINED, utcnow()
    client.post(f"/j/{code}", fill(how="knock", address="", floor="1", door="1"))
    assert outbox.addressed() == [("join-requested", "bengt@example.org")]


def test_a_knock_goes_straight_to_the_coordinators(
    client: PageClient, outbox: Outbox, bengt: Person, stairwell_3: Stairwell, code: str, fill: Fill
) -> None:
    knock = fill(how="knock", address="", floor="1", door="1")
    for _ in range(2):
        sent = client.post(f"/j/{code}", knock)
        assert sent.location == "/join/sent?how=knock"
    assert sent.follow().h1 == "Tack, vi har fått din anmälan"
    assert requests() == [("Lina", "3", "1101", "waiting"), ("Lina", "3", "1101", "withdrawn")]
    for request in db.session.scalars(select(JoinRequest)):
        assert (request.wants_visit, request.person.mailbox_id) == (True, None)
    assert meant(outbox) == [("join-requested", "bengt@example.org")]
    assert status_of(stairwell_3, "1101") is HouseholdStatus.WANTS_TO_JOIN


def test_a_made_up_name_at_a_door_hides_nobody_who_lives_there(
    client: PageClient, outbox: Outbox, bengt: Person, stairwell_3: Stairwell, code: str, fill: Fill
) -> None:
    knock = fill(how="knock", address="", floor="1", door="1")
    pages = [
        client.post(f"/j/{code}", knock | {"name": name}) for name in ("Kalle", "Riktig Granne", "kalle")
    ]
    assert {(page.status, page.location) for page in pages} == {(303, "/join/sent?how=knock")}
    assert [(who, state) for who, *_, state in requests()] == [
        ("Kalle", "waiting"), ("Riktig Granne", "waiting"), ("kalle", "withdrawn"),
    ]  # fmt: skip
    assert meant(outbox) == [("join-requested", "bengt@example.org")] * 2
    first = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id)).first()
    assert first
    client.post(f"/requests/{first.id}/decline", as_=bengt)
    page = client.get(f"/groups/{first.group_id}/members", as_=bengt)
    assert "Riktig Granne" in page.text
    assert status_of(stairwell_3, "1101") is HouseholdStatus.WANTS_TO_JOIN
    walk = client.get(f"/groups/{first.group_id}/knock", as_=bengt)
    assert "Riktig Granne vill att du knackar på" in walk.text
    assert "Kalle" not in walk.text


def test_no_more_than_five_names_wait_at_one_door(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    """Anybody can ask for a visit to any flat, and must not fill the coordinators' list."""
    knock = fill(how="knock", address="", floor="1", door="1")
    pages = [client.post(f"/j/{code}", knock | {"name": f"Lina {name}"}) for name in "ABCDEFG"]
    assert {(page.status, page.location, bytes_of(page)) for page in pages} == {
        (303, "/join/sent?how=knock", bytes_of(pages[0]))
    }
    assert [state for *_, state in requests()] == ["waiting"] * 5 + ["withdrawn"] * 2


def test_after_ten_requests_a_day_from_a_stairwell_the_rest_waits_in_the_list_unmailed(
    client: PageClient, outbox: Outbox, bengt: Person, stairwell_3: Stairwell, code: str, fill: Fill
) -> None:
    """Somebody with a domain has any number of addresses, and must not fill a coordinator's mailbox."""
    for number in range(12):
        client.post(f"/j/{code}", fill(name=f"Lina {number}", address=f"n{number}@example.org"))
        request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc())).first()
        assert request is not None
        client.post(confirm_link(request))
    assert meant(outbox).count(("join-requested", "bengt@example.org")) == 10
    assert [state for *_, state in requests()] == ["waiting"] * 12
    assert "Lina 11" in client.get(f"/groups/{stairwell_3.building.group_id}/members", as_=bengt).text


def test_after_three_knocks_a_day_the_rest_waits_in_the_list_unmailed(
    client: PageClient, outbox: Outbox, amina: Person, bengt: Person, stairwell_1: Stairwell,
    stairwell_3: Stairwell, code: str, fill: Fill,
) -> None:  # fmt: skip
    """Anybody can ask for a visit to any flat, and must not fill a coordinator's mailbox."""
    doors = [("0", "1"), ("0", "3"), ("1", "1"), ("1", "2"), ("1", "3")]
    pages = [client.post(f"/j/{code}", fill(how="knock", floor=floor, door=door)) for floor, door in doors]
    assert {(page.status, page.location, bytes_of(page)) for page in pages} == {
        (303, "/join/sent?how=knock", bytes_of(pages[0]))
    }
    assert meant(outbox) == [("join-requested", "bengt@example.org")] * 3
    assert [flat for _, _, flat, _ in requests()] == ["1001", "1003", "1101", "1102", "1103"]
    assert status_of(stairwell_3, "1103") is HouseholdStatus.WANTS_TO_JOIN
    page = client.get(f"/groups/{stairwell_3.building.group_id}/members", as_=bengt)
    assert [flat in page.text for flat in ("1001", "1103")] == [True, True]
    elsewhere = f"/buildings/{stairwell_1.building_id}/join?stairwell={stairwell_1.id}"
    client.post(elsewhere, fill(how="knock", floor="2", door="1"))
    assert meant(outbox)[3:] == [("join-requested", "amina@example.org")]
    db.session.execute(db.update(JoinRequest).values(created_at=utcnow() - timedelta(hours=25)))
    client.post(f"/j/{code}", fill(how="knock", floor="2", door="1"))
    assert meant(outbox)[4:] == [("join-requested", "bengt@example.org")]


@on_one_database
@pytest.mark.parametrize(
    "name",
    [
        "Anna-Lena O'Brien",
        "J. R. Ek",
        "J.P. Ek",
        "Åsa & Per",
        "Kim, 2 tr.",
        "Bo S:t Cyr",
        "Dörr 2: Kim",
        "أمينة",
        "Lina/Kim",
        "Lina / Kim",
        "Dr. Ek",
        "Dr.Ek",
        "A.Öberg",
        "Per:s Kim",
        "Ö",
        "李",
        "O’Brien",
        "علی\u200cرضا",
        "Lina 🌻",
        "Nguye\u0302\u0303n",
    ],
)
def test_names_that_only_look_like_something_else(
    name: str, client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    assert client.post(f"/j/{code}", fill(name=name)).status == 303


REFUSED = {
    "no name": ({"name": ""}, "Skriv ett namn. Förnamn räcker."),
    "long name": ({"name": "x" * 61}, "Namnet är för långt. Högst 60 tecken."),
    "hidden characters": ({"name": "Li\u202ena"}, "Här finns osynliga tecken."),
    "zero width": ({"name": "Li\u200bna"}, "Här finns osynliga tecken."),
    "line break": ({"name": "Lina\nBcc: x@example.org"}, "Här finns osynliga tecken."),
    "encoded word": ({"name": "=?UTF-8?Q?=0A?="}, "kan inte skickas"),
    "web address": ({"name": "Polisen: logga in https://evil.example/x"}, "utan webbadress"),
    "bare web address": ({"name": "Polisen evil.example"}, "utan webbadress"),
    "web address in wide letters": ({"name": "Lina evil．ｅｘａｍｐｌｅ"}, "utan webbadress"),
    "web address with another dot": ({"name": "Lina evil。se"}, "utan webbadress"),
    "web address with a half-width dot": ({"name": "Lina evil｡se"}, "utan webbadress"),
    "number of a machine": ({"name": "Lina 8.8.8.8"}, "utan webbadress"),
    "phone link": ({"name": "tel:+4670"}, "utan webbadress"),
    "other link": ({"name": "hxxps:evil"}, "utan webbadress"),
    "www": ({"name": "WWW. evil"}, "utan webbadress"),
    "e-mail for a name": ({"name": "lina@localhost"}, "utan webbadress"),
    "two slashes": ({"name": "Lina //evil"}, "utan webbadress"),
    "digits alone": ({"name": "12"}, "minst en bokstav"),
    "a dash": ({"name": "-"}, "minst en bokstav"),
    "a dot": ({"name": "."}, "minst en bokstav"),
    "a letter like a space": ({"name": "\u3164"}, "Här finns osynliga tecken"),
    "an emoji alone": ({"name": "🌻"}, "minst en bokstav"),
    "marks piled up": ({"name": "Lina q" + "\u0301" * 9}, "för många accenter"),
    "a joiner beside nothing": ({"name": "Lina\u200c"}, "Här finns osynliga tecken"),
    "a direction mark": ({"name": "Li\u200fna"}, "Här finns osynliga tecken"),
    "personnummer": ({"name": "Lina 19811218-9876"}, "Det ser ut som ett personnummer."),
    "no address": ({"address": ""}, "Skriv din e-postadress, eller välj att vi knackar på hos dig."),
    "no at": ({"address": "lina.example.org"}, "Det saknas ett @ i e-postadressen."),
    "two ats": ({"address": "li@na@example.org"}, "Det står två @ i e-postadressen."),
    "two addresses": ({"address": "lina@example.org, kim@example.org"}, "Skriv bara en e-postadress"),
    "address with a line break": ({"address": "lina@example.org\nkim"}, "Här finns osynliga tecken."),
    "long address": ({"address": "l" * 250 + "@example.org"}, "E-postadressen är för lång."),
    "strange letters": ({"address": "åsa@example.org"}, "Före @ kan det inte stå å, ä, ö"),
    "no such door": ({"floor": "1", "door": "99"}, "Välj något i listan."),
    "no such floor": ({"floor": "89", "door": "1"}, "Välj något i listan."),
    "floor in letters": ({"floor": "x", "door": "1"}, "Välj något i listan."),
    "no consent": ({"consent": ""}, "Kryssa i rutan om du vill vara med."),
    "no way of answering": ({"how": "pigeon"}, "Välj hur du vill få svar."),
    "a knock nowhere": ({"how": "knock", "address": ""}, "Välj våning och dörr, så att vi hittar till dig."),
}


@on_one_database
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_names_the_cure_and_keeps_what_was_typed(
    case: str, client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    typed, cure = REFUSED[case]
    before = count(Person), count(Mailbox)
    page = client.post(f"/j/{code}", fill(**typed))
    assert page.status == 422
    assert len(page.errors) == 1
    assert cure in page.errors[0]
    kept = page.form(f"/j/{code}")
    assert kept["name"].split() == fill(**typed)["name"].split()
    assert kept["address"].split() == fill(**typed)["address"].split()
    assert (requests(), outbox.names(), (count(Person), count(Mailbox))) == ([], [], before)


def test_a_door_that_is_not_on_that_floor(
    client: PageClient, bengt: Person, stairwell_3: Stairwell, code: str, fill: Fill
) -> None:
    db.session.delete(flat_of(stairwell_3, "1203"))
    page = client.post(f"/j/{code}", fill(floor="2", door="3"))
    assert page.errors == [
        "Den dörren finns inte på den våningen. Räkna dörrarna från vänster eller välj Vet inte."
    ]


def test_extra_fields_are_ignored(
    client: PageClient, bengt: Person, ivan: Person, other_group: Group, code: str, fill: Fill
) -> None:
    extra = {"state": "approved", "role": "lead", "group_id": str(other_group.id), "approved": "1"}
    client.post(f"/j/{code}", fill(**extra))
    assert requests() == [("Lina", "3", None, "unconfirmed")]


def test_nothing_is_taken_in_without_the_token_against_forgery(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    assert client.post(f"/j/{code}", fill(), csrf=False).status == 400
    assert requests() == []


def test_the_applicants_language_is_the_pages(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill(), headers={"Accept-Language": "ar"})
    assert db.session.scalars(select(JoinRequest)).one().person.language is Language.ARABIC


def test_asking_again_before_confirming_corrects_the_flat(
    client: PageClient, bengt: Person, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill(floor="1", door="1"))
    client.post(f"/j/{code}", fill(name="LINA", floor="1", door="2"))
    assert requests() == [("Lina", "3", "1102", "unconfirmed")]


def test_who_asks_after_a_member_on_the_same_mailbox_finds_the_question_in_the_one_mail(
    client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill
) -> None:
    """Somebody asked in Carin's name first, so her husband gets no mail of his own that day."""
    client.post(f"/j/{code}", fill(name="Carin Öberg", address="carin@example.org"))
    client.post(f"/j/{code}", fill(name="Pär Öberg", address="carin@example.org"))
    assert what_leaves() == [("join-already-member", "carin@example.org")]
    told = next(row for row in outbox.rows() if row.mailing.kind == "join-already-member")
    page = client.get(button_of(told))
    assert ("Pär Öberg" in page.text, "Carin" in page.text) == (True, False)
    page.press("Ja, det stämmer")
    assert requests()[-1] == ("Pär Öberg", "3", None, "waiting")


def test_interest_in_the_same_address_keeps_nobody_from_joining(
    client: PageClient, outbox: Outbox, bengt: Person, langgatan: Building, code: str, fill: Fill
) -> None:
    client.post(f"/buildings/{langgatan.id}/interest", {"name": "Mallory", "address": "lina@example.org"})
    client.post(f"/j/{code}", fill())
    assert what_leaves() == [("interest-confirm", "lina@example.org"), ("join-confirm", "lina@example.org")]


def test_twenty_names_on_one_mailbox_are_four_mails_to_the_coordinator(
    client: PageClient, outbox: Outbox, bengt: Person, code: str, fill: Fill
) -> None:
    """The rest waits in the list without mail, so that a stranger cannot fill a mailbox."""
    for number in range(20):
        client.post(f"/j/{code}", fill(name=f"Kim {number}"))
    db.session.execute(db.delete(RateCount))
    asked = db.session.scalars(select(JoinRequest)).all()
    client.post(confirm_link(asked[0]), {"who": [str(each.id) for each in asked]})
    assert [state for *_, state in requests()] == ["waiting"] * 20
    assert meant(outbox).count(("join-requested", "bengt@example.org")) == 4
    page = client.get(f"/groups/{asked[0].group_id}/members", as_=bengt)
    assert [name for name in ("Kim 0", "Kim 19") if name not in page.text] == []
    client.post(f"/j/{code}", fill(name="Mio", address="mio@example.org"))  # another mailbox
    client.post(confirm_link(newest()))
    assert meant(outbox).count(("join-requested", "bengt@example.org")) == 5
    db.session.execute(db.update(JoinRequest).values(confirmed_at=utcnow() - timedelta(hours=25)))
    client.post(f"/j/{code}", fill(name="Lo"))
    client.post(confirm_link(newest()))
    assert meant(outbox).count(("join-requested", "bengt@example.org")) == 6


def newest() -> JoinRequest:
    """Return the newest request."""
    return db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc()).limit(1)).one()


@pytest.mark.parametrize(("first", "before"), [("1202", "1202"), ("", None), ("1101", "1101")])
def test_who_waits_is_let_in_by_the_letter_of_their_own_flat(
    first: str, before: str | None, client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill
) -> None:
    """They asked by poster, perhaps with another flat, and confirmed; then the letter came."""
    where = {"floor": first[1], "door": first[3]} if first else {}
    client.post(f"/j/{code}", fill(**where))
    client.get(confirm_link(newest())).press("Ja, det stämmer")
    lina = newest()
    lina.created_at = lina.confirmed_at = utcnow() - timedelta(days=16)
    (letter,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.bengt)
    db.session.execute(db.update(OutboxRow).values(created_at=utcnow() - timedelta(days=16)))
    db.session.execute(db.update(Mailing).values(created_at=utcnow() - timedelta(days=16)))
    db.session.commit()
    told = outbox.names().count("join-requested")

    form = {k: v for k, v in fill().items() if k not in {"floor", "door"}}
    client.post(f"/j/{show_code(code_of(letter))}", form)
    assert requests()[1:] == [
        ("Lina", "3", before, "waiting")
    ]  # what a coordinator sees is not changed unasked
    assert what_leaves()[-1] == ("join-confirm", "lina@example.org")
    page = client.get(confirm_link(lina))
    assert page.h1 == "Var det du som ville gå med?"
    assert page.press("Ja, det stämmer").location == "/join/joined"
    assert requests()[1:] == [("Lina", "3", "1202", "approved")]
    assert outbox.names().count("join-requested") == told
    assert status_of(scene.stairwell_3, "1202") is HouseholdStatus.TAKES_PART
    assert status_of(scene.stairwell_3, "1101") is (
        HouseholdStatus.NOT_CONTACTED if first == "1101" else None
    )


def test_a_letter_that_is_used_leaves_who_waits_waiting(
    client: PageClient, outbox: Outbox, scene: Scene, code: str, fill: Fill
) -> None:
    client.post(f"/j/{code}", fill(floor="2", door="2"))
    client.get(confirm_link(newest())).press("Ja, det stämmer")
    (letter,) = print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.bengt)
    db.session.commit()
    form = {k: v for k, v in fill().items() if k not in {"floor", "door"}}
    client.post(f"/j/{show_code(code_of(letter))}", form)
    letter.used_at = letter.ended_at = utcnow()
    db.session.commit()
    done = client.get(confirm_link(newest())).press("Ja, det stämmer").follow()
    assert done.h1 == "Din anmälan väntar på svar"
    assert requests()[1:] == [("Lina", "3", "1202", "waiting")]
    assert outbox.names().count("join-requested") == 1  # not asked a second time


def test_who_has_said_no_still_has_when_the_question_is_answered(
    client: PageClient, scene: Scene, code: str, fill: Fill
) -> None:
    """Anybody can ask for a visit to any flat, so it never undoes a refusal, decided or not."""
    make_household(flat_of(scene.stairwell_3, "1202"), HouseholdStatus.DECLINED)
    client.post(f"/j/{code}", fill(how="knock", address="", floor="2", door="2"))
    assert status_of(scene.stairwell_3, "1202") is HouseholdStatus.DECLINED
    members = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert "Lina" in members.text
    assert "Lina" in client.get(f"/groups/{scene.group.id}/knock", as_=scene.bengt).text
    client.post(f"/requests/{newest().id}/decline", as_=scene.bengt)
    assert status_of(scene.stairwell_3, "1202") is HouseholdStatus.DECLINED
