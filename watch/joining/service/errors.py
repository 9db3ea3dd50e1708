"""What a group's doors can answer."""

from __future__ import annotations

from datetime import datetime

from watch.errors import DomainError
from watch.models import Person, RequestState


class AlreadyDecided(DomainError):
    """A colleague was quicker; `by` is who, `state` what they answered."""

    def __init__(self, by: Person | None, state: RequestState) -> None:
        super().__init__("the request is decided")
        self.by = by
        self.state = state


class NotDecided(DomainError):
    """Nobody has answered the request yet, so that there is nothing to tell."""


class FlatElsewhere(DomainError):
    """The flat is not in the stairwell or group that it was named for."""


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


class NotOpen(DomainError):
    """The building has no group that can be joined now."""
