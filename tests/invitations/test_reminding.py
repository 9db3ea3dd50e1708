"""Checks reminders to those who have not answered, and corrected addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import empty_flats, flat_of, make_coordinator, make_invitation, make_person
from tests.newcomers import invitations, link_of, only, status_of, what_leaves
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.service.households import note_household
from watch.invitations.mails import INVITATION
from watch.invitations.routes import invited as invited_routes
from watch.mail import outbox as outbox_service
from watch.models import (
    AuditEntry,
    Group,
    HouseholdStatus,
    Invitation,
    InvitationState,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    Suppression,
    utcnow,
)

DAY = timedelta(days=1)


@pytest.fixture
def path(group: Group) -> str:
    """Return the address of the reminders' page."""
    return f"/groups/{group.id}/invitations/reminders"


def deliver() -> None:
    """Mark all queued mail as sent."""
    gone = update(OutboxRow).where(OutboxRow.state == OutboxState.QUEUED)
    db.session.execute(gone.values(state=OutboxState.SENT, next_at=None, settled_at=utcnow()))
    db.session.commit()


def ticks(page: Page) -> dict[str, bool]:
    """Return who can be reminded, and who is selected."""
    return {
        "".join(label.itertext()).split()[0].partition("@")[0]: box.get("checked") is not None
        for label in page.tree.iter("label")
        for box in label.iter("input")
        if box.get("name") == "who"
    }


def ids(page: Page) -> list[str]:
    """Return the ids behind the boxes."""
    return [box.get("value") or "" for box in page.tree.iter("input") if box.get("name") == "who"]


def test_only_those_who_have_not_answered_and_the_number_stands_on_the_button(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, group: Group, path: str
) -> None:
    names = ["yes", "no", "back", "bounced", "dead", "late", "old", "older"]
    with time_machine.travel(utcnow() - 4 * DAY):
        write(bengt, *(f"{name}@example.org" for name in names))
    with time_machine.travel(utcnow() - 2 * DAY):
        write(bengt, "fresh@example.org")
    write(bengt, "new@example.org")
    deliver()
    write(bengt, "queued@example.org")
    found = {
        each.mailbox.address.partition("@")[0]: each
        for each in db.session.scalars(select(Invitation))
        if each.mailbox
    }
    for name, state in (("yes", "ACCEPTED"), ("no", "DECLINED"), ("back", "REVOKED")):
        found[name].state, found[name].ended_at = InvitationState[state], utcnow()
    found["late"].expires_at = utcnow()
    found["dead"].mailbox.suppression, found["dead"].mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    rows = {row.mailing.invitation_id: row for row in outbox.rows()}
    rows[found["bounced"].id].state = OutboxState.BOUNCED
    listed = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    page = listed.click("Påminn 3 som inte har svarat")
    assert ticks(page) == {"old": True, "older": True, "fresh": False}
    assert page.main_actions == ["Påminn 2 grannar"]
    assert page.press("Påminn 2 grannar").follow().flashes == [("done", "2 påminnelser är på väg.")]
    assert [each for each in outbox.addressed() if each[0] == "invitation-reminder"] == [
        ("invitation-reminder", "old@example.org"), ("invitation-reminder", "older@example.org"),
    ]  # fmt: skip


def test_what_is_ticked_by_hand_is_counted_before_it_is_sent(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, path: str
) -> None:
    with time_machine.travel(utcnow() - 4 * DAY):
        write(bengt, "lina@example.org", "kim@example.org")
    deliver()
    page = client.get(path, as_=bengt)
    lina = ids(page)[0]
    counted = page.press("Påminn 2 grannar", {"who": lina})
    assert (counted.main_actions, outbox.names()) == (["Påminn 1 granne"], ["invitation"] * 2)
    assert list(ticks(counted).values()) == [True, False]
    assert counted.press("Påminn 1 granne").status == 303
    assert outbox.addressed()[2:] == [("invitation-reminder", "lina@example.org")]
    none = client.post(path, {}, as_=bengt)
    assert (none.status, none.errors) == (422, ["Kryssa för minst en granne."])


def test_all_or_none_are_ticked_with_one_press(
    client: PageClient, write: Callable[..., Page], bengt: Person, path: str
) -> None:
    for days, name in ((4, "Lina"), (2, "Kim")):
        with time_machine.travel(utcnow() - days * DAY):
            write(bengt, f"{name} <{name}@example.org>".lower())
    deliver()
    page = client.get(path, as_=bengt)
    assert [list(ticks(each).values()) for each in (page, page.click("Alla"), page.click("Ingen"))] == [
        [True, False], [True, True], [False, False],
    ]  # fmt: skip
    assert page.click("Ingen").main_actions == ["Räkna de ikryssade"]
    assert page.click("Alla").press("Påminn 2 grannar").status == 303
    assert "lina@example.org lina" in " ".join(page.text.split())


