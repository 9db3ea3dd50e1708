"""What a group's doors can answer."""

from __future__ import annotations

from datetime import datetime

from watch.errors import DomainError


class AlreadyInvited(DomainError):
    """The address has an invitation to this group that is still open."""


class InvitationDeclined(DomainError):
    """The address has said no to this group, and was promised that nobody writes about it again."""


class TooManyInvitations(DomainError):
    """The coordinator has had as many sent as one may in a day; `until` is when it goes on."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many invitations in a day")
        self.until = until


class WrittenLately(DomainError):
    """The address has had the letters of a day about the group; `until` is when the next may go."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many letters to an address in a day")
        self.until = until


class InvitationEnded(DomainError):
    """The invitation is answered; it cannot be sent again or taken back."""


class RemindedLately(DomainError):
    """A letter about the invitation went out within a day."""


class SameAddress(DomainError):
    """The address that is to be mended is the one that stands there."""
