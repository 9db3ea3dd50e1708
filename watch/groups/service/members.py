"""Admits members, adds members on paper and ends memberships."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.accounts.queries import PRESSED_AGAIN
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import AlreadyMember, AlreadyPlaced
from watch.groups.mails import FLATMATE_JOINED, MEMBERSHIP_LEFT
from watch.groups.queries.members import active_membership
from watch.groups.service.coordinators import end_roles
from watch.groups.service.flats import lock_flat
from watch.groups.service.households import note_household
from watch.groups.service.requests import end_requests, withdraw_requests
from watch.groups.service.stopping import stop_unwanted
from watch.mail import outbox
from watch.models import (
    Building,
    Channel,
    ConsentChannel,
    Coordinator,
    Flat,
    Group,
    GroupState,
    Household,
    HouseholdStatus,
    Interest,
    Language,
    Membership,
    Person,
    Stairwell,
    utcnow,
)
from watch.statements import changed

CONSENT_VERSION = "2026-1"  # of groups.labels.CONSENTS


@dataclass(frozen=True)
class Consent:
    """A member's consent (GDPR article 7.1): channel, version of the text, and time; None means now."""

    channel: ConsentChannel = ConsentChannel.WEB
    version: str = CONSENT_VERSION
    at: datetime | None = None


def admit(
    person: Person,
    group: Group,
    *,
    stairwell: Stairwell | None,
    flat: Flat | None = None,
    by: Person | None = None,
    channel: Channel = Channel.MAIL,
    consent: Consent = Consent(),
) -> Membership:
    """Admit a person to a group. With a flat, its household takes part.

    Raises AlreadyMember, also when two requests admit the same person at once, and LinkExpired.
    """
    db.session.flush()  # gives a new person an id, and raises errors of other rows as themselves
    now = utcnow()
    membership = Membership(
        group_id=group.id, person_id=person.id, channel=channel, admitted_by_id=by.id if by else None,
        stairwell_id=flat.stairwell_id if flat else stairwell.id if stairwell else None,
        joined_at=now, consent_at=consent.at or now, consent_version=consent.version,
        consent_channel=consent.channel,
    )  # fmt: skip
    try:
        with db.session.begin_nested():  # household and membership: both or none
            if flat is not None:
                membership.household_id = _move_in(flat, group, by).id
            db.session.add(membership)
    except IntegrityError:
        raise AlreadyMember(active_membership(person, group)) from None
    _demand_not_closed(group)
    _end_interest(person, group)
    audit.note("member-admitted", about=membership, by=by, group=group)
    return membership


def _demand_not_closed(group: Group) -> None:
    """Raise LinkExpired if the group was closed at the same moment.

    A new membership waits for such a closing, which has not seen it, and would be in nobody's care.
    """
    db.session.refresh(group, ["state"])
    if group.state is GroupState.CLOSED:
        raise LinkExpired


def _end_interest(person: Person, group: Group) -> None:
    """End the interest of somebody who is a member now, so that leaving the group ends all its mail."""
    houses = select(Building.id).where(Building.group_id == group.id)
    theirs = Interest.person_id == person.id, Interest.building_id.in_(houses), Interest.ended_at.is_(None)
    db.session.execute(update(Interest).where(*theirs).values(ended_at=utcnow()))


def _move_in(flat: Flat, group: Group, by: Person | None) -> Household:
    """Let the flat's household take part. Its history tells of everybody who joins, not of the first only.

    The same statements run in either case, so that response time tells a stranger nothing about the flat.
    """
    lock_flat(flat)
    current = Household.flat_id == flat.id, Household.is_current
    before = db.session.scalar(select(Household.status).where(*current))
    household = note_household(flat, HouseholdStatus.TAKES_PART, by=by)
    is_another = before is HouseholdStatus.TAKES_PART
    audit.note_if(is_another, "household-member-joined", about=flat, by=by, group=group)
    return household


def tell_household(membership: Membership, *together: Membership, alike: bool = False) -> None:
    """Mail those whose flat a coordinator has recorded or invited a member in, and who came with them.

    Whoever has said that they live in another's flat would else read and give its answers unseen. A flat that
    somebody chose when they joined is theirs only once a coordinator has said so; until then nothing is
    looked up. Response time must not tell whether a flat takes part: with `alike` the same statements run for
    an empty flat.
    """
    if membership.household_id is None:
        return
    db.session.flush()
    new = [each.id for each in (membership, *together)]
    others = select(Membership.person_id).join(Person, Person.id == Membership.person_id).where(
        Membership.household_id == membership.household_id, Membership.is_current,
        Membership.id.not_in(new), Person.mailbox_id.is_distinct_from(membership.person.mailbox_id),
    )  # fmt: skip
    if alike or db.session.scalar(others.limit(1)) is not None:
        outbox.queue_many(FLATMATE_JOINED, people=others, about=membership)


