"""Checks that a household recorded as moved out by mistake is given back, and that its members can object."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_invitation, make_letter, make_member, make_person
from tests.groups.test_members import state_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.queries.households import FlatState
from watch.groups.queries.members import active_membership, coordinators_of, members_of
from watch.groups.service.choices import i_have_moved
from watch.groups.service.households import note_household
from watch.models import (
    Flat,
    Group,
    Household,
    HouseholdStatus,
    InvitationState,
    Membership,
    NoticeChoice,
    OutboxState,
    Person,
    utcnow,
)


@pytest.fixture
def flat(scene: Scene) -> Flat:
    """Carin's flat, in which Pär lives too, who wants no notices; her son Otto has left by himself."""
    flat = flat_of(scene.stairwell_3, "1102")
    par = make_member(make_person("Pär Öberg", "par@example.org"), scene.group, flat)
    par.notices = NoticeChoice.MEETINGS
    otto = make_member(make_person("Otto Öberg"), scene.group, flat)
    otto.left_at = utcnow() - timedelta(days=2)
    db.session.commit()
    return flat


def move_out(client: PageClient, flat: Flat, by: Person) -> Page:
    asked = client.get(f"/flats/{flat.id}", as_=by).click("Hushållet har flyttat")
    assert "Du kan ångra det i 7 dagar, så länge inget nytt har skrivits om lägenheten." in asked.text
    return asked.press("Ja, hushållet har flyttat").follow()


def names_in(group: Group) -> list[str]:
    return [each.person.name for each in members_of(group)]


def test_a_household_that_has_not_moved_is_back_as_it_was(
    client: PageClient, scene: Scene, outbox: Outbox, flat: Flat
) -> None:
    invitation = make_invitation(scene.group, "barn@example.org", flat=flat, by=scene.bengt)
    letter = make_letter(flat, scene.group, by=scene.bengt)
    before = names_in(scene.group)
    page = move_out(client, flat, scene.bengt)
    assert page.flashes[0][1].endswith("Du kan ångra det i 7 dagar.")
    assert "2 personer är inte med i gruppen längre: Carin Öberg, Pär Öberg." in page.text
    assert state_of(flat) is FlatState.NOT_CONTACTED
    listed = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert "Ångra Carin Öberg" not in listed.buttons  # alone she would come back without Pär
    back = listed.click("Lägenhet 1102").press("Ångra flytten lägenhet 1102").follow()
    assert back.flashes == [("done", "Hushållet är tillbaka som det var.")]
    assert page.press("Ångra flytten lägenhet 1102").follow().flashes == back.flashes  # twice is once
    assert (names_in(scene.group), state_of(flat)) == (before, FlatState.TAKES_PART)
    par = next(each for each in members_of(scene.group) if each.person.name == "Pär Öberg")
    assert par.notices is NoticeChoice.MEETINGS
    for row in (invitation, letter):
        db.session.refresh(row)
    assert (invitation.state, letter.ended_at) == (InvitationState.OPEN, None)
    history = client.get(f"/flats/{flat.id}", as_=scene.bengt)
    assert [history.text.count(each) for each in ("Flyttade ut", "Det senaste togs tillbaka")] == [1, 1]
    assert history.text.count("En person är med igen") == 2
    assert "Ångra flytten lägenhet 1102" not in history.buttons
    waiting = [row.mailing.kind for row in outbox.rows() if row.state is OutboxState.QUEUED]
    assert waiting == ["record-corrected", "record-corrected"]


def test_a_flat_that_was_only_invited_is_given_back_too(client: PageClient, scene: Scene) -> None:
    flat = flat_of(scene.stairwell_3, "1202")
    note_household(flat, HouseholdStatus.INVITED, by=scene.bengt)
    invitation = make_invitation(scene.group, "ny@example.org", flat=flat, by=scene.bengt)
    page = move_out(client, flat, scene.bengt)
    assert page.press("Ångra flytten lägenhet 1202").follow().flashes[0][0] == "done"
    db.session.refresh(invitation)
    assert (state_of(flat), invitation.state) == (FlatState.INVITED, InvitationState.OPEN)


