"""Checks that list, preview and sending tell a coordinator of addresses in their own stairwells only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_invitation, make_person, make_request
from tests.newcomers import invitations, only, rows_of, what_leaves
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.mail.queue import UNLEASED
from watch.models import (
    Invitation,
    InvitationState,
    OutboxRow,
    OutboxState,
    utcnow,
)


@pytest.fixture
def known_elsewhere(scene: Scene) -> list[str]:
    """Return three addresses that Amina, with the whole house, knows of and Bengt of stairwell 3 must not."""
    make_invitation(scene.group, "nina@example.org", by=scene.amina)
    no = make_invitation(
        scene.group, "otto@example.org", flat=flat_of(scene.stairwell_1, "1203"), by=scene.amina
    )
    no.state, no.ended_at = InvitationState.DECLINED, utcnow()
    return ["dawit@example.org", "nina@example.org", "otto@example.org"]


def test_who_joins_in_another_stairwell_changes_nothing_in_the_inviters_list(
    client: PageClient, write: Callable[..., Page], scene: Scene
) -> None:
    """Bengt invites to stairwell 3 and Amina admits them to stairwell 1. Her own invitation is revoked."""
    for by in (scene.amina, scene.bengt):
        assert write(by, "lina@example.org").follow().status == 200
    request = make_request(make_person("Lina", "lina@example.org"), scene.group, scene.stairwell_1)
    path = f"/groups/{scene.group.id}/invitations"
    before = client.get(path, as_=scene.bengt).text
    client.post(f"/requests/{request.id}/approve", as_=scene.amina)
    assert [state for _, state, _ in invitations()] == ["revoked", "open"]
    assert client.get(path, as_=scene.bengt).text == before
    page = client.get(path, as_=scene.bengt).press("Återkalla lina@example.org").follow()
    assert "Gick med på annat sätt" not in page.text
    assert "Gick med på annat sätt" in client.get(path, as_=scene.amina).text


def test_a_stairwells_coordinator_learns_nothing_of_the_other_stairwells(
    client: PageClient, write: Callable[..., Page], scene: Scene, known_elsewhere: list[str]
) -> None:
    """Addresses that take part, are invited or have declined there are treated like strangers to the end."""
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
        assert "Skickad" in row
        alike("Skicka igen")
    alike("Återkalla")
    assert len(rows()) == 1
    assert "Återkallad" in rows().pop()


def test_whoever_has_the_whole_house_is_told_what_stands_in_the_list(
    outbox: Outbox, write: Callable[..., Page], scene: Scene, known_elsewhere: list[str]
) -> None:
    states = [row[4] for row in rows_of(write(scene.amina, *known_elsewhere))]
    assert states == ["Redan med", "Redan inbjuden", "Vill inte bli tillfrågad"]
    assert outbox.names() == []


def test_only_the_sender_and_the_lead_see_an_address(client: PageClient, scene: Scene) -> None:
    """Amina leads; Bengt and Kerstin coordinate stairwell 3. Each sees only the addresses they may."""
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.stairwell_3])
    make_invitation(
        scene.group, "by-bengt@example.org", flat=flat_of(scene.stairwell_3, "1201"), by=scene.bengt
    )
    make_invitation(scene.group, "by-amina@example.org", by=scene.amina)
    make_invitation(
        scene.group, "port-1@example.org", flat=flat_of(scene.stairwell_1, "1203"), by=scene.amina
    )
    path = f"/groups/{scene.group.id}/invitations"
    addresses = ("by-bengt@example.org", "by-amina@example.org", "port-1@example.org")
    seen = {
        who.name: [each for each in addresses if each in client.get(path, as_=who).html]
        for who in (scene.amina, scene.bengt, kerstin)
    }
    assert seen == {"Amina Yusuf": list(addresses), "Bengt Åkesson": [addresses[0]], "Kerstin": []}
    assert "Alla 1" in client.get(path, as_=kerstin).text
    assert "Alla 0" in client.get(f"{path}?q=by-amina", as_=scene.bengt).text


def test_another_groups_things_are_not_there(client: PageClient, scene: Scene, invited: Invitation) -> None:
    paths = [f"/invitations/{invited.id}/resend", f"/invitations/{invited.id}/revoke"]
    paths.append(f"/groups/{scene.group.id}/invitations")
    assert [client.post(path, as_=scene.ivan).status for path in paths] == [404] * 3
    assert invitations() == [("lina@example.org", "open", "1203")]


def test_a_stairwells_coordinator_has_no_say_in_others_invitations_without_a_flat(
    client: PageClient, scene: Scene
) -> None:
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.amina)
    for act in ("resend", "revoke"):
        assert client.post(f"/invitations/{invitation.id}/{act}", as_=scene.bengt).status == 404
    assert (only().state, only().generation) == (InvitationState.OPEN, 0)
