"""What the rules of messages refuse."""

from __future__ import annotations

from watch.errors import DomainError, Duplicate
from watch.models import ContactMessage


class WroteOften(DomainError):
    """The person has written as many messages as one day allows."""


class NobodyReads(DomainError):
    """No coordinator with a working address would get the message."""


class AlreadyWritten(Duplicate):
    """The same form was sent before; `existing` is its message."""

    existing: ContactMessage


class HasCoordinator(DomainError):
    """The group has a coordinator who can be reached, so its members are written to through them."""
