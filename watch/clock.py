"""Jobs that run once a day, on whichever machine is first, and that catch up after an outage.

A job is claimed for a slot, which is a date in Sweden, in the transaction that does its work: it is done once
or not at all. A night in which 02.30 comes twice has one slot; one without 02.30 has its slot at 03.00.

A long job does a part and leaves its slot open; the next tick, a minute later, goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import delete, select

from watch.extensions import db
from watch.language import local
from watch.models import ClockRun, utcnow
from watch.statements import upsert

KEPT = timedelta(days=400)
DAY = timedelta(days=1)

log = structlog.get_logger("clock")


@dataclass(frozen=True)
class Job:
    """A job for every day, due from a time of day in Sweden on.

    `work` gets the current time and must not commit. It returns True if something is left to do.
    """

    name: str
    at: time
    work: Callable[[datetime], bool | None]

    def slot(self, now: datetime) -> str:
        """Return the date whose turn it is: today's from `at` on, before that yesterday's."""
        here = local(now)
        day = here.date() if here.time() >= self.at else here.date() - DAY
        return day.isoformat()


def run_due(jobs: Sequence[Job], now: datetime | None = None) -> list[str]:
    """Do the jobs whose slot nobody has claimed. Return the finished ones; failed ones run again."""
    moment = now or utcnow()
    done = []
    for job in jobs:
        try:
            if _claim(job, moment):
                if job.work(moment):
                    _leave_open(job, moment)
                else:
                    done.append(job.name)
            db.session.commit()
        except Exception as broken:  # the other jobs still run
            db.session.rollback()
            log.error("job-failed", job=job.name, error=type(broken).__name__)
    return done


def catch_up(jobs: Sequence[Job], now: datetime) -> None:
    """Finish every job's work and claim its slot for today. Does not commit.

    For a restored database, which does not know what was done since its copy was made.
    """
    for job in jobs:
        while job.work(now):
            db.session.expire_all()
        _claim(job, now)


def _claim(job: Job, now: datetime) -> bool:
    """Claim the slot. Return False if another machine has it, after waiting for its commit."""
    if _was_done_later(job, now):
        return False
    claim = upsert(ClockRun).values(job=job.name, slot=job.slot(now), at=now)
    is_first = (
        db.session.execute(claim.on_conflict_do_nothing().returning(ClockRun.slot)).scalar() is not None
    )
    if is_first:
        db.session.execute(delete(ClockRun).where(ClockRun.job == job.name, ClockRun.at < now - KEPT))
    return is_first


def _was_done_later(job: Job, now: datetime) -> bool:
    """Return True if a later slot is done, so that a clock set back by hours repeats nothing.

    Runs dated over a day ahead are ignored: they come from a clock that was wrong.
    """
    later = ClockRun.job == job.name, ClockRun.slot > job.slot(now), ClockRun.at < now + DAY
    return db.session.scalar(select(ClockRun.slot).where(*later).limit(1)) is not None


def _leave_open(job: Job, now: datetime) -> None:
    db.session.execute(delete(ClockRun).where(ClockRun.job == job.name, ClockRun.slot == job.slot(now)))
