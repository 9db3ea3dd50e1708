"""Appoints coordinators, records their answers and ends appointments."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.access import may
from watch.accounts.service.officers import demand_no_officer
from watch.accounts.service.people import confirm_address, mailbox_at
from watch.accounts.service.signing_in import end_sign_ins
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import (
    AlreadyAccepted,
    AlreadyCoordinator,
    CoordinatorLivesThere,
    GroupClosed,
    LastCoordinator,
)
from watch.groups.mails import (
    COORDINATOR_APPOINTED,
    COORDINATOR_ENDED,
)
from watch.groups.queries.members import QUESTION_LASTS, is_open
from watch.groups.service.contact_details import DUTY_VERSION
from watch.groups.service.question_limits import demand_few_asked_by, demand_not_asked_often
from watch.groups.service.stopping import stop_unwanted
from watch.groups.service.telling import tell_of_coordinator, tell_of_lead, tell_the_interested
from watch.mail import outbox
from watch.models import (
    Coordinator,
    Group,
    GroupState,
    Mailbox,
    Person,
    Stairwell,
    utcnow,
)
from watch.names import is_same_name
from watch.permissions import Permission

CHANGE_OF_MIND = timedelta(days=7)  # in which the only coordinator may still end their own appointment


def appoint(
    group: Group,
    whom: Person | Mailbox | str,
    *,
    lead: bool,
    stairwells: Iterable[Stairwell] = (),
    by: Person | None,
) -> Coordinator:
    """Ask a person, or whoever reads an address, to coordinate; without stairwells, the whole group.

    The appointment counts once accepted. A current coordinator appointed as lead becomes lead at once. The
    other coordinators and the area's other officers are told of every lead. Raises GroupClosed,
    AlreadyCoordinator, OfficerNeverCoordinates, AskedOften and AskedMany.
    """
    _demand_not_closed(group)
    mailbox = mailbox_at(whom) if isinstance(whom, str) else whom
    person = mailbox if isinstance(mailbox, Person) else _whose(mailbox)
    demand_no_officer(person)
    demand_not_asked_often(group, person)
    demand_few_asked_by(by)
    _forget_old_question(group, person)
    coordinator = Coordinator(
        group_id=group.id, person=person, is_lead=lead, appointed_by_id=by.id if by else None,
        stairwells=[] if lead else list(stairwells),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(coordinator)
    except IntegrityError:
        return _raise_to_lead(group, person, lead, by)
    outbox.queue(COORDINATOR_APPOINTED, to=person, about=coordinator)
    if lead:
        tell_of_lead(coordinator)
    audit.note("coordinator-appointed", about=coordinator, by=by, group=group)
    return coordinator


def _demand_not_closed(group: Group) -> None:
    db.session.refresh(group, ["state"], with_for_update=True)
    if group.state is GroupState.CLOSED:
        raise GroupClosed


def _forget_old_question(group: Group, person: Person) -> None:
    """End an appointment that was not answered in time, so that a new one can be made."""
    asked = Coordinator.group_id == group.id, Coordinator.person_id == person.id
    unanswered = Coordinator.accepted_at.is_(None), Coordinator.ended_at.is_(None)
    too_old = Coordinator.appointed_at < utcnow() - QUESTION_LASTS
    db.session.execute(update(Coordinator).where(*asked, *unanswered, too_old).values(ended_at=utcnow()))


def _whose(mailbox: Mailbox) -> Person:
    """Return the only person at a mailbox, else a new one who gives a name when accepting.

    A name that a stranger typed beside the address and that was never confirmed does not count.
    """
    sharing = db.session.scalars(select(Person).where(Person.mailbox_id == mailbox.id))
    possible = [person for person in sharing if person.address_confirmed_at or not person.name]
    if len(possible) == 1:
        return possible[0]
    person = Person(name="", mailbox=mailbox)
    db.session.add(person)
    return person


def _raise_to_lead(group: Group, person: Person, lead: bool, by: Person | None) -> Coordinator:
    current = db.session.scalar(
        select(Coordinator).where(
            Coordinator.group_id == group.id,
            Coordinator.person_id == person.id,
            Coordinator.ended_at.is_(None),
        )
    )
    if current is None or current.is_lead or not lead or current.accepted_at is None:
        raise AlreadyCoordinator
    current.is_lead, current.stairwells = True, []
    current.appointed_by_id = by.id if by else None
    tell_of_lead(current)
    audit.note("coordinator-made-lead", about=current, by=by, group=group)
    return current


def waiting_appointment(coordinator: Coordinator | None) -> Coordinator:
    """Return the appointment if it still awaits an answer. Raises LinkExpired and AlreadyAccepted."""
    if coordinator is None or coordinator.ended_at or coordinator.group.state is GroupState.CLOSED:
        raise LinkExpired
    if coordinator.accepted_at is not None:
        raise AlreadyAccepted
    if not is_open(coordinator):
        raise LinkExpired
    return coordinator


def accept_appointment(coordinator: Coordinator, name: str | None = None) -> Coordinator:
    """Accept an appointment and the duty of silence and care. The mailed link has verified the address.

    From now on the group can be joined, and the interested and the other coordinators are told. The person
    signs in anew, in a browser that has asked for it. Raises LinkExpired and OfficerNeverCoordinates.
    """
    _lock(coordinator.group)
    db.session.refresh(coordinator, with_for_update={"of": Coordinator})
    waiting_appointment(coordinator)
    demand_no_officer(coordinator.person)
    if name and not coordinator.person.name:
        _introduce(coordinator, name)
    person = coordinator.person
    confirm_address(person)
    coordinator.accepted_at = utcnow()
    coordinator.duty_version = DUTY_VERSION
    end_sign_ins(person)
    if not coordinator.is_lead:  # of a lead they heard when the question was asked
        tell_of_coordinator(coordinator)
    if coordinator.group.state in {GroupState.STARTING, GroupState.ACTIVE}:
        tell_the_interested(coordinator.group)
    audit.note("coordinator-accepted", about=coordinator, by=person, group=coordinator.group)
    return coordinator


def decline_appointment(coordinator: Coordinator) -> None:
    """Decline an appointment, once or twice. Nobody is mailed. Raises LinkExpired and AlreadyAccepted."""
    db.session.refresh(coordinator, with_for_update={"of": Coordinator})
    if coordinator.ended_at and not coordinator.accepted_at:
        return
    waiting_appointment(coordinator).ended_at = utcnow()
    outbox.cancel(coordinator, COORDINATOR_APPOINTED)
    audit.note("coordinator-declined", about=coordinator, by=coordinator.person, group=coordinator.group)


def _introduce(coordinator: Coordinator, name: str) -> None:
    """Give the unnamed person a name, or use the person of that name at the same mailbox."""
    unnamed = coordinator.person
    for known in db.session.scalars(select(Person).where(Person.mailbox_id == unnamed.mailbox_id)):
        if known is not unnamed and is_same_name(known.name, name):
            coordinator.person = known
            return
    unnamed.name = name


def end_appointment(coordinator: Coordinator, *, by: Person) -> None:
    """End an appointment at once, if it has not ended, and mail its coordinator. Raises LastCoordinator.

    An officer may leave a group without coordinators, so that a wrong lead can be stopped at once, and so
    may whoever accepted a few days ago.
    """
    ending = [coordinator] if coordinator.ended_at is None else []
    _end(coordinator.group, ending, by=by, can_be_last=_can_be_last(coordinator, by))


def _can_be_last(coordinator: Coordinator, by: Person) -> bool:
    accepted_at = coordinator.accepted_at
    is_new = accepted_at is not None and accepted_at > utcnow() - CHANGE_OF_MIND
    is_own = coordinator.person_id == by.id
    return (is_own and is_new) or may(by, Permission.APPOINT_LEAD, coordinator.group)


def demand_may_end_roles(group: Group, person_ids: Collection[int], *, by: Person) -> None:
    """Raise CoordinatorLivesThere if `by` may not end the appointments of these people."""
    others = select(Coordinator.id).where(
        Coordinator.group_id == group.id,
        Coordinator.person_id.in_(person_ids),
        Coordinator.person_id != by.id,
        Coordinator.is_current,
    )
    if db.session.scalar(others.limit(1)) and not may(by, Permission.APPOINT_COORDINATORS, group):
        raise CoordinatorLivesThere


def end_roles(group: Group, person_ids: Collection[int], *, by: Person | None) -> None:
    """End the appointments of people who leave a group. Raises LastCoordinator."""
    if not person_ids:
        return
    theirs = db.session.scalars(
        select(Coordinator).where(
            Coordinator.group_id == group.id,
            Coordinator.person_id.in_(person_ids),
            Coordinator.ended_at.is_(None),
        )
    ).all()
    if theirs:
        _end(group, theirs, by=by)


def _lock(group: Group) -> None:
    db.session.execute(select(Group.id).where(Group.id == group.id).with_for_update())


def _end(
    group: Group, ending: Collection[Coordinator], *, by: Person | None, can_be_last: bool = False
) -> None:
    _lock(group)  # so that two coordinators cannot end each other's appointment at the same moment
    if not can_be_last and any(coordinator.accepted_at for coordinator in ending):
        staying = select(Coordinator.id).where(
            Coordinator.group_id == group.id,
            Coordinator.is_current,
            Coordinator.id.not_in([coordinator.id for coordinator in ending]),
        )
        if db.session.scalar(staying.limit(1)) is None:
            raise LastCoordinator
    for coordinator in ending:
        coordinator.ended_at = utcnow()
        outbox.cancel(coordinator, COORDINATOR_APPOINTED)
        if coordinator.accepted_at and (by is None or by.id != coordinator.person_id):
            outbox.queue(COORDINATOR_ENDED, to=coordinator.person, about=coordinator)
        audit.note("coordinator-ended", about=coordinator, by=by, group=group)
    stop_unwanted(group, {coordinator.person_id for coordinator in ending})