def place(membership: Membership, flat: Flat, *, by: Person) -> None:
    """Record the flat of a member who had none; its household takes part. Raises AlreadyPlaced."""
    unplaced = update(Membership).where(
        Membership.id == membership.id, Membership.is_current, Membership.household_id.is_(None)
    )
    household = _move_in(flat, membership.group, by)
    db.session.flush()  # a new household gets its id
    home = {"household_id": household.id, "stairwell_id": flat.stairwell_id}
    if not changed(unplaced.values(home)):
        raise AlreadyPlaced
    end_requests(membership.person, membership.group, by=by)
    tell_household(membership)
    audit.note("member-placed", about=membership, by=by, group=membership.group)


def add_on_paper(
    flat: Flat,
    group: Group,
    *,
    name: str,
    language: Language,
    by: Person,
    said_yes: ConsentChannel = ConsentChannel.DOORSTEP,
) -> Membership:
    """Add a neighbour without e-mail, who gets everything on paper.

    The same name in the same flat within a minute is the same neighbour: the button was pressed twice.
    """
    if known := _added_just_now(flat, name, by):
        return known
    person = Person(name=name, language=language)
    db.session.add(person)
    on_paper = admit(
        person,
        group,
        stairwell=flat.stairwell,
        flat=flat,
        by=by,
        channel=Channel.PAPER,
        consent=Consent(said_yes),
    )
    tell_household(on_paper)
    return on_paper


def _added_just_now(flat: Flat, name: str, by: Person) -> Membership | None:
    lately = (
        select(Membership)
        .join(Household, Household.id == Membership.household_id)
        .where(Household.flat_id == flat.id, Membership.is_current, Membership.admitted_by_id == by.id)
        .where(Membership.channel == Channel.PAPER, Membership.joined_at > utcnow() - PRESSED_AGAIN)
    )
    return next((each for each in db.session.scalars(lately) if each.person.name == name), None)


def take_part(coordinator: Coordinator, *, stairwell: Stairwell | None, flat: Flat | None) -> None:
    """Make a coordinator a member too. Somebody who is a member already stays as they are."""
    if active_membership(coordinator.person, coordinator.group) is None:
        admit(coordinator.person, coordinator.group, stairwell=stairwell, flat=flat)


def leave(membership: Membership, *, by: Person | None = None) -> None:
    """End a membership at once, with the person's appointments.

    An empty household becomes "not contacted". Raises LastCoordinator.
    """
    emptied = depart(membership, by=by)
    note_home("household-member-ended", membership, by=by)
    if emptied is not None:
        emptied.become(HouseholdStatus.NOT_CONTACTED)
        audit.note("household-not-contacted", about=emptied.flat, by=by, group=membership.group)
    audit.note("member-left", about=membership, by=by, group=membership.group)
    confirm_leaving(membership, by=by)


def confirm_leaving(membership: Membership, *, by: Person | None) -> None:
    """Mail somebody who has left how to take it back: whoever has one of their mails can press the button."""
    if by is not None and by.id == membership.person_id:
        outbox.queue(MEMBERSHIP_LEFT, to=membership.person, about=membership)


def note_home(what: str, membership: Membership, *, by: Person | None) -> None:
    """Write an event into the history of the member's flat, if it is known."""
    if membership.household is not None:
        audit.note(what, about=membership.household.flat, by=by, group=membership.group)


def depart(membership: Membership, *, by: Person | None) -> Household | None:
    """End a membership with appointments and queued mail.

    Returns the household if this leaves it empty. Raises LastCoordinator.
    """
    end_roles(membership.group, [membership.person_id], by=by)
    membership.left_at = utcnow()
    outbox.cancel(membership)
    withdraw_requests(membership.person, membership.group, by=by)
    stop_unwanted(membership.group, [membership.person_id], [membership.household_id])
    household = membership.household
    if household is None or household.ended_at is not None:
        return None
    lock_flat(household.flat)
    return None if _has_members(household) else household


def _has_members(household: Household) -> bool:
    staying = select(Membership.id).where(Membership.household_id == household.id, Membership.is_current)
    return db.session.scalar(staying.limit(1)) is not None
