"""The ways in which closing a group, or undoing that, is refused."""

from __future__ import annotations

from watch.errors import DomainError


class AlreadyClosed(DomainError):
    """The group is closed."""


class NotClosed(DomainError):
    """The group is not closed, so there is nothing to undo."""


class TooLate(DomainError):
    """The group was closed more than 30 days ago, and its people are erased."""
