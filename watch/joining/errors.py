"""Errors that deciding on a join request can raise."""

from __future__ import annotations

from watch.errors import DomainError
from watch.models import Person, RequestState


class AlreadyDecided(DomainError):
    """The request has been decided already, by `by` (None if nobody decided) and with `state`."""

    def __init__(self, by: Person | None, state: RequestState) -> None:
        super().__init__("the request is decided")
        self.by = by
        self.state = state


class NotDecided(DomainError):
    """The request has not been decided yet, so there is no answer to tell."""
