"""Pages of notices."""

from watch.notices.routes import reading, writing
from watch.notices.routes.blueprint import bp

__all__ = ["bp", "reading", "writing"]
