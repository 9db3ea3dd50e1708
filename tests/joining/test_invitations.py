"""Invitations by e-mail: sent line by line, listed, sent again, revoked, accepted, declined."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_invitation, make_member, make_person, make_request
from tests.joining.conftest import status_of, what_leaves
from tests.joining.races import at_once
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.mail.queue import UNLEASED
from watch.models import (
    Group,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    JoinRequest,
    Language,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.tokens import Purpose

YES = {"name": "Lina", "language": "so", "consent": "y"}


def invitations() -> list[tuple[str, str, str | None]]:
    """Address, state and flat of every invitation, oldest first."""
    wanted = select(Invitation).order_by(Invitation.id).execution_options(populate_existing=True)
    return [
        (each.mailbox.address if each.mailbox else "", each.state.value, each.flat and each.flat.number)
        for each in db.session.scalars(wanted)
    ]


def link_of(invitation: Invitation) -> str:
    """The mailed link."""
    return f"/join/{tokens.make(Purpose.INVITATION, invitation.id, invitation.generation)}"


def only() -> Invitation:
    return db.session.scalars(select(Invitation).execution_options(populate_existing=True)).one()


@pytest.fixture
def write(client: PageClient, group: Group) -> Callable[..., Page]:
    """Send the invitation form."""

    def sent(by: Person, *lines: str, **more: Any) -> Page:
        typed = {
            "addresses": "\r\n".join(lines),
            "language": "sv",
            "flat": "",
            "form_key": secrets.token_urlsafe(),
        }
        return client.post(f"/groups/{group.id}/invitations", typed | more, as_=by)

    return sent


def test_three_neighbours_are_invited(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt)
    assert "Ingen är inbjuden än" in page.text
    done = write(
        scene.bengt, "lina@example.org", "", " Kim@Example.org ", "lina@example.org", "mio@example.org"
    )
    assert done.status == 303
    page = done.follow()
    assert page.flashes == [("done", "3 inbjudningar är på väg.")]
    assert outbox.addressed() == [
        ("invitation", "lina@example.org"),
        ("invitation", "Kim@example.org"),
        ("invitation", "mio@example.org"),
    ]
    assert "lina@example.org" in page.text
    assert {row.not_after for row in outbox.rows()} == {
        each.expires_at for each in db.session.scalars(select(Invitation))
    }


def test_a_flat_is_preselected_and_its_household_is_invited(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    bengt: Person,
    group: Group,
    port_3: Stairwell,
) -> None:
    flat = flat_of(port_3, "1203")
    page = client.get(f"/groups/{group.id}/invitations?flat={flat.id}", as_=bengt)
    assert page.form(f"/groups/{group.id}/invitations")["flat"] == str(flat.id)
    write(bengt, "lina@example.org", flat=str(flat.id), language="ar")
    assert invitations() == [("lina@example.org", "open", "1203")]
    assert status_of(port_3, "1203") is HouseholdStatus.INVITED
    assert [row.language for row in outbox.rows()] == [Language.ARABIC]


def test_good_lines_are_sent_and_bad_ones_come_back(
    outbox: Outbox, write: Callable[..., Page], scene: Scene
) -> None:
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    page = write(
        scene.bengt, "lina@example.org", "kim.example.org", "CARIN@example.org", "nina@example.org",
        "a@b@example.org", "li\u200bna@example.org",
    )  # fmt: skip
    assert page.status == 422
    assert page.flashes == [("done", "1 inbjudan är på väg.")]
    assert [line.split(":")[0] for line in page.errors] == [
        "Rad 2 (kim.example.org)",
        "Rad 3 (CARIN@example.org)",
        "Rad 4 (nina@example.org)",
        "Rad 5 (a@b@example.org)",
        "Rad 6 (li\u200bna@example.org)",
        "Rätta adresserna som står kvar. De andra är klara.",
    ]
    assert page.html.count("Rad 5") == 1  # said once, not again at the field
    assert (
        "Rad 5 (a@b@example.org): Det står flera @ i adressen. Skriv en adress på varje rad." in page.errors
    )
    kept = page.form(f"/groups/{scene.group.id}/invitations")
    lines = "kim.example.org CARIN@example.org nina@example.org a@b@example.org li\u200bna@example.org"
    assert kept["addresses"].split("\n") == lines.split(" ")
    assert outbox.addressed() == [("invitation", "lina@example.org")]


@pytest.mark.parametrize(
    ("pasted", "addresses"),
    [
        ("Lina Svensson <lina@example.org>", ["lina@example.org"]),
        ('"Ek, Lina" <lina@example.org>, Kim <kim@example.org>', ["lina@example.org", "kim@example.org"]),
        ("<lina@example.org>; kim@example.org", ["lina@example.org", "kim@example.org"]),
        ("mailto:lina@example.org?subject=Hej", ["lina@example.org"]),
        ("Lina <MAILTO:lina@example.org>", ["lina@example.org"]),
        ("Lina < mailto:lina@example.org?cc=kim >", ["lina@example.org"]),
        ("a@example.org;b@example.org,c@example.org d@example.org",
         [f"{each}@example.org" for each in "abcd"]),
        ("a@example.org\u00a0\tb@example.org,\r\n;A@example.org", ["a@example.org", "b@example.org"]),
    ],
)  # fmt: skip
def test_addresses_are_taken_as_they_are_pasted(
    pasted: str, addresses: list[str], outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    assert write(bengt, pasted).status == 303
    assert [address for _kind, address in outbox.addressed()] == addresses


@pytest.mark.parametrize("pasted", ["Lina Svensson", "lina.example.org; kim", "<>", "Lina <kim>", '"'])
def test_a_line_without_an_address_says_so_once(
    pasted: str, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    page = write(bengt, pasted)
    assert (page.status, len(page.errors), outbox.names()) == (422, 2, [])
    assert "Det saknas ett @" in page.errors[0]


@pytest.fixture
def known_elsewhere(scene: Scene) -> list[str]:
    """Three addresses that Amina knows of, who has the whole house, and Bengt in port 3 must not."""
    make_invitation(scene.group, "nina@example.org", by=scene.amina)
    no = make_invitation(scene.group, "otto@example.org", flat=flat_of(scene.port_1, "1203"), by=scene.amina)
    no.state, no.ended_at = InvitationState.DECLINED, utcnow()
    return ["dawit@example.org", "nina@example.org", "otto@example.org"]


def test_a_ports_coordinator_learns_nothing_of_the_other_ports(
    client: PageClient, write: Callable[..., Page], scene: Scene, known_elsewhere: list[str]
) -> None:
    """Who takes part there, was invited or said no is invited like a stranger, all the way to the end."""
    addresses = ["lina@example.org", *known_elsewhere]
    path = f"/groups/{scene.group.id}/invitations"

    def alike(press: str) -> None:
        seen = set()
        for address in addresses:
            page = client.get(f"{path}?q={address}", as_=scene.bengt).press(f"{press} {address}")
            seen.add((page.status, tuple(page.follow().flashes)))
        assert len(seen) == 1, press

    def rows() -> set[str]:
        pages = [(each, client.get(f"{path}?q={each}", as_=scene.bengt)) for each in addresses]
        return {page.text.replace(each, "…") for each, page in pages}

    for address in addresses:
        page = write(scene.bengt, address)
        assert (page.status, page.follow().flashes) == (303, [("done", "1 inbjudan är på väg.")]), address
    assert len(rows()) == 1
    for _ in range(2):
        assert what_leaves() == [
            ("invitation", "lina@example.org"),
            ("join-already-member", "dawit@example.org"),
            ("invitation", "nina@example.org"),
        ]
        sent = db.update(OutboxRow).where(OutboxRow.state == OutboxState.SENDING)
        db.session.execute(sent.values(state=OutboxState.SENT, settled_at=utcnow(), **UNLEASED))
        (row,) = rows()
        assert "Levererad till e-postservern" in row
        alike("Skicka igen")
    alike("Återkalla")
    assert len(rows()) == 1
    assert "Återkallad" in rows().pop()


def test_whoever_has_the_whole_house_is_told_what_stands_in_the_list(
    outbox: Outbox, write: Callable[..., Page], scene: Scene, known_elsewhere: list[str]
) -> None:
    assert [error.partition(": ")[2] for error in write(scene.amina, *known_elsewhere).errors][:3] == [
        "Adressen är redan med i gruppen. Ta bort raden.",
        "Adressen har redan en inbjudan. Skicka den igen från listan nedanför.",
        "Den adressen har tackat nej. Då skriver vi inte dit igen.",
    ]
    assert outbox.names() == []


def test_who_joins_in_another_port_changes_nothing_in_the_inviters_list(
    client: PageClient, write: Callable[..., Page], scene: Scene
) -> None:
    """Bengt invites to port 3, and Amina lets them in to port 1; her own invitation is settled."""
    for by in (scene.amina, scene.bengt):
        assert write(by, "lina@example.org").follow().status == 200
    request = make_request(make_person("Lina", "lina@example.org"), scene.group, scene.port_1)
    path = f"/groups/{scene.group.id}/invitations"
    before = client.get(path, as_=scene.bengt).text
    client.post(f"/requests/{request.id}/approve", as_=scene.amina)
    assert [state for _, state, _ in invitations()] == ["revoked", "open"]
    assert client.get(path, as_=scene.bengt).text == before
    page = client.get(path, as_=scene.bengt).press("Återkalla lina@example.org").follow()
    assert "Gick med på annat sätt" not in page.text
    assert "Gick med på annat sätt" in client.get(path, as_=scene.amina).text


def test_two_coordinators_who_were_given_an_address_each_invite_it(
    client: PageClient, write: Callable[..., Page], scene: Scene
) -> None:
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.port_1])
    for by in (scene.bengt, kerstin):
        assert write(by, "lina@example.org").status == 303
        again = write(by, "lina@example.org")
        assert "Adressen har redan en inbjudan." in again.errors[0]
    first, second = db.session.scalars(select(Invitation).order_by(Invitation.id))
    assert client.post(f"{link_of(second)}/accept", YES).status == 303
    assert invitations() == [("lina@example.org", "open", None), ("lina@example.org", "accepted", None)]
    assert client.post(f"{link_of(first)}/accept", YES).status == 303
    assert len([each for each in db.session.scalars(select(Membership)) if each.person.name == "Lina"]) == 1


def test_what_is_no_address_beside_one_that_is_comes_back(
    outbox: Outbox, write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    page = write(bengt, "kim.example.org lina@example.org")
    assert page.form(f"/groups/{group.id}/invitations")["addresses"] == "kim.example.org"
    assert outbox.addressed() == [("invitation", "lina@example.org")]


def test_flats_not_contacted_come_first_and_one_flat_takes_one_address(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], carin: Person, bengt: Person, group: Group
) -> None:
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    assert "Högst 20 adresser i taget" in page.text
    (select_,) = (each for each in page.tree.iter("select") if each.get("name") == "flat")
    first, last = [(each.get("label"), [option.text for option in each]) for each in select_.iter("optgroup")]
    assert (first[0], len(first[1])) == ("Våglängdsgatan 3: ej kontaktade", 7)
    assert last == ("Våglängdsgatan 3", ["Våglängdsgatan 3, 1002", "Våglängdsgatan 3, 1102"])
    flat = page.tree.find(".//optgroup/option").get("value")
    refused = write(bengt, "lina@example.org", "kim@example.org", flat=flat)
    assert refused.errors == ["Skriv bara en adress när du väljer lägenhet, eller välj Vet inte."]
    assert write(bengt, "lina@example.org", "Lina@example.org", flat=flat).status == 303
    assert outbox.addressed() == [("invitation", "lina@example.org")]


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"addresses": ""}, "Skriv minst en e-postadress."),
        ({"addresses": " ,\n;\n "}, "Skriv minst en e-postadress."),
        ({"addresses": "\n".join(f"a{n}@example.org" for n in range(21))}, "Det är för många adresser."),
        ({"addresses": "x" * 6001}, "Texten är för lång."),
        ({"flat": "999999"}, "Välj något i listan."),
        ({"language": "fi"}, ""),
    ],
)
def test_what_is_refused_is_kept_and_nothing_is_sent(
    typed: dict[str, str], cure: str, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    page = write(bengt, "lina@example.org", **typed)
    assert page.status == 422
    assert cure in page.errors[0]
    assert (outbox.names(), invitations()) == ([], [])


def test_a_flat_of_another_port_cannot_be_chosen(
    outbox: Outbox, write: Callable[..., Page], bengt: Person, amina: Person, port_1: Stairwell
) -> None:
    flat = str(flat_of(port_1, "1203").id)
    assert write(bengt, "lina@example.org", flat=flat).status == 422
    assert write(amina, "lina@example.org", flat=flat).status == 303
    assert invitations() == [("lina@example.org", "open", "1203")]


def test_a_form_sent_twice_invites_once(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    for _ in range(3):
        assert write(bengt, "lina@example.org", "kim@example.org", form_key="k" * 24).status == 303
    assert len(invitations()) == 2
    assert outbox.names() == ["invitation"] * 2
    same = {"addresses": "mio@example.org", "language": "sv", "flat": "", "form_key": "m" * 24}
    path = f"/groups/{group.id}/invitations"
    assert at_once(client, [(bengt, path), (bengt, path)], same)[0] in {303, 422}
    assert len(invitations()) == 3


@pytest.fixture
def five_a_day(app: Flask) -> Iterator[None]:
    """The limit of invitations a day, low enough to be reached."""
    usual, app.config["INVITATIONS_A_DAY"] = app.config["INVITATIONS_A_DAY"], 5
    yield
    app.config["INVITATIONS_A_DAY"] = usual


def test_what_goes_beyond_the_days_limit_stays_in_the_form(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene, five_a_day: None
) -> None:
    """The page says when it goes on, and then it does; a colleague's letters are counted for themselves."""
    flat = str(flat_of(scene.port_3, "1203").id)
    path = f"/groups/{scene.group.id}/invitations"
    write(scene.bengt, *(f"a{n}@example.org" for n in range(3)), language="so")
    page = write(scene.bengt, *(f"b{n}@example.org" for n in range(4)), "kim.example.org", language="so")
    assert page.status == 422
    assert page.flashes[-1] == ("done", "2 inbjudningar är på väg.")
    full = "Gränsen är 5 inbjudningar på ett dygn, och nu är den nådd. Du kan bjuda in fler "
    assert [error.startswith(full) for error in page.errors] == [True, False, False]
    assert page.errors[1].startswith("Rad 5 (kim.example.org)")
    kept = page.form(path)
    assert kept["addresses"].split("\n") == ["b2@example.org", "b3@example.org", "kim.example.org"]
    assert kept["language"] == "so"
    assert outbox.names() == ["invitation"] * 5

    page = write(scene.bengt, "lina@example.org", flat=flat)
    assert (page.status, page.form(path)["addresses"], page.form(path)["flat"]) == (
        422,
        "lina@example.org",
        flat,
    )
    assert page.errors[1:] == ["Adresserna som står kvar är inte inbjudna än."]
    assert status_of(scene.port_3, "1203") is None
    assert write(scene.amina, "lina@example.org").status == 303

    with time_machine.travel(utcnow() + timedelta(hours=23, minutes=50), tick=False):
        assert write(scene.bengt, "mio@example.org").status == 422
    with time_machine.travel(utcnow() + timedelta(hours=24, minutes=1), tick=False):
        assert write(scene.bengt, "mio@example.org").status == 303


