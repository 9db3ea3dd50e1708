"""Pages of findings."""

from watch.findings.routes import following, linked, reading, writing
from watch.findings.routes.blueprint import bp

__all__ = ["bp", "following", "linked", "reading", "writing"]
