"""Pages of messages."""

from watch.messages.routes import unseen, writing
from watch.messages.routes.blueprint import bp

__all__ = ["bp", "unseen", "writing"]
