"""Asking to join: from a poster, by address, or by a knock on the door."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit, tokens
from watch.accounts.service import mailbox_at, person_at
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.queries import coordinators_for
from watch.groups.service import note_household
from watch.joining.queries import (
    CONFIRM_DAYS,
    group_to_join,
    is_fresh,
    members_on_mailbox,
    open_request,
    requests_on_mailbox,
    was_written_to,
)
from watch.joining.service.errors import FlatElsewhere, NotOpen
from watch.mail import outbox
from watch.models import (
    Flat,
    Group,
    GroupState,
    HouseholdStatus,
    JoinRequest,
    Language,
    Mailbox,
    Person,
    RequestState,
    Stairwell,
    utcnow,
)
from watch.tokens import Purpose

BY_STRANGERS = frozenset({"join-confirm", "join-already-member", "interest-confirm"})


def may_be_written_to(mailbox: Mailbox) -> bool:
    """What strangers ask for brings one mail a day to an address, whatever they ask."""
    return not was_written_to(mailbox.id, BY_STRANGERS, utcnow() - timedelta(days=1))


def ask_to_join(
    stairwell: Stairwell, address: str, name: str, *, flat: Flat | None, language: Language
) -> None:
    """Somebody who says that this is their address asks; the mail there decides if it was they.

    Returns nothing, whoever it was: the page is the same for strangers, members and the invited.
    Raises NotOpen, FlatElsewhere.
    """
    group = _group_at(stairwell, flat)
    mailbox = mailbox_at(address)
    db.session.flush()
    writes = may_be_written_to(mailbox)
    for membership in members_on_mailbox(group, mailbox.id):
        if membership.person.name.casefold() == name.casefold():
            if writes:
                outbox.queue("join-already-member", to=membership.person, about=membership)
            return
    request = _request(group, stairwell, flat, person_at(mailbox, name, language))
    if writes and request.state is RequestState.UNCONFIRMED:
        outbox.queue("join-confirm", to=request.person, about=request)


def _request(group: Group, stairwell: Stairwell, flat: Flat | None, person: Person) -> JoinRequest:
    """The person's open request, made where there is none; until it is confirmed the newest flat counts."""
    db.session.flush()
    request = JoinRequest(group_id=group.id, stairwell_id=stairwell.id, flat=flat, person=person)
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:
        known = open_request(person, group)
        if known is None:
            raise
        if known.state is RequestState.UNCONFIRMED:
            known.stairwell_id, known.flat = stairwell.id, flat
        return known
    return request


def ask_for_knock(stairwell: Stairwell, flat: Flat, name: str, *, language: Language) -> JoinRequest:
    """Somebody without e-mail asks for a knock on the door; it goes straight to the coordinators.

    Asked twice it is one request. Raises NotOpen, FlatElsewhere.
    """
    group = _group_at(stairwell, flat)
    db.session.execute(select(Flat.id).where(Flat.id == flat.id).with_for_update())  # two presses take turns
    asked = select(JoinRequest).where(
        JoinRequest.flat_id == flat.id, JoinRequest.wants_knock, JoinRequest.state == RequestState.WAITING
    )
    for request in db.session.scalars(asked):
        if request.person.name.casefold() == name.casefold():
            return request
    person = Person(name=name, language=language)
    request = JoinRequest(
        group_id=group.id, stairwell_id=stairwell.id, flat=flat, person=person, wants_knock=True,
        state=RequestState.WAITING, confirmed_at=utcnow(),
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    _tell_coordinators(request)
    return request


def _group_at(stairwell: Stairwell, flat: Flat | None) -> Group:
    if flat is not None and flat.stairwell_id != stairwell.id:
        raise FlatElsewhere
    group = group_to_join(stairwell)
    if group is None:
        raise NotOpen
    return group


def requests_to_confirm(token: str) -> tuple[JoinRequest, list[JoinRequest]]:
    """The request a mailed link belongs to, and all that wait on the same mailbox.

    Raises LinkExpired when none of them waits any more, BadToken.
    """
    row_id, _generation = tokens.read(Purpose.CONFIRM_REQUEST, token)
    request = db.session.get(JoinRequest, row_id)
    if request is None or request.person.mailbox_id is None or not is_fresh(request.created_at, CONFIRM_DAYS):
        raise LinkExpired
    open_groups = {GroupState.STARTING, GroupState.ACTIVE, GroupState.DORMANT}
    waiting = [
        each for each in requests_on_mailbox(request.person.mailbox_id) if each.group.state in open_groups
    ]
    if not waiting:
        raise LinkExpired
    return request, waiting


def confirm_address(requests: Collection[JoinRequest]) -> list[JoinRequest]:
    """The owner of the mailbox says that these asked; the coordinators are told. Confirmed twice is once."""
    return [request for request in requests if _confirm(request)]


def _confirm(request: JoinRequest) -> bool:
    now = utcnow()
    confirmed = db.session.execute(
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.state == RequestState.UNCONFIRMED)
        .values(state=RequestState.WAITING, confirmed_at=now)
    )
    if not confirmed.rowcount:  # type: ignore[attr-defined]  # of an UPDATE
        return False
    request.person.address_confirmed_at = now
    _tell_coordinators(request)
    return True


def wait_for_answer(person: Person, stairwell: Stairwell, *, flat: Flat | None) -> JoinRequest:
    """Somebody whose address is confirmed already asks to join. Raises NotOpen, FlatElsewhere."""
    request = _request(_group_at(stairwell, flat), stairwell, flat, person)
    confirm_address([request])
    return request


def _tell_coordinators(request: JoinRequest) -> None:
    if request.flat is not None:
        note_household(request.flat, HouseholdStatus.WANTS_TO_JOIN, by=None)
    told = [person.id for person in coordinators_for(request.stairwell)]
    outbox.queue_many("join-requested", people=select(Person.id).where(Person.id.in_(told)), about=request)
    audit.note("join-requested", about=request, by=None, group=request.group)
