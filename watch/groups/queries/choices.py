"""Which mails people want, and whose choices the link in a mail opens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from watch.extensions import db
from watch.groups.queries.answered import has_said
from watch.groups.queries.members import coordinates, takes_part
from watch.mail.kinds import KINDS
from watch.models import (
    Answer,
    Area,
    AreaOptOut,
    Audience,
    AuditEntry,
    Coordinator,
    Group,
    Mailing,
    Meeting,
    Membership,
    Notice,
    NoticeChoice,
    OutboxRow,
    PartState,
    Person,
    Purpose,
)

# Conditions on Membership: who wants which messages to their group. Those who declined get neither mail nor
# paper. Notices to a whole area are a choice of their own: has_opted_out.
WANTS_NOTICES: ColumnElement[bool] = Membership.notices.in_([NoticeChoice.EVERYTHING, NoticeChoice.NOTICES])
WANTS_MEETINGS: ColumnElement[bool] = Membership.notices.in_([NoticeChoice.EVERYTHING, NoticeChoice.MEETINGS])


def wants_word_of(meeting_id: Any) -> ColumnElement[bool]:
    """Return the condition on Membership that a member gets mail about a meeting (its id) that was called.

    They want mail about meetings, or have answered yes or maybe, be it for their household: such an answer
    counts more than a list that they have left, because they rely on the meeting. It does not count after
    leaving the group.
    """
    comes = has_said(Membership.person_id, meeting_id, Answer.YES, Answer.MAYBE)
    return or_(WANTS_MEETINGS, comes)


MEETINGS, NOTICES, AREA = "meetings", "notices", "area"  # the three mailing lists
TELLS_OF_LISTS = "unsubscribed"  # the kind of the mail
SECOND_THOUGHTS = timedelta(days=7)  # how long leaving can be undone
_AT_ONCE = timedelta(minutes=1)  # an appointment ended by leaving ends just before the membership


@dataclass(frozen=True)
class AreaChoice:
    """Whether a person wants notices to a whole area in which they are a member of a group."""

    person: Person
    area: Area
    is_wanted: bool


@dataclass(frozen=True)
class Choosing:
    """The choices that a mail's link opens: current memberships with their areas, and recently ended ones.

    `of_area` is the area if the mail went to one; any other mail belongs to a group's list.
    """

    current: list[Membership]
    ended: list[Membership]
    areas: list[AreaChoice]
    of_area: Area | None = None

    @property
    def people(self) -> int:
        """The number of people whom the mail names."""
        return len({each.person_id for each in (*self.current, *self.ended)})


def opens_choices(mailing: Mailing) -> bool:
    """Return True if a link in such a mail opens its reader's choices."""
    mail = KINDS.get(mailing.kind)  # None if an older version of the program sent it
    is_of_them = mail is not None and (mail.offers_choices or mail.for_row is Purpose.UNSUBSCRIBE)
    return is_of_them or bool(mailing.notice_id or mailing.meeting_id)


def choosing_by_mail(row: OutboxRow, now: datetime) -> Choosing:
    """Return the choices that such a mail's link opens (opens_choices); two statements.

    They are those of people whom the mail names and who still read its mailbox, in the groups of its list. An
    ended membership is included if its owner ended it and can still undo that.
    """
    wanted = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .join(OutboxRow, OutboxRow.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(
            OutboxRow.mailing_id == row.mailing_id,
            OutboxRow.mailbox_id == row.mailbox_id,
            OutboxRow.language == row.language,
            Person.mailbox_id == row.mailbox_id,
            _concerned_by(row.mailing),
            or_(Membership.is_current, ended_by_its_owner(now - SECOND_THOUGHTS)),
        )
        .options(contains_eager(Membership.person), contains_eager(Membership.group).joinedload(Group.area))
        .order_by(OutboxRow.id, Group.name, Membership.id)
    )
    found = db.session.scalars(wanted).all()
    of = None if row.mailing.meeting else _list_of(row.mailing)  # mails of meetings are a list of each group
    current = {_whose(each): each for each in found if each.left_at is None}
    ended = {_whose(each): each for each in found if each.left_at is not None}
    return Choosing(
        list(current.values()),
        [each for whose, each in ended.items() if whose not in current],
        area_choices(current.values()),
        of if isinstance(of, Area) else None,
    )


def lists_left(mailing: Mailing, choosing: Choosing) -> list[tuple[Membership, str]]:
    """Return the lists that a mail is of, or tells of, and that its readers are not on."""
    of = {AREA, NOTICES, MEETINGS} if mailing.kind == TELLS_OF_LISTS else set()
    if mailing.notice_id or mailing.meeting_id:
        of = {AREA if choosing.of_area else NOTICES if mailing.notice_id else MEETINGS}
    out = {(each.person.id, each.area.id) for each in choosing.areas if not each.is_wanted}
    left = []
    for each in choosing.current:
        is_on = {
            MEETINGS: each.notices in {NoticeChoice.EVERYTHING, NoticeChoice.MEETINGS},
            NOTICES: each.notices in {NoticeChoice.EVERYTHING, NoticeChoice.NOTICES},
            AREA: (each.person_id, each.group.area_id) not in out,
        }
        left += [(each, which) for which, stays in is_on.items() if which in of and not stays]
    return left


def readers_of(row: OutboxRow) -> Sequence[Person]:
    """Return the people whom a mail names and who still read its mailbox."""
    wanted = (
        select(Person)
        .join(OutboxRow, OutboxRow.person_id == Person.id)
        .where(
            OutboxRow.mailing_id == row.mailing_id,
            OutboxRow.mailbox_id == row.mailbox_id,
            OutboxRow.language == row.language,
            Person.mailbox_id == row.mailbox_id,
        )
    )
    return db.session.scalars(wanted.order_by(OutboxRow.id)).all()


