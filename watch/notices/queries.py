"""Queries for notices: their recipients, who may read them, and how far sending has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.groups.queries.areas import taking_part_in_area
from watch.groups.queries.choices import WANTS_NOTICES, has_opted_out
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.mail.progress import Progress, progress_of_mailings
from watch.models import (
    Area,
    Audience,
    Coordinator,
    Group,
    Mailing,
    Membership,
    Notice,
    NoticeText,
    Officer,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
)
from watch.recipients import RecipientCounts, count_recipients, households_on_paper
from watch.searching import is_found
from watch.statements import prepared

NEWEST_FIRST = (Notice.sent_at.desc(), Notice.id.desc())


@dataclass(frozen=True)
class Target:
    """The recipients of a notice: a group, one of its stairwells, or an area's members or coordinators."""

    audience: Audience
    group: Group | None = None
    stairwell: Stairwell | None = None
    area: Area | None = None

    def audience_ids(self) -> Select[int]:
        """Return a select of the ids of everybody in the audience, even those who want no notices."""
        if self.group is not None:
            return active_member_ids(self.group, self.stairwell)
        if self.audience is Audience.AREA_COORDINATORS:
            return _coordinator_ids(self.area)
        return _member_ids(self.area)

    def people(self) -> Select[int]:
        """Return a select of the ids of those who want notices, with or without an address."""
        if self.area is None:
            return self.audience_ids().where(WANTS_NOTICES)
        whom = Coordinator if self.audience is Audience.AREA_COORDINATORS else Membership
        return self.audience_ids().where(~has_opted_out(whom.person_id, self.area.id))

    def households(self) -> Select[int]:
        """Return a select of the ids of their households that need paper."""
        if self.group is not None:
            return paper_households(self.group, self.stairwell, wanting=WANTS_NOTICES)
        if self.audience is Audience.AREA_COORDINATORS:
            return households_on_paper(Membership.person_id.in_(self.people()))
        opted_out = has_opted_out(Membership.person_id, self.area.id if self.area else None)
        return households_on_paper(Membership.group_id.in_(_groups_of(self.area)), ~opted_out)

    def recipients(self) -> RecipientCounts:
        return count_recipients(self.people(), self.households(), audience=self.audience_ids())


def households_in(area: Area) -> int:
    """Return the least number of households that take part, the same as in the officer's overview."""
    return db.session.scalars(select(taking_part_in_area()).where(Area.id == area.id)).one()


def _groups_of(area: Area | None) -> Select[int]:
    return select(Group.id).where(Group.area_id == (area.id if area else None))


def _member_ids(area: Area | None) -> Select[int]:
    return select(Membership.person_id).where(
        Membership.group_id.in_(_groups_of(area)), Membership.is_current
    )


def _coordinator_ids(area: Area | None) -> Select[int]:
    return select(Coordinator.person_id).where(
        Coordinator.group_id.in_(_groups_of(area)), Coordinator.is_current
    )


def readable_by(person_id: int) -> ColumnElement[bool]:
    """Return the condition on Notice that a person (by id) may read it.

    A member reads notices to their group, stairwell or area. A coordinator reads all notices to the group and
    to the area's coordinators, an officer those to the area. Everybody reads those they sent.
    """
    member = select(Membership.id).where(Membership.person_id == person_id, Membership.is_current)
    office = select(Officer.id).where(Officer.person_id == person_id, Officer.is_current)
    coordinator = select(Coordinator.id).where(
        Coordinator.person_id == person_id,
        Coordinator.is_current,
        ~office.exists(),  # an officer never coordinates, whatever the rows say
    )
    officer = office.where(Officer.area_id == Notice.area_id)
    their_area = Group.area_id == Notice.area_id
    in_stairwell = or_(Notice.stairwell_id.is_(None), Membership.stairwell_id == Notice.stairwell_id)
    return or_(
        Notice.by_id == person_id,
        member.where(Membership.group_id == Notice.group_id, in_stairwell).exists(),
        coordinator.where(Coordinator.group_id == Notice.group_id).exists(),
        and_(
            Notice.audience == Audience.AREA_MEMBERS,
            member.join(Group, Group.id == Membership.group_id).where(their_area).exists(),
        ),
        coordinator.join(Group, Group.id == Coordinator.group_id).where(their_area).exists(),
        officer.exists(),
    )


