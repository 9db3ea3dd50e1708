"""What a coordinator has to do in a group: one list, the same on the building's page and on their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from watch.access import can, current_person, current_relations
from watch.groups.queries import letters, stairwells
from watch.groups.queries import tasks as queries
from watch.groups.queries.stairwells import StairwellInHouse, Work
from watch.groups.queries.tasks import FirstSteps
from watch.handouts.queries import Handout, open_handouts
from watch.joining.queries.asking import waiting_requests
from watch.joining.queries.confirming import addresses_to_record_again
from watch.meetings.queries.invited import questions_to
from watch.meetings.queries.notes import notes_to_write
from watch.models import Group, JoinRequest, Meeting, Membership, Task
from watch.permissions import Permission


@dataclass(frozen=True)
class ToDo:
    """What waits for a coordinator in a group, in their stairwells (`own`; None: in the whole group).

    `homes` are the requests of members, who only wait for their flat.
    """

    group: Group
    own: Collection[int] | None
    work: Work
    requests: Sequence[JoinRequest]
    homes: Sequence[JoinRequest]
    handouts: Sequence[Handout]
    questions: Sequence[Meeting]
    unconfirmed: Sequence[Membership]
    letters: int
    unwritten: Sequence[Meeting]
    missing: Sequence[StairwellInHouse]
    first_steps: FirstSteps | None
    was_new: bool
    list_is_due: bool
    list_checked_at: datetime | None

    @property
    def elsewhere(self) -> int:
        """How many requests come from stairwells that are not theirs."""
        return sum(self.own is not None and each.stairwell_id not in self.own for each in self.requests)

    @property
    def nowhere(self) -> int:
        """How many requests do not say from which flat."""
        return sum(each.flat_id is None for each in self.requests)

    @property
    def visit_requests(self) -> int:
        """How many neighbours asked for a visit."""
        return sum(each.visit_requests for each in self.work.stairwells)

    @property
    def is_empty(self) -> bool:
        """True if the list has no line."""
        several = (
            self.requests, self.homes, self.handouts, self.questions, self.unconfirmed, self.unwritten,
            self.missing,
        )  # fmt: skip
        counted = self.letters, self.visit_requests, self.work.to_tell, self.work.uncounted_meetings
        return not (any(several) or any(counted) or self.list_is_due)


def todo_in(group: Group, now: datetime) -> ToDo:
    """Return what waits for the reader in a group that they coordinate."""
    reader, own = current_person(), current_relations().stairwells_in(group)
    work = stairwells.work_in(group, reader, now, own)
    tasks, waiting = _tasks(group, work, now), waiting_requests(group, own)
    asked = questions_to(group, now) if can(Permission.CALL_MEETINGS, group) else []
    return ToDo(
        group, own, work,
        requests=[each for each in waiting if not each.is_of_member],
        homes=[each for each in waiting if each.is_of_member],
        handouts=open_handouts({group.id: own}, now),
        questions=[meeting for meeting, part in asked if part.decided_at is None],
        unconfirmed=addresses_to_record_again(group, own),
        letters=letters.number_unanswered(group, own),
        unwritten=notes_to_write(group, reader, now),
        missing=tasks.missing, first_steps=tasks.first_steps, was_new=tasks.was_new,
        list_is_due=tasks.list_is_due, list_checked_at=tasks.list_checked_at,
    )  # fmt: skip


def todos_in(groups: Iterable[Group], now: datetime) -> list[ToDo]:
    """Return what waits for the reader in those of the groups that they coordinate, without empty lists."""
    coordinated = current_relations().coordinates
    todos = [todo_in(group, now) for group in groups if group.id in coordinated]
    return [each for each in todos if not each.is_empty]


class _Tasks(NamedTuple):
    """The first steps of a new lead, whether they set them aside, and stairwells nobody coordinates.

    These wait until the first steps are done, and are left out once the lead has set them aside. A lead also
    looks through the household list once a year.
    """

    first_steps: FirstSteps | None
    was_new: bool
    missing: list[StairwellInHouse]
    list_is_due: bool = False
    list_checked_at: datetime | None = None


def _tasks(group: Group, work: Work, now: datetime) -> _Tasks:
    missing = [each for each in work.stairwells if not each.has_coordinator]
    if group.id not in current_relations().leads:
        return _Tasks(None, False, missing)
    aside = queries.set_aside_in(group)
    steps = queries.first_steps_of(group, aside, current_person(), now)
    shown = steps if steps.is_new and not steps.are_done and Task.FIRST_STEPS not in aside else None
    is_quiet = bool(shown) or Task.MORE_COORDINATORS in aside
    return _Tasks(
        shown, steps.is_new and Task.FIRST_STEPS in aside, [] if is_quiet else missing,
        steps.list_is_due, aside.get(Task.LIST_CHECKED),
    )  # fmt: skip