def test_what_is_sent_again_counts_and_taking_back_gives_nothing_back(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    bengt: Person,
    group: Group,
    five_a_day: None,
) -> None:
    write(bengt, "lina@example.org")
    path = f"/groups/{group.id}/invitations"
    for _ in range(4):
        page = client.get(path, as_=bengt).press("Skicka igen lina@example.org").follow()
        assert page.flashes == [("done", "Inbjudan är på väg igen, med en ny länk.")]
    client.get(path, as_=bengt).press("Återkalla lina@example.org").follow()
    page = client.get(path, as_=bengt).press("Skicka igen lina@example.org").follow()
    ((level, said),) = page.flashes
    assert (level, said.partition(",")[0]) == ("info", "Gränsen är 5 inbjudningar på ett dygn")
    assert write(bengt, "kim@example.org").status == 422
    assert outbox.names() == ["invitation"] * 5


def test_two_forms_at_once_do_not_pass_the_limit_together(
    client: PageClient, write: Callable[..., Page], bengt: Person, group: Group, five_a_day: None
) -> None:
    write(bengt, *(f"a{n}@example.org" for n in range(4)))
    path = f"/groups/{group.id}/invitations"
    forms = [
        {"addresses": f"{name}@example.org", "language": "sv", "flat": "", "form_key": name * 9}
        for name in ("lina", "kim")
    ]
    assert sorted(at_once(client, [(bengt, path), (bengt, path)], forms)) == [303, 422]
    assert len(invitations()) == 5


