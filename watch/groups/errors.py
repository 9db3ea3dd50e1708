"""What every way into a group can meet."""

from __future__ import annotations

from watch.errors import DomainError, LinkExpired
from watch.models import Membership


class FlatElsewhere(DomainError):
    """The flat is not in the stairwell or group that it was named for."""


class NotOpen(DomainError):
    """The building has no group that can be joined now."""


class GroupClosed(DomainError):
    """The group is closed, so nobody is written to or asked on its behalf."""


class TooLateToUndo(DomainError):
    """It is too long since they left, or the group has ended."""


class AlreadyCoordinator(DomainError):
    """The person is a coordinator of this group, or has been asked to be."""


class AlreadyAccepted(LinkExpired):
    """The appointment was accepted before and is current."""


class AskedOften(DomainError):
    """The address has had the question some times today."""


class AskedMany(DomainError):
    """The person who asks has asked as many people within a day as anybody may."""


class CoordinatorLivesThere(DomainError):
    """Only a lead, or the coordinators themselves, end appointments by a move."""


class LastCoordinator(DomainError):
    """A group keeps at least one coordinator: a successor comes first."""


class FlatTaken(DomainError):
    """Somebody else takes part from that flat now."""


class AlreadyMember(DomainError):
    """The person takes part in this group already."""

    def __init__(self, membership: Membership | None = None) -> None:
        super().__init__("already a member")
        self.membership = membership


class AlreadyPlaced(DomainError):
    """The member has a flat already, or has left."""


class DifferentAddresses(DomainError):
    """The two records have different addresses. Only the person can say which is right."""


class HasRole(DomainError):
    """The person coordinates a group or is an officer, and so changes the address themselves."""
