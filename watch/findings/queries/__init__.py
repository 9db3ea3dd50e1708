"""Findings of a group or an area, what is left of them, and who may report on or hear of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from watch.extensions import db
from watch.groups.queries.members import coordinates, takes_part
from watch.marks import mark
from watch.models import (
    CLOSED,
    OFFICERS_OWN,
    Area,
    Building,
    Finding,
    FindingFollower,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Group,
    GroupState,
    Mailing,
    Meeting,
    Officer,
    Organisation,
    OutboxRow,
    OutboxState,
    Person,
)
from watch.places.queries import name_of

Place = Group | Area
MOST_LEFT = 8  # how many open findings a call names
MOST_OF_AREA, MOST_CLOSED = 20, 5  # of an area's findings, how many members see in their list
WITH_PLACE = joinedload(Finding.stairwell), joinedload(Finding.building)
IS_SHOWN = Finding.removed_at.is_(None) & Finding.erased_at.is_(None)


def _in(place: Place) -> ColumnElement[bool]:
    return (Finding.group_id == place.id if isinstance(place, Group) else of_area(place)) & IS_SHOWN


def of_area(area: Area) -> ColumnElement[bool]:
    """Return the condition that it is an area's, or that a group there left it to police or municipality."""
    return or_(Finding.area_id == area.id, _for_officers_of({area.id}))


