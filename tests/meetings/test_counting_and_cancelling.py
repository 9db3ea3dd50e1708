"""Checks recording the head count after a meeting, and cancelling a meeting once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_meeting
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.mail import outbox as queue
from watch.meetings.mails import MEETING_CALLED
from watch.meetings.queries.coming import upcoming_meetings
from watch.models import (
    AuditEntry,
    Channel,
    Counting,
    Meeting,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
    Suppression,
    utcnow,
)

Statements = Callable[..., AbstractContextManager[list[str]]]


@pytest.fixture
def held(scene: Scene) -> Meeting:
    """A meeting that began two hours ago."""
    return make_meeting(scene.group, starts_at=utcnow() - timedelta(hours=2))


@pytest.fixture
def called(scene: Scene) -> Meeting:
    """A meeting in a week, called on paper and by mail; everything but Bengt's mail has been sent."""
    meeting = make_meeting(scene.group, by=scene.amina)
    mailing = queue.queue_many(MEETING_CALLED, people=active_member_ids(scene.group), about=meeting)
    queue.queue_paper(mailing, paper_households(scene.group))
    left = update(OutboxRow).where(OutboxRow.channel == Channel.MAIL, OutboxRow.person_id != scene.bengt.id)
    db.session.execute(left.values(state=OutboxState.SENT, next_at=None, settled_at=utcnow()))
    db.session.commit()
    return meeting


def traces() -> list[str]:
    return [entry.what for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_a_count_is_written_and_corrected(client: PageClient, scene: Scene, held: Meeting) -> None:
    page = client.get(f"/meetings/{held.id}/count", as_=scene.bengt)
    told = page.press("Spara antalet", {"head_count": "16"}).follow()
    assert told.flashes == [("done", "Antalet är sparat.")]
    assert "16 personer kom" in told.text

    client.get(f"/meetings/{held.id}/count", as_=scene.amina).press("Spara antalet", {"head_count": "0"})
    db.session.refresh(held)
    assert (held.counting, held.head_count) == (Counting.COUNTED, 0)

    page = client.get(f"/meetings/{held.id}/count", as_=scene.amina)
    page.press("Spara antalet", {"head_count": "", "not_counted": "y"})
    db.session.refresh(held)
    assert (held.counting, held.head_count) == (Counting.NOT_COUNTED, None)
    assert traces() == ["head-count-written"] * 3


def test_of_two_who_write_how_many_came_the_later_sees_both_numbers(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    address = f"/meetings/{held.id}/count"
    early, late = client.get(address, as_=scene.bengt), client.get(address, as_=scene.amina)
    late.press("Spara antalet", {"head_count": "31"})
    client.get(address, as_=scene.bengt)
    both = early.press("Spara antalet", {"head_count": "13"})
    assert both.status == 422
    assert "Någon annan ändrade samtidigt." in both.text
    assert "Det här har någon annan sparat Hur många kom? 31" in " ".join(both.text.split())
    assert both.form()["head_count"] == "13"
    db.session.refresh(held)
    assert (held.head_count, traces()) == (31, ["head-count-written"])
    assert both.press("Spara antalet", {"head_count": "32"}).status == 303
    db.session.refresh(held)
    assert held.head_count == 32
    client.get(address, as_=scene.bengt).press("Spara antalet", {"head_count": "", "not_counted": "y"})
    later = both.press("Spara antalet", {"head_count": "32"})
    assert "Hur många kom? Vi räknade inte" in " ".join(later.text.split())
    db.session.refresh(held)
    assert held.counting is Counting.NOT_COUNTED


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Skriv hur många som kom. 0 går bra."),
        ({"head_count": "-1"}, "Skriv ett antal från 0 till 1000."),
        ({"head_count": "1001"}, "Skriv ett antal från 0 till 1000."),
        (
            {"head_count": "7", "not_counted": "y"},
            "Här står både ett antal och att ni inte räknade. Ta bort det ena.",
        ),
    ],
)
def test_what_is_no_count_is_refused(
    typed: dict[str, str], said: str, client: PageClient, scene: Scene, held: Meeting
) -> None:
    page = client.post(f"/meetings/{held.id}/count", typed, as_=scene.amina)
    assert (page.status, page.errors) == (422, [said])
    db.session.refresh(held)
    assert held.counting is Counting.NOT_YET


