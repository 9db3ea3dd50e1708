"""Pages of reports."""

from watch.report.routes import editions, indicators, public, writing
from watch.report.routes.blueprint import bp

__all__ = ["bp", "editions", "indicators", "public", "writing"]
