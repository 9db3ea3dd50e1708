"""Errors about the start of a group."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from watch.errors import DomainError
from watch.models import (
    Group,
    StartStep,
)


class GroupExists(DomainError):
    """The building has a group already. Two people may start one at the same moment."""

    def __init__(self, group: Group) -> None:
        super().__init__("the building has a group")
        self.group = group


class NotReady(DomainError):
    """Steps of the checklist are missing; `missing` holds them."""

    def __init__(self, missing: Collection[StartStep]) -> None:
        super().__init__("steps are missing")
        self.missing = missing


class NotStarting(DomainError):
    """The group is past its start, so its checklist cannot be changed any more."""


class IsActive(NotStarting):
    """The group is active already."""


class DoneInOneDay(DomainError):
    """All steps have the same day and few households take part, so the officer has to confirm it."""


class NobodyAccepted(NotReady):
    """No coordinator has accepted yet, and a group cannot be active without one."""

    def __init__(self) -> None:
        super().__init__([StartStep.COORDINATORS_TRAINED])


class MeetingNotHeld(DomainError):
    """The start meeting is on a day to come, so it cannot have been held."""


class StepChanged(DomainError):
    """Somebody else has given the step another day, which stands now, since the page was shown."""

    def __init__(self, day: date) -> None:
        super().__init__("the step has been changed")
        self.day = day


class HeldBeforeItsDay(DomainError):
    """The start meeting would have been held before the day for which it was booked."""

    def __init__(self, held_on: date, booked_for: date) -> None:
        super().__init__("held before the day it was booked for")
        self.held_on, self.booked_for = held_on, booked_for


class NotActive(DomainError):
    """The group is not active, so it cannot rest."""


class NotErased(DomainError):
    """The group is not closed, or its people are not erased yet, so it cannot start again."""


class NotDormant(DomainError):
    """The group does not rest, so it cannot be woken."""


class NoCandidate(DomainError):
    """The person is not among those who offered to coordinate the group, or is so no more."""


class NotOpen(DomainError):
    """The group is closed."""


class InGroup(DomainError):
    """The building belongs to the group already."""


class OnlyBuilding(DomainError):
    """The building is not one of several of the group, so it cannot get a group of its own."""


class TellsTooMuch(DomainError):
    """The numbers of the parts would tell how many households take part where that is not shown."""


class Merged(DomainError):
    """The other group has been merged into this one already."""


class NotAlike(DomainError):
    """The other group is further in its life, so that its people would lose something by the merger."""


class SeveralBuildings(DomainError):
    """The other group does not have exactly one building."""


class TooLateToTakeOut(DomainError):
    """The building has been in the group for a night, so it may count there."""
