"""Checks that a flat chosen by a newcomer is theirs only once a coordinator has said so."""

from __future__ import annotations

import re

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation, make_meeting, make_member, make_person
from tests.newcomers import YES, bytes_of, decide_links, link_of, status_of
from tests.page_client import Page, PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.service.choices import take_back
from watch.groups.service.members import leave
from watch.meetings import service as meetings
from watch.meetings.queries.answers import answering
from watch.models import (
    Answer,
    Channel,
    Household,
    HouseholdStatus,
    JoinRequest,
    Meeting,
    Membership,
    OutboxState,
    Person,
    Purpose,
    RequestState,
    utcnow,
)

TAKEN, EMPTY = "1102", "1103"  # Carin's, and nobody's


def door(scene: Scene, number: str) -> dict[str, str]:
    """Return the fields that choose a flat of stairwell 3."""
    return {"stairwell": str(scene.stairwell_3.id), "floor": number[1], "door": number[3]}


def join(
    client: PageClient, scene: Scene, number: str, address: str = "lina@example.org", **more: str
) -> Page:
    """Join as Lina by a personal invitation that names no flat, and choose one."""
    link = link_of(make_invitation(scene.group, address, by=scene.bengt))
    typed = YES | {"language": "sv"} | door(scene, number) | more
    page = client.get(link).press("Ja, jag vill vara med", typed)
    assert (page.status, page.location) == (303, "/join/joined")
    return page


def newest() -> Membership:
    found = select(Membership).order_by(Membership.id.desc()).execution_options(populate_existing=True)
    return db.session.scalars(found).first() or pytest.fail("nobody has joined")


def home_of(person: Person) -> Household | None:
    found = select(Household).join(Membership, Membership.household_id == Household.id)
    return db.session.scalars(found.where(Membership.person_id == person.id)).one()


def asked() -> JoinRequest:
    found = select(JoinRequest).order_by(JoinRequest.id.desc()).execution_options(populate_existing=True)
    return db.session.scalars(found).first() or pytest.fail("nobody has asked")


def states_of_questions(outbox: Outbox) -> list[OutboxState]:
    return [row.state for row in outbox.rows() if row.mailing.kind == "join-requested"]


def welcome_link(outbox: Outbox, address: str = "lina@example.org") -> str:
    """Return the answer link in the welcome mail to an address."""
    welcomes = (each for each in outbox.rows() if each.mailing.kind == "join-approved" and each.mailbox)
    row = next(each for each in welcomes if each.mailbox and each.mailbox.address == address)
    return f"/r/{tokens.make(Purpose.ANSWER, row)}"


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting to which Carin's household, she and Sofia, has said that four of them come."""
    meeting = make_meeting(scene.group, by=scene.amina)
    make_member(make_person("Sofia", "sofia@example.org"), scene.group, flat_of(scene.stairwell_3, TAKEN))
    meetings.answer(meeting, scene.carin, Answer.YES, 4)
    db.session.commit()
    return meeting


def everything_read(
    client: PageClient, scene: Scene, outbox: Outbox, meeting: Meeting, number: str, address: str
) -> list[str]:
    """Join by choosing a flat; return all that the newcomer then reads, without what is theirs alone."""
    browser = PageClient(client.app)
    pages = [join(browser, scene, number, address).follow()]
    link, newcomer = welcome_link(outbox, address), newest()
    pages += [browser.get(link), browser.get(link).press("Kanske").follow()]
    for path in ("/me", "/me/data", f"/groups/{scene.group.id}", f"/meetings/{meeting.id}"):
        pages.append(browser.get(path, as_=newcomer.person))
    own = f"{number}|{re.escape(address)}|{re.escape(link.removeprefix('/r/'))}"
    number_of_theirs = rf'(?<=[a-z]-){newcomer.person_id}\b|(?<=value="){newcomer.person_id}"'
    told = [f"{page.status} {bytes_of(page)}" for page in pages]
    return [re.sub(rf"{own}|{number_of_theirs}", "…", each) for each in told]


def test_a_taken_flat_and_an_empty_one_are_told_apart_by_nobody_who_chooses_them(
    client: PageClient, scene: Scene, outbox: Outbox, meeting: Meeting
) -> None:
    with time_machine.travel(utcnow(), tick=False):  # /me/data says at which minute they joined
        taken = everything_read(client, scene, outbox, meeting, TAKEN, "lina@example.org")
        empty = everything_read(client, scene, outbox, meeting, EMPTY, "lena@example.org")
    assert taken == empty
    assert "Kontaktombudet får frågan om du bor i lägenhet …." in taken[0]
    assert "Svara bara för dig själv" not in "".join(taken)


def test_the_answer_of_a_household_that_is_chosen_is_neither_shown_nor_changed(
    client: PageClient, scene: Scene, outbox: Outbox, meeting: Meeting
) -> None:
    join(client, scene, TAKEN)
    page = client.get(welcome_link(outbox))
    assert ("Hushållets svar" in page.text, "4 personer" in page.text) == (False, False)
    page.press("Jag kan inte")
    for_home = answering(meeting, scene.carin).for_home
    assert for_home is not None
    assert (for_home.answer, for_home.people) == (Answer.YES, 4)
    assert newest().household is None
    told = [kind for kind in outbox.addressed() if kind[0] in {"flatmate-joined", "join-requested"}]
    assert told == [("join-requested", "bengt@example.org")]