def test_when_the_days_letters_are_used_up_nothing_is_offered(
    client: PageClient,
    outbox: Outbox,
    write: Callable[..., Page],
    scene: Scene,
    path: str,
    five_a_day: None,
) -> None:
    """That holds for one's own invitations. The lead may remind a colleague's, by the colleague's limit."""
    with time_machine.travel(utcnow() - 4 * DAY):
        write(scene.amina, "lina@example.org")
    deliver()
    page = client.get(path, as_=scene.amina)
    write(scene.amina, *(f"a{n}@example.org" for n in range(5)))
    full = client.get(path, as_=scene.amina)
    assert (full.main_actions, "Gränsen är 5 inbjudningar på ett dygn" in full.text) == (
        ["Till inbjudningarna"], True,
    )  # fmt: skip
    pressed = page.press("Påminn 1 granne")
    after = pressed.follow() if pressed.status == 303 else pressed
    assert [level for level, _words in after.flashes] == ["info"]
    with time_machine.travel(utcnow() - 4 * DAY):
        write(scene.bengt, "kim@example.org")
    deliver()
    assert client.get(path, as_=scene.amina).main_actions != []


def test_the_link_stays_and_one_letter_a_day_is_enough(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene, path: str
) -> None:
    """Pressing twice, or two coordinators at once, sends one reminder."""
    with time_machine.travel(utcnow() - 4 * DAY):
        write(scene.bengt, "lina@example.org", flat=str(flat_of(scene.stairwell_3, "1203").id))
    deliver()
    link = link_of(only())
    page, hers = client.get(path, as_=scene.bengt), client.get(path, as_=scene.amina)
    for each in (page, page, hers):
        assert each.press("Påminn 1 granne").status in {200, 303, 422}
    assert outbox.names() == ["invitation", "invitation-reminder"]
    deliver()
    assert "Ingen väntar på en påminnelse" in client.get(path, as_=scene.bengt).text
    assert client.get(link).status == 200


def test_of_very_many_those_who_have_waited_longest_come_first(
    client: PageClient, write: Callable[..., Page], bengt: Person, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invited_routes, "AT_ONCE", 2)
    for days, name in ((6, "first"), (5, "second"), (4, "third")):
        with time_machine.travel(utcnow() - days * DAY):
            write(bengt, f"{name}@example.org")
    deliver()
    page = client.get(path, as_=bengt)
    assert ticks(page) == {"first": True, "second": True}
    assert "När de är påminda kommer nästa hit." in page.text
    page.press("Påminn 2 grannar")
    page = client.get(path, as_=bengt)
    assert ticks(page) == {"third": True}
    assert "kommer nästa hit" not in page.text


def test_reminders_count_against_the_days_limit(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, path: str, five_a_day: None
) -> None:
    with time_machine.travel(utcnow() - 4 * DAY):
        write(bengt, *(f"a{n}@example.org" for n in range(4)))
    deliver()
    write(bengt, *(f"b{n}@example.org" for n in range(3)))
    done = client.get(path, as_=bengt).press("Påminn 4 grannar").follow()
    assert [(kind, words[:34]) for kind, words in done.flashes] == [
        ("info", "Gränsen är 5 inbjudningar på ett d"), ("done", "2 påminnelser är på väg."),
    ]  # fmt: skip
    assert outbox.names()[7:] == ["invitation-reminder"] * 2


def test_reminders_tell_no_more_than_the_list(
    client: PageClient, write: Callable[..., Page], scene: Scene, path: str
) -> None:
    """Members elsewhere, and people who declined for Amina, look like anybody; the latter get no mail."""
    kerstin = make_person("Kerstin", "kerstin@example.org")
    make_coordinator(kerstin, scene.group, stairwells=[scene.stairwell_1])
    no = make_invitation(
        scene.group, "otto@example.org", flat=flat_of(scene.stairwell_1, "1203"), by=scene.amina
    )
    no.state, no.ended_at = InvitationState.DECLINED, utcnow()
    with time_machine.travel(utcnow() - 4 * DAY):
        write(scene.bengt, "lina@example.org", "otto@example.org", "dawit@example.org")
        what_leaves()
    db.session.execute(
        update(OutboxRow)
        .values(
            lease_token=None, lease_owner=None, lease_until=None, state=OutboxState.SENT, settled_at=utcnow()
        )
        .where(OutboxRow.state == OutboxState.SENDING)
    )
    page = client.get(path, as_=scene.bengt)
    assert ticks(page) == {"lina": True, "otto": True, "dawit": True}
    assert page.press("Påminn 3 grannar").follow().flashes == [("done", "3 påminnelser är på väg.")]
    assert what_leaves() == [
        ("invitation-reminder", "lina@example.org"), ("join-already-member", "dawit@example.org"),
    ]  # fmt: skip
    assert "Ingen väntar på en påminnelse" in client.get(path, as_=kerstin).text