def test_nobody_is_counted_before_the_start(client: PageClient, scene: Scene, called: Meeting) -> None:
    page = client.get(f"/meetings/{called.id}/count", as_=scene.amina)
    pressed = client.post(f"/meetings/{called.id}/count", {"head_count": "3"}, as_=scene.amina)
    assert (page.status, pressed.follow().flashes[-1][0]) == (303, "warn")
    db.session.refresh(called)
    assert called.counting is Counting.NOT_YET


def test_cancelling_says_how_many_and_tells_those_whose_call_has_left(
    client: PageClient, scene: Scene, called: Meeting, outbox: Outbox, olga: Person
) -> None:
    scene.dawit.mailbox.suppression, scene.dawit.mailbox.suppressed_at = Suppression.BOUNCED, utcnow()
    page = client.get(f"/meetings/{called.id}/cancel", as_=scene.amina)
    assert "2 grannar får besked med mejl. 1 inbjudan har inte gått iväg och stoppas." in page.text
    assert "1 hushåll behöver besked på papper." in page.text  # Dawit's; Elsa's paper was not handed out

    told = page.press("Ställ in träffen").follow()

    said = "Träffen är inställd. 2 grannar får besked med mejl. 1 hushåll behöver besked på papper."
    assert told.flashes == [("done", said)]
    calls = [row for row in outbox.rows() if row.mailing.kind == "meeting-called" and row.mailbox]
    assert [row.person for row in calls if row.state is OutboxState.CANCELLED] == [scene.bengt]
    cancelled = [row for row in outbox.rows() if row.mailing.kind == "meeting-cancelled"]
    assert sorted(row.mailbox.address for row in cancelled if row.mailbox) == [
        "amina@example.org", "carin@example.org",
    ]  # fmt: skip
    assert sorted(row.household.flat.number for row in cancelled if row.household) == ["1101"]
    assert traces() == ["meeting-cancelled"]


