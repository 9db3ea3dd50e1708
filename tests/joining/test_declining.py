"""Checks declining the mailed invitation, refusing all invitations, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_household, make_invitation, make_person, make_request
from tests.newcomers import (
    YES,
    carried,
    confirm_link,
    invitations,
    link_of,
    only,
    rows_of,
    status_of,
    what_leaves,
)
from tests.page_client import Page, PageClient
from tests.retention.nights import erase_all
from watch.crypto import keyring
from watch.extensions import db
from watch.mail.queue import UNLEASED
from watch.models import (
    Group,
    GroupState,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Mailbox,
    OutboxRow,
    OutboxState,
    Person,
    Refusal,
    RequestState,
    Stairwell,
    utcnow,
)


def test_no_is_kept_and_nothing_more_is_sent(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, stairwell_3: Stairwell
) -> None:
    write(bengt, "lina@example.org", flat=str(flat_of(stairwell_3, "1203").id))
    page = client.get(link_of(only())).press("Nej tack", {"sure": "y"})
    assert (page.status, page.location) == (303, link_of(only()))
    assert page.follow().h1 == "Du har tackat nej"
    assert invitations() == [("lina@example.org", "declined", "1203")]
    assert status_of(stairwell_3, "1203") is HouseholdStatus.DECLINED
    assert [row.state.value for row in outbox.rows()] == ["cancelled"]
    assert client.post(f"{link_of(only())}/decline", {"sure": "y"}).location == page.location  # pressed again


def test_who_said_no_is_not_written_to_again(
    client: PageClient,
    outbox: Outbox,
    look: Callable[..., Page],
    write: Callable[..., Page],
    scene: Scene,
    other_group: Group,
) -> None:
    """The promise on the page binds every coordinator of the group, and older invitations too."""
    old = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    client.post(f"/invitations/{old.id}/revoke", as_=scene.bengt)
    newer = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    client.post(f"{link_of(newer)}/decline", {"sure": "y"})
    assert [row[1::3] for row in rows_of(look(scene.amina, "LINA@example.org", "kim@example.org"))] == [
        ("LINA@example.org", "Vill inte bli tillfrågad"),
        ("kim@example.org", "Kan bjudas in"),
    ]
    assert write(scene.amina, "LINA@example.org", "kim@example.org").status == 303
    again = client.post(f"/invitations/{old.id}/resend", as_=scene.bengt).follow()
    assert again.flashes[-1] == ("info", "Den adressen har tackat nej. Då skriver vi inte dit igen.")
    assert outbox.addressed() == [("invitation", "kim@example.org")]
    path = f"/groups/{other_group.id}/invitations"
    assert client.post(path, carried("lina@example.org"), as_=scene.ivan).status == 303


def test_what_another_coordinator_has_queued_before_the_no_is_not_sent(
    client: PageClient, write: Callable[..., Page], scene: Scene
) -> None:
    write(scene.amina, "lina@example.org", flat=str(flat_of(scene.stairwell_1, "1003").id))
    write(scene.bengt, "lina@example.org", flat=str(flat_of(scene.stairwell_3, "1203").id))
    first, second = db.session.scalars(select(Invitation).order_by(Invitation.id))
    assert (first.by, second.by) == (scene.amina, scene.bengt)
    client.get(link_of(second)).press("Nej tack", {"sure": "y"})
    assert what_leaves() == []


def test_one_no_of_two_leaves_the_flat_invited(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, stairwell_3: Stairwell
) -> None:
    flat = str(flat_of(stairwell_3, "1203").id)
    for address in ("lina@example.org", "kim@example.org"):
        write(bengt, address, flat=flat)
    first, second = db.session.scalars(select(Invitation).order_by(Invitation.id)).all()
    client.post(f"{link_of(first)}/decline", {"sure": "y"})
    assert status_of(stairwell_3, "1203") is HouseholdStatus.INVITED
    client.post(f"{link_of(second)}/decline", {"sure": "y"})
    assert status_of(stairwell_3, "1203") is HouseholdStatus.DECLINED


def test_a_no_in_a_household_that_takes_part_puts_no_window_out(
    client: PageClient, carin: Person, group: Group, bengt: Person, stairwell_3: Stairwell
) -> None:
    invitation = make_invitation(group, "karl@example.org", flat=flat_of(stairwell_3, "1102"), by=bengt)
    client.post(f"{link_of(invitation)}/decline", {"sure": "y"})
    assert status_of(stairwell_3, "1102") is HouseholdStatus.TAKES_PART


@pytest.fixture
def refused(client: PageClient, scene: Scene) -> Invitation:
    """Lina's invitation by Bengt to flat 1203, declined with "do not ask me again"."""
    flat = flat_of(scene.stairwell_3, "1203")
    make_household(flat, HouseholdStatus.INVITED)
    invitation = make_invitation(scene.group, "lina@example.org", flat=flat, by=scene.bengt)
    invitation.name = "Lina"
    client.get(link_of(invitation)).press("Nej tack", {"sure": "y", "never_again": "y"})
    return only()