@pytest.mark.parametrize("key", ["", "x" * 5000, "' OR 1=1 --", "åäö" * 9])
def test_a_strange_form_key_does_no_harm(
    key: str, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    assert write(bengt, "lina@example.org", form_key=key).status == 303
    assert outbox.names() == ["invitation"]


def test_the_list_says_how_it_went(
    client: PageClient, write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    names = ["waits", "sent", "bounced", "yes", "no", "late", "back"]
    write(bengt, *(f"{name}@example.org" for name in names))
    found = {
        each.mailbox.address.partition("@")[0]: each
        for each in db.session.scalars(select(Invitation))
        if each.mailbox
    }
    rows = {row.mailing.invitation_id: row for row in db.session.scalars(select(OutboxRow))}
    rows[found["sent"].id].state = OutboxState.SENT
    rows[found["bounced"].id].state = OutboxState.BOUNCED
    found["late"].expires_at = utcnow() - timedelta(days=1)
    for name, state in (("yes", "ACCEPTED"), ("no", "DECLINED"), ("back", "REVOKED")):
        found[name].state, found[name].ended_at = InvitationState[state], utcnow()
    path = f"/groups/{group.id}/invitations"
    page = client.get(path, as_=bengt)
    assert [link for link in page.links if link[-1:].isdigit() and "–" not in link] == [
        "Alla 7", "Väntar 1", "Levererad till e-postservern 1", "Kunde inte nås 1", "Tackat ja 1",
        "Tackat nej 1", "Gäller inte längre 1", "Återkallad 1",
    ]  # fmt: skip
    bounced = page.click("Kunde inte nås 1")
    assert ("bounced@example.org" in bounced.text, "sent@example.org" in bounced.text) == (True, False)
    found_page = client.get(f"{path}?q=LATE", as_=bengt)
    assert ("late@example.org" in found_page.text, "back@example.org" in found_page.text) == (True, False)
    assert "Ingen inbjudan stämmer" in client.get(f"{path}?q=zzz", as_=bengt).text


def test_only_the_sender_and_the_lead_see_an_address(client: PageClient, scene: Scene) -> None:
    """Amina leads; Bengt has port 3 and Kerstin too; each sees the addresses that are theirs to see."""
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.port_3])
    make_invitation(scene.group, "by-bengt@example.org", flat=flat_of(scene.port_3, "1201"), by=scene.bengt)
    make_invitation(scene.group, "by-amina@example.org", by=scene.amina)
    make_invitation(scene.group, "port-1@example.org", flat=flat_of(scene.port_1, "1203"), by=scene.amina)
    path = f"/groups/{scene.group.id}/invitations"
    addresses = ("by-bengt@example.org", "by-amina@example.org", "port-1@example.org")
    seen = {
        who.name: [each for each in addresses if each in client.get(path, as_=who).html]
        for who in (scene.amina, scene.bengt, kerstin)
    }
    assert seen == {"Amina Yusuf": list(addresses), "Bengt Åkesson": [addresses[0]], "Kerstin": []}
    assert "Alla 1" in client.get(path, as_=kerstin).text
    assert "Alla 0" in client.get(f"{path}?q=by-amina", as_=scene.bengt).text


