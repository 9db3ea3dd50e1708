"""Checks the page that says how each flat was asked."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import flat_of, make_household
from tests.page_client import Page, PageClient
from tests.page_contract import text_of
from watch.extensions import db
from watch.invitations.routes import inviting
from watch.models import HouseholdStatus, utcnow
from watch.printing.service import letters


def test_those_not_asked_are_found_too(client: PageClient, scene: Scene) -> None:
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.INVITED)
    page = client.get(f"/groups/{scene.group.id}/invitations/flats", as_=scene.amina)
    assert _ports(page) == {"Våglängdsgatan 1: 2 lägenheter": True, "Våglängdsgatan 3: 4 lägenheter": True}
    assert "Våglängdsgatan 3, 1203" in page.links
    never = page.click("Inte tillfrågade 12")
    assert _ports(never) == {"Våglängdsgatan 1: 7 lägenheter": True, "Våglängdsgatan 3: 5 lägenheter": True}
    assert "Våglängdsgatan 3, 1203" not in never.links
    assert "Våglängdsgatan 3, 1202" in never.links
    bengts = client.get(f"/groups/{scene.group.id}/invitations/flats?asked=no", as_=scene.bengt)
    assert _ports(bengts) == {"Våglängdsgatan 3: 5 lägenheter": True}


def test_a_letter_counts_once_it_is_said_to_be_in_its_letterbox(client: PageClient, scene: Scene) -> None:
    printed = letters.print_letters(scene.group, [flat_of(scene.stairwell_3, "1202")], by=scene.amina)
    db.session.commit()
    address = f"/groups/{scene.group.id}/invitations/flats"
    before = client.get(address, as_=scene.amina)
    assert ("Har fått frågan 5" in before.links, "Inte tillfrågade 13" in before.links) == (True, True)
    assert "utskrivet" in before.click("Inte tillfrågade 13").text
    printed[0].delivered_at = utcnow()
    make_household(flat_of(scene.stairwell_3, "1202"), HouseholdStatus.INVITED)
    after = client.get(address, as_=scene.amina)
    assert ("Har fått frågan 6" in after.links, "i brevlådan" in after.text) == (True, True)


def test_in_a_large_house_the_own_port_is_open(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "FEW_FLATS", 5)
    page = client.get(f"/groups/{scene.group.id}/invitations/flats?asked=no", as_=scene.amina)
    assert _ports(page) == {"Våglängdsgatan 1: 7 lägenheter": True, "Våglängdsgatan 3: 6 lägenheter": False}


def _ports(page: Page) -> dict[str, bool]:
    """Return whether each stairwell is open, by its heading."""
    return {
        text_of(next(port.iter("summary"))): port.get("open") is not None
        for port in next(page.tree.iter("main")).iter("details")
    }
