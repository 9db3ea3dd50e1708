"""Meetings: whom they are for, and what they were before a change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, and_, or_, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import (
    AS_GROUP,
    Model,
    current,
    exactly_one,
    impersonal,
    one_where,
    personal,
    utcnow,
)
from watch.models.groups import Group
from watch.models.meeting_kinds import Counting, MeetingAudience, MeetingKind
from watch.models.people import Person
from watch.models.places import Area, Building, Stairwell


def _new_uid() -> str:
    return uuid4().hex


class Meeting(Model):
    """A meeting that a group calls, or an area's officer. Its audience, or its parts, say whom it is for.

    A start meeting for those interested in a building is for its whole group; parts of it are the groups that
    its other houses have got of their own since it was called.

    One that is open to everybody has a `code`, which stands in the address of its public page, and says which
    languages are spoken there: their codes, parted by spaces, or None.

    A draft is not called, and nobody is told of it. `uid` identifies it in calendars (RFC 5545,
    3.8.4.7). It is random, because an id may be given again after a restore, and the new meeting would
    replace this one in people's calendars. Each change and the cancellation raise `sequence` (RFC 5545,
    3.8.7.4). `changed_at` is when people were last told of a change. With `is_open_ended` nobody has said
    when it ends, and `ends_at` is a guess for what needs an end.

    `remind_early` and `remind_late` are how many days before it reminders go out, 0 for none, and
    `reminders_at` is when they were last chosen anew.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = impersonal("random", String(40), unique=True, default=_new_uid)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("building.id"), index=True)
    audience: Mapped[MeetingAudience] = mapped_column(default=MeetingAudience.PARTS)
    code: Mapped[str | None] = impersonal("printed on posters", String(40), unique=True)
    languages: Mapped[str | None] = impersonal("language codes", String(40))
    kind: Mapped[MeetingKind]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_open_ended: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = personal(
        "C", "where to come; it may be somebody's home", AS_GROUP, Encrypted("meeting.place")
    )
    link: Mapped[str | None] = personal("C", "where to join from home", AS_GROUP, Encrypted("meeting.link"))
    about: Mapped[str | None] = personal("C", "what will be talked of", AS_GROUP, Encrypted("meeting.about"))
    called_at: Mapped[datetime | None]
    called_by_id: Mapped[int | None] = personal(
        "C", "who calls", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL")
    )
    sequence: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = personal(
        "C", "why it is off; free text may name somebody", AS_GROUP, Encrypted("meeting.cancel_reason")
    )
    remind_early: Mapped[int] = mapped_column(default=7)
    remind_late: Mapped[int] = mapped_column(default=1)
    reminders_at: Mapped[datetime | None]
    reminder_text: Mapped[str | None] = personal(
        "C", "what the reminders say besides", AS_GROUP, Encrypted("meeting.reminder_text")
    )
    counting: Mapped[Counting] = mapped_column(default=Counting.NOT_YET)
    head_count: Mapped[int | None]

    group: Mapped[Group | None] = relationship()
    area: Mapped[Area | None] = relationship()
    building: Mapped[Building | None] = relationship()
    group_there: Mapped[Group | None] = relationship(secondary="building", viewonly=True)
    called_by: Mapped[Person | None] = relationship()
    parts: Mapped[list[MeetingPart]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="MeetingPart.id"
    )

    is_on = current(since="called_at", until="cancelled_at")

    @hybrid_property
    def is_draft(self) -> bool:
        """True if the meeting was never called. After a restore a cancelled one may lack `called_at`."""
        return self.called_at is None and self.cancelled_at is None

    @is_draft.inplace.expression
    @classmethod
    def _is_draft(cls) -> ColumnElement[bool]:
        return and_(cls.called_at.is_(None), cls.cancelled_at.is_(None))

    @property
    def is_to_come(self) -> bool:
        """True if the meeting was called, has not begun and is not cancelled."""
        return self.is_on and self.starts_at > utcnow()

    @property
    def is_written_down(self) -> bool:
        """True if the meeting was recorded after it began, so that nobody was called to it."""
        return self.called_at is not None and self.called_at >= self.starts_at

    @property
    def is_denied(self) -> bool:
        """True if it was a joint gathering, and none of its groups was there: then it does not count."""
        is_over = self.is_on and self.ends_at <= utcnow()
        return is_over and self.audience is MeetingAudience.PARTS and not self.group_ids

    def is_told_to(self, part: MeetingPart) -> bool:
        """Return True if mails about the meeting go to a part of it.

        A gathering that was written down is told to no group of others until it has said that it was there.
        """
        by_others = self.is_written_down and part.group_id != self.group_id
        return part.takes_part and (part.decided_at is not None or not by_others)

    __table_args__ = (
        exactly_one("a_group_or_an_area_calls", ("group_id", "area_id")),
        CheckConstraint("audience = 'parts' OR area_id IS NOT NULL", name="an_area_calls_more_than_groups"),
        CheckConstraint(
            "(audience = 'interested') = (building_id IS NOT NULL)", name="interest_is_in_a_building"
        ),
        CheckConstraint("(audience = 'everybody') = (code IS NOT NULL)", name="open_to_everybody_has_a_code"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint(
            "remind_early IN (0, 1, 2, 3, 7, 14) AND remind_late IN (0, 1, 2, 3, 7, 14)",
            name="reminders_are_days_before",
        ),
        CheckConstraint("head_count BETWEEN 0 AND 1000", name="head_count_is_some_people"),
        CheckConstraint("(counting = 'counted') = (head_count IS NOT NULL)", name="counted_has_a_count"),
    )

    @property
    def called_from(self) -> Group | Area:
        """The group or area that calls."""
        caller = self.group or self.area
        assert caller is not None  # held by a_group_or_an_area_calls
        return caller

    @property
    def group_ids(self) -> list[int]:
        """The ids of the groups that take part, or of which a stairwell does."""
        return list(dict.fromkeys(each.group_id for each in self.parts if each.takes_part))

    @property
    def stairwells(self) -> list[Stairwell]:
        """The stairwells that the meeting is for, in street order; none if it is for whole groups."""
        chosen = [each.stairwell for each in self.parts if each.stairwell]
        return sorted(chosen, key=lambda each: each.sort_key)

    def is_for_the_same_as(self, other: Meeting) -> bool:
        """Return True if the other meeting is for the same people, groups and stairwells."""
        mine, theirs = ({(each.group_id, each.stairwell_id) for each in one.parts} for one in (self, other))
        places = ((one.audience, one.area_id, one.building_id) for one in (self, other))
        return len(set(places)) == 1 and mine == theirs

    @property
    def has_group(self) -> ColumnElement[bool]:
        """The condition on Group that the meeting, saved or not, is for people of it."""
        match self.audience:
            case MeetingAudience.COORDINATORS | MeetingAudience.EVERYBODY:
                return Group.area_id == self.area_id
            case MeetingAudience.INTERESTED:
                its_group = select(Building.group_id).where(Building.id == self.building_id)
                return or_(Group.id.in_(its_group), Group.id.in_(self.group_ids))
        return Group.id.in_(self.group_ids)

    @classmethod
    def counts_for(cls, groups: Any) -> ColumnElement[bool]:
        """Return the condition that a meeting is one of these groups' own: they take part, or began with it.

        `groups` are ids, a column of them in a list, or a select.
        """
        buildings = select(Building.id).where(Building.group_id.in_(groups))
        began_with_it = cls.building_id.in_(buildings.correlate_except(Building))
        return or_(cls.has_part(MeetingPart.group_id.in_(groups)), began_with_it)

    @classmethod
    def is_of_somebody(cls) -> ColumnElement[bool]:
        """Return the condition that a meeting is no joint gathering, or that a group takes part in it."""
        return or_(cls.audience != MeetingAudience.PARTS, cls.has_part())

    @classmethod
    def has_part(cls, *which: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition that a meeting is for a group or stairwell. `which` are on MeetingPart."""
        parts = select(MeetingPart.meeting_id).where(MeetingPart.state == PartState.TAKES_PART, *which)
        return cls.id.in_(parts.correlate_except(MeetingPart))


class PartState(StrEnum):
    """Whether a group takes part in a meeting. Another group's joint gathering it is invited to first."""

    INVITED = "invited"
    TAKES_PART = "takes_part"
    DECLINED = "declined"
    ENDED = "ended"  # it took part until it was closed


class MeetingPart(Model):
    """A group, or one of its stairwells, that a meeting is for.

    `decided_at` is when a group that was invited to a joint gathering has answered. One that took part in a
    gathering as others have written down is in it, and may say whether it was. A group that is closed keeps
    its answer, for an undo.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("watch_group.id"), index=True)
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwell.id"))
    state: Mapped[PartState] = mapped_column(default=PartState.TAKES_PART)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = personal(
        "C", "who answered for the group", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL")
    )

    group: Mapped[Group] = relationship()
    stairwell: Mapped[Stairwell | None] = relationship(lazy="joined")

    __table_args__ = (
        one_where("meeting_part_a_group_once", "meeting_id", "group_id", where="stairwell_id IS NULL"),
        one_where(
            "meeting_part_a_stairwell_once", "meeting_id", "stairwell_id", where="stairwell_id IS NOT NULL"
        ),
        CheckConstraint("state = 'takes_part' OR stairwell_id IS NULL", name="whole_groups_are_invited"),
        CheckConstraint("state <> 'invited' OR decided_at IS NULL", name="invited_is_undecided"),
        CheckConstraint("state <> 'declined' OR decided_at IS NOT NULL", name="declined_has_a_time"),
    )

    @classmethod
    def of(cls, group: Group, stairwell: Stairwell | None = None) -> MeetingPart:
        """Return the part of a meeting for a group that need not be asked, or for one of its stairwells."""
        number = stairwell.id if stairwell else None
        return cls(
            group_id=group.id, stairwell_id=number, state=PartState.TAKES_PART,
            group=group, stairwell=stairwell,
        )  # fmt: skip

    @classmethod
    def invited(cls, group: Group) -> MeetingPart:
        """Return the part of a joint gathering for a group that is asked whether it takes part."""
        return cls(group_id=group.id, state=PartState.INVITED, group=group)

    @property
    def has_said_no(self) -> bool:
        return self.state is PartState.DECLINED

    @property
    def takes_part(self) -> bool:
        """True if the group has not to answer first, or has answered yes."""
        return self.state is PartState.TAKES_PART


class MeetingChange(Model):
    """What a meeting was before a change. `mailing_id` is the mail that told of it, if any did."""

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id", ondelete="SET NULL"), unique=True)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    by_id: Mapped[int | None] = personal(
        "C", "who changed it", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_open_ended: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = personal(
        "C", "where to come before; it may be somebody's home", AS_GROUP, Encrypted("meeting_change.place")
    )
    link: Mapped[str | None] = personal(
        "C", "where to join from home before", AS_GROUP, Encrypted("meeting_change.link")
    )
    about: Mapped[str | None] = personal(
        "C", "what was to be talked of", AS_GROUP, Encrypted("meeting_change.about")
    )

    meeting: Mapped[Meeting] = relationship()
