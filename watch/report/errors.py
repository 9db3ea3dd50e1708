"""The ways in which a change to a report is refused."""

from __future__ import annotations

from watch.errors import DomainError


class ChangedMeanwhile(DomainError):
    """Somebody else has changed it, or taken it away, since the form was shown."""