def test_another_stairwells_invitation_cannot_be_ticked(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], scene: Scene, path: str
) -> None:
    with time_machine.travel(utcnow() - 4 * DAY):
        write(scene.amina, "lina@example.org", flat=str(flat_of(scene.stairwell_1, "1203").id))
    deliver()
    form = {"who": str(only().id), "count": "1"}
    assert client.post(path, form, as_=scene.bengt).main_actions != ["Påminn 1 granne"]
    assert outbox.names() == ["invitation"]


def test_a_mistyped_address_is_mended_by_whoever_typed_it(
    client: PageClient, outbox: Outbox, write: Callable[..., Page], bengt: Person, group: Group,
    stairwell_3: Stairwell,
) -> None:  # fmt: skip
    write(bengt, "lina@exmaple.org", flat=str(flat_of(stairwell_3, "1203").id))
    old = link_of(only())
    row = outbox.rows()[0]
    row.state, row.next_at = OutboxState.BOUNCED, None
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt).click("Rätta adressen lina@exmaple.org")
    assert (page.h1, page.form()["address"]) == ("Rätta adressen", "lina@exmaple.org")
    done = page.press("Skicka till den nya adressen", {"address": "lina@example.org"}).follow()
    assert done.flashes[0][0] == "done"
    assert invitations() == [("lina@example.org", "open", "1203")]
    assert outbox.addressed() == [("invitation", "lina@exmaple.org"), ("invitation", "lina@example.org")]
    assert (client.get(old).status, client.get(link_of(only())).status) == (410, 200)
    assert status_of(stairwell_3, "1203") is HouseholdStatus.INVITED
    trace = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "invitation-corrected")).one()
    assert (trace.by_id, trace.about_id) == (bengt.id, only().id)


def test_nobody_mends_and_so_reads_what_another_typed(client: PageClient, scene: Scene) -> None:
    here = make_invitation(
        scene.group, "lina@exmaple.org", flat=flat_of(scene.stairwell_3, "1203"), by=scene.bengt
    )
    make_coordinator(scene.carin, scene.group, stairwells=[scene.stairwell_3])
    for colleague in (scene.amina, scene.carin):
        path = f"/invitations/{here.id}/address"
        asked = client.get(path, as_=colleague)
        sent = client.post(path, {"address": "mine@example.org"}, as_=colleague)
        assert (asked.status, sent.status) == (404, 404)
        assert "lina@exmaple.org" not in asked.html + sent.html
    assert invitations() == [("lina@exmaple.org", "open", "1203")]


def test_until_fourteen_days_after_it_ran_out(
    client: PageClient, outbox: Outbox, bengt: Person, invited: Invitation
) -> None:
    with time_machine.travel(utcnow() + 43 * DAY):
        page = client.post(f"/invitations/{invited.id}/address", {"address": "lin@example.org"}, as_=bengt)
        assert page.status == 303
        assert only().expires_at > utcnow() + 29 * DAY
    assert outbox.addressed() == [("invitation", "lin@example.org")]


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("", "Skriv en e-postadress."),
        ("lina", "Det saknas ett @"),
        ("LINA@example.org", "Det är samma adress som förut."),
        ("carin@example.org", "Adressen är redan med i gruppen."),
        ("nina@example.org", "Adressen har redan en inbjudan."),
        ("nej@example.org", "Den adressen har tackat nej."),
    ],
)
def test_what_cannot_be_the_right_address(
    typed: str, cure: str, client: PageClient, outbox: Outbox, scene: Scene, invited: Invitation
) -> None:
    make_invitation(scene.group, "nina@example.org", by=scene.bengt)
    no = make_invitation(scene.group, "nej@example.org", by=scene.bengt)
    no.state, no.ended_at = InvitationState.DECLINED, utcnow()
    page = client.post(f"/invitations/{invited.id}/address", {"address": typed}, as_=scene.bengt)
    assert (page.status, len(page.errors), outbox.names()) == (422, 1, [])
    assert page.errors[0].startswith(cure)
    assert page.form()["address"] == typed
    assert client.get(link_of(invited)).status == 200


def test_mending_counts_against_the_days_limit(
    client: PageClient, write: Callable[..., Page], bengt: Person, invited: Invitation, five_a_day: None
) -> None:
    write(bengt, *(f"a{n}@example.org" for n in range(5)))
    page = client.post(f"/invitations/{invited.id}/address", {"address": "lin@example.org"}, as_=bengt)
    assert page.status == 422
    assert page.errors[0].startswith("Gränsen är 5 inbjudningar på ett dygn")


