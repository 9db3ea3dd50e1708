"""The ways in which a change to a promise or to planned operations is refused."""

from __future__ import annotations

from watch.errors import DomainError


class ChangedMeanwhile(DomainError):
    """Somebody else has changed or taken it away since the page was shown."""


class NotPublished(DomainError):
    """What nobody has been promised in public is not followed up."""


class NotBegun(DomainError):
    """What became of a promise cannot be said before its period has begun."""
