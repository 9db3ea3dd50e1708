"""Pages of contact persons."""

from watch.contacts.routes import editing, groups_own, linked, reading
from watch.contacts.routes.blueprint import bp

__all__ = ["bp", "editing", "groups_own", "linked", "reading"]
