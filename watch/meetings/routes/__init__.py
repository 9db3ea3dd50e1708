"""Pages of meetings."""

from watch.meetings.routes import answering, calendars, calling, changing, reminders
from watch.meetings.routes.blueprint import bp

__all__ = ["answering", "bp", "calendars", "calling", "changing", "reminders"]
