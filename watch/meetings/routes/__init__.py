"""Pages of meetings."""

from watch.meetings.routes import answering, calling, changing, notes
from watch.meetings.routes.blueprint import bp

__all__ = ["answering", "bp", "calling", "changing", "notes"]