def test_for_a_week_and_only_while_nobody_else_lives_there(
    client: PageClient, scene: Scene, flat: Flat
) -> None:
    page = move_out(client, flat, scene.bengt)
    moved = db.session.scalars(select(Household).where(Household.flat_id == flat.id)).one()
    ended_at = moved.ended_at
    moved.ended_at = utcnow() - timedelta(days=7, minutes=1)
    db.session.commit()
    assert "Ångra flytten lägenhet 1102" not in client.get(f"/flats/{flat.id}", as_=scene.bengt).buttons
    moved.ended_at = ended_at
    db.session.commit()
    assert "Ångra flytten lägenhet 1102" in client.get(f"/flats/{flat.id}", as_=scene.bengt).buttons
    note_household(flat, HouseholdStatus.INVITED, by=scene.bengt)
    db.session.commit()
    assert "Ångra flytten lägenhet 1102" not in client.get(f"/flats/{flat.id}", as_=scene.bengt).buttons
    late = page.press("Ångra flytten lägenhet 1102").follow()
    assert [kind for kind, _words in late.flashes] == ["warn"]
    assert (state_of(flat), "Carin Öberg" in names_in(scene.group)) == (FlatState.INVITED, False)


def test_whoever_has_joined_again_stays_and_the_others_come_back(
    client: PageClient, scene: Scene, flat: Flat
) -> None:
    page = move_out(client, flat, scene.bengt)
    make_member(scene.carin, scene.group, flat_of(scene.stairwell_3, "1203"))
    db.session.commit()
    page.press("Ångra flytten lägenhet 1102")
    assert (names_in(scene.group).count("Carin Öberg"), names_in(scene.group).count("Pär Öberg")) == (1, 1)
    page = move_out(client, flat, scene.bengt)
    make_member(person_named("Pär Öberg"), scene.group, flat_of(scene.stairwell_3, "1203"))
    db.session.commit()  # now nobody would live there
    assert "Ångra flytten lägenhet 1102" not in client.get(page.path, as_=scene.bengt).buttons


def person_named(name: str) -> Person:
    return next(each for each in db.session.scalars(select(Person)) if each.name == name)


def test_whoever_moved_by_their_own_word_is_not_given_back_by_others(
    client: PageClient, scene: Scene
) -> None:
    mine = active_membership(scene.carin, scene.group)
    assert mine
    i_have_moved(mine, by=scene.carin)
    db.session.commit()
    page = client.get(f"/flats/{flat_of(scene.stairwell_3, '1102').id}", as_=scene.bengt)
    assert "Ångra flytten lägenhet 1102" not in page.buttons
    own = client.get("/me", as_=scene.carin)
    assert "Ett kontaktombud har skrivit upp" not in own.text
    assert "Ångra Våglängdsgatan 1–3" in own.buttons


def test_an_appointment_that_ended_with_the_move_is_not_promised(
    client: PageClient, scene: Scene, flat: Flat
) -> None:
    make_coordinator(scene.carin, scene.group)
    db.session.commit()
    page = move_out(client, flat, scene.amina)
    assert "Uppdraget som kontaktombud kommer inte tillbaka." in page.text
    page.press("Ångra flytten lägenhet 1102")
    assert scene.carin not in [each.person for each in coordinators_of(scene.group)]


def test_whoever_was_taken_out_reads_it_and_writes_to_the_coordinators(
    client: PageClient, scene: Scene, outbox: Outbox, flat: Flat
) -> None:
    move_out(client, flat, scene.bengt)
    told = [row for row in outbox.rows() if row.mailing.kind == "membership-ended"]
    assert sorted(row.person.name for row in told if row.person) == ["Carin Öberg", "Pär Öberg"]
    page = client.get("/me", as_=scene.carin)
    assert "Ett kontaktombud har noterat att ditt hushåll har flyttat." in page.text
    assert "Till och med" in page.text
    assert "Du är inte med i någon grupp än" not in page.text
    assert "Ångra Våglängdsgatan 1–3" not in page.buttons
    writing = page.click("Skriv till kontaktombudet Våglängdsgatan 1–3")
    assert writing.path == f"/groups/{scene.group.id}/messages"
    pages = [each for each in writing.links.values() if each.startswith("/") and "#" not in each]
    assert [each for each in pages if client.get(each, as_=scene.carin).status == 404] == []
    sent = writing.press("Skicka till 1 kontaktombud för din port", {"text": "Vi bor kvar!"}).follow()
    assert sent.flashes[0][0] == "done"
    ended = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    ended.left_at = utcnow() - timedelta(days=8)
    db.session.commit()
    later = client.get("/me", as_=scene.carin)
    assert "eller be att få gå med på nytt" in later.text
    assert "Till och med" not in later.text


def test_one_who_was_taken_out_alone_reads_that(client: PageClient, scene: Scene, flat: Flat) -> None:
    mine = active_membership(scene.carin, scene.group)
    assert mine
    client.post(f"/groups/{scene.group.id}/records/{mine.id}/end", as_=scene.bengt)
    page = client.get("/me", as_=scene.carin)
    assert "Ett kontaktombud har noterat att du inte är med längre." in page.text
    assert "ditt hushåll har flyttat" not in page.text
