"""A year of meetings over both changes of the clock: each mail is counted, and no two are the same."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_member
from tests.mail.relay import Relay
from tests.mail.test_reminding import ALL, CALLED, borås, call
from watch import clock, jobs
from watch.extensions import db
from watch.mail import delivery
from watch.meetings import service
from watch.models import Meeting, OutboxState, utcnow

CHOSEN = {  # by the day of the meeting; the clock changes on 29 March and 25 October
    date(2026, 3, 29): service.Reminders(), date(2026, 3, 30): service.Reminders(),
    date(2026, 5, 12): service.Reminders(14, 1), date(2026, 6, 16): service.Reminders(0, 2),
    date(2026, 8, 18): service.Reminders(), date(2026, 10, 25): service.Reminders(),
    date(2026, 10, 26): service.Reminders(7, 3), date(2026, 12, 24): service.Reminders(),
    date(2027, 2, 9): service.Reminders(0, 0),
}  # fmt: skip
TIMES = ("02.30", "09.00", "16.00", "23.59")
BUSY = {  # the days about a reminder or a meeting, when each hour could make a difference
    day - timedelta(days=before + beside)
    for day, chosen in CHOSEN.items()
    for before in (chosen.early, chosen.late, 0)
    for beside in (-1, 0, 1)
} | {date(2026, 7, 1), date(2026, 7, 2), *(date(2026, 8, day) for day in range(11, 32))}
CALLS = {  # the last day of those called on each day; Jenny joins while four are called
    CALLED: date(2026, 3, 31), date(2026, 4, 14): date(2026, 6, 21),
    date(2026, 6, 22): date(2026, 12, 31), date(2026, 12, 1): date(2027, 12, 31),
}  # fmt: skip
QUIET = 5  # of so many other days one is run; what is due on one between them is due after it too
OURS = [job for job in jobs.JOBS if job.name.startswith(("remind", "latecomers"))]


def call_some(scene: Scene, meetings: dict[date, Meeting], today: date) -> None:
    """Call the meetings until the last day that today is for, with the reminders chosen for each."""
    with time_machine.travel(borås(today)):
        for day in [each for each in CHOSEN if each <= CALLS[today] and each not in meetings]:
            meetings[day] = call(scene, day)
            service.choose_reminders(meetings[day], CHOSEN[day], by=scene.amina)
        db.session.commit()


def do_what_happens(scene: Scene, meetings: dict[date, Meeting], day: date) -> None:
    """Let Jenny join on 1 July, and after its first reminder move one meeting and cancel another."""
    if day == date(2026, 7, 1):
        make_member(scene.jenny, scene.group, flat_of(scene.stairwell_3, "1203"))
    if day == date(2026, 8, 12):
        meeting, begins = meetings[date(2026, 8, 18)], borås(date(2026, 9, 1), "18.00")
        plan = service.Plan(meeting.kind, begins, begins + timedelta(hours=1), "Gården")
        service.change(meeting, plan, seen=meeting.sequence, by=scene.amina)
    if day == date(2026, 12, 18):
        service.cancel(meetings[date(2026, 12, 24)], by=scene.amina)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_year_of_meetings_mails_each_once(app: Flask, scene: Scene, outbox: Outbox, relay: Relay) -> None:
    meetings: dict[date, Meeting] = {}
    for number in range(365):
        day = CALLED + timedelta(days=number)
        if day in CALLS:
            call_some(scene, meetings, day)
        if day not in BUSY and number % QUIET:
            continue
        for at in TIMES if day in BUSY else TIMES[2:3]:
            with time_machine.travel(borås(day, at)):
                clock.run_due(OURS)
                if at == "16.00":
                    do_what_happens(scene, meetings, day)
                db.session.commit()
                delivery.run()
    assert utcnow().year < 2027
    sent = Counter(
        (row.mailing.kind, row.mailbox.address.partition("@")[0])
        for row in outbox.rows()
        if row.mailbox and row.state is OutboxState.SENT
    )
    # by meeting; the one of 18 August once before it moved and twice after
    reminders = 2 + 2 + 2 + 1 + (1 + 2) + 2 + 2 + 1
    of_jenny = (1 + 2) + 2 + 2 + 1
    assert sent == (
        dict.fromkeys((("meeting-called", name) for name in ALL), 9)
        | dict.fromkeys((("meeting-reminder", name) for name in ALL), reminders)
        | {("meeting-called", "jenny"): 5, ("meeting-reminder", "jenny"): of_jenny}
        | dict.fromkeys((("meeting-changed", name) for name in (*ALL, "jenny")), 1)
        | dict.fromkeys((("meeting-cancelled", name) for name in (*ALL, "jenny")), 1)
    )
    assert len(relay.taken) == sum(sent.values())
