"""The steps of a group's life: what its start needs, its dated transitions, and tasks that are done."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_GROUP, Model, impersonal, personal, utcnow
from watch.models.groups import Group, GroupState


class Cause(StrEnum):
    """A fact for which the system suggests that a group rests."""

    NO_MEETING = "no_meeting"  # for twelve months
    NO_COORDINATOR = "no_coordinator"
    LIST_UNCHECKED = "list_unchecked"  # nobody has looked through the household list for twelve months


class StepKind(StrEnum):
    """What a step says beside the state: which building came or went, or that it was opened again."""

    CAME = "came"
    LEFT = "left"  # it got a group of its own
    LEFT_TODAY = "left_today"  # the same day that it came
    CAME_FROM = "came_from"  # the group is new, of a building of another one
    CAME_WITH = "came_with"  # with a group of its own, which was merged into this one
    MERGED = "merged"  # the group was merged into another one, where all of its own is since
    REOPENED = "reopened"  # closing it was taken back, so that it is what it was before


class GroupTransition(Model):
    """A dated change of a group's state, who made it, and why: in their own words, and by which facts.

    A step with the state of the one before it says what happened to a `house`, the address of a building; of
    one that came from or with another group it is that group's name. `causes` are values of Cause, parted by
    spaces, or None.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"), index=True)
    state: Mapped[GroupState]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    by_id: Mapped[int | None] = personal(
        "D", "who answers for the step", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL")
    )
    reason: Mapped[str | None] = personal(
        "D", "why; free text may name somebody", AS_GROUP, Encrypted("group_transition.reason")
    )
    causes: Mapped[str | None] = impersonal("facts about a group", String(80))
    kind: Mapped[StepKind | None]
    house: Mapped[str | None] = impersonal("addresses of buildings", String(200))

    group: Mapped[Group] = relationship(back_populates="transitions")


class StartStep(StrEnum):
    """The steps of a group's start, in order. All are done before the group is active."""

    POLICE_CONTACT = "police_contact"
    MEETING_BOOKED = "meeting_booked"
    MEETING_HELD = "meeting_held"
    COORDINATORS_TRAINED = "coordinators_trained"
    HOUSEHOLD_LIST = "household_list"


class ChecklistItem(Model):
    """A step of the start that is done, with its date; `meeting_on` is the day of a booked start meeting."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"))
    step: Mapped[StartStep]
    done_on: Mapped[date]
    meeting_on: Mapped[date | None]
    by_id: Mapped[int | None] = personal(
        "D", "who ticked the step", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL")
    )

    group: Mapped[Group] = relationship(back_populates="checklist")

    __table_args__ = (
        UniqueConstraint("group_id", "step", name="uq_checklist_item_once_per_group"),
        CheckConstraint("meeting_on IS NULL OR step = 'meeting_booked'", name="day_of_a_booked_meeting"),
    )


class Task(StrEnum):
    """A task that is done, or set aside, by saying so: of a group's lead, or of officers."""

    POSTERS = "posters"  # they hang in the stairwells
    FIRST_STEPS = "first_steps"  # the card of a new lead is not wanted any more
    MORE_COORDINATORS = "more_coordinators"  # the lead manages without
    LIST_CHECKED = "list_checked"  # the household list is looked through, once a year
    SIGNS_DOWN = "signs_down"  # the signs and posters of a closed group are taken down
    TOLD_ON_PAPER = "told_on_paper"  # the sheet that tells of the closing hangs in the stairwells
    STAYS_ACTIVE = "stays_active"  # the group does not rest now, though the system proposes it


OF_CLOSING = (Task.SIGNS_DOWN, Task.TOLD_ON_PAPER)


class SetAside(Model):
    """A task that somebody has ticked as done, or set aside."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"))
    task: Mapped[Task]
    at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (UniqueConstraint("group_id", "task", name="uq_set_aside_once_per_group"),)
