"""Pages of reports."""

from watch.report.routes import editions, public, writing
from watch.report.routes.blueprint import bp

__all__ = ["bp", "editions", "public", "writing"]
