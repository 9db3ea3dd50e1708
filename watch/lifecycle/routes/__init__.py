"""The pages of a group's life: its start, its steps, its buildings, and how it rests and is woken."""

from watch.lifecycle.routes import buildings, checklist, new, waking
from watch.lifecycle.routes.blueprint import bp

__all__ = ["bp", "buildings", "checklist", "new", "waking"]
