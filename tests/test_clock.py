"""Checks that each job runs once a day in Swedish time, across time changes, machines and outages."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Scene
from tests.factories import make_area
from watch import jobs
from watch.clock import Job, run_due
from watch.extensions import db
from watch.language import STOCKHOLM
from watch.models import Area, ClockRun, Group, utcnow

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Diary:
    """Records when jobs ran: a job writes its name and the time."""

    def __init__(self) -> None:
        self.done: list[tuple[str, datetime]] = []

    def job(self, at: str) -> Job:
        """Return a job that is due at a time of day, and named after it."""

        def work(now: datetime) -> None:
            self.done.append((at, now))

        return Job(at, time(*map(int, at.split("."))), work)

    def days(self) -> list[str]:
        """Return the dates in Sweden on which a job ran."""
        return [now.astimezone(STOCKHOLM).strftime("%d %H.%M") for _name, now in self.done]


@pytest.fixture
def diary(app: Flask) -> Diary:
    return Diary()


def utc(day: date, at: str) -> datetime:
    return datetime.combine(day, time(*map(int, at.split("."))), UTC)


@pytest.mark.parametrize(
    ("night", "moments"),
    [
        (  # after 02.59 summer time comes 02.00: 02.30 happens twice
            date(2026, 10, 25),
            {"00.30": "22.30", "02.00": "00.00", "02.30": "00.30", "03.00": "02.00", "03.30": "02.30"},
        ),
        (  # after 01.59 comes 03.00: there is no 02.30
            date(2027, 3, 28),
            {"00.30": "23.30", "02.00": "01.00", "02.30": "01.00", "03.00": "01.00", "03.30": "01.30"},
        ),
    ],
)
def test_in_the_night_of_the_time_change_each_job_is_done_once(
    diary: Diary, night: date, moments: dict[str, str]
) -> None:
    todo = [diary.job(at) for at in moments]
    start = datetime.combine(night - DAY, time(22), STOCKHOLM).astimezone(UTC)
    run_due(todo, start)  # runs the slots before this night
    diary.done.clear()
    for minute in range(1, 9 * 60):
        run_due(todo, start + minute * MINUTE)
    assert sorted(diary.done) == [
        (name, utc(night - DAY if at >= "22" else night, at)) for name, at in sorted(moments.items())
    ]
    run_due(todo, start + DAY - HOUR)
    assert len(diary.done) == len(moments)
    run_due(todo, start + 2 * DAY)
    assert len(diary.done) == 2 * len(moments)


def test_the_next_day_comes_though_the_night_was_longer_or_shorter(diary: Diary) -> None:
    job = diary.job("09.00")
    for first in (date(2026, 10, 24), date(2027, 3, 27)):
        for hour in range(3 * 24 - 1):
            run_due([job], datetime.combine(first, time(9), STOCKHOLM).astimezone(UTC) + hour * HOUR)
    assert diary.days() == [f"{day} 09.00" for day in (24, 25, 26, 27, 28, 29)]


def test_after_days_without_the_machine_it_is_made_up_for_once(diary: Diary) -> None:
    job, day = diary.job("02.30"), datetime(2026, 11, 2, 12, tzinfo=UTC)
    run_due([job], day)
    for minute in range(5):
        run_due([job], day + 3 * DAY + minute * MINUTE)
    run_due([job], day + 4 * DAY)
    assert diary.days() == ["02 13.00", "05 13.00", "06 13.00"]


def test_a_clock_that_is_set_back_by_hours_does_nothing_twice(diary: Diary) -> None:
    job, day = diary.job("02.30"), datetime(2026, 11, 2, 12, tzinfo=UTC)
    # eleven hours earlier it is 02.00, when yesterday's slot is due
    for hours in (0, -2, -11, -12, -16, -3, 1, 11):
        run_due([job], day + hours * HOUR)
    assert diary.days() == ["02 13.00"]
    run_due([job], day + DAY)
    assert diary.days() == ["02 13.00", "03 13.00"]


def test_a_clock_that_stood_wrong_by_days_loses_no_day_when_it_is_right_again(diary: Diary) -> None:
    job, day = diary.job("02.30"), datetime(2026, 11, 2, 12, tzinfo=UTC)
    for days in (0, 5, 0, 1, 2, 3, 4, 5, 6):
        run_due([job], day + days * DAY)
    assert sorted(diary.days()) == [f"{number:02} 13.00" for number in range(2, 9)]
    run_due([job], day + 400 * DAY)  # the clock is wrong for a moment
    run_due([job], day + 7 * DAY)
    assert diary.days()[-1] == "09 13.00"


def at_once(app: Flask, todo: Sequence[Job], how_many: int = 8) -> list[str]:
    """Let this many machines run the due jobs at the same moment; return what they did together."""
    now, ready = utcnow(), Barrier(how_many)

    def machine(_number: int) -> list[str]:
        with app.app_context():
            ready.wait()
            try:
                return run_due(todo, now)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(how_many) as machines:
        done = machines.map(machine, range(how_many))
    return sorted(name for names in done for name in names)


def test_of_eight_machines_exactly_one_does_the_work(app: Flask) -> None:
    calls: list[str] = []

    def slow(name: str) -> Callable[[datetime], None]:
        def work(_now: datetime) -> None:
            calls.append(name)
            make_area(f"{name}-{len(calls)}", f"{name}-{len(calls)}")
            stopwatch.sleep(0.1)  # time for the other machines to come

        return work

    todo = [Job(name, time(0), slow(name)) for name in ("count", "remind", "erase")]
    assert at_once(app, todo) == ["count", "erase", "remind"]
    assert sorted(calls) == ["count", "erase", "remind"]
    assert db.session.scalar(select(func.count(Area.id))) == 3
    db.session.rollback()
    assert at_once(app, todo) == []


def test_where_the_first_of_eight_fails_one_other_does_it(app: Flask) -> None:
    calls: list[str] = []

    def work(_now: datetime) -> None:
        calls.append("called")
        make_area(f"area-{len(calls)}", f"Area {len(calls)}")
        if len(calls) == 1:
            raise RuntimeError

    assert at_once(app, [Job("count", time(0), work)]) == ["count"]
    assert len(calls) == 2
    assert list(db.session.scalars(select(Area.slug))) == ["area-2"]


def test_a_job_that_fails_leaves_nothing_is_tried_again_and_stops_no_other(diary: Diary) -> None:
    broken = True

    def work(now: datetime) -> None:
        make_area("borås", "Borås")
        if broken:
            raise RuntimeError
        diary.done.append(("mended", now))

    todo = [Job("mended", time(0), work), diary.job("00.00")]
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert run_due(todo, now) == ["00.00"]
    assert run_due(todo, now + MINUTE) == []
    assert db.session.scalar(select(func.count(Area.id))) == 0
    broken = False
    assert run_due(todo, now + 2 * MINUTE) == ["mended"]
    assert run_due(todo, now + 3 * MINUTE) == []
    assert diary.done == [("00.00", now), ("mended", now + 2 * MINUTE)]


def test_work_that_is_not_through_goes_on_until_it_is(app: Flask) -> None:
    left = 3
    days: list[int] = []

    def work(now: datetime) -> bool:
        nonlocal left
        left -= 1
        days.append(now.minute)
        return left > 0

    job, now = Job("erase", time(3), work), datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert [run_due([job], now + minute * MINUTE) for minute in range(5)] == [[], [], ["erase"], [], []]
    assert days == [0, 1, 2]
    assert run_due([job], now + DAY) == ["erase"]


def test_the_real_jobs_are_done_once_a_day_and_forget_old_days(scene: Scene) -> None:
    names = [job.name for job in jobs.JOBS]
    assert len(set(names)) == len(names)
    scene.group.counted_taking_part = 1
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert (run_due(jobs.JOBS, now), run_due(jobs.JOBS, now + MINUTE)) == (names, [])
    assert db.session.get_one(Group, scene.group.id).counted_taking_part == 5
    assert run_due(jobs.JOBS, now + 500 * DAY) == names
    assert db.session.scalar(select(func.count()).select_from(ClockRun)) == len(names)
