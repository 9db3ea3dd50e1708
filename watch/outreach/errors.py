"""The ways in which a change to the outreach log is refused."""

from __future__ import annotations

from watch.errors import DomainError


class ChangedMeanwhile(DomainError):
    """Somebody else has changed or taken away the entry since the form was shown."""
