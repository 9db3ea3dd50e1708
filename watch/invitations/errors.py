"""Errors that inviting can raise."""

from __future__ import annotations

from datetime import datetime

from watch.errors import DomainError


class AlreadyInvited(DomainError):
    """The address has an open invitation to this group."""


class InvitationDeclined(DomainError):
    """The address declined before, and was promised that the group does not write to it again."""


class TooManyInvitations(DomainError):
    """The coordinator has reached the daily limit. `until` is when the next invitation may be sent."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many invitations in a day")
        self.until = until


class WrittenLately(DomainError):
    """The address has got three mails about the group in a day. `until` is when the next may be sent."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many letters to an address in a day")
        self.until = until


class InvitationEnded(DomainError):
    """The invitation has ended, so it can no longer be sent, corrected or revoked."""


class RemindedLately(DomainError):
    """A mail about the invitation was sent within the last day."""


class SameAddress(DomainError):
    """The corrected address is the same as before."""