def may_read(notice: Notice, person: Person) -> bool:
    """Return True if the person may read the notice."""
    found = select(Notice.id).where(Notice.id == notice.id, readable_by(person.id))
    return db.session.scalar(found) is not None


def _said_to(group_id: int, area_id: int) -> ColumnElement[bool]:
    return or_(Notice.group_id == group_id, Notice.area_id == area_id)


def latest_notices(group: Group, limit: int = 3, person: Person | None = None) -> list[Notice]:
    """Return the latest notices to a group and its area's members, or those that `person` may read.

    One statement, titles included, because the pages that show them must use few.
    """
    found = _latest(group.id, group.area_id, person.id if person else 0, limit, is_for_all=person is None)
    return list(found.scalars().unique())


@prepared
def _latest(group_id: int, area_id: int, reader_id: int, limit: int, *, is_for_all: bool) -> Select[Notice]:
    of_all = Notice.audience.in_([Audience.GROUP, Audience.AREA_MEMBERS])
    wanted = select(Notice).where(
        _said_to(group_id, area_id), of_all if is_for_all else readable_by(reader_id)
    )
    titles = joinedload(Notice.texts).defer(NoticeText.body)
    whom = joinedload(Notice.stairwell), joinedload(Notice.area)
    return wanted.options(titles, *whom).order_by(*NEWEST_FIRST).limit(limit)


def notice_ids(group: Group, person: Person, search: str = "") -> Sequence[int]:
    """Return the ids of a group's and its area's notices that a person may read, the newest first.

    Titles are encrypted, so Python searches them, in every language.
    """
    ids = _readable(group.id, group.area_id, person.id).scalars().all()
    if not search:
        return ids
    titles = select(NoticeText.notice_id, NoticeText.title).where(NoticeText.notice_id.in_(ids))
    found = {notice for notice, title in db.session.execute(titles) if is_found(search, title)}
    return [each for each in ids if each in found]


@prepared
def _readable(group_id: int, area_id: int, reader_id: int) -> Select[int]:
    theirs = _said_to(group_id, area_id), readable_by(reader_id)
    return select(Notice.id).where(*theirs).order_by(*NEWEST_FIRST)


def area_notice_ids(area: Area) -> Sequence[int]:
    """Return the ids of the notices sent to an area, the newest first."""
    sent = select(Notice.id).where(Notice.area_id == area.id, Notice.group_id.is_(None))
    return db.session.scalars(sent.order_by(*NEWEST_FIRST)).all()


def notices_by_id(ids: Sequence[int]) -> list[Notice]:
    """Return these notices in this order, with their texts."""
    found = {each.id: each for each in _notices(ids).scalars()}
    return [found[each] for each in ids]


@prepared
def _notices(ids: Sequence[int]) -> Select[Notice]:
    whole = selectinload(Notice.texts), joinedload(Notice.stairwell)
    return select(Notice).where(Notice.id.in_(ids)).options(*whole)


def mailings_of(notice: Notice) -> Select[int]:
    """Return a select of the ids of a notice's mailings."""
    return select(Mailing.id).where(Mailing.notice_id == notice.id)


def homes_without_paper(notice: Notice) -> Select[int | None]:
    """Return a select of the ids of households that need a notice on paper and have not got it."""
    waiting = OutboxRow.state.in_([OutboxState.TO_PRINT, OutboxState.PRINTED])
    return select(OutboxRow.household_id).where(OutboxRow.mailing_id.in_(mailings_of(notice)), waiting)


def progress_of(notice: Notice) -> Progress:
    """Return how far the sending of a notice has come."""
    return progress_of_mailings(mailings_of(notice))


def officer_in(area: Area, person: Person) -> Officer | None:
    """Return the person's current office in the area, or None."""
    return db.session.scalar(
        select(Officer).where(Officer.area_id == area.id, Officer.person_id == person.id, Officer.is_current)
    )