@pytest.mark.parametrize("state", ["ACCEPTED", "DECLINED", "REVOKED"])
def test_an_answered_or_revoked_one_has_no_address_to_mend(
    state: str, client: PageClient, outbox: Outbox, bengt: Person, invited: Invitation
) -> None:
    invited.state, invited.ended_at = InvitationState[state], utcnow()
    path = f"/invitations/{invited.id}/address"
    pages = [client.get(path, as_=bengt), client.post(path, {"address": "lin@example.org"}, as_=bengt)]
    assert [page.status for page in pages] == [303, 303]
    assert (outbox.names(), only().generation) == ([], 0)


def test_mending_tells_nothing_of_the_other_stairwells(
    client: PageClient, outbox: Outbox, scene: Scene
) -> None:
    """For Bengt of stairwell 3, Dawit's address in stairwell 1 looks like a stranger's."""
    seen = set()
    for number, address in enumerate(("dawit@example.org", "mio@example.org")):
        wrong = make_invitation(scene.group, f"wrong{number}@example.org", by=scene.bengt)
        page = client.post(f"/invitations/{wrong.id}/address", {"address": address}, as_=scene.bengt)
        seen.add((page.status, tuple(page.follow().flashes)))
    assert len(seen) == 1
    assert len(outbox.rows()) == 2


def test_a_household_that_said_no_at_the_door_is_not_reminded(
    client: PageClient, scene: Scene, group: Group, bengt: Person, path: str
) -> None:
    said_no, silent = empty_flats(scene.stairwell_3)[:2]
    with time_machine.travel(utcnow() - 4 * DAY):
        for flat, address in ((said_no, "nej@example.org"), (silent, "tyst@example.org")):
            invitation = make_invitation(group, address, flat=flat, by=bengt)
            outbox_service.queue(INVITATION, to=invitation.mailbox, about=invitation)
    deliver()
    assert ticks(client.get(path, as_=bengt)) == {"nej": True, "tyst": True}
    note_household(said_no, HouseholdStatus.DECLINED, by=bengt)
    db.session.commit()
    assert ticks(client.get(path, as_=bengt)) == {"tyst": True}


def offered(page: Page) -> list[str]:
    return [words for words in page.links if words.startswith("Påminn")]


def test_nobody_is_offered_to_be_reminded_before_they_can_be(
    client: PageClient, write: Callable[..., Page], bengt: Person, group: Group
) -> None:
    house, listed = f"/groups/{group.id}/house", f"/groups/{group.id}/invitations"
    too_soon = "De som inte har svarat kan du påminna ett dygn efter sitt senaste mejl."
    assert too_soon not in client.get(listed, as_=bengt).text
    write(bengt, "lina@example.org")
    deliver()
    page = client.get(listed, as_=bengt)
    assert (offered(page), too_soon in page.text) == ([], True)
    assert offered(client.get(house, as_=bengt)) == []
    with time_machine.travel(utcnow() + DAY):
        page = client.get(listed, as_=bengt)
        assert (offered(page), too_soon in page.text) == (["Påminn 1 som inte har svarat"], False)


def test_a_reminder_is_not_offered_when_the_mails_of_the_day_are_used_up(
    client: PageClient, write: Callable[..., Page], bengt: Person, group: Group, five_a_day: None
) -> None:
    with time_machine.travel(utcnow() - 2 * DAY):
        write(bengt, "lina@example.org", "kim@example.org")
    deliver()
    write(bengt, *(f"b{n}@example.org" for n in range(5)))
    page = client.get(f"/groups/{group.id}/invitations", as_=bengt)
    assert offered(page) == []
    assert "2 har inte svarat. Gränsen är 5 inbjudningar på ett dygn, och nu är den nådd." in page.text


def test_the_house_offers_a_reminder_only_where_somebody_was_invited_by_mail(
    client: PageClient, scene: Scene
) -> None:
    """Whoever got a letter is asked at the door."""
    for flat in empty_flats(scene.stairwell_1, scene.stairwell_3):
        note_household(flat, HouseholdStatus.INVITED, by=scene.amina)
    house = f"/groups/{scene.group.id}/house"
    assert offered(client.get(house, as_=scene.amina)) == []
    with time_machine.travel(utcnow() - 2 * DAY):
        invited = make_invitation(scene.group, "lina@example.org", by=scene.amina)
        outbox_service.queue(INVITATION, to=invited.mailbox, about=invited)
    deliver()
    assert offered(client.get(house, as_=scene.amina)) == ["Påminn dem som inte har svarat"]
