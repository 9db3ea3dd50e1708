"""Checks answering a meeting, from the mail without signing in, or signed in; each for themselves only."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_answer, make_meeting
from tests.page_client import PageClient
from watch import tokens
from watch.extensions import db
from watch.groups.queries.members import active_member_ids
from watch.groups.queries.pages import coming_meetings
from watch.mail import outbox as queue
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.queries.answers import Sums, my_answer, sums
from watch.models import Answer, Counting, Meeting, MeetingAnswer, Membership, Person, Purpose, utcnow


@pytest.fixture
def meeting(scene: Scene) -> Meeting:
    """A meeting in a week, called by mail."""
    meeting = make_meeting(scene.group, by=scene.amina)
    queue.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    db.session.commit()
    return meeting


def link(outbox: Outbox, person: Person) -> str:
    row = next(row for row in outbox.rows() if row.person_id == person.id)
    return f"/r/{tokens.make(Purpose.ANSWER, row)}"


def answers() -> dict[str, tuple[Answer, int]]:
    rows = db.session.scalars(select(MeetingAnswer).execution_options(populate_existing=True))
    return {_whose(row): (row.answer, row.people) for row in rows}


def _whose(row: MeetingAnswer) -> str:
    """Return the flat of a household that has answered, or the name of whoever answered for themselves."""
    return row.household.flat.number if row.household else row.person.name if row.person else ""


def test_carin_says_yes_from_her_mail_and_changes_her_mind(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    page = client.get(link(outbox, scene.carin))
    assert "Kommer du, Carin Öberg?" in page.text

    thanks = page.press("Jag kommer", {"people": "3"})
    assert thanks.status == 303
    assert answers() == {"1102": (Answer.YES, 3)}
    assert thanks.follow().flashes == [("done", "Tack! Ditt svar är sparat.")]
    assert "Hushållets svar: Jag kommer: 3 personer" in thanks.follow().text

    page.press("Jag kan inte", {"people": "many"})
    assert answers() == {"1102": (Answer.NO, 3)}  # and if they come after all, they are still three


def test_looking_changes_nothing(client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox) -> None:
    pages = [client.get(link(outbox, scene.carin)).status for _time in range(5)]
    assert (pages, answers()) == ([200] * 5, {})


def test_two_on_one_mailbox_answer_each_for_themselves(
    client: PageClient, scene: Scene, carins_husband: Person, meeting: Meeting, outbox: Outbox
) -> None:
    page = client.get(link(outbox, scene.carin))
    assert "Kommer du, Carin Öberg?" in page.text
    assert "Kommer du, Pär Öberg?" in page.text

    client.post(page.path, {"person": str(scene.carin.id), "answer": "yes", "people": "2"})
    client.post(page.path, {"person": str(carins_husband.id), "answer": "maybe"})
    assert answers() == {"1102": (Answer.YES, 2), "1101": (Answer.MAYBE, 1)}


def test_the_link_answers_for_nobody_else(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    address = link(outbox, scene.carin)
    assert "Bengt" not in client.get(address).text
    assert client.post(address, {"person": str(scene.bengt.id), "answer": "no"}).status == 404
    assert client.post(address, {"person": "' OR 1=1", "answer": "no"}).status == 404
    assert answers() == {}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Välj om du kommer."),
        ({"answer": "perhaps"}, "Välj om du kommer."),
        ({"answer": "yes", "people": "0"}, "Skriv ett antal från 1 till 20."),
        ({"answer": "yes", "people": "21"}, "Skriv ett antal från 1 till 20."),
        ({"answer": "yes", "people": "99999999999999999999"}, "Skriv ett antal från 1 till 20."),
    ],
)
def test_what_is_no_answer_is_refused(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    page = client.post(link(outbox, scene.carin), typed)
    assert page.status == 422
    assert said in page.errors or typed.get("answer") == "perhaps"
    assert answers() == {}


def test_after_the_start_the_link_explains(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    address = link(outbox, scene.carin)
    with time_machine.travel(meeting.starts_at + timedelta(minutes=1)):
        page, refused = client.get(address), client.post(address, {"answer": "yes"})
    assert "Träffen har redan börjat" in page.text
    assert page.buttons == []
    assert (refused.status, answers()) == (409, {})


def test_a_cancelled_meeting_is_not_answered(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    address = link(outbox, scene.carin)
    meeting.cancelled_at = utcnow()
    page, refused = client.get(address), client.post(address, {"answer": "yes"})
    assert "Träffen är inställd" in page.text
    assert "Kommer du" not in page.text
    assert (refused.status, answers()) == (409, {})
    told = client.post(f"/meetings/{meeting.id}/answer", {"answer": "yes"}, as_=scene.carin).follow()
    assert told.flashes == [("info", "Träffen är inställd, så du behöver inte svara.")]


def test_who_left_or_moved_mailbox_has_a_dead_link(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    carins, dawits = link(outbox, scene.carin), link(outbox, scene.dawit)
    db.session.scalars(
        select(Membership).where(Membership.person_id == scene.carin.id)
    ).one().left_at = utcnow()
    scene.dawit.mailbox = scene.jenny.mailbox
    for address in (carins, dawits):
        assert client.get(address).status == 410
        assert client.post(address, {"answer": "yes"}).status == 410
    assert answers() == {}


def test_altered_and_foreign_links_are_dead(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    row = next(row for row in outbox.rows() if row.person_id == scene.carin.id)
    good = tokens.make(Purpose.ANSWER, row)
    bad = [
        good[:-1] + ("a" if good[-1] != "a" else "b"),
        tokens.make(Purpose.DECIDE, row),
        tokens.token_of(Purpose.ANSWER, row.id + 1000, row.nonce),
        "x",
    ]
    assert [client.get(f"/r/{token}").status for token in bad] == [410] * len(bad)


def test_the_page_is_in_the_language_of_the_mail(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    page = client.get(link(outbox, scene.dawit))
    assert 'lang="ar" dir="rtl"' in page.html


def test_a_member_answers_signed_in_and_sees_no_sums(
    client: PageClient, scene: Scene, meeting: Meeting
) -> None:
    make_answer(meeting, scene.bengt, people=4)
    page = client.get(f"/meetings/{meeting.id}", as_=scene.carin)
    page.press("Kanske")

    assert answers() == {"1002": (Answer.YES, 4), "1102": (Answer.MAYBE, 1)}
    again = client.get(f"/meetings/{meeting.id}", as_=scene.carin)
    assert "Hushållets svar: Kanske" in again.text
    assert "Så många har svarat" not in again.text
    assert "Bengt" not in again.text


def test_coordinators_see_sums_and_nobodys_name(
    client: PageClient, scene: Scene, meeting: Meeting, olga: Person
) -> None:
    make_answer(meeting, scene.bengt, people=4)
    make_answer(meeting, scene.carin, Answer.NO, people=0)
    make_answer(meeting, olga, people=9)  # she has left since

    page = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
    assert "4 personer kommer" in page.text
    assert "Har inte svarat 3" in page.text
    assert "Carin" not in page.text
    assert sums(meeting) == Sums(people=4, yes=1, maybe=0, no=1, unanswered=3)

    meeting.counting, meeting.head_count = Counting.COUNTED, 7
    with time_machine.travel(meeting.ends_at):
        text = client.get(f"/meetings/{meeting.id}", as_=scene.amina).text
    assert "7 personer kom" in text
    assert "Har inte svarat" not in text


def test_the_officer_sees_the_meeting_and_no_sums(client: PageClient, scene: Scene, meeting: Meeting) -> None:
    page = client.get(f"/meetings/{meeting.id}", as_=scene.gun)
    assert (page.status, page.buttons) == (200, [])
    assert "Så många har svarat" not in page.text


def test_a_stairwells_meeting_is_answered_by_those_who_live_there(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, stairwell=scene.stairwell_3)
    for person, status in ((scene.carin, 303), (scene.dawit, 403), (scene.gun, 403), (scene.ivan, 404)):
        assert client.post(f"/meetings/{meeting.id}/answer", {"answer": "yes"}, as_=person).status == status
    assert answers() == {"1102": (Answer.YES, 1)}
    assert client.get(f"/meetings/{meeting.id}", as_=scene.dawit).buttons == []
    page = client.get(f"/meetings/{meeting.id}", as_=scene.amina)
    assert "Träffen är för port 3." in page.text
    assert page.buttons == []
    assert "Träffen är för port" not in client.get(f"/meetings/{meeting.id}", as_=scene.carin).text


def test_meetings_one_has_not_answered(scene: Scene, meeting: Meeting) -> None:
    stairwells = make_meeting(scene.group, stairwell=scene.stairwell_3)
    make_meeting(scene.group, starts_at=utcnow() - timedelta(days=3))
    make_meeting(scene.other_group)
    make_meeting(scene.group).cancelled_at = utcnow()
    make_answer(meeting, scene.bengt)

    def unanswered(person: Person) -> list[Meeting]:
        groups = db.session.scalars(
            select(Membership.group_id).where(Membership.person_id == person.id)
        ).all()
        coming = coming_meetings(person, groups, utcnow())
        return [each.meeting for each in coming if each.answer is None]

    assert unanswered(scene.carin) == [meeting, stairwells]
    assert unanswered(scene.dawit) == [meeting]
    assert unanswered(scene.bengt) == [stairwells]
    assert meeting not in unanswered(scene.gun)
    assert my_answer(meeting, scene.carin) is None


def test_every_page_shows_the_answer_and_keeps_the_number(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    make_answer(meeting, scene.carin, Answer.YES, people=3)
    group, own = f"/groups/{scene.group.id}", f"/meetings/{meeting.id}"
    for address in (own, group, "/me", link(outbox, scene.carin)):
        page = client.get(address, as_=scene.carin)
        assert "Hushållets svar: Jag kommer: 3 personer" in page.text, address
    for said in ("Kanske", "Kan inte", "Jag kommer"):
        client.get(group, as_=scene.carin).press(said)
        assert answers()["1102"][1] == 3, said
    for said in ("Jag kan inte", "Kanske", "Jag kommer"):
        client.get(own, as_=scene.carin).press(said)
        assert answers()["1102"][1] == 3, said
    assert sums(meeting).people == 3


def test_the_groups_page_asks_nothing_once_the_gathering_has_begun(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, starts_at=utcnow() - timedelta(minutes=10))
    make_answer(meeting, scene.carin, Answer.YES, people=3)
    db.session.commit()
    page = client.get(f"/groups/{scene.group.id}", as_=scene.carin)
    assert "Hushållets svar: Jag kommer: 3 personer" in page.text
    assert "Träffen har redan börjat, så det går inte att svara längre." in page.text
    assert {"Jag kommer", "Kan inte", "Kanske"} & set(page.buttons) == set()


def test_a_mailed_page_names_the_group_and_whom_it_is_for(
    client: PageClient, scene: Scene, meeting: Meeting, outbox: Outbox
) -> None:
    page = client.get(link(outbox, scene.carin))
    assert f"Grannsamverkan i {scene.group.name}" in page.text
    assert "Hela gruppen" in page.text


@pytest.mark.parametrize("typed", ["många", "0", "21", "1.5"])
def test_a_wrong_number_is_one_error(typed: str, client: PageClient, scene: Scene, meeting: Meeting) -> None:
    page = client.get(f"/meetings/{meeting.id}", as_=scene.carin).press("Jag kommer", {"people": typed})
    assert (page.status, answers()) == (422, {})
    assert page.text.count("Skriv ett antal från 1 till 20.") == 2  # in the summary and at the field
    assert "giltigt" not in page.text
    assert f'value="{typed}"' in page.html
