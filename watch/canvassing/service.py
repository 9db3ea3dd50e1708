"""Knocking on doors: what a household said is written down in the stairwell, and can be taken back."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.service import mailbox_for_asking, person_for_asking
from watch.canvassing.queries import can_take_back, newest_knock
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.errors import NotOpen, TooLateToUndo
from watch.groups.queries.flats import status_of
from watch.groups.service.flats import current_household, lock_flat
from watch.groups.service.households import move_out, note_household, take_back_move
from watch.groups.service.members import Consent, add_on_paper, depart
from watch.joining.queries.asking import open_knock, waiting_requests
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
    Knock,
    Language,
    Outcome,
    Person,
    RequestState,
    utcnow,
)


class AlreadyKnocked(DomainError):
    """Something was written down about the door since the list was read; `knock` is what, if it still is."""

    def __init__(self, knock: Knock | None) -> None:
        super().__init__("the door has answered")
        self.knock = knock


class TakesPart(DomainError):
    """The household takes part: that it moved is said on its own page, where one sees who goes."""


def not_at_home(flat: Flat, *, after: int, by: Person) -> Knock:
    """Nobody opened; the door stays on the list. `after` is the knock that the list showed.

    Raises AlreadyKnocked, NotOpen.
    """
    knock = _knock(flat, Outcome.NOT_HOME, after=after, by=by)
    audit.note("household-not-home", about=flat, by=by, group=knock.group)
    return knock


def say_no(flat: Flat, *, after: int, by: Person) -> Knock:
    """They said no, and a wish for a knock is answered with it. Raises AlreadyKnocked, NotOpen."""
    knock = _knock(flat, Outcome.DECLINED, after=after, by=by)
    note_household(flat, HouseholdStatus.DECLINED, by=by)
    _answer_no(knock.join_request, by)
    return knock


def say_moved(flat: Flat, *, after: int, by: Person) -> Knock:
    """Whoever lived there has moved, and so has their wish. Raises AlreadyKnocked, TakesPart, NotOpen."""
    if status_of(flat) is HouseholdStatus.TAKES_PART:
        raise TakesPart
    knock = _knock(flat, Outcome.MOVED, after=after, by=by)
    move_out(flat, by=by)
    _answer_no(knock.join_request, by)
    return knock


def _answer_no(wish: JoinRequest | None, by: Person) -> None:
    """The answer is no, and was said where it was given."""
    if wish is not None:
        decline(wish, by=by)
        tell(wish, by=by)


def join_at_door(
    flat: Flat, *, after: int, name: str, language: Language, address: str | None, by: Person
) -> Knock:
    """They said yes: in at once, on paper; an address is asked by mail whether it is theirs.

    Until it is confirmed nothing else is sent there. Raises AlreadyKnocked, NotOpen.
    """
    knock = _knock(flat, Outcome.JOINED, after=after, by=by)
    wish = knock.join_request
    known = _waits_already(flat, knock.group, name, language, address) if address and not wish else None
    if known is not None:
        knock.join_request, knock.membership = known, approve(known, by=by, flat=flat, consent=AT_DOOR)
    elif wish is not None:
        wish.person.name, wish.person.language = name, language
        knock.membership = approve(wish, by=by, consent=AT_DOOR)
        tell(wish, by=by)
    else:
        knock.membership = add_on_paper(flat, knock.group, name=name, language=language, by=by)
    if address and knock.membership and knock.membership.person.mailbox_id is None:
        verifying.ask_owner(knock.membership, address)
    return knock


AT_DOOR = Consent(ConsentChannel.DOORSTEP)


def _waits_already(
    flat: Flat, group: Group, name: str, language: Language, address: str
) -> JoinRequest | None:
    """Their own request from this flat's stairwell, if they confirmed the address and wait for an answer."""
    person = person_for_asking(mailbox_for_asking(address), name, language)
    here = flat.stairwell_id
    theirs = (each for each in waiting_requests(group, {here}) if each.person_id == person.id)
    return next((each for each in theirs if each.stairwell_id == here), None)


def _knock(flat: Flat, outcome: Outcome, *, after: int, by: Person) -> Knock:
    """One knock follows another: of two who saw the same list one is first.

    Raises AlreadyKnocked, NotOpen.
    """
    group_id = flat.stairwell.building.group_id
    group = db.session.get(Group, group_id) if group_id else None
    if group is None or group.state is GroupState.CLOSED:
        raise NotOpen
    lock_flat(flat)
    last = newest_knock(flat)
    if (last.id if last else 0) != after:
        raise AlreadyKnocked(last)
    household = current_household(flat)
    knock = Knock(
        group=group, flat=flat, household=household, by=by, outcome=outcome, after_id=after,
        join_request=open_knock(flat), status_before=household.status, status_before_at=household.status_at,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(knock)
    except IntegrityError:
        raise AlreadyKnocked(newest_knock(flat)) from None
    return knock


def take_back_knock(knock: Knock, *, by: Person) -> None:
    """What was written down at a door is not so; taken back twice is once.

    Raises TooLateToUndo where it was another's, is an hour old, or more has happened since; FlatTaken.
    """
    lock_flat(knock.flat)
    db.session.refresh(knock)
    if knock.undone_at is not None:
        return
    last = newest_knock(knock.flat)
    if last is None or last.id != knock.id or not can_take_back(knock, by, utcnow()):
        raise TooLateToUndo
    if knock.outcome is Outcome.MOVED:
        take_back_move(knock.household)
    if knock.outcome is Outcome.DECLINED and knock.household.status is HouseholdStatus.DECLINED:
        _stand_as_before(knock, knock.household)
    if knock.outcome is Outcome.JOINED and (emptied := _take_out(knock, by)):
        _stand_as_before(knock, emptied)
    if knock.join_request and knock.outcome is not Outcome.NOT_HOME:
        _wait_again(knock.join_request)
    knock.undone_at = utcnow()
    audit.note("household-undone", about=knock.flat, by=by, group=knock.group)


def _take_out(knock: Knock, by: Person) -> Household | None:
    """Whoever was written up is not in; what asks for their address stays unsent. Raises TooLateToUndo.

    Returns the household that this leaves empty.
    """
    membership = knock.membership
    if membership is None or membership.left_at is not None or membership.person.mailbox_id is not None:
        raise TooLateToUndo
    verifying.give_up(membership)
    return depart(membership, by=by)


def _wait_again(wish: JoinRequest) -> None:
    wish.state, wish.decided_at, wish.decided_by, wish.told_at = RequestState.WAITING, None, None, None


def _stand_as_before(knock: Knock, household: Household) -> None:
    household.status, household.status_at = knock.status_before, knock.status_before_at
