"""Pages of meetings."""

from watch.meetings.routes import (
    answering,
    areas,
    calling,
    changing,
    checkin,
    drafts,
    notes,
    numbers,
    planning,
)
from watch.meetings.routes.blueprint import bp

__all__ = [
    "answering",
    "areas",
    "bp",
    "calling",
    "changing",
    "checkin",
    "drafts",
    "notes",
    "numbers",
    "planning",
]
