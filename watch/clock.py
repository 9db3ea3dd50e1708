"""Jobs of the clock: each once a day on whichever machine is first, and made up for after an outage.

A job's slot is a day in Borås. Whoever claims (job, slot) does the work in the same transaction: it is done
once or not at all. A night in which 02.30 comes twice has one slot; one without 02.30 has its slot at 03.00.
Work that would take long does a part of it and leaves the slot open: the next tick, a minute later, goes on.
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
    """Work for every day from a time of day in Borås on.

    `work` gets the moment, adds and does not commit, and says whether something is left to do.
    """

    name: str
    at: time
    work: Callable[[datetime], bool | None]

    def slot(self, now: datetime) -> str:
        """The day whose turn it is: today's from its time on, before that yesterday's."""
        here = local(now)
        day = here.date() if here.time() >= self.at else here.date() - DAY
        return day.isoformat()


def run_due(jobs: Sequence[Job], now: datetime | None = None) -> list[str]:
    """Do every job whose slot nobody has claimed; one that fails is tried again. Returns the done."""
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
        except Exception as broken:  # the others are still done
            db.session.rollback()
            log.error("job-failed", job=job.name, error=type(broken).__name__)
    return done


def catch_up(jobs: Sequence[Job], now: datetime) -> None:
    """Do the work of every job to its end, and let nobody do it again today; does not commit.

    For a database that was restored: it does not know what the clock has done since.
    """
    for job in jobs:
        while job.work(now):
            db.session.expire_all()
        _claim(job, now)


def _claim(job: Job, now: datetime) -> bool:
    """Whether this machine is the first; another that comes at the same moment waits, and then is not."""
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
    """A clock that was set back by hours makes up for no yesterday.

    One that stood wrong by days is forgotten: its days come all the same.
    """
    later = ClockRun.job == job.name, ClockRun.slot > job.slot(now), ClockRun.at < now + DAY
    return db.session.scalar(select(ClockRun.slot).where(*later).limit(1)) is not None


def _leave_open(job: Job, now: datetime) -> None:
    db.session.execute(delete(ClockRun).where(ClockRun.job == job.name, ClockRun.slot == job.slot(now)))