def test_sent_again_with_a_new_link_once_a_press(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    write(bengt, "lina@example.org")
    old = link_of(only())
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    again = page.press("Skicka igen lina@example.org")
    assert page.press("Skicka igen lina@example.org").status == again.status == 303
    assert only().generation == 1
    assert [(row.state.value) for row in outbox.rows()] == ["cancelled", "queued"]
    assert client.get(old).status == 410
    assert client.get(link_of(only())).status == 200


def test_an_expired_or_revoked_one_can_be_sent_again_and_an_answered_one_not(
    client: PageClient, bengt: Person, group: Group, outbox: Outbox
) -> None:
    invitation = make_invitation(group, "lina@example.org", by=bengt)
    path = f"/invitations/{invitation.id}"
    invitation.expires_at = utcnow() - timedelta(days=2)
    client.post(f"{path}/resend", as_=bengt)
    assert only().expires_at > utcnow() + timedelta(days=29)
    client.post(f"{path}/revoke", as_=bengt)
    client.post(f"{path}/resend", as_=bengt)
    assert (only().state, only().generation) == (InvitationState.OPEN, 2)
    client.post(f"{link_of(only())}/decline")
    client.post(f"{path}/resend", as_=bengt)
    client.post(f"{path}/revoke", as_=bengt)
    assert (only().state, only().generation) == (InvitationState.DECLINED, 2)
    assert outbox.names() == ["invitation"] * 2


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(
    write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    make_invitation(group, "lina@example.org", by=bengt).expires_at = utcnow() - timedelta(days=1)
    assert write(bengt, "lina@example.org").status == 303
    assert [state for _address, state, _flat in invitations()] == ["revoked", "open"]


def test_revoked(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    bengt: Person,
    group: Group,
    port_3: Stairwell,
) -> None:
    write(bengt, "lina@example.org", flat=str(flat_of(port_3, "1203").id))
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    done = page.press("Återkalla lina@example.org").follow()
    assert done.flashes == [("done", "Inbjudan är återkallad. Länken gäller inte längre.")]
    assert invitations() == [("lina@example.org", "revoked", "1203")]
    assert status_of(port_3, "1203") is HouseholdStatus.NOT_CONTACTED
    assert [row.state.value for row in outbox.rows()] == ["cancelled"]
    assert client.get(link_of(only())).status == 410
    assert client.post(f"{link_of(only())}/accept", YES).status == 410


@pytest.fixture
def invited(group: Group, bengt: Person, port_3: Stairwell) -> Invitation:
    """Lina's invitation to flat 1203 in port 3, by Bengt."""
    return make_invitation(group, "lina@example.org", flat=flat_of(port_3, "1203"), by=bengt)


def test_yes_needs_no_approval_and_lights_a_window(
    client: PageClient, outbox: Outbox, group: Group, bengt: Person, port_3: Stairwell, invited: Invitation
) -> None:
    page = client.get(link_of(invited))
    assert page.h1 == "Du är inbjuden till grannsamverkan"
    assert "Inbjudan gäller lägenhet 1203 på Våglängdsgatan 3." in page.text
    assert ("Bengt" in page.html, "lina@example.org" in page.html) == (False, False)
    done = page.press("Ja, jag vill vara med", YES)
    assert (done.status, done.location) == (303, "/join/joined")
    lit = done.follow()
    assert lit.tree.get("lang") == "so"
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    lina = membership.person
    assert (lina.name, lina.language, lina.address_confirmed_at is not None) == (
        "Lina",
        Language.SOMALI,
        True,
    )
    assert membership.household is not None
    assert (membership.household.flat.number, membership.admitted_by_id) == ("1203", bengt.id)
    assert status_of(port_3, "1203") is HouseholdStatus.TAKES_PART
    assert invitations() == [("lina@example.org", "accepted", "1203")]
    assert outbox.addressed() == [("join-approved", "lina@example.org")]
    used, never = client.get(link_of(invited)), client.get("/join/" + "x" * 32)
    assert used.status == never.status == 410
    assert used.text == never.text


def test_yes_pressed_twice_is_one_membership_and_the_same_page(
    client: PageClient, outbox: Outbox, invited: Invitation, group: Group
) -> None:
    form = YES | {"form_key": "a" * 24}
    assert [client.post(f"{link_of(invited)}/accept", form).location for _ in range(3)] == [
        "/join/joined"
    ] * 3
    assert outbox.names() == ["join-approved"]


def test_yes_with_the_key_of_another_form_is_yes_all_the_same(
    client: PageClient, outbox: Outbox, invited: Invitation, write: Callable[..., Page], bengt: Person
) -> None:
    assert write(bengt, "mio@example.org", form_key="a" * 24).status == 303
    assert client.post(f"{link_of(invited)}/accept", YES | {"form_key": "a" * 24}).location == "/join/joined"
    assert outbox.names() == ["invitation", "join-approved"]


def test_yes_twice_at_the_same_moment(
    client: PageClient, outbox: Outbox, invited: Invitation, group: Group
) -> None:
    path = f"{link_of(invited)}/accept"
    assert at_once(client, [(None, path), (None, path)], YES | {"form_key": "a" * 24}) == [303, 303]
    assert outbox.names() == ["join-approved"]


def test_a_ports_coordinator_invites_to_that_port_only(client: PageClient, scene: Scene) -> None:
    page = client.get(link_of(make_invitation(scene.group, "lina@example.org", by=scene.bengt)))
    assert "port" not in page.form()
    page.press("Ja, jag vill vara med", YES | {"port": str(scene.port_1.id), "floor": "1", "door": "3"})
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    assert membership.stairwell == scene.port_3


def test_a_ports_coordinator_has_no_say_in_others_invitations_without_a_flat(
    client: PageClient, scene: Scene
) -> None:
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.amina)
    for act in ("resend", "revoke"):
        assert client.post(f"/invitations/{invitation.id}/{act}", as_=scene.bengt).status == 404
    assert (only().state, only().generation) == (InvitationState.OPEN, 0)


def test_without_a_flat_the_door_is_asked_for(
    client: PageClient, group: Group, amina: Person, port_1: Stairwell
) -> None:
    invitation = make_invitation(group, "lina@example.org", by=amina)
    page = client.get(link_of(invitation))
    refused = page.press("Ja, jag vill vara med", YES)
    assert (refused.status, refused.errors) == (422, ["Välj din port."])
    door = {"port": str(port_1.id), "floor": "1", "door": "2"}
    assert refused.press("Ja, jag vill vara med", YES | door).location == "/join/joined"
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc())).first()
    assert membership is not None
    assert membership.household is not None
    assert (membership.stairwell, membership.household.flat.number) == (port_1, "1102")


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"name": ""}, "Skriv ett namn."),
        ({"name": "Lina 811218+9876"}, "Det ser ut som ett personnummer."),
        ({"name": "a\u2066b"}, "Här finns osynliga tecken."),
        ({"consent": ""}, "Kryssa i rutan om du vill vara med."),
    ],
)
def test_what_is_refused_when_accepting(
    typed: dict[str, str], cure: str, client: PageClient, outbox: Outbox, invited: Invitation
) -> None:
    path = f"{link_of(invited)}/accept"
    page = client.post(path, YES | typed)
    assert page.status == 422
    assert cure in page.errors[0]
    assert page.form(path)["name"] == (YES | typed)["name"]
    assert (invitations(), outbox.names()) == ([("lina@example.org", "open", "1203")], [])


