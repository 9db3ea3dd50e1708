"""Pages of promises and planned operations."""

from watch.promises.routes import operations, public, reading, writing
from watch.promises.routes.blueprint import bp

__all__ = ["bp", "operations", "public", "reading", "writing"]