def test_never_again_is_kept_as_a_keyed_hash_alone(
    client: PageClient, scene: Scene, refused: Invitation
) -> None:
    """The invitation forgets the address at once, and no list shows it."""
    (wish,) = db.session.scalars(select(Refusal))
    assert (refused.mailbox, refused.name) == (None, None)
    assert (
        wish.address_index == refused.declined_index == keyring().blind_index("address", "lina@example.org")
    )
    path = f"/groups/{scene.group.id}/invitations"
    for reader in (scene.amina, scene.bengt):
        listed = client.get(f"{path}?state=declined", as_=reader)
        assert "lina" not in listed.html.casefold()
        assert "Våglängdsgatan 3, 1203" in listed.text
    erase_all()
    known = db.session.scalars(select(Mailbox).where(Mailbox.address_index == wish.address_index))
    assert known.all() == []
    page = client.get(link_of(refused))
    assert (page.h1, page.buttons[-1]) == ("Du har tackat nej", "Ångra mitt nej")
    assert "Ingen frågar dig igen, varken här eller i ett annat hus." in page.text
    assert "Då får kontaktombud fråga dig igen, med en ny inbjudan." in page.text
    assert client.post(f"{link_of(refused)}/decline", {"sure": "y", "never_again": "y"}).status == 303


def test_a_plain_no_is_for_the_group_only(client: PageClient, invited: Invitation, scene: Scene) -> None:
    client.get(link_of(invited)).press("Nej tack", {"sure": "y"})
    assert db.session.scalars(select(Refusal)).all() == []
    path = f"/groups/{scene.other_group.id}/invitations"
    assert client.post(path, carried("lina@example.org"), as_=scene.ivan).status == 303
    assert what_leaves() == [("invitation", "lina@example.org")]


def test_never_again_is_respected_by_every_coordinator_and_told_to_none_of_the_others(
    client: PageClient, look: Callable[..., Page], scene: Scene, refused: Invitation
) -> None:
    """Ivan of another group sees what he would see of a stranger to the end, and no mail is sent."""
    path = f"/groups/{scene.other_group.id}/invitations"

    def seen_by_ivan(address: str) -> list[str]:
        form = carried(address)
        shown = client.post(f"{path}/preview", form, as_=scene.ivan)
        done = client.post(path, form, as_=scene.ivan)
        what_leaves()
        sent = db.update(OutboxRow).where(OutboxRow.state == OutboxState.SENDING)
        db.session.execute(sent.values(state=OutboxState.SENT, settled_at=utcnow(), **UNLEASED))
        listed = client.get(f"{path}?q={address}", as_=scene.ivan)
        said = [shown.text, *(words for _kind, words in done.follow().flashes), listed.text]
        return [words.replace(address, "…") for words in said]

    assert seen_by_ivan("lina@example.org") == seen_by_ivan("mio@example.org")
    gone = [(row.invited_mailbox_id, row.state) for row in db.session.scalars(select(OutboxRow))]
    assert sorted(state.value for _mailbox, state in gone) == ["cancelled", "sent"]
    assert rows_of(look(scene.bengt, "lina@example.org"))[0][4] == "Vill inte bli tillfrågad"


def test_never_again_outlives_invitation_group_and_person(
    client: PageClient, scene: Scene, refused: Invitation
) -> None:
    with time_machine.travel(utcnow() + timedelta(days=60)):
        erase_all()
        assert invitations() == [("", "declined", None)]
        scene.group.state = GroupState.CLOSED
        erase_all()
    assert invitations() == []
    assert len(db.session.scalars(select(Refusal)).all()) == 1
    path = f"/groups/{scene.other_group.id}/invitations"
    client.post(path, carried("lina@example.org"), as_=scene.ivan)
    assert what_leaves() == []