def test_no_is_kept_and_nothing_more_is_sent(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, port_3: Stairwell
) -> None:
    write(bengt, "lina@example.org", flat=str(flat_of(port_3, "1203").id))
    page = client.get(link_of(only())).press("Nej tack")
    assert (page.status, page.location) == (303, "/")
    assert invitations() == [("lina@example.org", "declined", "1203")]
    assert status_of(port_3, "1203") is HouseholdStatus.DECLINED
    assert [row.state.value for row in outbox.rows()] == ["cancelled"]
    assert client.post(f"{link_of(only())}/decline").status == 410


def test_who_said_no_is_not_written_to_again(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene, other_group: Group
) -> None:
    """The promise on the page holds for every coordinator of the group, and for an older invitation."""
    old = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    client.post(f"/invitations/{old.id}/revoke", as_=scene.bengt)
    newer = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    client.post(f"{link_of(newer)}/decline")
    page = write(scene.amina, "LINA@example.org", "kim@example.org")
    assert page.status == 422
    assert [line.partition(": ")[2] for line in page.errors if line.startswith("Rad")] == [
        "Den adressen har tackat nej. Då skriver vi inte dit igen."
    ]
    again = client.post(f"/invitations/{old.id}/resend", as_=scene.bengt).follow()
    assert again.flashes[-1] == ("info", "Den adressen har tackat nej. Då skriver vi inte dit igen.")
    assert outbox.addressed() == [("invitation", "kim@example.org")]
    path = f"/groups/{other_group.id}/invitations"
    form = {"addresses": "lina@example.org", "language": "sv", "flat": "", "form_key": "o" * 24}
    assert client.post(path, form, as_=scene.ivan).status == 303


