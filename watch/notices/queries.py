"""Queries for notices: their recipients, who may read them, and how far sending has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from watch.extensions import db
from watch.groups.queries.areas import last_night, taking_part_in_area
from watch.groups.queries.choices import WANTS_NOTICES, has_opted_out
from watch.groups.queries.households import paper_households
from watch.groups.queries.members import active_member_ids
from watch.mail.progress import Progress, progress_of_mailings
from watch.models import (
    FEW,
    GROUPS_IN_ORDER,
    Area,
    Audience,
    Coordinator,
    Group,
    GroupState,
    Mailing,
    Membership,
    Notice,
    NoticeArea,
    NoticeText,
    Officer,
    OutboxRow,
    OutboxState,
    Person,
    Stairwell,
    utcnow,
)
from watch.recipients import RecipientCounts, count_recipients, households_on_paper, reached_by_mail
from watch.searching import is_found
from watch.statements import prepared

NEWEST_FIRST = (Notice.sent_at.desc(), Notice.id.desc())
WHOM = (  # what tells to whom a notice went
    joinedload(Notice.group),
    joinedload(Notice.stairwell),
    joinedload(Notice.area),
    joinedload(Notice.parts).joinedload(NoticeArea.area),
)


@dataclass(frozen=True)
class Target:
    """The recipients of a notice: a group, one of its stairwells, or areas' members or coordinators.

    `area` is that of the officer who writes, also to a group. `several` are all areas, if they are several.
    """

    audience: Audience
    group: Group | None = None
    stairwell: Stairwell | None = None
    area: Area | None = None
    several: tuple[Area, ...] = ()

    @property
    def areas(self) -> tuple[Area, ...]:
        """The areas whose members or coordinators are meant; none for a group."""
        if self.group is not None or self.area is None:
            return ()
        return self.several or (self.area,)

    def audience_ids(self) -> Select[int]:
        """Return a select of the ids of everybody in the audience, even those who want no notices."""
        if self.group is not None:
            return active_member_ids(self.group, self.stairwell)
        whom = self._whom()
        in_them = whom.group_id.in_(groups_in(self.areas))
        return select(whom.person_id).where(in_them, whom.is_current)

    def people(self) -> Select[int]:
        """Return a select of the ids of those who want notices, with or without an address."""
        if self.group is not None:
            return self.audience_ids().where(WANTS_NOTICES)
        return self.audience_ids().where(_wants_word(self._whom(), self.areas))

    def households(self) -> Select[int]:
        """Return a select of the ids of their households that need paper."""
        if self.group is not None:
            return paper_households(self.group, self.stairwell, wanting=WANTS_NOTICES)
        if self.audience is Audience.AREA_COORDINATORS:
            return households_on_paper(Membership.person_id.in_(self.people()))
        return households_on_paper(_wants_word(Membership, self.areas))

    def recipients(self) -> RecipientCounts:
        return count_recipients(self.people(), self.households(), audience=self.audience_ids())

    def is_unseen(self) -> bool:
        """Return True if an officer writes to members, of whom officers must not see who comes or goes."""
        return self.area is not None and self.audience is not Audience.AREA_COORDINATORS

    def reaches_somebody(self) -> bool:
        """Return True if a notice reaches somebody: for officers last night's members, or five by now.

        So an officer can write on the day a group starts, and never learns that a single person has come.
        """
        if not self.is_unseen():
            return not self.recipients().nobody
        now = utcnow()
        return self._members_at(last_night(now)) > 0 or self._members_at(now) >= FEW

    def _members_at(self, at: datetime) -> int:
        here = Membership.group_id.in_([self.group.id] if self.group else groups_in(self.areas))
        wants = WANTS_NOTICES if self.group else _wants_word(Membership, self.areas)
        were_in = Membership.joined_at <= at, or_(Membership.left_at.is_(None), Membership.left_at > at)
        wanted = select(func.count(Membership.person_id.distinct())).where(here, wants, *were_in)
        return db.session.scalar(wanted) or 0

    def _whom(self) -> type[Membership] | type[Coordinator]:
        return Coordinator if self.audience is Audience.AREA_COORDINATORS else Membership


def groups_in(areas: Collection[Area]) -> Select[int]:
    """Return a select of the ids of the areas' groups."""
    return select(Group.id).where(Group.area_id.in_([each.id for each in areas]))


