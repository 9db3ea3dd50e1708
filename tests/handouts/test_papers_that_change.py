"""Checks that paper follows its household and its text: a change, a corrected flat, an undone end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person
from tests.handouts.test_handing_out import bounce, call, membership_of, papers, tell, tell_area
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.groups.service import choices
from watch.meetings import service as meetings
from watch.models import Channel, Meeting, Notice, OutboxState, Person, utcnow
from watch.records.service import correcting

TO_PRINT, PRINTED, HANDED_OUT = OutboxState.TO_PRINT, OutboxState.PRINTED, OutboxState.HANDED_OUT
LATER = timedelta(minutes=45)


def move(scene: Scene, meeting: Meeting) -> None:
    plan = meetings.Plan.of(meeting)
    later = replace(plan, starts_at=plan.starts_at + LATER, ends_at=plan.ends_at + LATER)
    meetings.change(meeting, later, seen=meeting.sequence, by=scene.amina)
    db.session.commit()


def waiting() -> dict[str, OutboxState]:
    """Return the state of each paper that is asked for, by flat."""
    return {flat: state for flat, state in papers().items() if state in (TO_PRINT, PRINTED)}


def paper_page(client: PageClient, about: Meeting | Notice, reader: Person) -> Page:
    return client.get(f"/{about.__tablename__}s/{about.id}/paper", as_=reader)


def test_what_was_printed_before_a_change_is_printed_again(
    client: PageClient, scene: Scene, nils: Person
) -> None:
    meeting = call(scene)
    page = paper_page(client, meeting, scene.bengt)
    elsas = {"done": str(flat_of(scene.stairwell_3, "1001").id)}
    page.press("Papperen är utskrivna")
    page.press("Spara", elsas)
    printed = paper_page(client, meeting, scene.bengt)
    assert "1 av 2 lägenheter har fått sitt papper. Det papper som är kvar är utskrivet." in printed.text
    move(scene, meeting)
    changed = paper_page(client, meeting, scene.bengt)
    assert waiting() == {"1001": TO_PRINT, "1103": TO_PRINT}
    assert "Papperen är utskrivna" in changed.buttons
    assert "0 av 2 lägenheter har fått sitt papper." in changed.text
    assert "utskrivet." not in changed.text


def test_only_the_spelling_leaves_what_is_printed_as_it_is(client: PageClient, scene: Scene) -> None:
    meeting = call(scene)
    paper_page(client, meeting, scene.bengt).press("Papperen är utskrivna")
    mended = replace(meetings.Plan.of(meeting), place="Tvättstuga")
    meetings.change(meeting, mended, seen=meeting.sequence, by=scene.amina, is_quiet=True)
    db.session.commit()
    assert papers() == {"1001": PRINTED}


@pytest.mark.parametrize("button", ["Papperen är utskrivna", "Alla är lämnade"])
def test_a_page_from_before_a_change_says_nothing_of_the_new_paper(
    client: PageClient, scene: Scene, button: str
) -> None:
    meeting = call(scene)
    page = paper_page(client, meeting, scene.bengt)
    move(scene, meeting)
    after = page.press(button).follow()
    assert after.flashes == [
        ("warn", "Texten har ändrats sedan du öppnade sidan. Skriv ut den på nytt. Inget är sparat.")
    ]
    assert waiting() == {"1001": TO_PRINT}


def test_some_printed_papers_are_not_all(client: PageClient, scene: Scene, nils: Person) -> None:
    notice = tell(scene)
    paper_page(client, notice, scene.bengt).press("Papperen är utskrivna")
    bounce(notice, scene.carin)
    page = paper_page(client, notice, scene.bengt)
    assert "0 av 3 lägenheter har fått sitt papper. Av de papper som är kvar är 2 utskrivna." in page.text


SENT: list[Callable[[Scene], Meeting | Notice]] = [tell, tell_area, call]


@pytest.mark.parametrize("send", SENT)
@pytest.mark.parametrize("printed", [False, True])
def test_paper_follows_to_the_right_flat(
    client: PageClient, scene: Scene, send: Callable[[Scene], Meeting | Notice], printed: bool
) -> None:
    about = send(scene)
    if printed:
        paper_page(client, about, scene.bengt).press("Papperen är utskrivna")
    right, wrong = flat_of(scene.stairwell_3, "1202"), flat_of(scene.stairwell_3, "1001")
    for flat in (right, wrong, right):  # also there and back
        correcting.correct_flat(membership_of(scene.elsa), flat, by=scene.bengt)
        db.session.commit()
    assert waiting() == {"1202": TO_PRINT}
    rows = paper_page(client, about, scene.bengt).text
    assert ("1202" in rows, "1001" in rows) == (True, False)


def test_of_two_in_a_flat_each_gets_the_paper_where_they_live(client: PageClient, scene: Scene) -> None:
    wrong, right = flat_of(scene.stairwell_3, "1001"), flat_of(scene.stairwell_3, "1202")
    gro, tom = make_person("Gro"), make_person("Tom", "tom@example.org")
    make_member(gro, scene.group, wrong, channel=Channel.PAPER)
    make_member(tom, scene.group, wrong)
    db.session.commit()
    tell(scene)
    correcting.correct_flat(membership_of(tom), flat_of(scene.stairwell_3, "1201"), by=scene.bengt)
    assert waiting() == {"1001": TO_PRINT}  # mail reaches Tom
    correcting.correct_flat(membership_of(scene.elsa), right, by=scene.bengt)
    assert waiting() == {"1001": TO_PRINT, "1202": TO_PRINT}
    correcting.correct_flat(membership_of(gro), right, by=scene.bengt)
    assert waiting() == {"1202": TO_PRINT}


def leave_and_come_back(scene: Scene, way: str) -> None:
    member = membership_of(scene.elsa)
    if way == "ended by the coordinator":
        correcting.end_membership(member, by=scene.bengt)
        correcting.take_back_end(member, by=scene.bengt)
    else:
        choices.i_have_moved(member, by=scene.elsa)
        choices.take_back(member, by=scene.elsa)
    db.session.commit()


WAYS = ["ended by the coordinator", "moved"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("send", SENT)
def test_who_is_back_gets_the_paper_that_waited(
    client: PageClient, scene: Scene, send: Callable[[Scene], Meeting | Notice], way: str
) -> None:
    about = send(scene)
    leave_and_come_back(scene, way)
    assert papers() == {"1001": TO_PRINT}
    assert "0 av 1 lägenhet har fått sitt papper." in paper_page(client, about, scene.bengt).text


@pytest.mark.parametrize("way", WAYS)
def test_who_is_back_has_not_got_the_paper_of_the_change(client: PageClient, scene: Scene, way: str) -> None:
    meeting = call(scene)
    paper_page(client, meeting, scene.bengt).press("Alla är lämnade")
    move(scene, meeting)
    leave_and_come_back(scene, way)
    assert waiting() == {"1001": TO_PRINT}
    page = paper_page(client, meeting, scene.bengt)
    assert "0 av 1 lägenhet har fått sitt papper." in page.text


def test_who_is_away_is_not_on_the_list_with_the_paper_of_the_old_time(
    client: PageClient, scene: Scene
) -> None:
    meeting = call(scene)
    paper_page(client, meeting, scene.bengt).press("Alla är lämnade")
    move(scene, meeting)
    correcting.end_membership(membership_of(scene.elsa), by=scene.bengt)
    db.session.commit()
    assert "1001" not in paper_page(client, meeting, scene.bengt).text


def test_who_was_away_when_it_was_moved_gets_the_new_paper(client: PageClient, scene: Scene) -> None:
    meeting = call(scene)
    paper_page(client, meeting, scene.bengt).press("Alla är lämnade")
    member = membership_of(scene.elsa)
    correcting.end_membership(member, by=scene.bengt)
    move(scene, meeting)
    correcting.take_back_end(member, by=scene.bengt)
    for _twice in range(2):
        meetings.call_latecomers(utcnow())
        db.session.commit()
    assert waiting() == {"1001": TO_PRINT}
    assert "0 av 1 lägenhet har fått sitt papper." in paper_page(client, meeting, scene.bengt).text