def test_one_no_of_two_leaves_the_flat_invited(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, port_3: Stairwell
) -> None:
    flat = str(flat_of(port_3, "1203").id)
    for address in ("lina@example.org", "kim@example.org"):
        write(bengt, address, flat=flat)
    first, second = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    client.post(f"{link_of(first)}/decline")
    assert status_of(port_3, "1203") is HouseholdStatus.INVITED
    client.post(f"{link_of(second)}/decline")
    assert status_of(port_3, "1203") is HouseholdStatus.DECLINED


def test_a_no_in_a_household_that_takes_part_puts_no_window_out(
    client: PageClient, carin: Person, group: Group, bengt: Person, port_3: Stairwell
) -> None:
    invitation = make_invitation(group, "karl@example.org", flat=flat_of(port_3, "1102"), by=bengt)
    client.post(f"{link_of(invitation)}/decline")
    assert status_of(port_3, "1102") is HouseholdStatus.TAKES_PART


@pytest.mark.parametrize("end", ["expired", "revoked", "renewed", "closed", "altered"])
def test_links_that_do_not_work_any_more_are_told_apart_by_nobody(
    end: str, client: PageClient, outbox: Outbox, invited: Invitation, group: Group
) -> None:
    link = link_of(invited)
    match end:
        case "expired":
            invited.expires_at = utcnow()
        case "revoked":
            invited.state, invited.ended_at = InvitationState.REVOKED, utcnow()
        case "renewed":
            invited.generation += 1
        case "closed":
            group.state = GroupState.CLOSED
        case "altered":
            link = link[:-4] + "AAAA"
    answers = [client.get(link), client.post(f"{link}/accept", YES), client.post(f"{link}/decline")]
    assert [page.status for page in answers] == [410] * 3
    assert answers[0].text == client.get("/join/nothing").text
    assert outbox.names() == []