def _wants_word(whom: type[Membership] | type[Coordinator], areas: Collection[Area]) -> ColumnElement[bool]:
    """Return the condition on memberships or appointments that they are in an area whose list is wanted."""
    return or_(
        *(
            and_(whom.group_id.in_(groups_in([area])), ~has_opted_out(whom.person_id, area.id))
            for area in areas
        )
    )


def households_in(areas: Collection[Area]) -> int:
    """Return the least number of households that take part, the same as in the officer's overview."""
    return sum(households_by_area([each.id for each in areas]).values())


def households_by_area(areas: Collection[int]) -> dict[int, int]:
    """Return the least number of households that take part in each of these areas (ids); one statement."""
    counted = db.session.execute(select(Area.id, taking_part_in_area()).where(Area.id.in_(areas)))
    found: dict[int, int] = dict(counted.all())
    return found


def areas_of(ids: Collection[int]) -> Sequence[Area]:
    """Return these areas, by name."""
    return db.session.scalars(select(Area).where(Area.id.in_(ids)).order_by(Area.sort_key)).all()


def groups_to_write_to(areas: Collection[Area]) -> Sequence[Group]:
    """Return the areas' groups that are not closed, by name."""
    wanted = select(Group).where(Group.id.in_(groups_in(areas)), Group.state != GroupState.CLOSED)
    return db.session.scalars(wanted.options(joinedload(Group.area)).order_by(GROUPS_IN_ORDER)).all()


def coordinators_by_area(areas: Collection[Area]) -> dict[int, int]:
    """Return how many coordinators of each area (its id) get a notice by mail; one statement."""
    counts = {
        area.id: select(func.count(Person.id.distinct()))
        .where(Person.id.in_(reached_by_mail(Target(Audience.AREA_COORDINATORS, area=area).people())))
        .scalar_subquery()
        for area in areas
    }
    return dict(zip(counts, db.session.execute(select(*counts.values())).one(), strict=True))


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
    officer = office.where(or_(Officer.area_id == Notice.area_id, Notice.is_to_area(Officer.area_id)))
    their_area = Notice.is_to_area(Group.area_id)
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
    return or_(Notice.group_id == group_id, Notice.is_to_area(area_id))


def latest_notices(group: Group, limit: int = 3, person: Person | None = None) -> list[Notice]:
    """Return the latest notices to a group and its area's members, or those that `person` may read.

    One statement, titles included, because the pages that show them must use few.
    """
    found = _latest(group.id, group.area_id, person.id if person else 0, limit, is_for_all=person is None)
    return list(found.scalars().unique())


@prepared
def _latest(group_id: int, area_id: int, reader_id: int, limit: int, *, is_for_all: bool) -> Select[Notice]:
    of_all = Notice.audience.in_([Audience.GROUP, Audience.AREA_MEMBERS, Audience.AREA_GROUP])
    wanted = select(Notice).where(
        _said_to(group_id, area_id), of_all if is_for_all else readable_by(reader_id)
    )
    titles = joinedload(Notice.texts).defer(NoticeText.body)
    return wanted.options(titles, *WHOM).order_by(*NEWEST_FIRST).limit(limit)


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
    """Return the ids of the notices that officers sent to an area, or to a group in it, the newest first."""
    sent = select(Notice.id).where(or_(Notice.area_id == area.id, Notice.is_to_area(area.id)))
    return db.session.scalars(sent.order_by(*NEWEST_FIRST)).all()


def notices_by_id(ids: Sequence[int]) -> list[Notice]:
    """Return these notices in this order, with their texts."""
    found = {each.id: each for each in _notices(ids).scalars().unique()}
    return [found[each] for each in ids]


@prepared
def _notices(ids: Sequence[int]) -> Select[Notice]:
    return select(Notice).where(Notice.id.in_(ids)).options(selectinload(Notice.texts), *WHOM)


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
