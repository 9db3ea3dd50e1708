"""The pages of a group's life: its start, its steps, and how it rests and is woken."""

from watch.lifecycle.routes import checklist, new, waking
from watch.lifecycle.routes.blueprint import bp

__all__ = ["bp", "checklist", "new", "waking"]
