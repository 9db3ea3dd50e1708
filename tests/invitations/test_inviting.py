"""Checks "Bjud in": exactly those shown are invited, once, within the daily limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import flat_of, make_coordinator, make_invitation, make_person
from tests.newcomers import YES, carried, cures_of, invitations, link_of, only, rows_of, status_of
from tests.page_client import Page, PageClient
from tests.races import at_once
from watch.extensions import db
from watch.models import (
    Group,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Language,
    Membership,
    Person,
    Stairwell,
    utcnow,
)


def test_three_neighbours_are_invited(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene
) -> None:
    page = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt)
    assert "Ingen är bjuden med mejl än" in page.text
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
    stairwell_3: Stairwell,
) -> None:
    flat = flat_of(stairwell_3, "1203")
    page = client.get(f"/groups/{group.id}/invitations?flat={flat.id}", as_=bengt)
    assert page.form(f"/groups/{group.id}/invitations/preview")["flat"] == str(flat.id)
    write(bengt, "lina@example.org", flat=str(flat.id), language="ar")
    assert invitations() == [("lina@example.org", "open", "1203")]
    assert status_of(stairwell_3, "1203") is HouseholdStatus.INVITED
    assert [row.language for row in outbox.rows()] == [Language.ARABIC]


def test_good_rows_are_sent_and_bad_ones_stay_to_be_mended(
    client: PageClient, outbox: Outbox, look: Callable[..., Page], scene: Scene
) -> None:
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    seen = look(
        scene.bengt, "Lina <lina@example.org>", "kim.example.org", "CARIN@example.org", "nina@example.org",
        "a@b@example.org", "mi\u200bo@example.org",
    )  # fmt: skip
    assert [row[4] for row in rows_of(seen)] == [
        "Kan bjudas in", "Behöver rättas", "Redan med", "Redan inbjuden", "Behöver rättas", "Kan bjudas in",
    ]  # fmt: skip
    assert (outbox.names(), len(invitations())) == ([], 1)
    left = seen.press("Skicka till 2 grannar")
    assert (left.status, left.flashes) == (200, [("done", "2 inbjudningar är på väg.")])
    assert left.h1 == "2 grannar är bjudna. 2 rader är kvar att rätta."
    assert "skickat än" not in left.text
    assert ("Klar" in left.links, "Avbryt" in left.links) == (True, False)
    assert [row[:2] for row in rows_of(left)] == [("2", "kim.example.org"), ("5", "a@b@example.org")]
    assert cures_of(left) == {
        "rows-1-address": "Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se.",
        "rows-4-address": "Det står två @ i e-postadressen. Ta bort det ena.",
    }
    mended = left.press("Granska igen", {"rows-1-address": "kim@example.org", "rows-4-address": ""})
    assert [row[1::3] for row in rows_of(mended)] == [("kim@example.org", "Kan bjudas in")]
    assert mended.press("Skicka till 1 granne").status == 303
    assert outbox.addressed() == [
        ("invitation", f"{name}@example.org") for name in ("lina", "mio", "kim")
    ]  # fmt: skip
    assert mended.h1 == "2 grannar är bjudna. 1 kan bjudas in nu."


def test_what_is_sent_is_what_was_seen(
    client: PageClient, outbox: Outbox, look: Callable[..., Page], write: Callable[..., Page], scene: Scene
) -> None:
    """If a row was corrected, or somebody else invited it meanwhile, the new number is shown first."""
    seen = look(scene.amina, "lina@example.org", "kim.example.org")
    changed = seen.press("Skicka till 1 granne", {"rows-1-address": "kim@example.org"})
    assert (changed.flashes[0][0], changed.main_actions, outbox.names()) == (
        "info",
        ["Skicka till 2 grannar"],
        [],
    )
    write(scene.amina, "lina@example.org")
    again = changed.press("Skicka till 2 grannar")
    assert (again.main_actions, outbox.names()) == (["Skicka till 1 granne"], ["invitation"])
    assert again.press("Skicka till 1 granne").status == 303
    assert outbox.addressed() == [("invitation", "lina@example.org"), ("invitation", "kim@example.org")]


def test_a_name_is_greeted_and_waits_in_the_form(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    write(bengt, '"Ek, Lina" <lina@example.org>')
    assert only().name == "Lina Ek"
    assert client.get(link_of(only())).form(f"{link_of(only())}/accept")["name"] == "Lina Ek"


def test_flats_not_contacted_come_first_and_one_flat_takes_one_address(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], carin: Person, bengt: Person, group: Group
) -> None:
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    (select_,) = (each for each in page.tree.iter("select") if each.get("name") == "flat")
    first, last = [(each.get("label"), [option.text for option in each]) for each in select_.iter("optgroup")]
    assert (first[0], len(first[1])) == ("Våglängdsgatan 3: ej kontaktade", 7)
    assert last == ("Våglängdsgatan 3", ["Våglängdsgatan 3, 1002", "Våglängdsgatan 3, 1102"])
    flat = page.tree.find(".//optgroup/option").get("value")
    refused = write(bengt, "lina@example.org", "kim@example.org", flat=flat)
    assert refused.errors == ["Skriv bara en adress när du väljer lägenhet, eller välj Vet inte."]
    assert write(bengt, "lina@example.org Lina@example.org", flat=flat).status == 303
    assert outbox.addressed() == [("invitation", "lina@example.org")]


@on_one_database
@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ({"addresses": ""}, "Skriv minst en e-postadress, eller välj en fil."),
        ({"addresses": " ,\n;\n "}, "Skriv minst en e-postadress, eller välj en fil."),
        ({"addresses": "\n".join(f"a{n}@example.org" for n in range(2001))}, "Listan har 2 001 rader."),
        ({"addresses": "x" * 250_001}, "Texten är för lång."),
        ({"pass_on": "everybody"}, "Välj något i listan."),
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


def test_a_flat_of_another_stairwell_cannot_be_chosen(
    outbox: Outbox, write: Callable[..., Page], bengt: Person, amina: Person, stairwell_1: Stairwell
) -> None:
    flat = str(flat_of(stairwell_1, "1203").id)
    assert write(bengt, "lina@example.org", flat=flat).status == 422
    assert write(amina, "lina@example.org", flat=flat).status == 303
    assert invitations() == [("lina@example.org", "open", "1203")]


def test_a_form_sent_twice_invites_once(
    client: PageClient, outbox: Outbox, look: Callable[..., Page], bengt: Person, group: Group
) -> None:
    seen = look(bengt, "lina@example.org", "kim@example.org")
    for _ in range(3):
        assert seen.press("Skicka till 2 grannar").location == f"/groups/{group.id}/invitations#list"
    assert len(invitations()) == 2
    assert outbox.names() == ["invitation"] * 2
    path = f"/groups/{group.id}/invitations"
    assert at_once(client, [(bengt, path), (bengt, path)], carried("mio@example.org"))[0] in {200, 303}
    assert len(invitations()) == 3


def test_what_goes_beyond_the_days_limit_stays_and_says_when_it_can_go(
    outbox: Outbox, look: Callable[..., Page], write: Callable[..., Page], scene: Scene, five_a_day: None
) -> None:
    """It can be sent the next day. A colleague's mails have a limit of their own."""
    write(scene.bengt, *(f"a{n}@example.org" for n in range(3)))
    seen = look(scene.bengt, *(f"b{n}@example.org" for n in range(4)), "kim.example.org", language="so")
    assert seen.main_actions == ["Skicka till 2 grannar"]
    assert "2 ryms inte: gränsen är 5 inbjudningar på ett dygn. De kan gå " in seen.text
    assert "de finns bara på den här sidan" in seen.text
    (kept,) = ("".join(each.itertext()) for each in seen.tree.iter("textarea") if each.get("id") == "later")
    assert kept.strip().splitlines() == [
        "E-postadress\tNamn\tLägenhet", "b2@example.org\t\t", "b3@example.org",
    ]  # fmt: skip
    assert [row[1:] for row in rows_of(look(scene.amina, kept))] == [
        (f"b{n}@example.org", "–", "–", "Kan bjudas in") for n in (2, 3)
    ]
    left = seen.press("Skicka till 2 grannar")
    assert left.flashes == [("done", "2 inbjudningar är på väg.")]
    assert left.h1.startswith("2 grannar är bjudna. ")
    assert [row[1::3] for row in rows_of(left)] == [
        ("b2@example.org", "Får vänta"), ("b3@example.org", "Får vänta"),
        ("kim.example.org", "Behöver rättas"),
    ]  # fmt: skip
    assert (left.main_actions, left.form()["language"]) == ([], "so")
    assert outbox.names() == ["invitation"] * 5

    flat = str(flat_of(scene.stairwell_3, "1203").id)
    assert write(scene.bengt, "lina@example.org", flat=flat).main_actions == []
    assert status_of(scene.stairwell_3, "1203") is None
    assert write(scene.amina, "lina@example.org").status == 303
    with time_machine.travel(utcnow() + timedelta(hours=23, minutes=50), tick=False):
        assert write(scene.bengt, "mio@example.org").main_actions == []
    with time_machine.travel(utcnow() + timedelta(hours=24, minutes=1), tick=False):
        assert left.press("Granska igen").press("Skicka till 2 grannar").status == 200
    assert outbox.addressed()[-2:] == [("invitation", "b2@example.org"), ("invitation", "b3@example.org")]


