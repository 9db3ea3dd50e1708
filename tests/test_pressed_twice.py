"""Every button is pressed twice, the first answer being lost: the second does what one press does.

The buttons are found by walking: from the pages of tests/access/ that somebody may read, by what one press
leads to, and on from there. A new button is pressed by itself; an address that takes a form and is not
reached fails the last test. Each is pressed as a browser without JavaScript would: once with the cookies of
the first press, whose answer never came, and once with those that its answer brought.
"""

from __future__ import annotations

import secrets

import pytest
from flask import Flask
from sqlalchemy import select

from tests.access._expected import EXPECTED
from tests.access._people import sign_in_of
from tests.access._restoring import restorer
from tests.access._rows import rows_of_pages
from tests.cast import Scene
from tests.factories import flat_of, make_interest, make_person, make_visit_request, store
from tests.page_client import PageClient
from tests.presses.reached import ELSEWHERE, REACHED
from tests.presses.walk import Walk
from watch import tokens
from watch.extensions import db
from watch.models import (
    Partner,
    Person,
    Purpose,
    RequestState,
    SignIn,
    utcnow,
)

pytestmark = pytest.mark.timeout(300)


def more_pages(scene: Scene) -> list[str]:
    """Add rows that tests/access/ does not need, and return the pages that it does not name."""
    told = make_visit_request("Wanja", scene.group, flat_of(scene.stairwell_3, "1201"))
    told.state, told.decided_by, told.decided_at = RequestState.DECLINED, scene.bengt, utcnow()
    store(SignIn(id=secrets.token_urlsafe(24), person=scene.carin, device="Chrome/Android"))
    interest = make_interest(make_person("Ulla Ny", "ulla@example.org"), scene.house)
    db.session.commit()
    return [
        f"/buildings/{scene.house.id}/join?stairwell={scene.stairwell_3.id}",
        f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    ]


WHO = ("anybody", "carin", "bengt", "amina", "gun", "lena")


@pytest.mark.long
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # rows are restored by copying the file
@pytest.mark.parametrize("who", WHO)
def test_pressed_twice_a_button_does_what_it_does_once(
    who: str, app: Flask, client: PageClient, scene: Scene
) -> None:
    things, pages = rows_of_pages(scene), more_pages(scene)
    lena = select(Person).join(Partner).limit(1)  # at the landlord, and at the municipality
    reader = db.session.scalar(lena) if who == "lena" else getattr(scene, who, None)
    client.browser(reader)
    again, walk = restorer(), Walk(app, client, reader)
    mine = {**things, "sign_in": sign_in_of(reader)}
    pages += [
        each.address.format_map(mine) for endpoints in EXPECTED.values() for each in endpoints if each.get
    ]
    for address in pages:
        again()
        page = client.get(address, as_=reader)
        if page.status == 200:
            walk.visit(page)
    assert walk.wrong == []
    assert REACHED[who] - walk.endpoints == set()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_every_address_that_takes_a_form_is_reached(app: Flask) -> None:
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert taking == set().union(*REACHED.values()) | set(ELSEWHERE)
