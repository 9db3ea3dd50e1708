"""Pages of meetings."""

from watch.meetings.routes import (
    answering,
    areas,
    calendars,
    calling,
    changing,
    checkin,
    drafts,
    held,
    joint,
    languages,
    notes,
    numbers,
    planning,
    public,
    recording,
    reminders,
    starting,
)
from watch.meetings.routes.blueprint import bp

__all__ = [
    "answering",
    "areas",
    "bp",
    "calendars",
    "calling",
    "changing",
    "checkin",
    "drafts",
    "held",
    "joint",
    "languages",
    "notes",
    "numbers",
    "planning",
    "public",
    "recording",
    "reminders",
    "starting",
]