def test_opening_it_five_times_changes_nothing(
    client: PageClient, outbox: Outbox, invited: Invitation
) -> None:
    assert {client.get(link_of(invited)).status for _ in range(5)} == {200}
    assert (invitations(), outbox.names()) == ([("lina@example.org", "open", "1203")], [])


def test_a_yes_settles_a_request_that_waited(
    client: PageClient, outbox: Outbox, group: Group, port_3: Stairwell, invited: Invitation
) -> None:
    request = make_request(make_person("Lina", "lina@example.org"), group, port_3)
    client.post(f"{link_of(invited)}/accept", YES)
    found = db.session.scalars(select(JoinRequest).execution_options(populate_existing=True)).one()
    assert (found.id, found.state) == (request.id, RequestState.APPROVED)


def test_a_member_who_presses_an_old_invitation_is_not_doubled(
    client: PageClient, outbox: Outbox, group: Group, port_3: Stairwell, invited: Invitation
) -> None:
    make_member(make_person("Lina", "lina@example.org"), group, flat_of(port_3, "1203"))
    assert client.post(f"{link_of(invited)}/accept", YES).location == "/join/joined"
    assert outbox.names() == []


def test_the_lit_window_says_nothing_of_small_numbers(
    client: PageClient, group: Group, invited: Invitation
) -> None:
    group.counted_taking_part = 2
    client.post(f"{link_of(invited)}/accept", YES | {"language": "sv"})
    page = client.get("/join/joined")
    assert page.h1 == "Ditt fönster lyser"
    assert "Förut lyste färre än 5." in page.text
    assert page.html.count('class="lit') - page.html.count('class="lit-house') == 4 + 1 + 1  # door, mark
    assert PageClient(client.app).get("/join/joined").location == "/"


