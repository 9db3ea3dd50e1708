"""Errors of contact persons."""

from __future__ import annotations

from watch.errors import DomainError


class ChangedMeanwhile(DomainError):
    """Somebody else has changed the contact since the page was shown."""


class ContactRemoved(DomainError):
    """Somebody else has taken the contact away since the page was shown."""
