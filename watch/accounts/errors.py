"""What the services of accounts refuse."""

from __future__ import annotations

from watch.errors import DomainError


class AskedElsewhere(DomainError):
    """Who has a role signs in by a link only in the browser that asked for it (trust.md 2)."""


class AlreadyOfficer(DomainError):
    """The person follows that area already."""


class OfficerNeverCoordinates(DomainError):
    """The person, or somebody on the same mailbox, follows an area: officers never see who takes part."""


class CoordinatorNeverFollows(DomainError):
    """The person, or somebody on the same mailbox, is coordinator of a group."""