def test_another_groups_things_are_not_there(client: PageClient, scene: Scene, invited: Invitation) -> None:
    paths = [f"/invitations/{invited.id}/resend", f"/invitations/{invited.id}/revoke"]
    paths.append(f"/groups/{scene.group.id}/invitations")
    assert [client.post(path, as_=scene.ivan).status for path in paths] == [404] * 3
    assert invitations() == [("lina@example.org", "open", "1203")]


def test_extra_fields_are_ignored(
    outbox: Outbox, write: Callable[..., Page], bengt: Person, ivan: Person
) -> None:
    write(bengt, "lina@example.org", state="accepted", by_id=str(ivan.id), role="lead", group_id="2")
    assert (only().state, only().by_id) == (InvitationState.OPEN, bengt.id)


def test_the_list_costs_the_same_for_two_and_for_forty(
    client: PageClient, statements: Any, bengt: Person, group: Group, port_3: Stairwell
) -> None:
    costs = []
    for many in (2, 40):
        for number in range(many):
            make_invitation(group, f"a{many}-{number}@example.org", flat=flat_of(port_3, "1203"), by=bengt)
        client.get(f"/groups/{group.id}/invitations", as_=bengt)
        with statements() as seen:
            client.get(f"/groups/{group.id}/invitations", as_=bengt)
        costs.append(len(seen))
    assert costs[0] == costs[1]
