"""What the owner of a mailbox says to a request: that it was they, or where they live."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, text, update

from watch import tokens
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.joining.queries.asking import CONFIRM_DAYS, asked_last_at, confirmed_since, requests_on_mailbox
from watch.joining.service.answering import lift_refusal, take_up
from watch.joining.service.asking import group_at, request_of, tell_coordinators
from watch.joining.service.deciding import approve, confirm_at_door, forget_wish
from watch.models import Flat, GroupState, JoinRequest, Person, Purpose, RequestState, Stairwell, utcnow
from watch.models.base import is_fresh
from watch.models.joining import OPEN_REQUEST
from watch.printing.service.letters import use
from watch.statements import changed

MAILED_PEOPLE_A_DAY = 4  # of one mailbox
FLOOR_TRIES = 3


def requests_to_confirm(token: str) -> tuple[JoinRequest, list[JoinRequest]]:
    """The request a mailed link belongs to, answered perhaps, and all that wait on the same mailbox.

    Whoever asked a day after its mail, or later, has had one of their own: an old link that somebody was
    shown answers for nobody new.

    Raises LinkExpired two weeks after it was asked last, or where it was withdrawn and none waits;
    GroupEnded, BadToken.
    """
    request = tokens.row_of(Purpose.CONFIRM_REQUEST, JoinRequest, token)
    if request.person.mailbox_id is None:
        raise LinkExpired
    written_in = request.person.language
    asked_at = asked_last_at(request)
    if not is_fresh(asked_at, CONFIRM_DAYS):
        raise LinkExpired(written_in)
    open_groups = {GroupState.STARTING, GroupState.ACTIVE, GroupState.DORMANT}
    waiting = [
        each
        for each in requests_on_mailbox(request.person.mailbox_id)
        if each.group.state in open_groups and each.created_at < asked_at + timedelta(days=1)
    ]
    if not waiting and request.group.state not in open_groups:
        raise GroupEnded(written_in, request.stairwell.building_id)
    if not waiting and not takes_part(request) and request.state is not RequestState.DECLINED:
        raise LinkExpired(written_in)
    return request, waiting


def takes_part(request: JoinRequest) -> bool:
    """Whoever asked is in the group by now."""
    return active_membership(request.person, request.group) is not None


def confirm_address(requests: Collection[JoinRequest]) -> list[JoinRequest]:
    """The owner of the mailbox says that these asked. Confirmed twice is once.

    The coordinators are told; whoever has a letter or an invitation that is still good is let in at once,
    and whoever was written up at the door has an address now.
    """
    return [request for request in requests if _confirm(request)]


def _confirm(request: JoinRequest) -> bool:
    now, has_waited = utcnow(), request.state is RequestState.WAITING
    vouched = JoinRequest.letter_id.is_not(None) | JoinRequest.membership_id.is_not(None)
    is_unconfirmed, waits = (
        JoinRequest.state == state for state in (RequestState.UNCONFIRMED, RequestState.WAITING)
    )
    confirmed = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, is_unconfirmed | (waits & vouched))
        .values(state=RequestState.WAITING, confirmed_at=func.coalesce(JoinRequest.confirmed_at, now))
    )
    if not confirmed:
        return False
    request.person.address_confirmed_at = now
    db.session.refresh(request)
    if request.person.mailbox is not None:
        lift_refusal(request.person.mailbox.address_index)
    letter = request.letter
    if request.membership is not None and request.membership.left_at is None:
        confirm_at_door(request, request.membership)
    elif letter is not None and letter.group_id == request.group_id and use(letter, now):
        _move_to(request, letter.flat)
        approve(request, by=None)
    elif request.invitation is not None and take_up(request.invitation):
        approve(request, by=request.invitation.by)
    else:
        request.letter = request.invitation = request.membership = None  # nothing vouches any more
        if not has_waited:
            tell_coordinators(request, by_mail=not _is_crowd(request))
    return True


def _move_to(request: JoinRequest, flat: Flat) -> None:
    """Where the letter came is where they live, whatever they had written before."""
    before, request.flat, request.stairwell = request.flat, flat, flat.stairwell
    if before is not None and before is not flat:
        db.session.flush()
        forget_wish(before, by=None)


def _is_crowd(request: JoinRequest) -> bool:
    """More people ask from one mailbox in a day than a family has: the rest waits in the list, unmailed."""
    mailbox_id = request.person.mailbox_id
    if mailbox_id is None:
        return False
    since = utcnow() - timedelta(days=1)
    return confirmed_since(request.group, mailbox_id, since) > MAILED_PEOPLE_A_DAY


def confirm_by_floor(requests: Collection[JoinRequest], floor: int) -> list[JoinRequest]:
    """Whoever was written up at the door says on which floor they live: a mistyped address is nobody's.

    Returns who lives there, and has an address now. After three answers that are wrong the address is asked
    no more; they take part on paper all the time.
    """
    return [request for request in requests if _lives_on(request, floor) and _confirm(request)]


def _lives_on(request: JoinRequest, floor: int) -> bool:
    """Each answer is counted before it is looked at, so that many at once are no more than three."""
    counted = changed(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.membership_id.is_not(None))
        .where(text(OPEN_REQUEST), JoinRequest.floor_tries < FLOOR_TRIES)
        .values(floor_tries=JoinRequest.floor_tries + 1)
    )
    db.session.refresh(request)
    written_up = request.membership
    if not counted or written_up is None:
        return False
    home = written_up.household.flat if written_up.household else request.flat
    if home is not None and home.floor == floor:
        return True
    if request.floor_tries == FLOOR_TRIES:
        request.membership = None
        if request.state is RequestState.UNCONFIRMED:  # what they asked themselves, and confirmed, stays
            request.state, request.decided_at = RequestState.WITHDRAWN, utcnow()
    return False


def wait_for_answer(person: Person, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """Somebody whose address is confirmed already asks to join. Raises NotOpen, FlatElsewhere."""
    request = request_of(group_at(stairwell, flat), stairwell, flat, person)
    confirm_address([request])
    return request
