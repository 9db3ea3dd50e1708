"""Errors that correcting a member's record can meet."""

from __future__ import annotations

from watch.errors import DomainError


class SameAddress(DomainError):
    """The address is the one that the member has."""


class NotTwo(DomainError):
    """The records are not two current ones of the same group."""
