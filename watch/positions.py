"""Where a thing belongs: to an area, a group, stairwells. Relations decides roles by it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from watch.models import (
    Area,
    Building,
    ContactPerson,
    Coordinator,
    Finding,
    Flat,
    Group,
    Household,
    Invitation,
    JoinRequest,
    LetterPack,
    ListUpload,
    Meeting,
    MeetingAudience,
    Membership,
    Model,
    Notice,
    Operation,
    OutreachEntry,
    Partner,
    PartState,
    Promise,
    Property,
    Report,
    Stairwell,
    Visit,
    WatchSign,
)
from watch.statements import prepared

InArea = OutreachEntry | Operation | ListUpload | Partner | Property | WatchSign


@dataclass(frozen=True)
class Position:
    """Where a thing belongs, which decides who has which role to it.

    Without a stairwell it belongs to the whole group and so to every coordinator: the group itself, a meeting
    or a notice for all. With several it belongs to the coordinators of each. With `is_somewhere` it belongs
    to a household whose stairwell is unknown, and only to those who work with the whole group. `guests` are
    other groups that it is for, and `invited` are those that may say whether they take part in it. `owner_id`
    is the person who sent it, called it, asked for it or decided it. What belongs to `other_area_ids` too is
    for those who are officers of all of them.
    """

    area_id: int | None = None
    group_id: int | None = None
    stairwell_ids: frozenset[int] = frozenset()
    is_somewhere: bool = False
    guests: frozenset[int] = frozenset()
    invited: frozenset[int] = frozenset()
    owner_id: int | None = None
    other_area_ids: frozenset[int] = frozenset()


def position_of(thing: Model) -> Position:
    """Return the position of a thing.

    Lists filter by `Relations.stairwells_in` instead, and must leave out the same things.
    """
    match thing:
        case Area() | Group() | Building() | Stairwell():
            return _of_place(thing)
        case Flat():
            return _of_place(thing.stairwell)
        case Household() | Visit():
            return _of_place(thing.flat.stairwell)
        case Membership():
            return _at_home(thing.group, thing.stairwell_id) if thing.left_at is None else Position()
        case Invitation():
            return _of_invitation(thing)
        case JoinRequest():
            return _of_request(thing)
        case Coordinator():
            return _of_place(thing.group)
        case Meeting():
            return _of_meeting(thing)
        case Notice():
            return _of_notice(thing)
        case Finding():
            return _of_finding(thing)
        case _ if isinstance(thing, InArea | Promise | Report):
            return _of_areas(thing)
        case LetterPack():
            return _of_place(thing.group) if thing.group else Position(thing.area_id)
        case ContactPerson():
            place = thing.group or thing.building
            return _of_place(place) if place else Position(thing.area_id)
    raise TypeError(f"positions.position_of does not know where a {type(thing).__name__} stands")


def _of_areas(thing: InArea | Promise | Report) -> Position:
    """Return the position of an area. What is of several is for those who are officers of all."""
    if isinstance(thing, InArea):
        return Position(thing.area_id)
    first, *others = [each.id for each in thing.areas]
    return Position(first, other_area_ids=frozenset(others))


def is_draft(thing: Model) -> bool:
    """Return True for a meeting that is not called: only the pages of its group or area know of it."""
    return isinstance(thing, Meeting) and thing.is_draft


def _of_place(place: Area | Group | Building | Stairwell) -> Position:
    match place:
        case Area():
            return Position(place.id)
        case Group():
            return Position(place.area_id, place.id)
        case Building():
            return Position(place.property.area_id, place.group_id)
        case Stairwell():
            number = frozenset([place.id])
            return Position(place.building.property.area_id, place.building.group_id, number)


def _at_home(group: Group, stairwell_id: int | None, owner_id: int | None = None) -> Position:
    """Return the position of a household, whose stairwell may be unknown."""
    return Position(group.area_id, group.id, _only(stairwell_id), stairwell_id is None, owner_id=owner_id)


def _of_invitation(invitation: Invitation) -> Position:
    """Return the position of the flat; one that is for no flat belongs to whoever sent it."""
    if invitation.flat:
        return _at_home(invitation.group, invitation.flat.stairwell_id)
    return _at_home(invitation.group, None, invitation.by_id)


def _of_request(request: JoinRequest) -> Position:
    """Return no position until the request is confirmed; its result would reveal whose the address is.

    A decided request belongs to its stairwell and to whoever decided it.
    """
    if request.confirmed_at is None:
        return Position()
    stairwell = None if request.is_everybodys else request.stairwell_id
    return Position(request.group.area_id, request.group_id, _only(stairwell), owner_id=request.decided_by_id)


def _of_finding(finding: Finding) -> Position:
    """Return the position of its group, or of its area, whose groups' members see it too."""
    if finding.group:
        return _of_place(finding.group)
    return Position(finding.area_id, guests=frozenset(_groups_in(finding.area_id or 0).scalars()))


def _of_meeting(meeting: Meeting) -> Position:
    """Return the position of the group that calls, with its stairwells, or of the area."""
    own = [each for each in meeting.parts if each.group_id == meeting.group_id]
    return replace(
        _of_place(meeting.called_from),
        stairwell_ids=frozenset(each.stairwell_id for each in own if each.stairwell_id is not None),
        guests=frozenset(groups_of(meeting)) - {meeting.group_id or 0},
        invited=_invited_to(meeting),
        owner_id=meeting.called_by_id,
    )


def _invited_to(meeting: Meeting) -> frozenset[int]:
    """Return the ids of the groups that answer whether they take part: those of others in a gathering."""
    if meeting.audience is not MeetingAudience.PARTS:
        return frozenset()
    return frozenset(each.group_id for each in meeting.parts) - {meeting.group_id or 0}


def groups_of(meeting: Meeting) -> Collection[int]:
    """Return the ids of the groups that a meeting is for, or people of them."""
    match meeting.audience:
        case MeetingAudience.PARTS:
            return meeting.group_ids
        case MeetingAudience.INTERESTED:
            there = meeting.building.group_id if meeting.building else None
            return [there, *meeting.group_ids] if there else meeting.group_ids
    return _groups_in(meeting.area_id or 0).scalars().all()


def groups_on_paper(meeting: Meeting) -> Collection[int]:
    """Return the ids of the groups with word of a meeting on paper: also those that said no after all."""
    if meeting.audience is not MeetingAudience.PARTS:
        return groups_of(meeting)
    return {each.group_id for each in meeting.parts if each.state is not PartState.INVITED}


@prepared
def _groups_in(area_id: int) -> Select[int]:
    return select(Group.id).where(Group.area_id == area_id)


def _only(stairwell_id: int | None) -> frozenset[int]:
    return frozenset() if stairwell_id is None else frozenset([stairwell_id])


def _of_notice(notice: Notice) -> Position:
    """Return the position. An area's officer may not know of a group's own notices, so these have no area.

    A notice from an officer to a group is the officers', as those to areas are.
    """
    if notice.area_id is not None:
        others = frozenset(each.id for each in notice.areas) - {notice.area_id}
        return Position(notice.area_id, owner_id=notice.by_id, other_area_ids=others)
    where = _only(notice.stairwell_id)
    return Position(group_id=notice.group_id, stairwell_ids=where, owner_id=notice.by_id)


def is_of_area(where: Model) -> bool:
    """Return True for an area, and for a finding in one that belongs to no group."""
    return isinstance(where, Area) or (isinstance(where, Finding) and where.group_id is None)
