"""Errors that the services of accounts raise."""

from __future__ import annotations

from watch.errors import DomainError


class AskedElsewhere(DomainError):
    """A person with a role opened a sign-in link in a browser that did not ask for it (trust.md 2)."""


class AlreadyOfficer(DomainError):
    """The person is an officer of that area already."""


class OfficerNeverCoordinates(DomainError):
    """The person, or somebody with the same mailbox, is an officer or partner, who never see members."""


class CoordinatorNeverFollows(DomainError):
    """The person, or somebody with the same mailbox, coordinates a group.

    No officer or partner may know members.
    """
