"""Checks that two people on one address are two: in a list, beside a member, and when they accept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation
from tests.newcomers import YES, link_of, rows_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.models import Invitation, Membership, Person

Look = Callable[..., Page]


def names() -> list[tuple[str | None, str]]:
    """Return name and state of every invitation, oldest first."""
    wanted = select(Invitation).order_by(Invitation.id).execution_options(populate_existing=True)
    return [(each.name, each.state.value) for each in db.session.scalars(wanted)]


def test_another_name_on_a_members_address_is_asked_about(look: Look, outbox: Outbox, scene: Scene) -> None:
    seen = look(scene.bengt, "Per Ek <carin@example.org>", "Carin <CARIN@example.org>", "lina@example.org")
    assert [row[4] for row in rows_of(seen)][1:] == ["Redan med", "Kan bjudas in"]
    assert f"Adressen hör till {scene.carin.name}. Bjud in Per Ek också?" in seen.text
    assert seen.main_actions == ["Skicka till 1 granne"]
    left = seen.press("Skicka till 1 granne")
    assert names() == [(None, "open")]
    assert "Bjud in Per Ek också?" in left.text
    asked = left.press("Granska igen", {"rows-0-also": "y"})
    assert asked.press("Skicka till 1 granne").status == 303
    assert names() == [(None, "open"), ("Per Ek", "open")]
    assert outbox.addressed() == [("invitation", "lina@example.org"), ("invitation", "carin@example.org")]


def test_the_second_person_joins_on_the_same_mailbox(client: PageClient, look: Look, scene: Scene) -> None:
    look(scene.bengt, "Per <carin@example.org>").press(
        "Granska igen", {"rows-0-also": "y"}
    ).press("Skicka till 1 granne")  # fmt: skip
    invitation = db.session.scalars(select(Invitation)).one()
    page = client.get(link_of(invitation))
    assert "Någon med din e-postadress är redan med." in page.text
    client.post(f"{link_of(invitation)}/accept", YES | {"name": "Per", "stairwell": scene.stairwell_3.id})
    mailbox = scene.carin.mailbox_id
    members = select(Person.name).join(Membership, Membership.person_id == Person.id)
    on_mailbox = members.where(Person.mailbox_id == mailbox, Membership.is_current).order_by(Person.id)
    assert db.session.scalars(on_mailbox).all() == [scene.carin.name, "Per"]
    assert names() == [("Per", "accepted")]


def test_two_names_in_one_list_are_two_people(look: Look, outbox: Outbox, bengt: Person) -> None:
    pasted = "Åsa <ek@example.org>, Bo <ek@example.org>", "åsa <ek@example.org>", "ek@example.org"
    seen = look(bengt, *pasted)
    assert "Adressen står också på rad 1. Bjud in Bo också?" in seen.text
    states = [row[4].partition(" Adr")[0] for row in rows_of(seen) if row[2] != "Bo"]
    assert sorted(states)[-3:] == ["Kan bjudas in", "Står två gånger", "Står två gånger"]
    both = seen.press("Granska igen", {"rows-1-also": "y"})
    assert both.main_actions == ["Skicka till 2 grannar"]
    assert both.press("Skicka till 2 grannar").status == 303
    assert names() == [("Åsa", "open"), ("Bo", "open")]
    again = look(bengt, "Bo <ek@example.org>", "Åsa Ek <ek@example.org>", "Cia <ek@example.org>")
    assert [row[4] for row in rows_of(again) if row[2] != "Cia"] == ["Redan inbjuden", "Redan inbjuden"]
    assert "Bjud in Cia också?" in again.text


def test_whose_the_address_is_stands_there_only_for_who_may_know(look: Look, scene: Scene) -> None:
    """Bengt of stairwell 3 learns nothing of Dawit in stairwell 1, and no name from another's invitation."""
    flat = flat_of(scene.stairwell_3, "1203")
    make_invitation(scene.group, "nina@example.org", flat=flat, by=scene.amina).name = "Nina"
    db.session.commit()
    seen = look(scene.bengt, "Per <dawit@example.org>", "Olle <nina@example.org>")
    assert rows_of(seen)[0][4] == "Kan bjudas in"
    assert "Adressen är med redan. Bjud in Olle också?" in seen.text
    assert "Nina" not in seen.text.replace("nina@", "")
    assert scene.dawit.name not in seen.text


@pytest.mark.parametrize("name", ["Bo", ""])
def test_of_two_invited_one_joins_and_the_other_is_still_asked(
    name: str, client: PageClient, scene: Scene
) -> None:
    mine = make_invitation(scene.group, "ek@example.org", by=scene.bengt)
    other = make_invitation(scene.group, "ek@example.org", by=scene.amina)
    mine.name, other.name = "Åsa", name or None
    db.session.commit()
    client.post(f"{link_of(mine)}/accept", YES | {"name": "Åsa", "stairwell": scene.stairwell_3.id})
    page = client.get(f"/groups/{scene.group.id}/invitations", as_=scene.amina)
    (row,) = [row for row in rows_of(page) if name in row[0] and "Åsa" not in row[0]]
    assert row[2] == "Väntar"
    assert names()[0] == ("Åsa", "accepted")
