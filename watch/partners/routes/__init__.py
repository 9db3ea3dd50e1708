"""Pages of partners, and the officers' pages by which they get one."""

from watch.partners.routes import giving, own
from watch.partners.routes.blueprint import bp

__all__ = ["bp", "giving", "own"]