def test_second_thoughts_open_the_invitation_again(
    client: PageClient, scene: Scene, invited: Invitation, look: Callable[..., Page]
) -> None:
    """Earlier refusals of the same address in the group do not prevent inviting it either."""
    before = make_invitation(scene.group, "lina@example.org", by=scene.amina)
    before.state, before.ended_at = InvitationState.DECLINED, utcnow()
    make_household(flat_of(scene.stairwell_3, "1203"), HouseholdStatus.INVITED)
    client.get(link_of(invited)).press("Nej tack", {"sure": "y"})
    done = client.get(link_of(invited)).press("Ångra mitt nej")
    assert done.location == link_of(invited)
    page = done.follow()
    assert (page.h1, page.flashes) == (
        "Du är inbjuden till grannsamverkan", [("done", "Klart. Nu får kontaktombud fråga dig igen.")],
    )  # fmt: skip
    assert db.session.scalars(select(Refusal)).all() == []
    assert [state for _address, state, _flat in invitations()] == ["open", "revoked"]
    assert status_of(scene.stairwell_3, "1203") is HouseholdStatus.INVITED
    assert client.post(f"{link_of(invited)}/undo").location == link_of(invited)  # pressed again
    assert page.press("Ja, jag vill vara med", YES).location == "/join/joined"


def test_second_thoughts_about_never_again_let_coordinators_ask_again(
    client: PageClient, scene: Scene, refused: Invitation, write: Callable[..., Page]
) -> None:
    """The old invitation has no address any more, so a new one is sent."""
    assert client.get(link_of(refused)).press("Ångra mitt nej").location == "/"
    assert db.session.scalars(select(Refusal)).all() == []
    assert client.get(link_of(refused)).status == 410
    assert write(scene.bengt, "lina@example.org").status == 303
    assert what_leaves() == [("invitation", "lina@example.org")]


def test_whoever_holds_a_link_that_was_passed_on_silences_nobody(client: PageClient, scene: Scene) -> None:
    """They need not own the address, so the refusal is for this invitation only, whatever the form says."""
    invitation = make_invitation(scene.group, "lina@example.org", by=scene.bengt)
    invitation.is_transferable, invitation.name = True, "Lina"
    page = client.get(link_of(invitation))
    assert "never_again" not in page.html
    assert "Lina" not in page.html
    client.post(f"{link_of(invitation)}/decline", {"sure": "y", "never_again": "y"})
    assert (only().state, db.session.scalars(select(Refusal)).all()) == (InvitationState.DECLINED, [])
    assert "Kontaktombuden för" in client.get(link_of(invitation)).text


def test_second_thoughts_are_possible_when_the_address_is_erased(
    client: PageClient, scene: Scene, refused: Invitation, write: Callable[..., Page]
) -> None:
    link = link_of(refused)
    with time_machine.travel(utcnow() + timedelta(days=60)):
        erase_all()
        assert client.get(link).press("Ångra mitt nej").location == "/"
        assert db.session.scalars(select(Refusal)).all() == []
        erase_all()
        assert (invitations(), client.get(link).status) == ([], 410)
        assert write(scene.bengt, "lina@example.org").status == 303
        assert what_leaves() == [("invitation", "lina@example.org")]


def test_whoever_asks_of_their_own_accord_may_be_asked_again(
    client: PageClient, scene: Scene, refused: Invitation
) -> None:
    request = make_request(
        make_person("Lina", "lina@example.org"),
        scene.group,
        scene.stairwell_1,
        state=RequestState.UNCONFIRMED,
    )
    assert len(db.session.scalars(select(Refusal)).all()) == 1
    client.get(confirm_link(request)).press("Ja, det stämmer")
    assert db.session.scalars(select(Refusal)).all() == []


def test_two_who_share_an_address_refuse_once(client: PageClient, scene: Scene, refused: Invitation) -> None:
    other = make_invitation(scene.other_group, "LINA@example.org", by=scene.ivan)
    page = client.post(f"{link_of(other)}/decline", {"sure": "y", "never_again": "y"})
    assert (page.status, len(db.session.scalars(select(Refusal)).all())) == (303, 1)
