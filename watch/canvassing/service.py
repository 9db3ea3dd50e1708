"""Records what households said at their doors, and takes a visit back."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.service.people import mailbox_for_asking, person_for_asking
from watch.canvassing.queries import can_take_back, newest_visit, requests_answered_by
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.errors import NotOpen, TooLateToUndo
from watch.groups.queries.flats import status_of
from watch.groups.service.flats import current_household, lock_flat
from watch.groups.service.households import move_out, note_household, take_back_move
from watch.groups.service.members import Consent, add_on_paper, depart
from watch.joining.queries.asking import open_visit_requests, waiting_requests
from watch.joining.service import verifying
from watch.joining.service.deciding import approve, decline, tell
from watch.models import (
    ConsentChannel,
    Flat,
    Group,
    GroupState,
    Household,
    HouseholdStatus,
    JoinRequest,
    Language,
    Outcome,
    Person,
    RequestState,
    Visit,
    may_be_one_person,
    utcnow,
)


class AlreadyRecorded(DomainError):
    """A visit was recorded since the list was read. `visit` is that visit, or None if it was undone."""

    def __init__(self, visit: Visit | None) -> None:
        super().__init__("the door has answered")
        self.visit = visit


class TakesPart(DomainError):
    """The household takes part. Moving out is recorded on the flat's page, which shows who would leave."""


def not_at_home(flat: Flat, *, after: int, by: Person) -> Visit:
    """Record that nobody was at home. `after` is the last visit the list showed; the flat stays on the list.

    Raises AlreadyRecorded and NotOpen.
    """
    visit = _record(flat, Outcome.NOT_HOME, after=after, by=by)
    audit.note("household-not-home", about=flat, by=by, group=visit.group)
    return visit


def say_no(flat: Flat, *, after: int, by: Person) -> Visit:
    """Record that the household declined, and decline its requests for a visit.

    Raises AlreadyRecorded and NotOpen.
    """
    visit = _record(flat, Outcome.DECLINED, after=after, by=by)
    note_household(flat, HouseholdStatus.DECLINED, by=by)
    _answer_no(flat, by)
    return visit


def say_moved(flat: Flat, *, after: int, by: Person) -> Visit:
    """Record that the household has moved, and decline its requests for a visit.

    Raises AlreadyRecorded, TakesPart and NotOpen.
    """
    if status_of(flat) is HouseholdStatus.TAKES_PART:
        raise TakesPart
    visit = _record(flat, Outcome.MOVED, after=after, by=by)
    move_out(flat, by=by)
    _answer_no(flat, by)
    return visit


def _answer_no(flat: Flat, by: Person) -> None:
    """Decline the requests for a visit to a flat, and mark the applicants as told at the door."""
    for visit_request in open_visit_requests(flat):
        decline(visit_request, by=by)
        tell(visit_request, by=by)


def join_at_door(
    flat: Flat, *, after: int, name: str, language: Language, address: str | None, by: Person
) -> Visit:
    """Make the neighbour a member on paper at once, and mail the address to verify it.

    Until the address is verified nothing else is sent to it. Requests under other names go on waiting. Raises
    AlreadyRecorded and NotOpen.
    """
    visit = _record(flat, Outcome.JOINED, after=after, by=by)
    visit_request = visit.join_request = _own_request(flat, name)
    known = (
        _waits_already(flat, visit.group, name, language, address) if address and not visit_request else None
    )
    if known is not None:
        visit.join_request, visit.membership = known, approve(known, by=by, flat=flat, consent=AT_DOOR)
    elif visit_request is not None:
        visit_request.person.name, visit_request.person.language = name, language
        visit.membership = approve(visit_request, by=by, consent=AT_DOOR)
        tell(visit_request, by=by)
    else:
        visit.membership = add_on_paper(flat, visit.group, name=name, language=language, by=by)
    if address and visit.membership and visit.membership.person.mailbox_id is None:
        verifying.ask_owner(visit.membership, address)
    return visit


def _own_request(flat: Flat, name: str) -> JoinRequest | None:
    """Return the request for a visit of whoever joins at the door: the only one, or that of their name."""
    asked = open_visit_requests(flat)
    own = [each for each in asked if may_be_one_person(each.person.name, name)]
    return next(iter(own if len(asked) > 1 else asked), None)


AT_DOOR = Consent(ConsentChannel.DOORSTEP)


def _waits_already(
    flat: Flat, group: Group, name: str, language: Language, address: str
) -> JoinRequest | None:
    """Return the neighbour's own waiting request for this stairwell, if its address was confirmed."""
    person = person_for_asking(mailbox_for_asking(address), name, language)
    here = flat.stairwell_id
    theirs = (each for each in waiting_requests(group, {here}) if each.person_id == person.id)
    return next((each for each in theirs if each.stairwell_id == here), None)


def _record(flat: Flat, outcome: Outcome, *, after: int, by: Person) -> Visit:
    """Store a visit that follows visit `after`. Of two coordinators who saw the same list only one succeeds.

    Raises AlreadyRecorded and NotOpen.
    """
    group_id = flat.stairwell.building.group_id
    group = db.session.get(Group, group_id) if group_id else None
    if group is None or group.state is GroupState.CLOSED:
        raise NotOpen
    lock_flat(flat)
    last = newest_visit(flat)
    if (last.id if last else 0) != after:
        raise AlreadyRecorded(last)
    household, asked = current_household(flat), open_visit_requests(flat)
    visit = Visit(
        group=group, flat=flat, household=household, by=by, outcome=outcome, after_id=after,
        join_request=asked[0] if asked else None, status_before=household.status,
        status_before_at=household.status_at,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(visit)
    except IntegrityError:
        raise AlreadyRecorded(newest_visit(flat)) from None
    return visit


def take_back_visit(visit: Visit, *, by: Person) -> None:
    """Undo a visit. Undoing it twice has no further effect.

    Raises FlatTaken, and TooLateToUndo if somebody else recorded it, it is an hour old or is not the last.
    """
    lock_flat(visit.flat)
    db.session.refresh(visit)
    if visit.undone_at is not None:
        return
    last = newest_visit(visit.flat)
    if last is None or last.id != visit.id or not can_take_back(visit, by, utcnow()):
        raise TooLateToUndo
    if visit.outcome is Outcome.MOVED:
        take_back_move(visit.household)
    if visit.outcome is Outcome.DECLINED and visit.household.status is HouseholdStatus.DECLINED:
        _stand_as_before(visit, visit.household)
    if visit.outcome is Outcome.JOINED and (emptied := _take_out(visit, by)):
        _stand_as_before(visit, emptied)
    if visit.outcome is not Outcome.NOT_HOME:
        for visit_request in requests_answered_by(visit):
            _wait_again(visit_request)
    visit.undone_at = utcnow()
    audit.note("household-undone", about=visit.flat, by=by, group=visit.group)


def _take_out(visit: Visit, by: Person) -> Household | None:
    """End the membership recorded at the door and stop its verification mail.

    Returns the household if it is left empty. Raises TooLateToUndo.
    """
    membership = visit.membership
    if membership is None or membership.left_at is not None or membership.person.mailbox_id is not None:
        raise TooLateToUndo
    verifying.give_up(membership)
    return depart(membership, by=by)


def _wait_again(visit_request: JoinRequest) -> None:
    visit_request.state, visit_request.decided_at = RequestState.WAITING, None
    visit_request.decided_by = visit_request.told_at = None


def _stand_as_before(visit: Visit, household: Household) -> None:
    household.status, household.status_at = visit.status_before, visit.status_before_at
