"""What the rules of messages refuse."""

from __future__ import annotations

from watch.errors import DomainError, Duplicate


class WroteOften(DomainError):
    """The person has written as many messages as one day allows."""


class NobodyReads(DomainError):
    """No coordinator with a working address would get the message."""


class AlreadyStopped(DomainError):
    """The mails of the message that waited are stopped."""


class NothingWaits(DomainError):
    """Every mail of the message has been sent, or is being sent at this moment."""


class WriterStopped(DomainError):
    """The group's coordinators take no more messages from the writer."""


class WriterCoordinates(DomainError):
    """The message is a coordinator's; only a neighbour's messages can be stopped."""


class AlreadyWritten(Duplicate):
    """The same form was sent before."""


class HasCoordinator(DomainError):
    """The group has a coordinator who can be reached, so its members are written to through them."""
