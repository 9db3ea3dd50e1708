"""Closes a group and takes that back, and ticks what is left to do after it."""

from watch.closing.service.closing import close, tick, undo, untick

__all__ = ["close", "tick", "undo", "untick"]
