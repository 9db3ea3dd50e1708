"""Checks the list of invitations: states, resending and revoking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation
from tests.newcomers import YES, carried, invitations, link_of, only, rows_of, status_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import (
    Group,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    utcnow,
)


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
        "Alla 7", "Väntar 1", "Skickad 1", "Kunde inte nås 1", "Tackat ja 1",
        "Tackat nej 1", "Gäller inte längre 1", "Återkallad 1",
    ]  # fmt: skip
    bounced = page.click("Kunde inte nås 1")
    assert ("bounced@example.org" in bounced.text, "sent@example.org" in bounced.text) == (True, False)
    found_page = client.get(f"{path}?q=L%C3%85TE", as_=bengt)
    assert ("late@example.org" in found_page.text, "back@example.org" in found_page.text) == (True, False)
    assert "Ingen inbjudan stämmer" in client.get(f"{path}?q=zzz", as_=bengt).text


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
    client.post(f"{link_of(only())}/decline", {"sure": "y"})
    with time_machine.travel(utcnow() + timedelta(minutes=2)):  # the sign-in is marked as seen, too
        refused = client.post(f"{path}/resend", as_=bengt).follow()
    assert refused.flashes[-1] == ("info", "Inbjudan är redan besvarad och kan inte skickas igen.")
    client.post(f"{path}/revoke", as_=bengt)
    assert (only().state, only().generation) == (InvitationState.DECLINED, 2)
    assert outbox.names() == ["invitation"] * 2


def test_what_is_sent_again_counts_and_taking_back_gives_nothing_back(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    bengt: Person,
    group: Group,
    five_a_day: None,
) -> None:
    write(bengt, "lina@example.org")
    write(bengt, "mio@example.org", "nina@example.org")
    path = f"/groups/{group.id}/invitations"
    for _ in range(2):
        page = client.get(path, as_=bengt).press("Skicka igen lina@example.org").follow()
        assert page.flashes == [("done", "Inbjudan är på väg igen, med en ny länk.")]
    client.get(path, as_=bengt).press("Återkalla lina@example.org").follow()
    page = client.get(path, as_=bengt).press("Skicka igen lina@example.org").follow()
    ((level, said),) = page.flashes
    assert (level, said.partition(",")[0]) == ("info", "Gränsen är 5 inbjudningar på ett dygn")
    assert write(bengt, "kim@example.org").main_actions == []
    assert outbox.names() == ["invitation"] * 5


def test_nobody_gets_more_than_three_letters_a_day_from_a_coordinator(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    look: Callable[..., Page],
    scene: Scene,
) -> None:
    """Resending, revoking and inviting again count together for an address. A refusal changes no link."""
    path = f"/groups/{scene.group.id}/invitations"
    write(scene.bengt, "lina@example.org")
    for _ in range(2):
        page = client.get(path, as_=scene.bengt).press("Skicka igen lina@example.org").follow()
        assert page.flashes == [("done", "Inbjudan är på väg igen, med en ny länk.")]
    page = client.get(path, as_=scene.bengt).press("Skicka igen lina@example.org").follow()
    ((level, said),) = page.flashes
    assert (level, said[:71]) == (
        "info", "Adressen har fått tre mejl om inbjudan på ett dygn. Du kan skicka igen ",
    )  # fmt: skip
    assert client.get(link_of(only())).status == 200
    client.get(path, as_=scene.bengt).press("Återkalla lina@example.org")
    seen = look(scene.bengt, "Lina@example.org")
    assert (rows_of(seen)[0][4], seen.main_actions) == ("Har fått tre mejl på ett dygn", [])
    posted = client.post(path, carried("lina@example.org"), as_=scene.bengt)
    assert "Inget har skickats." in posted.text
    assert outbox.names() == ["invitation"] * 3
    # What Bengt sent is not Amina's to know; and tomorrow it can go again.
    assert write(scene.amina, "lina@example.org").status == 303
    with time_machine.travel(utcnow() + timedelta(days=1, minutes=1)):
        page = client.get(path, as_=scene.bengt).press("Skicka igen lina@example.org").follow()
        assert page.flashes[0][0] == "done"
    assert outbox.names() == ["invitation"] * 5


def test_an_address_that_is_corrected_back_and_forth_is_written_to_three_times(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person
) -> None:
    write(bengt, "a@example.org")
    path = f"/invitations/{only().id}/address"
    for _ in range(2):
        for name in "ba":
            assert client.post(path, {"address": f"{name}@example.org"}, as_=bengt).status == 303
    assert client.post(path, {"address": "b@example.org"}, as_=bengt).status == 303
    refused = client.post(path, {"address": "a@example.org"}, as_=bengt)
    assert refused.status == 422
    assert refused.errors[0].startswith("Adressen har fått tre mejl om inbjudan på ett dygn.")
    assert sorted(address for _name, address in outbox.addressed()) == [
        f"{name}@example.org" for name in "aaabbb"
    ]


def test_what_is_pressed_in_the_list_leads_back_to_it(
    client: PageClient, group: Group, bengt: Person, outbox: Outbox
) -> None:
    """It returns to the same page, order and search. Links lead below the form, where the result is shown."""
    for number in range(60):
        make_invitation(group, f"granne{number:02}@example.org", by=bengt)
    path = f"/groups/{group.id}/invitations"
    page = client.get(f"{path}?q=granne&sort=address&state=waiting", as_=bengt)
    for word in ("Nästa", "Alla 60", "Skickad"):
        assert page.links[word].endswith("#list")
    second = page.click("Nästa")
    back = second.response.request.full_path + "#list"
    for press in ("Skicka igen granne55@example.org", "Återkalla granne55@example.org"):
        assert set(second.press(press).location.split("?")[1].removesuffix("#list").split("&")) == set(
            back.split("?")[1].removesuffix("#list").split("&")
        )
    assert "#list" in second.press("Återkalla granne54@example.org").location
    listed = client.get(path, as_=bengt).html
    assert listed.index('id="list"') < listed.index("flash-done")


def test_whoever_joined_stands_with_their_flat_where_the_reader_may_know_it(
    client: PageClient, scene: Scene
) -> None:
    """Carin lives in stairwell 3. The lead and its coordinator see that, but only after she has joined."""
    invitation = make_invitation(scene.group, "carin@example.org", by=scene.bengt)
    path = f"/groups/{scene.group.id}/invitations"
    assert "Våglängdsgatan" not in rows_of(client.get(path, as_=scene.bengt))[0][1]
    invitation.state, invitation.ended_at = InvitationState.ACCEPTED, utcnow()
    for reader in (scene.amina, scene.bengt):
        assert rows_of(client.get(path, as_=reader))[0][1] == "Våglängdsgatan 3, 1102"
    carin = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    carin.stairwell, carin.household = scene.stairwell_1, None
    assert rows_of(client.get(path, as_=scene.bengt))[0][1] == "–"


def test_revoked(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    bengt: Person,
    group: Group,
    stairwell_3: Stairwell,
) -> None:
    write(bengt, "lina@example.org", flat=str(flat_of(stairwell_3, "1203").id))
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    done = page.press("Återkalla lina@example.org").follow()
    assert done.flashes == [("done", "Inbjudan är återkallad. Länken gäller inte längre.")]
    assert invitations() == [("lina@example.org", "revoked", "1203")]
    assert status_of(stairwell_3, "1203") is HouseholdStatus.NOT_CONTACTED
    assert [row.state.value for row in outbox.rows()] == ["cancelled"]
    assert client.get(link_of(only())).status == 410
    assert client.post(f"{link_of(only())}/accept", YES).status == 410


def test_the_list_costs_the_same_for_two_and_for_forty(
    client: PageClient, statements: Any, bengt: Person, group: Group, stairwell_3: Stairwell
) -> None:
    costs = []
    for many in (2, 40):
        for number in range(many):
            make_invitation(
                group, f"a{many}-{number}@example.org", flat=flat_of(stairwell_3, "1203"), by=bengt
            )
        client.get(f"/groups/{group.id}/invitations", as_=bengt)
        with statements() as seen:
            client.get(f"/groups/{group.id}/invitations", as_=bengt)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_the_list_is_sorted_by_any_column(
    client: PageClient, group: Group, amina: Person, stairwell_1: Stairwell, stairwell_3: Stairwell
) -> None:
    for name, stairwell, flat in (
        ("b", stairwell_3, "1001"),
        ("c", stairwell_1, "1203"),
        ("a", stairwell_1, "1002"),
    ):
        make_invitation(group, f"{name}@example.org", flat=flat_of(stairwell, flat), by=amina)
    path = f"/groups/{group.id}/invitations"

    def order(page: Page) -> str:
        return "".join(row[0][0] for row in rows_of(page))

    page = client.get(path, as_=amina)
    assert order(page) == "acb"  # newest first
    assert [order(page.click(each)) for each in ("Till", "Lägenhet", "Skickad")] == ["abc", "acb", "bca"]
    assert order(page.click("Till").click("Till")) == "cba"
    sorted_ = [each.get("aria-sort") for each in page.click("Till").tree.iter("th")]
    assert sorted_ == ["ascending", "none", "none", "none", None]
    assert order(client.get(f"{path}?sort=nonsense", as_=amina)) == "acb"


def test_pages_go_by_key_so_that_a_new_invitation_moves_nothing(
    client: PageClient, group: Group, bengt: Person
) -> None:
    for number in range(120):
        make_invitation(group, f"granne{number:03}@example.org", by=bengt)
    first = client.get(f"/groups/{group.id}/invitations?q=granne", as_=bengt)
    second = first.click("Nästa")
    make_invitation(group, "granne999@example.org", by=bengt)
    again = client.get(second.response.request.full_path, as_=bengt)
    assert rows_of(again) == rows_of(second)
    assert [rows_of(page)[0][0] for page in (first, second, second.click("Nästa"))] == [
        "granne119@example.org", "granne069@example.org", "granne019@example.org",
    ]  # fmt: skip
    assert rows_of(second.click("Föregående"))[-1] == rows_of(first)[-1]


def test_a_name_is_found_by_those_who_see_the_address(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1203")
    make_invitation(scene.group, "x@example.org", flat=flat, by=scene.amina).name = "Li"
    path = f"/groups/{scene.group.id}/invitations?q=li"
    assert ["Li" in client.get(path, as_=who).text for who in (scene.amina, scene.bengt)] == [True, False]
    assert "Alla 0" in client.get(path, as_=scene.bengt).text


def test_just_sent_the_list_comes_first_and_sending_again_is_not_loud(
    client: PageClient, scene: Scene
) -> None:
    empty = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt).html
    assert empty.index('id="invite"') < empty.index('id="list"')  # nobody is invited: the form first
    make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    db.session.commit()
    html = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.bengt).html
    assert html.index('id="list"') < html.index('id="invite"')
    again = html[: html.index("Skicka igen")].rpartition("<button")[2]
    assert "button-plain" in again