def area_choices(memberships: Iterable[Membership]) -> list[AreaChoice]:
    """Return each member's choice for the areas of their groups; one statement."""
    theirs = {(each.person_id, each.group.area_id): each for each in memberships}
    wanted = select(AreaOptOut.person_id, AreaOptOut.area_id).where(
        AreaOptOut.person_id.in_([person for person, _area in theirs])
    )
    out = {(person, area) for person, area in db.session.execute(wanted)}
    return [AreaChoice(each.person, each.group.area, whose not in out) for whose, each in theirs.items()]


def has_opted_out(
    person_id: ColumnElement[Any] | InstrumentedAttribute[Any], area_id: Any
) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) wants no notices to the area (its id)."""
    out = select(AreaOptOut.id).where(AreaOptOut.person_id == person_id, AreaOptOut.area_id == area_id)
    return out.exists()


def wants_mail_of(
    person_id: ColumnElement[Any] | InstrumentedAttribute[Any],
    groups: ColumnElement[bool],
    wants: ColumnElement[bool],
) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) is in one of the groups and wants such mail.

    `groups` is a condition on Group, and `wants` is WANTS_NOTICES or WANTS_MEETINGS. For a coordinator, their
    choice as a member of the same group counts.
    """
    declined = select(Membership.id).where(
        Membership.person_id == Coordinator.person_id,
        Membership.group_id == Coordinator.group_id,
        Membership.is_current,
        ~wants,
    )
    said_no = declined.correlate(Coordinator).exists()
    return or_(takes_part(person_id, groups, wants), coordinates(person_id, groups, ~said_no))


def _whose(membership: Membership) -> tuple[int, int]:
    return membership.person_id, membership.group_id


def _concerned_by(mailing: Mailing) -> ColumnElement[bool]:
    """Return the condition on Group for the groups of the mail's list, or for the group that it is about."""
    of = _list_of(mailing)
    if mailing.meeting is not None:
        left = [each.group_id for each in mailing.meeting.parts if each.state is PartState.DECLINED]
        return or_(mailing.meeting.has_group, Group.id.in_(left))  # they were told that they are out
    if isinstance(of, Area):
        return Group.area_id == of.id
    return Group.id == of.id if of is not None else false()


def _list_of(mailing: Mailing) -> Group | Area | None:
    if mailing.membership is not None:
        return mailing.membership.group
    mail = KINDS.get(mailing.kind)
    return mail.list_of(mailing) if mail and mail.list_of else None


def ended_by_its_owner(since: datetime) -> ColumnElement[bool]:
    """Return the condition that a membership was ended since then by the member themselves."""
    said_so = select(AuditEntry.id).where(
        AuditEntry.what.in_(["member-left", "member-moved"]),
        AuditEntry.about_kind == Membership.__tablename__,
        AuditEntry.about_id == Membership.id,
        AuditEntry.by_id == Membership.person_id,
        AuditEntry.at >= Membership.left_at,
    )
    return and_(Membership.left_at > since, said_so.exists())


def with_lost_appointment(memberships: Collection[Membership]) -> frozenset[int]:
    """Return the ids of the ended memberships with which an appointment as coordinator ended."""
    if not memberships:
        return frozenset()
    ended = select(Coordinator.person_id, Coordinator.group_id, Coordinator.ended_at).where(
        Coordinator.person_id.in_([each.person_id for each in memberships]),
        Coordinator.accepted_at.is_not(None),
        Coordinator.ended_at.is_not(None),
    )
    rows = db.session.execute(ended).all()
    return frozenset(
        each.id
        for each in memberships
        for person, group, at in rows
        if (person, group) == _whose(each) and at and each.left_at and at <= each.left_at < at + _AT_ONCE
    )


def unwanted_mailings(group: Group, whose: ColumnElement[bool]) -> Select[int]:
    """Return a select of the ids of mailings to a group and its area that no current membership wants.

    `whose` is a condition on Membership, for one person or one household. A notice to an area is also wanted
    if a membership in another of its groups wants it.
    """
    still = select(Membership.id).join(Group, Group.id == Membership.group_id)
    still = still.where(whose, Membership.is_current)
    coordinates_it = coordinates(Membership.person_id, Coordinator.group_id == Membership.group_id)
    is_for = or_(Notice.audience == Audience.AREA_MEMBERS, coordinates_it)
    is_wanted = ~has_opted_out(Membership.person_id, Group.area_id)
    of_area = and_(Notice.is_to_area(Group.area_id), is_for, is_wanted)
    reads = still.where(or_(and_(WANTS_NOTICES, Membership.group_id == Notice.group_id), of_area))
    of_theirs = Meeting.counts_for([Membership.group_id])
    comes = still.where(wants_word_of(Meeting.id), of_theirs)
    return mailings_to(group).where(
        or_(
            and_(Mailing.notice_id.is_not(None), not_(reads.correlate(Notice, Mailing).exists())),
            and_(Mailing.meeting_id.is_not(None), not_(comes.correlate(Meeting, Mailing).exists())),
        )
    )


def mailings_to(group: Group) -> Select[int]:
    """Return a select of the ids of mailings to a group and its area, of notices and meetings."""
    said_here = or_(Notice.group_id == group.id, Notice.is_to_area(group.area_id))
    wanted = select(Mailing.id).outerjoin(Notice, Notice.id == Mailing.notice_id)
    wanted = wanted.outerjoin(Meeting, Meeting.id == Mailing.meeting_id)
    return wanted.where(or_(said_here, Meeting.counts_for([group.id])))