def test_where_nobody_is_told_by_mail_that_is_said_in_words(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    quiet = make_meeting(scene.group, by=scene.amina)
    page = client.get(f"/meetings/{quiet.id}/cancel", as_=scene.amina)
    assert "Ingen får besked med mejl." in page.text
    assert "0 grannar" not in page.text
    assert page.press("Ställ in träffen").follow().flashes == [("done", "Träffen är inställd.")]


def test_cancelled_twice_it_tells_once(
    client: PageClient, scene: Scene, called: Meeting, outbox: Outbox
) -> None:
    page = client.get(f"/meetings/{called.id}/cancel", as_=scene.amina)
    page.press("Ställ in träffen")
    again = page.press("Ställ in träffen").follow()

    assert again.flashes[-1] == ("info", "Träffen är redan inställd.")
    assert [mailing.kind for mailing in outbox.mailings()] == ["meeting-called", "meeting-cancelled"]
    assert client.get(f"/meetings/{called.id}/cancel", as_=scene.amina).status == 303


def test_who_left_is_not_told(client: PageClient, scene: Scene, called: Meeting, outbox: Outbox) -> None:
    membership = select(Membership).where(Membership.person_id == scene.carin.id)
    db.session.scalars(membership).one().left_at = utcnow()
    client.post(f"/meetings/{called.id}/cancel", as_=scene.amina)
    told = [row.person_id for row in outbox.rows() if row.mailing.kind == "meeting-cancelled"]
    assert scene.carin.id not in told
    assert scene.amina.id in told


def test_what_has_begun_is_not_cancelled(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    pressed = client.post(f"/meetings/{held.id}/cancel", as_=scene.amina)
    assert pressed.follow().flashes == [("warn", "Träffen har redan börjat och kan inte ställas in.")]
    db.session.refresh(held)
    assert (held.cancelled_at, outbox.rows()) == (None, [])


def test_looking_at_the_questions_changes_nothing(
    client: PageClient, scene: Scene, called: Meeting, held: Meeting, outbox: Outbox
) -> None:
    before = [(row.id, row.state) for row in outbox.rows()]
    for _time in range(5):
        client.get(f"/meetings/{called.id}/cancel", as_=scene.amina)
        client.get(f"/meetings/{held.id}/count", as_=scene.amina)
    assert ([(row.id, row.state) for row in outbox.rows()], traces()) == (before, [])
    assert called.cancelled_at is None


def test_the_list_is_coming_first_then_past_with_counts(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    make_meeting(scene.group, place="Cykelrummet")
    gone = make_meeting(scene.group, starts_at=utcnow() - timedelta(days=9))
    gone.counting, gone.head_count = Counting.COUNTED, 0
    make_meeting(scene.other_group, place="Hos Ivan")

    text = client.get(f"/groups/{scene.group.id}/meetings", as_=scene.carin).text
    assert text.index("Kommande") < text.index("Tidigare träffar") < text.index("0 personer kom")
    assert "Hos Ivan" not in text


def test_an_empty_list_says_what_to_do_first(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/meetings"
    assert "Kalla till träff" in client.get(address, as_=scene.amina).links
    assert "Kalla till träff" not in client.get(address, as_=scene.carin).links
    assert "Inga träffar ännu" in client.get(address, as_=scene.carin).text


def test_an_empty_list_promises_no_officer_a_mail(client: PageClient, scene: Scene) -> None:
    for room in ("meetings", "notices"):
        address = f"/groups/{scene.group.id}/{room}"
        assert "mejl" in client.get(address, as_=scene.carin).text
        assert "mejl" not in client.get(address, as_=scene.gun).text


def test_past_meetings_come_in_pages(client: PageClient, scene: Scene) -> None:
    for days in range(45):
        make_meeting(scene.group, starts_at=utcnow() - timedelta(days=days + 1))
    pages = [client.get(f"/groups/{scene.group.id}/meetings", as_=scene.carin)]
    while "Nästa" in pages[-1].links:
        pages.append(pages[-1].click("Nästa"))

    assert [page.text.count("Antalet är inte ifyllt än") for page in pages] == [20, 20, 5]
    assert pages[2].click("Föregående").text == pages[1].text
    assert "Föregående" not in pages[0].links


def test_a_longer_list_takes_no_more_statements(
    client: PageClient, scene: Scene, statements: Statements
) -> None:
    def count() -> int:
        with statements() as seen:
            client.get(f"/groups/{scene.group.id}/meetings", as_=scene.amina)
        return len(seen)

    make_meeting(scene.group, stairwell=scene.stairwell_3)
    make_meeting(scene.group, stairwell=scene.stairwell_1, starts_at=utcnow() - timedelta(days=3))
    few = count()
    for days in range(1, 13):
        make_meeting(scene.group, stairwell=(scene.stairwell_1, scene.stairwell_3)[days % 2])
        make_meeting(scene.group, stairwell=scene.stairwell_1, starts_at=utcnow() - timedelta(days=days))
    assert count() == few


def test_the_next_meeting_comes_first_and_has_not_ended(scene: Scene, held: Meeting) -> None:
    now = make_meeting(scene.group, starts_at=utcnow() - timedelta(minutes=30))
    later = make_meeting(scene.group)
    make_meeting(scene.group, starts_at=utcnow() + timedelta(days=1)).cancelled_at = utcnow()
    assert upcoming_meetings(scene.group, utcnow()) == [now, later]
