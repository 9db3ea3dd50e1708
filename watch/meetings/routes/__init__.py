"""Pages of meetings."""

from watch.meetings.routes import answering, calling, changing, checkin, drafts
from watch.meetings.routes.blueprint import bp

__all__ = ["answering", "bp", "calling", "changing", "checkin", "drafts"]
