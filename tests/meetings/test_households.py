"""Checks that a household answers once, and that each member may answer for themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_answer, make_meeting, make_member, make_person
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.groups.service.households import move_out
from watch.mail import outbox as queue
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.queries.answers import Sums, my_answer, sums
from watch.meetings.queries.calls import people_to_tell
from watch.meetings.queries.reminding import people_to_remind, reminders_of
from watch.meetings.service import answer
from watch.models import (
    Answer,
    Meeting,
    MeetingAnswer,
    Membership,
    NoticeChoice,
    Person,
    Purpose,
    utcnow,
)
from watch.retention.service.people import persons

YES, NO, MAYBE = Answer.YES, Answer.NO, Answer.MAYBE


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting in a week, called by mail."""
    meeting = make_meeting(scene.group, by=scene.amina)
    queue.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    db.session.commit()
    return meeting


@pytest.fixture
def lina(scene: Scene) -> Person:
    """Carin's daughter, in the same flat, 1102 of stairwell 3."""
    person = make_person("Lina Öberg", "lina@example.org")
    make_member(person, scene.group, flat_of(scene.stairwell_3, "1102"))
    db.session.commit()
    return person


@pytest.fixture
def hidden(scene: Scene) -> Person:
    """A hidden member: no flat and no stairwell."""
    person = make_person("Någon", "nagon@example.org")
    make_member(person, scene.group, None)
    db.session.commit()
    return person


def link(outbox: Outbox, person: Person) -> str:
    row = next(row for row in outbox.rows() if row.person_id == person.id)
    return f"/r/{tokens.make(Purpose.ANSWER, row)}"