def _for_officers_of(areas: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a group in these areas left it to the police or the municipality."""
    groups = select(Group.id).where(Group.area_id.in_(areas))
    return Finding.group_id.in_(groups) & Finding.owner.in_(OFFICERS_OWN)


def findings_nobody_began(areas: Collection[int], most: int) -> list[Finding]:
    """Return what groups in these areas left to the officers and nobody has begun with, oldest first."""
    is_new = Finding.removed_at.is_(None), Finding.status == FindingStatus.OPEN
    living = Finding.group.has(Group.state != GroupState.CLOSED)
    wanted = select(Finding).where(_for_officers_of(areas), living, *is_new).order_by(Finding.id).limit(most)
    return list(db.session.scalars(wanted.options(joinedload(Finding.group))))


def findings_overdue(areas: Collection[int], today: date, most: int) -> list[Finding]:
    """Return the open findings that the officers of these areas follow and whose day has passed, by day.

    They are those of an area, and what a group that is not closed left to the police or the municipality.
    """
    living = Finding.group.has(Group.state != GroupState.CLOSED)
    here = or_(Finding.area_id.in_(areas), and_(_for_officers_of(areas), living))
    is_late = Finding.removed_at.is_(None), Finding.status.not_in(CLOSED), Finding.due_on < today
    wanted = select(Finding).where(here, *is_late).order_by(Finding.due_on, Finding.id).limit(most)
    return list(db.session.scalars(wanted.options(joinedload(Finding.group), joinedload(Finding.area))))


def finding_ids(
    place: Place, *, status: str = "", owner: FindingOwner | None = None, sort: str = ""
) -> Sequence[int]:
    """Return the ids of a place's findings: the open ones, the closed ones or all, in one of three orders.

    An area's are also those that its groups left to the police or the municipality.
    """
    wanted = select(Finding.id).where(_in(place))
    if status in {"open", "closed"}:
        is_closed = Finding.status.in_(CLOSED)
        wanted = wanted.where(is_closed if status == "closed" else ~is_closed)
    if owner:
        wanted = wanted.where(Finding.owner == owner)
    orders = {"due": (Finding.due_on.is_(None), Finding.due_on), "changed": (Finding.changed_at.desc(),)}
    return db.session.scalars(wanted.order_by(*orders.get(sort, ()), Finding.id.desc())).all()


def findings_by_id(ids: Sequence[int]) -> list[Finding]:
    """Return these findings in this order, with where they are."""
    with_houses = joinedload(Finding.group).selectinload(Group.buildings)
    wanted = select(Finding).where(Finding.id.in_(ids)).options(*WITH_PLACE, with_houses)
    found = {each.id: each for each in db.session.scalars(wanted)}
    return [found[each] for each in ids]


def findings_left(meeting: Meeting) -> list[Finding]:
    """Return what is still to be mended in a meeting's group, or concerns its stairwells, oldest first.

    At a joint gathering it is nothing: what is broken in a house is for those who live there.
    """
    if meeting.building or len({each.group_id for each in meeting.parts}) > 1:
        return []
    here: ColumnElement[bool] = Finding.group_id.in_(meeting.group_ids)
    if meeting.stairwells:
        stairwells = [each.id for each in meeting.stairwells]
        here &= or_(Finding.stairwell_id.is_(None), Finding.stairwell_id.in_(stairwells))
    return _left(here)


def findings_left_in(group: Group) -> list[Finding]:
    """Return what is still to be mended in a group, oldest first."""
    return _left(Finding.group_id == group.id)


def _left(here: ColumnElement[bool]) -> list[Finding]:
    is_open = here, Finding.removed_at.is_(None), Finding.status.not_in(CLOSED)
    return list(db.session.scalars(select(Finding).where(*is_open).options(*WITH_PLACE).order_by(Finding.id)))


def findings_of_meeting(meeting: Meeting) -> list[Finding]:
    """Return what was found at a meeting."""
    wanted = select(Finding).where(Finding.meeting_id == meeting.id, IS_SHOWN)
    return list(db.session.scalars(wanted.options(*WITH_PLACE).order_by(Finding.id)))


def latest_outcomes(group: Group, most: int = 3) -> list[Finding]:
    """Return what was closed last in a group ("så blev det")."""
    wanted = select(Finding).where(_in(group), Finding.status.in_(CLOSED))
    return list(db.session.scalars(wanted.order_by(Finding.changed_at.desc(), Finding.id.desc()).limit(most)))


def findings_of_area(area: Area) -> list[Finding]:
    """Return an area's own findings for its groups' members: the open ones, and those closed last."""
    own = select(Finding).where(Finding.area_id == area.id, IS_SHOWN)
    newest = own.options(joinedload(Finding.area)).order_by(Finding.changed_at.desc(), Finding.id.desc())
    is_closed = Finding.status.in_(CLOSED)
    left, closed = newest.where(~is_closed).limit(MOST_OF_AREA), newest.where(is_closed).limit(MOST_CLOSED)
    return [*db.session.scalars(left), *db.session.scalars(closed)]


def group_among(ids: Collection[int], area: Area | None) -> Group:
    """Return the first of these groups (ids) that is in the area."""
    here = Group.id.in_(ids), Group.area == area
    return db.session.scalars(select(Group).where(*here).order_by(Group.id).limit(1)).one()


def steps_of(finding: Finding) -> Sequence[FindingStep]:
    """Return the steps of a finding, the oldest first."""
    wanted = select(FindingStep).where(FindingStep.finding_id == finding.id)
    return db.session.scalars(wanted.order_by(FindingStep.id)).all()


def mark_of(finding: Finding) -> str:
    """Return a mark of what was said last of a finding; empty as long as nobody has said anything."""
    last = next(reversed(steps_of(finding)), None)
    return f"{last.id if last else ''} {finding.due_on or ''}".strip()


def words_mark_of(finding: Finding) -> str:
    """Return a mark of what a finding says and of where it is: another one once anything is changed."""
    place = finding.building_id, finding.stairwell_id
    return mark(finding.spot, finding.what, finding.owner, finding.due_on, *place, finding.removed_at is None)


def told_at(finding: Finding) -> datetime | None:
    """Return when those who asked were last mailed what has become of a finding."""
    last = select(func.max(func.coalesce(OutboxRow.settled_at, OutboxRow.created_at)))
    sent = last.join(Mailing, Mailing.id == OutboxRow.mailing_id).where(OutboxRow.may_have_arrived())
    return db.session.scalar(sent.where(Mailing.finding_id == finding.id))


def is_following(finding: Finding, person: Person) -> bool:
    """Return True if the person has asked to hear of the finding."""
    return db.session.scalar(_follows(finding).where(FindingFollower.person_id == person.id)) is not None


def _follows(finding: Finding) -> Select[int]:
    return select(FindingFollower.person_id).where(FindingFollower.finding_id == finding.id)


def hears_of_finding(finding: Finding, person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a person (a column of ids) asked to hear of it and may still see it."""
    office = select(Officer.id).where(Officer.person_id == person_id, Officer.is_current)
    follows_area = office.where(Officer.area_id == area_id_of(finding)).exists()
    here = Group.id == finding.group_id if finding.group_id else Group.area_id == finding.area_id
    sees_it = or_(takes_part(person_id, here), coordinates(person_id, here), follows_area)
    return person_id.in_(_follows(finding)) & sees_it


def houses_then(group: Group, at: datetime) -> list[Building]:
    """Return those of a group's houses that it had at that moment; a finding of all of it is of these."""
    return [each for each in group.buildings if each.grouped_at is None or each.grouped_at <= at]


def name_then(group: Group, at: datetime) -> str:
    """Return the name of those houses that a group had at that moment, or its own if it has no others now."""
    then = houses_then(group, at)
    return name_of(then) if then and len(then) < len(group.buildings) else group.name


def area_id_of(finding: Finding) -> int | None:
    """Return the area of a finding, or of its group."""
    return finding.group.area_id if finding.group else finding.area_id


def people_to_tell_of_finding(finding: Finding) -> Select[int]:
    """Return a select of the ids of those who asked to hear of it; who has a mail waiting is told by that."""
    queued = select(OutboxRow.person_id).where(OutboxRow.state == OutboxState.QUEUED)
    waiting = queued.where(OutboxRow.person_id.is_not(None), ~OutboxRow.may_have_arrived())
    waiting = waiting.join(Mailing, Mailing.id == OutboxRow.mailing_id).where(
        Mailing.finding_id == finding.id
    )
    followers = select(Person.id).where(hears_of_finding(finding, Person.id.expression))
    return followers.where(Person.id.not_in(waiting))


def people_told_of_finding(finding: Finding, kind: str) -> Select[int]:
    """Return a select of the ids of those who asked to hear of it, and may have read a mail of that kind."""
    told = select(OutboxRow.person_id).join(Mailing, Mailing.id == OutboxRow.mailing_id)
    told = told.where(Mailing.finding_id == finding.id, Mailing.kind == kind, OutboxRow.may_have_arrived())
    followers = select(Person.id).where(hears_of_finding(finding, Person.id.expression))
    return followers.where(Person.id.in_(told))


def role_of(person: Person, finding_area_id: int | None) -> FindingOwner:
    """Return in which role a person reports: an officer's organisation, else as a coordinator."""
    office = select(Officer.organisation).where(
        Officer.person_id == person.id, Officer.area_id == finding_area_id, Officer.is_current
    )
    organisation = db.session.scalar(office.limit(1))
    if organisation is None:
        return FindingOwner.COORDINATOR
    return FindingOwner.POLICE if organisation is Organisation.POLICE else FindingOwner.MUNICIPALITY


def open_count(group: Group) -> int:
    """Return how many findings of a group are still to be mended."""
    return len(finding_ids(group, status=FindingStatus.OPEN.value))
