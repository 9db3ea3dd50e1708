"""Finds what needs an officer's action: buildings, groups, findings, gatherings and contacts, no person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import chain, compress

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, union_all

from watch.closing.queries import groups_with_tasks, has_tasks
from watch.contacts.queries import cards_of, editable_contacts, stale, urgency_of
from watch.extensions import db
from watch.findings.queries import findings_nobody_began, findings_overdue
from watch.followup.queries.counts import flats_of_building
from watch.groups.queries.areas import at_least, interested_of_building
from watch.groups.queries.members import REACHED_BY_MAIL
from watch.groups.queries.unreached import has_bounced
from watch.joining.queries.asking import waits_long
from watch.language import local
from watch.lifecycle.queries import is_reached, is_so, should_rest
from watch.meetings.queries.recorded import joined_by_no_group
from watch.models import (
    FEW,
    GROUPS_IN_ORDER,
    Building,
    Cause,
    ContactPerson,
    Coordinator,
    Group,
    GroupState,
    Property,
    WatchSign,
)

MOST_OF_A_KIND = 50  # needs shown of each reason
MOST_ROWS = 500  # of contact persons, of whom several may be one need


class Reason(StrEnum):
    """The reason why something needs an officer's action."""

    INTEREST = "interest"  # five or more are interested and there is no group
    NO_COORDINATOR = "no_coordinator"  # no coordinator whom mail reaches
    UNREACHED = "unreached"  # a coordinator whose address has bounced, beside others whom mail reaches
    NO_LEAD = "no_lead"  # coordinators, but no lead: nobody can appoint more
    WAITING = "waiting"  # somebody asked to join more than 7 days ago
    OVERDUE = "overdue"  # a finding that the officers follow, whose day has passed
    FINDING = "finding"  # a group left it to the police or the municipality, and nobody has begun
    JOINED_BY_NONE = "joined_by_none"  # an officers' joint gathering to which every group has said no
    QUIET = "quiet"  # an active group that should rest
    AFTER_CLOSING = "after_closing"  # signs to take down, or a sheet to hang up
    SIGNS = "signs"  # a building's sign waits to be put up, exchanged or checked
    RESIGNED_CONTACT = "resigned_contact"  # says that they are it no more, and is published still
    CORRECTED_CONTACT = "corrected_contact"  # changed their own entry, and no officer has looked at it
    STALE_CONTACT = "stale_contact"


OF_GROUPS = (  # the reasons for which a list of groups can be filtered
    Reason.NO_COORDINATOR, Reason.UNREACHED, Reason.NO_LEAD, Reason.WAITING, Reason.QUIET,
    Reason.AFTER_CLOSING,
)  # fmt: skip
OF_CONTACTS = Reason.RESIGNED_CONTACT, Reason.CORRECTED_CONTACT, Reason.STALE_CONTACT  # by urgency


@dataclass(frozen=True)
class Need:
    """A building, group, finding, gathering or contact that needs an officer's action.

    `thing_id` is its id, `count` of `total` the interested persons among the flats, `what` is to be mended,
    `causes` are the facts for which a group should rest, and `at` is when a gathering begins.
    """

    reason: Reason
    name: str
    thing_id: int
    count: int = 0
    total: int = 0
    what: str = ""
    causes: tuple[Cause, ...] = ()
    at: datetime | None = None


def what_needs_somebody(areas: Collection[int], now: datetime) -> list[Need]:
    """Return what needs action in these areas, most urgent first, in ten statements."""
    today = local(now).date()
    resigned, *other_contacts = _contacts(areas, today)
    return [
        *resigned,
        *_interest_without_group(areas, now),
        *_groups_without_lead(areas),
        *_groups_for((Reason.UNREACHED, Reason.WAITING), areas, now),
        *_findings(areas, today),
        *_joined_by_none(areas, now),
        *_quiet_groups(areas, now),
        *_after_closing(areas),
        *_signs(areas, today),
        *chain(*other_contacts),
    ]


def _interest_without_group(areas: Collection[int], now: datetime) -> list[Need]:
    interested = interested_of_building(now)
    # sort by the lower bound: the order of exact counts would reveal them
    as_shown = at_least(interested, flats_of_building())
    wanted = (
        select(Building.address, Building.id, interested, flats_of_building())
        .join(Property, Property.id == Building.property_id)
        .outerjoin(Group, Group.id == Building.group_id)
        .where(Property.area_id.in_(areas), or_(Group.id.is_(None), Group.state == GroupState.CLOSED))
        .where(interested >= FEW)
        .order_by(as_shown.desc(), Building.sort_key)
    )
    return [Need(Reason.INTEREST, *row) for row in db.session.execute(wanted.limit(MOST_OF_A_KIND))]


def is_in_need(reason: Reason, now: datetime) -> ColumnElement[bool]:
    """Return the condition on Group that it needs an officer's action for a reason that groups have."""
    is_open = Group.state != GroupState.CLOSED
    match reason:
        case Reason.NO_COORDINATOR:
            return is_open & ~is_reached()
        case Reason.NO_LEAD:
            return is_open & ~_is_led() & is_reached()
        case Reason.UNREACHED:
            lost = select(Coordinator.id).where(Coordinator.group_id == Group.id, has_bounced())
            return is_open & lost.correlate(Group).exists() & is_reached()
        case Reason.WAITING:
            return is_open & waits_long(now)
        case Reason.QUIET:
            return should_rest(now)
        case Reason.AFTER_CLOSING:
            return has_tasks()
    raise ValueError(f"{reason} is not of a group")


