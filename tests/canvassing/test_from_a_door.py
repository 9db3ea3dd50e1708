"""Checks that outsiders learn nothing about a flat, however they ask: every flat gives the same response.

Response time must not tell either, so the statements are the same whether or not the household takes part,
has declined or waits for a visit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import delete

from tests.cast import Scene
from tests.factories import (
    make_building,
    make_coordinator,
    make_group,
    make_household,
    make_interest,
    make_invitation,
    make_letter,
    make_member,
    make_person,
    make_request,
    make_visit_request,
)
from tests.journal.lines import journal
from tests.newcomers import Fill, Statements, bytes_of, confirm_link, link_of
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.models import Flat, Group, HouseholdStatus, JoinRequest, Landlord, RateCount, RequestState, utcnow
from watch.printing.queries import code_of, poster_code
from watch.tokens import Purpose, show_code

Prepared = Callable[[], Page]
Way = Callable[["Outside", Flat], Prepared]
NUMBERS = [f"1{floor}{place:02}" for floor in (0, 1, 2) for place in range(1, 5)]


@dataclass(frozen=True)
class Outside:
    """An outsider with a browser of their own."""

    group: Group
    client: PageClient
    fill: Fill
    name: str

    @property
    def address(self) -> str:
        """Their e-mail address."""
        return f"{self.name.lower()}@example.org"

    @property
    def form(self) -> dict[str, str]:
        """Return what they enter in a form."""
        return self.fill(name=self.name, address=self.address)

    @property
    def knock(self) -> dict[str, str]:
        """Return the form for a visit, without an address."""
        return self.fill(name=self.name, how="knock", address="")

    @property
    def yes(self) -> dict[str, str]:
        """Return the form for accepting an invitation."""
        return {"name": self.name, "language": "sv", "consent": "y"}

    def unconfirmed(self, flat: Flat) -> JoinRequest:
        """Let them ask to join from this flat, unconfirmed."""
        person = make_person(self.name, self.address)
        return make_request(person, self.group, flat.stairwell, flat, state=RequestState.UNCONFIRMED)

    def at(self, flat: Flat) -> dict[str, str]:
        """Return the flat's floor and door as form fields."""
        return {"floor": str(flat.floor), "door": str(int(flat.number[2:]))}

    def letter(self, flat: Flat) -> str:
        """Print a letter to the flat, and return the address of its code."""
        return f"/j/{show_code(code_of(make_letter(flat, self.group)))}"


@pytest.fixture
def doors(scene: Scene, landlord: Landlord) -> dict[str, Flat]:
    """Return flats by every status a household can have, in a house that Bengt coordinates."""
    house = make_building(scene.group.area, landlord, "Storgatan", (1,), flats=NUMBERS)
    group = make_group(house)
    make_coordinator(scene.bengt, group)
    flats = iter(house.stairwells[0].flats)
    found = {"nothing is known": next(flats)}
    for status in HouseholdStatus:
        found[status.value] = next(flats)
        make_household(found[status.value], status)
    make_member(make_person("Åsa", "asa@example.org"), group, found["takes_part"])
    found |= {"a knock is open": next(flats), "somebody asks by mail": next(flats), "moved out": next(flats)}
    make_visit_request("Olle", group, found["a knock is open"]).confirmed_at = utcnow()
    asked = found["somebody asks by mail"]
    make_request(make_person("Rut", "rut@example.org"), group, asked.stairwell, asked)
    make_household(asked, HouseholdStatus.WANTS_TO_JOIN)
    make_household(found["moved out"], HouseholdStatus.DECLINED).ended_at = utcnow()
    return found


def by_poster(who: Outside, flat: Flat) -> Prepared:
    """Ask for a visit by the poster."""
    address = f"/j/{poster_code(flat.stairwell)}"
    return lambda: who.client.post(address, who.knock | who.at(flat))


def by_address(who: Outside, flat: Flat) -> Prepared:
    """Ask for a visit by the house's page."""
    address = f"/buildings/{flat.stairwell.building_id}/join?stairwell={flat.stairwell_id}"
    return lambda: who.client.post(address, who.knock | who.at(flat))


def by_letter(who: Outside, flat: Flat) -> Prepared:
    """Ask for a visit by the flat's letter."""
    address = who.letter(flat)
    return lambda: who.client.post(address, who.knock)


def open_letter(who: Outside, flat: Flat) -> Prepared:
    """Open the letter's page."""
    address = who.letter(flat)
    return lambda: who.client.get(address)


