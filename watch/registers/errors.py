"""Named errors of the registers."""

from __future__ import annotations

from watch.errors import DomainError


class RegisterChanged(DomainError):
    """The register has changed since a list was shown: it would do something else than was seen."""


class ChangedMeanwhile(DomainError):
    """Somebody else has saved since the form was shown."""


class GroupNotActive(DomainError):
    """Signs are ordered only once the group of the building is active."""


class NameTaken(DomainError):
    """Another place has that name or address already."""