def _is_led() -> ColumnElement[bool]:
    """Return the condition on Group that it has a lead. One whose mail bounces is told of as that instead."""
    current = Coordinator.group_id == Group.id, Coordinator.is_current, or_(REACHED_BY_MAIL, has_bounced())
    return select(Coordinator.id).where(*current, Coordinator.is_lead).correlate(Group).exists()


def _groups_without_lead(areas: Collection[int]) -> list[Need]:
    coordinated = is_reached()
    lacking = _groups_in(areas).where(or_(~coordinated, ~_is_led())).add_columns(coordinated)
    return [
        Need(Reason.NO_LEAD if is_coordinated else Reason.NO_COORDINATOR, name, group_id)
        for name, group_id, is_coordinated in db.session.execute(
            lacking.order_by(None).order_by(coordinated, GROUPS_IN_ORDER)
        )
    ]


def _groups_for(reasons: Sequence[Reason], areas: Collection[int], now: datetime) -> list[Need]:
    """Return the groups in need for each of these reasons, one after the other, in one statement."""
    place = func.row_number().over(order_by=GROUPS_IN_ORDER).label("place")
    in_need = (
        _groups_in(areas).order_by(None).limit(None)
        .where(is_in_need(reason, now)).add_columns(literal(number).label("number"), place)
        for number, reason in enumerate(reasons)
    )  # fmt: skip
    found = union_all(*in_need).subquery().c
    wanted = select(found.number, found.name, found.id).where(found.place <= MOST_OF_A_KIND)
    rows = db.session.execute(wanted.order_by(found.number, found.place))
    return [Need(reasons[number], name, group_id) for number, name, group_id in rows]


def _groups_in(areas: Collection[int]) -> Select[str, int]:
    wanted = select(Group.name, Group.id).where(Group.area_id.in_(areas), Group.state != GroupState.CLOSED)
    return wanted.order_by(GROUPS_IN_ORDER).limit(MOST_OF_A_KIND)


def _quiet_groups(areas: Collection[int], now: datetime) -> list[Need]:
    causes = (is_so(each, now) for each in Cause)
    quiet = _groups_in(areas).where(is_in_need(Reason.QUIET, now)).add_columns(*causes)
    return [
        Need(Reason.QUIET, name, group_id, causes=tuple(compress(Cause, holds)))
        for name, group_id, *holds in db.session.execute(quiet)
    ]


def _after_closing(areas: Collection[int]) -> list[Need]:
    rows = db.session.execute(groups_with_tasks(areas).limit(MOST_OF_A_KIND))
    return [Need(Reason.AFTER_CLOSING, *row) for row in rows]


def _findings(areas: Collection[int], today: date) -> list[Need]:
    """Return findings whose day has passed, and those that nobody began; one that is both is overdue."""
    overdue = findings_overdue(areas, today, MOST_OF_A_KIND)
    begun = [each for each in findings_nobody_began(areas, MOST_OF_A_KIND) if each not in overdue]
    return [
        Need(reason, place.name, each.id, what=each.what)
        for reason, findings in ((Reason.OVERDUE, overdue), (Reason.FINDING, begun))
        for each in findings
        if (place := each.group or each.area)
    ]


def _joined_by_none(areas: Collection[int], now: datetime) -> list[Need]:
    rows = db.session.execute(joined_by_no_group(areas, now).limit(MOST_OF_A_KIND))
    return [Need(Reason.JOINED_BY_NONE, name, number, at=at) for name, number, at in rows]


def _signs(areas: Collection[int], today: date) -> list[Need]:
    waiting = select(WatchSign.building_id).where(WatchSign.waits(today))
    wanted = (
        select(Building.address, Building.id)
        .join(Property, Property.id == Building.property_id)
        .where(Property.area_id.in_(areas), Building.id.in_(waiting))
        .order_by(Building.sort_key, Building.id)
    )
    return [Need(Reason.SIGNS, *row) for row in db.session.execute(wanted.limit(MOST_OF_A_KIND))]


def _contacts(areas: Collection[int], today: date) -> list[list[Need]]:
    """Return contact persons, each card once: who is it no more, who has changed it, who is unchecked."""
    resigned, corrected = ContactPerson.resigned_at.is_not(None), ContactPerson.corrected_at.is_not(None)
    unsure = editable_contacts(areas).where(or_(resigned, corrected, stale(today)))
    urgent_first = unsure.order_by(resigned.desc(), corrected.desc(), ContactPerson.checked_on)
    found: dict[Reason, list[Need]] = {reason: [] for reason in OF_CONTACTS}
    for card in cards_of(db.session.scalars(urgent_first.limit(MOST_ROWS))):
        reason = OF_CONTACTS[urgency_of(card)]
        found[reason].append(Need(reason, card[0].organisation, card[0].id))
    return [needs[:MOST_OF_A_KIND] for needs in found.values()]