def ask(who: Outside, flat: Flat) -> Prepared:
    """Ask to join from the flat."""
    address = f"/j/{poster_code(flat.stairwell)}"
    return lambda: who.client.post(address, who.form | who.at(flat))


def ask_by_letter(who: Outside, flat: Flat) -> Prepared:
    """Ask to join by the flat's letter."""
    address = who.letter(flat)
    return lambda: who.client.post(address, who.form)


def change_address(who: Outside, flat: Flat) -> Prepared:
    """Ask from the flat, and then with another address."""
    ask(who, flat)()
    return lambda: who.client.post("/join/sent", {"address": f"again-{who.address}"})


def confirm(who: Outside, flat: Flat) -> Prepared:
    """Confirm the address of a request from the flat."""
    request = who.unconfirmed(flat)
    return lambda: who.client.post(confirm_link(request))


def confirm_with_letter(who: Outside, flat: Flat) -> Prepared:
    """Confirm a request by the flat's letter, which needs no approval."""
    request = who.unconfirmed(flat)
    request.letter = make_letter(flat, who.group)
    return lambda: who.client.post(confirm_link(request))


def join_from_interest(who: Outside, flat: Flat) -> Prepared:
    """Ask to join from the flat after being interested before the group existed."""
    interest = make_interest(make_person(who.name, who.address), flat.stairwell.building)
    link = f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}"
    return lambda: who.client.post(f"{link}/join", {**who.at(flat), "consent": "y"})


def accept(who: Outside, flat: Flat) -> Prepared:
    """Accept an invitation to the flat."""
    link = link_of(make_invitation(who.group, who.address, flat=flat))
    return lambda: who.client.post(f"{link}/accept", who.yes)


def accept_anywhere(who: Outside, flat: Flat) -> Prepared:
    """Accept an invitation without a flat, and choose this one."""
    link = link_of(make_invitation(who.group, who.address))
    return lambda: who.client.post(f"{link}/accept", who.yes | who.at(flat))


def accept_what_was_passed_on(who: Outside, flat: Flat) -> Prepared:
    """Accept a transferable invitation to the flat with an address of their own."""
    link = link_of(make_invitation(who.group, f"else-{who.address}", flat=flat, is_transferable=True))
    return lambda: who.client.post(f"{link}/accept", who.yes | {"address": who.address})


def decline(who: Outside, flat: Flat) -> Prepared:
    """Decline an invitation to the flat."""
    link = link_of(make_invitation(who.group, who.address, flat=flat))
    return lambda: who.client.post(f"{link}/decline", {"sure": "y"})


def take_back_no(who: Outside, flat: Flat) -> Prepared:
    """Decline an invitation and take that back."""
    link = link_of(make_invitation(who.group, who.address, flat=flat))
    who.client.post(f"{link}/decline", {"sure": "y"})
    return lambda: who.client.post(f"{link}/undo")


WAYS: tuple[Way, ...] = (
    by_poster, by_address, by_letter, open_letter, ask, ask_by_letter, change_address, confirm,
    confirm_with_letter, join_from_interest, accept, accept_anywhere, accept_what_was_passed_on, decline,
    take_back_no,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_of_every_door_the_same_is_answered_and_run(
    way: Way, client: PageClient, doors: dict[str, Flat], fill: Fill, statements: Statements
) -> None:
    group = db.session.get_one(Group, doors["declined"].stairwell.building.group_id)
    if way is confirm_with_letter:  # where somebody takes part, a coordinator answers instead
        del doors["takes_part"]
    answers = {}
    for number, (state, flat) in enumerate(doors.items()):
        who = Outside(group, PageClient(client.app), fill, f"Lina-{'ABCDEFGHI'[number]}")
        press = way(who, flat)
        db.session.execute(delete(RateCount))
        db.session.commit()
        before = len(journal().lines)
        with statements(whole=True) as run:
            page = press()
        told = page.status, _alike(page.location or "", flat), _alike(bytes_of(page), flat)
        answers[state] = (*told, len(journal().lines) - before, run)
    assert answers == dict.fromkeys(doors, answers["nothing is known"])


def _alike(text: str, flat: Flat) -> str:
    """Return a page without what the reader knows: their link, and the flat they asked about."""
    return re.sub(rf"[\w=-]{{30,}}|\b[0-9A-Z]{{4}}(-[0-9A-Z]{{4}})+\b|\b{flat.number}\b", "…", text)
