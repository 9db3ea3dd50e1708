"""What a change of a group's state can meet."""

from __future__ import annotations

from collections.abc import Collection

from watch.errors import DomainError
from watch.models import (
    Group,
    StartStep,
)


class GroupExists(DomainError):
    """The building has a group already, perhaps since a moment ago."""

    def __init__(self, group: Group) -> None:
        super().__init__("the building has a group")
        self.group = group


class NotReady(DomainError):
    """Steps of the start are missing."""

    def __init__(self, missing: Collection[StartStep]) -> None:
        super().__init__("steps are missing")
        self.missing = missing


class NotStarting(DomainError):
    """The group is past its start: its checklist is history."""


class NobodyAccepted(NotReady):
    """No coordinator has said yes, and without one a group does not begin."""

    def __init__(self) -> None:
        super().__init__([StartStep.COORDINATORS_TRAINED])