def test_a_coordinator_says_that_the_newcomer_lives_there_and_those_of_the_flat_hear_of_it(
    client: PageClient, scene: Scene, outbox: Outbox, meeting: Meeting
) -> None:
    join(client, scene, TAKEN)
    todo = client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt)
    assert "1 ny medlem väntar på sin lägenhet" in todo.text
    listed = client.get(f"/groups/{scene.group.id}/members", as_=scene.bengt)
    assert "I lägenhet 1102 är redan någon med" in listed.text
    page = client.get(decide_links(outbox)[scene.bengt.name])
    assert page.h1 == "Bor Lina i lägenhet 1102?"
    assert "I lägenhet 1102 är redan någon med." in page.text
    done = page.press("Ja, grannen bor där").follow()
    assert done.flashes == [("done", "Lägenheten är sparad.")]
    assert (newest().household, asked().state) == (home_of(scene.carin), RequestState.APPROVED)
    told = [address for kind, address in outbox.addressed() if kind == "flatmate-joined"]
    assert sorted(told) == ["carin@example.org", "sofia@example.org"]
    assert outbox.names().count("join-approved") == 1
    assert "väntar på sin lägenhet" not in client.get(f"/groups/{scene.group.id}/house", as_=scene.bengt).text


def test_an_empty_flat_that_is_confirmed_takes_part(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    join(client, scene, EMPTY)
    assert status_of(scene.stairwell_3, EMPTY) is HouseholdStatus.WANTS_TO_JOIN
    client.get(decide_links(outbox)[scene.bengt.name]).press("Ja, grannen bor där")
    home = newest().household
    assert home is not None
    assert (home.flat.number, status_of(scene.stairwell_3, EMPTY)) == (EMPTY, HouseholdStatus.TAKES_PART)


def test_a_no_leaves_the_newcomer_a_member_without_a_flat(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, EMPTY)
    done = client.post(f"/requests/{asked().id}/decline", as_=scene.bengt).follow()
    assert done.flashes == [("done", "Du har svarat nej. Lina är kvar i gruppen utan lägenhet.")]
    assert (newest().household, newest().left_at, asked().state) == (None, None, RequestState.DECLINED)
    assert status_of(scene.stairwell_3, EMPTY) is HouseholdStatus.NOT_CONTACTED


def test_whoever_gets_a_flat_otherwise_or_leaves_is_asked_about_no_more(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, EMPTY)
    flat = {"flat": str(flat_of(scene.stairwell_3, "1201").id)}
    client.post(f"/memberships/{newest().id}/flat", flat, as_=scene.bengt)
    assert (newest().household is not None, asked().state) == (True, RequestState.APPROVED)
    join(client, scene, "1202", "lena@example.org")
    leave(newest(), by=newest().person)
    db.session.commit()
    assert asked().state is RequestState.WITHDRAWN


@pytest.mark.parametrize("number", [EMPTY, TAKEN])
def test_whoever_takes_leaving_back_is_asked_about_as_before(
    client: PageClient, scene: Scene, outbox: Outbox, number: str
) -> None:
    join(client, scene, number)
    status = status_of(scene.stairwell_3, number)
    told = states_of_questions(outbox)
    leave(newest(), by=newest().person)
    db.session.commit()
    assert set(states_of_questions(outbox)) == {OutboxState.CANCELLED}
    take_back(newest(), by=newest().person)
    db.session.commit()
    assert (asked().state, asked().decided_at, asked().decided_by) == (RequestState.WAITING, None, None)
    assert (status_of(scene.stairwell_3, number), newest().household) == (status, None)
    assert states_of_questions(outbox) == told
    assert client.get(decide_links(outbox)[scene.bengt.name]).h1 == f"Bor Lina i lägenhet {number}?"


def test_a_no_is_not_asked_again_with_the_undo(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    join(client, scene, EMPTY)
    client.post(f"/requests/{asked().id}/decline", as_=scene.bengt)
    leave(newest(), by=newest().person)
    db.session.commit()
    take_back(newest(), by=newest().person)
    db.session.commit()
    assert asked().state is RequestState.DECLINED
    assert status_of(scene.stairwell_3, EMPTY) is HouseholdStatus.NOT_CONTACTED


def test_a_neighbour_on_paper_who_chose_their_flat_is_one_person_once_it_is_confirmed(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    join(client, scene, "1001", name="Elsa Ek")
    assert db.session.get_one(Person, scene.elsa.id).mailbox is None
    scene.elsa.name = "Elsa Ek"
    db.session.commit()
    client.get(decide_links(outbox)[scene.bengt.name]).press("Ja, grannen bor där")
    found = select(Membership).where(Membership.is_current)
    here = [each for each in db.session.scalars(found) if each.person.name == "Elsa Ek"]
    assert [(each.household.flat.number, each.channel) for each in here if each.household] == [
        ("1001", Channel.MAIL)
    ]


def test_those_of_a_flat_that_the_coordinator_named_are_told_and_only_they(
    client: PageClient, scene: Scene, outbox: Outbox, meeting: Meeting
) -> None:
    flat = flat_of(scene.stairwell_3, TAKEN)
    named = make_invitation(scene.group, "lina@example.org", flat=flat, by=scene.bengt)
    client.post(f"{link_of(named)}/accept", YES)
    assert newest().household == home_of(scene.carin)
    told = [address for kind, address in outbox.addressed() if kind == "flatmate-joined"]
    assert sorted(told) == ["carin@example.org", "sofia@example.org"]