def membership_of(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def test_two_of_one_flat_answer_once(
    client: PageClient, scene: Scene, lina: Person, meeting: Meeting
) -> None:
    own = f"/meetings/{meeting.id}"
    page = client.get(own, as_=scene.carin)
    assert "Du svarar för lägenhet 1102." in page.text
    page.press("Jag kommer", {"people": "2"})
    assert sums(meeting) == Sums(people=2, yes=1, unanswered=4)

    hers = client.get(own, as_=lina)
    assert "Hushållets svar: Jag kommer: 2 personer" in hers.text
    assert "Färre än 5 kommer hittills." in hers.text
    hers.press("Jag kommer", {"people": "3"})
    assert sums(meeting) == Sums(people=3, yes=1, unanswered=4)
    assert "Hushållets svar: Jag kommer: 3 personer" in client.get("/me", as_=scene.carin).text


@pytest.mark.parametrize(
    ("for_home", "people", "linas", "coming"),
    [
        ((YES, 2), 1, NO, 1),  # she was one of the two
        ((YES, 2), 1, YES, 2),
        ((YES, 1), 1, YES, 2),  # one of two is the other one
        ((YES, 1), 1, NO, 1),
        ((YES, 4), 1, MAYBE, 3),  # who comes along still does
        ((NO, 0), 1, YES, 1),
        ((NO, 3), 1, YES, 1),
        ((MAYBE, 2), 1, YES, 1),
        (None, 1, YES, 1),
    ],
)
def test_who_answers_for_herself_is_counted_alone(
    for_home: tuple[Answer, int] | None,
    people: int,
    linas: Answer,
    coming: int,
    scene: Scene,
    lina: Person,
    meeting: Meeting,
) -> None:
    if for_home:
        answer(meeting, scene.carin, *for_home)
    answer(meeting, lina, linas, people, alone=True)
    assert sums(meeting).people == coming
    assert my_answer(meeting, lina).answer is linas  # type: ignore[union-attr]  # she has answered
    theirs = my_answer(meeting, scene.carin)
    assert (theirs.answer if theirs else None) == (for_home[0] if for_home else None)


def test_when_all_answer_for_themselves_the_household_counts_for_nobody(
    scene: Scene, lina: Person, meeting: Meeting
) -> None:
    answer(meeting, scene.carin, YES, 5)
    answer(meeting, lina, NO, alone=True)
    answer(meeting, scene.carin, YES, 1, alone=True)
    assert sums(meeting) == Sums(people=1, yes=1, no=1, unanswered=4)


def test_answering_for_the_household_again_ends_ones_own_answer(
    client: PageClient, scene: Scene, lina: Person, meeting: Meeting
) -> None:
    own = f"/meetings/{meeting.id}"
    client.get(own, as_=scene.carin).press("Jag kommer", {"people": "2"})
    client.post(f"{own}/answer", {"answer": "no", "alone": "y"}, as_=lina)
    assert "Ditt svar: Jag kan inte" in client.get(own, as_=lina).text
    assert sums(meeting).people == 1

    client.get(f"/groups/{scene.group.id}", as_=lina).press("Kanske")  # changes what counts for her
    assert "Ditt svar: Kanske" in client.get(own, as_=lina).text
    client.get(own, as_=lina).press("Jag kommer", {"people": "2"})
    assert "Hushållets svar: Jag kommer: 2 personer" in client.get(own, as_=lina).text
    assert sums(meeting) == Sums(people=2, yes=1, unanswered=4)


def test_the_household_reads_that_one_of_them_is_counted_alone(
    client: PageClient, scene: Scene, lina: Person, meeting: Meeting, outbox: Outbox
) -> None:
    answer(meeting, scene.carin, YES, 3)
    mailed = link(outbox, scene.carin)
    pages = (mailed, f"/meetings/{meeting.id}", f"/groups/{scene.group.id}", "/me")
    alone = "i hushållet har svarat för sig själv och räknas för sig."
    assert [alone in client.get(each, as_=scene.carin).text for each in pages] == [False] * 4
    answer(meeting, lina, NO, alone=True)
    db.session.commit()
    said = f"Hushållets svar: Jag kommer: 3 personer 1 {alone}"
    for each in pages:
        assert said in client.get(each, as_=scene.carin).text, each
    assert "Färre än 5 kommer hittills." in client.get(mailed).text
    assert sums(meeting).people == 2
    assert alone not in client.get("/me", as_=lina).text  # she reads her own answer
    membership_of(lina).left_at = utcnow()
    db.session.commit()
    assert [alone in client.get(each, as_=scene.carin).text for each in pages] == [False] * 4


def test_who_lives_alone_is_not_asked_for_themselves(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    assert "Svara bara för dig själv" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text


def test_the_mailed_page_says_for_which_flat(
    client: PageClient, scene: Scene, lina: Person, hidden: Person, meeting: Meeting, outbox: Outbox
) -> None:
    queue.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    page = client.get(link(outbox, scene.carin))
    assert "Du svarar för lägenhet 1102. Inte du?" in page.text
    assert "Lina" not in page.text
    theirs = client.get(link(outbox, hidden))
    assert "Du svarar för" not in theirs.text
    assert "Inte du?" not in theirs.text
    theirs.press("Jag kommer", {"people": "2"})
    assert my_answer(meeting, hidden).person == hidden  # type: ignore[union-attr]  # they have answered
    assert "Färre än 5 kommer hittills." in page.client.get(page.path).text


def test_members_read_how_many_come_from_five_on_and_coordinators_always(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    mailed, own = link(outbox, scene.carin), f"/meetings/{meeting.id}"
    for people, members, coordinators in ((0, "Färre än 5", ""), (4, "Färre än 5", "4"), (5, "5", "5")):
        if people:
            answer(meeting, scene.dawit, YES, people)
            db.session.commit()
        for page in (client.get(mailed), client.get(own, as_=scene.carin)):
            assert f"{members} kommer hittills." in page.text
        hers = client.get(own, as_=scene.amina).text
        assert f"{coordinators} kommer hittills." in hers if coordinators else "kommer hittills" not in hers


def test_not_you_is_the_same_page_for_everybody(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    page = client.get("/r/not-you")
    assert (page.status, page.h1) == (200, "Fick du någon annans mejl?")
    for word in ("1102", "Carin", meeting.place, scene.group.name):
        assert word not in page.text


def test_erasing_one_member_keeps_the_households_answer_and_not_theirs(
    scene: Scene, lina: Person, meeting: Meeting
) -> None:
    answer(meeting, scene.carin, YES, 2)
    answer(meeting, lina, YES, alone=True)
    answer(meeting, lina, YES, 3)  # for the household
    answer(meeting, scene.carin, NO, alone=True)
    for person in (lina, scene.carin):
        db.session.delete(membership_of(person))
        person.created_at = utcnow() - timedelta(days=31)
        make_member(make_person("Ny"), scene.group, flat_of(scene.stairwell_3, "1102"))
        db.session.commit()
        persons(utcnow())
        db.session.commit()
        db.session.expire_all()
    left = db.session.scalars(select(MeetingAnswer)).one()
    assert (left.answer, left.people, left.by_id, left.person_id) == (YES, 3, None, None)
    assert sums(meeting).people == 3


def test_moving_out_ends_the_households_answer(scene: Scene, lina: Person, meeting: Meeting) -> None:
    answer(meeting, lina, YES, 2)
    move_out(flat_of(scene.stairwell_3, "1102"), by=scene.amina)
    make_member(make_person("Ny"), scene.group, flat_of(scene.stairwell_3, "1102"))
    db.session.commit()
    assert sums(meeting) == Sums(unanswered=5)


def test_who_comes_back_to_another_flat_does_not_answer_for_the_one_before(
    scene: Scene, lina: Person, meeting: Meeting
) -> None:
    answer(meeting, lina, YES, 4)
    membership_of(scene.carin).left_at = utcnow()
    make_member(scene.carin, scene.group, flat_of(scene.stairwell_3, "1202"))
    db.session.commit()
    assert my_answer(meeting, scene.carin) is None
    answer(meeting, scene.carin, MAYBE)
    assert sums(meeting) == Sums(people=4, yes=1, maybe=1, unanswered=4)


def test_a_no_of_the_household_stops_reminders_for_all_but_who_comes_anyway(
    scene: Scene, lina: Person, meeting: Meeting
) -> None:
    def reminded() -> set[int]:
        return set(db.session.scalars(people_to_remind(meeting, reminders_of(meeting)[-1])))

    answer(meeting, scene.carin, NO)
    assert reminded() & {scene.carin.id, lina.id} == set()
    answer(meeting, lina, YES, alone=True)
    assert reminded() & {scene.carin.id, lina.id} == {lina.id}


def test_who_left_the_list_hears_of_a_change_if_they_gave_the_households_answer(
    scene: Scene, lina: Person, meeting: Meeting
) -> None:
    for person in (scene.carin, lina):
        membership_of(person).notices = NoticeChoice.NOTHING
    answer(meeting, scene.carin, YES, 2)
    db.session.commit()
    told = set(db.session.scalars(people_to_tell(meeting)))
    assert told & {scene.carin.id, lina.id} == {scene.carin.id}


def test_an_answer_is_of_a_person_or_of_a_household(scene: Scene, meeting: Meeting) -> None:
    home, carin = membership_of(scene.carin).household_id, scene.carin.id
    make_answer(meeting, scene.carin)
    db.session.commit()
    number = meeting.id
    for wrong in (
        {"meeting_id": number},
        {"meeting_id": number, "household_id": home, "person_id": carin},
        {"meeting_id": number, "household_id": home},  # the second of one household
        {"meeting_id": number, "person_id": carin, "by_id": carin},
    ):
        with pytest.raises(IntegrityError):
            db.session.execute(insert(MeetingAnswer).values(answer=YES, people=1, **wrong))
        db.session.rollback()