def test_two_forms_at_once_do_not_pass_the_limit_together(
    client: PageClient, write: Callable[..., Page], bengt: Person, group: Group, five_a_day: None
) -> None:
    write(bengt, *(f"a{n}@example.org" for n in range(4)))
    path = f"/groups/{group.id}/invitations"
    forms = [carried(f"{name}@example.org") for name in ("lina", "kim")]
    assert sorted(at_once(client, [(bengt, path), (bengt, path)], forms)) == [200, 303]
    assert len(invitations()) == 5


@pytest.mark.parametrize("key", ["", "x" * 5000, "' OR 1=1 --", "åäö" * 9])
def test_a_strange_form_key_does_no_harm(
    key: str, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    assert write(bengt, "lina@example.org", form_key=key).status == 303
    assert outbox.names() == ["invitation"]


def test_an_expired_invitation_does_not_stand_in_the_way_of_a_new_one(
    write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    make_invitation(group, "lina@example.org", by=bengt).expires_at = utcnow() - timedelta(days=1)
    assert write(bengt, "lina@example.org").status == 303
    assert [state for _address, state, _flat in invitations()] == ["revoked", "open"]


def test_extra_fields_are_ignored(
    outbox: Outbox, write: Callable[..., Page], bengt: Person, ivan: Person
) -> None:
    write(bengt, "lina@example.org", state="accepted", by_id=str(ivan.id), role="lead", group_id="2")
    assert (only().state, only().by_id) == (InvitationState.OPEN, bengt.id)


def test_two_coordinators_who_were_given_an_address_each_invite_it(
    client: PageClient, write: Callable[..., Page], scene: Scene
) -> None:
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.stairwell_1])
    for by in (scene.bengt, kerstin):
        assert write(by, "lina@example.org").status == 303
        assert rows_of(write(by, "lina@example.org"))[0][4] == "Redan inbjuden"
    first, second = db.session.scalars(select(Invitation).order_by(Invitation.id))
    assert client.post(f"{link_of(second)}/accept", YES).status == 303
    assert invitations() == [("lina@example.org", "open", None), ("lina@example.org", "accepted", None)]
    assert client.post(f"{link_of(first)}/accept", YES).status == 303
    assert len([each for each in db.session.scalars(select(Membership)) if each.person.name == "Lina"]) == 1
