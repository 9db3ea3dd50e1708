"""Corrects what a group knows of a member, ends one membership of several in a flat, and undoes that."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select, update

from watch import audit
from watch.extensions import db
from watch.groups.errors import FlatElsewhere
from watch.groups.mails import MEMBERSHIP_ENDED, RECORD_CORRECTED
from watch.groups.service.choices import take_back
from watch.groups.service.coordinators import demand_may_end_roles
from watch.groups.service.flats import lock_flat
from watch.groups.service.households import note_household, tell_ended
from watch.groups.service.members import leave, tell_household
from watch.groups.service.merging import end_verifications, forget_home
from watch.groups.service.stopping import stop_unwanted
from watch.mail import outbox
from watch.models import (
    TO_HAND_OUT,
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Language,
    LeftOut,
    Mailing,
    Membership,
    OutboxRow,
    OutboxState,
    Person,
)
from watch.recipients import households_on_paper


def correct_name(membership: Membership, name: str, *, by: Person) -> None:
    """Correct a member's name, and mail them that it was done."""
    if membership.person.name == name:
        return
    membership.person.name = name
    _note("name", membership, by)
    tell_corrected(membership, by=by)


def correct_paper_member(
    membership: Membership, *, name: str, language: Language, phone: str | None, by: Person
) -> None:
    """Correct what a coordinator wrote down of a member without e-mail."""
    person = membership.person
    before = person.name, person.language, person.phone
    person.name, person.language, person.phone = name, language, phone or None
    if before != (person.name, person.language, person.phone):
        _note("details", membership, by)


def _note(what: str, membership: Membership, by: Person) -> None:
    audit.note(f"member-{what}-corrected", about=membership, by=by, group=membership.group)
    if membership.household is not None:
        flat = membership.household.flat
        audit.note("household-corrected", about=flat, by=by, group=membership.group)


def tell_corrected(membership: Membership, *, by: Person) -> None:
    """Mail a member how their record stands now; of several corrections in a row only the last is mailed."""
    if membership.person_id != by.id:
        outbox.cancel(membership, RECORD_CORRECTED)
        outbox.queue(RECORD_CORRECTED, to=membership.person, about=membership)


def correct_flat(membership: Membership, flat: Flat, *, by: Person, everybody: bool = False) -> None:
    """Record that a member, or everybody of the same flat, lives in another flat, and mail them.

    A flat that was recorded by mistake is not contacted again; what waits to be printed for it goes to the
    right one. Raises FlatElsewhere.
    """
    if flat.stairwell.building.group_id != membership.group_id:
        raise FlatElsewhere
    before = membership.household
    if before is not None and before.flat_id == flat.id:
        return
    moving = household_of(membership) if everybody else [membership]
    for place in sorted({flat, *([before.flat] if before else [])}, key=lambda place: place.id):
        lock_flat(place)
    household = note_household(flat, HouseholdStatus.TAKES_PART, by=by)
    for each in moving:
        each.household, each.stairwell = household, flat.stairwell
        db.session.flush()
        _note("flat", each, by)
        tell_corrected(each, by=by)
    tell_household(*moving)
    if before is not None:
        _take_paper_along(before, household, membership.group)
        _leave_behind(before, household, membership, by)


def household_of(membership: Membership) -> Sequence[Membership]:
    """Return the members of the same flat in the group, the oldest first."""
    if membership.household_id is None:
        return [membership]
    same = Membership.household_id == membership.household_id, Membership.is_current
    return db.session.scalars(select(Membership).where(*same).order_by(Membership.id)).all()


def _leave_behind(before: Household, now: Household, membership: Membership, by: Person) -> None:
    audit.note("household-corrected", about=before.flat, by=by, group=membership.group)
    staying = select(Membership.id).where(Membership.household_id == before.id, Membership.is_current)
    if db.session.scalar(staying.limit(1)) is not None:
        return
    now.sticker_given_on = now.sticker_given_on or before.sticker_given_on
    forget_home(before, by=by, membership=membership)


def _take_paper_along(before: Household, now: Household, group: Group) -> None:
    """Ask for the paper that waits for one household in another one, where somebody needs it.

    It is printed anew, and stops where it was unless somebody who needs it stays there.
    """
    db.session.flush()
    waiting = OutboxRow.household_id == before.id, OutboxRow.state.in_(TO_HAND_OUT)
    papers = select(Mailing).join(OutboxRow, OutboxRow.mailing_id == Mailing.id).where(*waiting)
    for mailing in db.session.scalars(papers.order_by(Mailing.id)).all():
        there = OutboxRow.household_id == now.id, OutboxRow.mailing_id == mailing.id
        again = update(OutboxRow).where(*there, OutboxRow.state == OutboxState.CANCELLED)
        db.session.execute(again.values(state=OutboxState.TO_PRINT, left_out=None, settled_at=None))
        has_it = select(OutboxRow.id).where(*there).exists()
        outbox.queue_paper(mailing, households_on_paper().where(Household.id == now.id, ~has_it))
    gone = OutboxRow.household_id == before.id, OutboxRow.household_id.not_in(households_on_paper())
    outbox.stop(and_(*gone), mailings=select(Mailing.id), why=LeftOut.OVER)
    stop_unwanted(group, [], [before.id, now.id])


def end_membership(membership: Membership, *, by: Person) -> None:
    """End one membership because the coordinator knows that the person has left, and mail them.

    Others of the flat stay. Raises CoordinatorLivesThere and LastCoordinator.
    """
    if membership.left_at is not None:
        return
    demand_may_end_roles(membership.group, [membership.person_id], by=by)
    end_verifications(membership)
    leave(membership, by=by)
    audit.note("member-ended", about=membership, by=by, group=membership.group)
    tell_ended(membership, by=by)


def take_back_end(membership: Membership, *, by: Person) -> None:
    """Undo the end of one membership. An appointment as coordinator stays ended.

    Raises TooLateToUndo, FlatTaken, and AlreadyMember if the person has joined again meanwhile.
    """
    if membership.left_at is None:
        return
    take_back(membership, by=by)
    outbox.cancel(membership, MEMBERSHIP_ENDED)
    tell_corrected(membership, by=by)
