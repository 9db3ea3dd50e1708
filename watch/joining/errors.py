"""What an answer to somebody who asks to join can meet."""

from __future__ import annotations

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
