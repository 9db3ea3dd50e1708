"""Records the status of households and moving out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import case, exists, literal, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.groups.errors import FlatTaken
from watch.groups.mails import MEMBERSHIP_ENDED
from watch.groups.service.coordinators import demand_may_end_roles, end_roles
from watch.groups.service.flats import current_household, lock_flat
from watch.groups.service.stopping import stop_unwanted
from watch.mail import outbox
from watch.models import (
    Flat,
    Group,
    Household,
    HouseholdStatus,
    Invitation,
    InvitationState,
    Letter,
    Membership,
    Person,
    utcnow,
)
from watch.statements import upsert

NOT_TAKING_PART = frozenset(HouseholdStatus) - {HouseholdStatus.TAKES_PART}


def note_household(
    flat: Flat, status: HouseholdStatus, *, by: Person | None, what: str | None = None
) -> Household:
    """Record the status of a flat's household. A household that takes part keeps that status.

    Inviting or declining another family member does not change a participating household. `what` is the entry
    in the flat's history, unless it is called after the status.
    """
    household = change_household(flat, status, by=by, only=NOT_TAKING_PART, what=what)
    assert household is not None
    return household


def change_household(
    flat: Flat,
    status: HouseholdStatus,
    *,
    by: Person | None,
    only: Collection[HouseholdStatus],
    counts: bool = True,
    what: str | None = None,
) -> Household | None:
    """Change the status of a flat's household if it is one of `only` and `counts` is true.

    A flat without a household counts as not contacted; a household is made when the status changes. The same
    statements run in every case, so that response time tells a stranger nothing about the flat. Returns the
    current household, or None if there is still none.
    """
    lock_flat(flat)
    current = Household.flat_id == flat.id, Household.is_current
    before = db.session.scalar(select(Household.status).where(*current)) or HouseholdStatus.NOT_CONTACTED
    changes = counts and before in only
    facts = {"flat_id": flat.id, "status": HouseholdStatus.NOT_CONTACTED, "status_at": utcnow()}
    columns = [literal(fact, Household.__table__.c[name].type) for name, fact in facts.items()]
    made = upsert(Household).from_select(list(facts), select(*columns).where(literal(changes)))
    one = [Household.flat_id]
    db.session.execute(made.on_conflict_do_nothing(index_elements=one, index_where=text("ended_at IS NULL")))
    stands = case((literal(changes), literal(status, Household.status.type)), else_=Household.status)
    since = case((stands == Household.status, Household.status_at), else_=utcnow())
    changed = update(Household).where(*current).values(status=stands, status_at=since)
    db.session.execute(changed.execution_options(synchronize_session=False))
    event = what or f"household-{status.value.replace('_', '-')}"
    audit.note_if(changes and before is not status, event, about=flat, by=by, group=_group_of(flat))
    return db.session.scalar(select(Household).where(*current).execution_options(populate_existing=True))


def note_households(
    flats: Sequence[Flat], status: HouseholdStatus, *, by: Person | None, at: datetime, what: str
) -> None:
    """Record the same status for many flats of one group since `at`, in a few statements.

    `what` is the audit entry that the history of each flat shows. A household that takes part keeps its
    status.
    """
    ids = [flat.id for flat in flats]
    # the same lock as lock_flat
    db.session.execute(select(Flat.id).where(Flat.id.in_(ids)).with_for_update())
    current = select(Household).where(Household.flat_id.in_(ids), Household.is_current)
    known = {household.flat_id: household for household in db.session.scalars(current)}
    for flat in flats:
        household = known.get(flat.id) or Household(flat_id=flat.id, status=HouseholdStatus.NOT_CONTACTED)
        if household.status is not HouseholdStatus.TAKES_PART:
            household.become(status, at)
            trace = audit.entry(what, about=flat, by=by, group=_group_of(flat))
            db.session.add_all([household, trace])
    db.session.flush()


def _group_of(flat: Flat) -> Group | None:
    group_id = flat.stairwell.building.group_id
    return db.session.get(Group, group_id) if group_id else None


def move_out(flat: Flat, *, by: Person | None) -> None:
    """End the household with its memberships, appointments and open invitations.

    The flat is not contacted afterwards. Raises CoordinatorLivesThere and LastCoordinator.
    """
    lock_flat(flat)
    if not _has_something_to_end(flat):
        return  # pressed again
    household = current_household(flat)  # made if none is known: the flat may still have an open letter
    living_here = db.session.scalars(
        select(Membership)
        .where(Membership.household_id == household.id, Membership.is_current)
        .order_by(Membership.id)
    ).all()
    group, people = _group_of(flat), [membership.person_id for membership in living_here]
    if group is not None:
        if by is not None:
            demand_may_end_roles(group, people, by=by)
        end_roles(group, people, by=by)
    now = utcnow()
    for membership in living_here:
        membership.left_at = now
    if group is not None:
        stop_unwanted(group, people, [household.id])
    end_household(household, at=now, by=by)
    for membership in living_here:
        audit.note("member-ended", about=membership, by=by, group=group)
        tell_ended(membership, by=by)


def _has_something_to_end(flat: Flat) -> bool:
    """Return True if somebody is known to live in the flat, or a letter or an invitation to it is open."""
    either = (
        exists().where(Household.flat_id == flat.id, Household.is_current),
        exists().where(Letter.flat_id == flat.id, Letter.ended_at.is_(None)),
        exists().where(Invitation.flat_id == flat.id, Invitation.state == InvitationState.OPEN),
    )
    return bool(db.session.scalar(select(or_(*either))))


def tell_ended(membership: Membership, *, by: Person | None) -> None:
    """Mail a member that somebody else has ended their membership."""
    if by is None or membership.person_id != by.id:
        outbox.queue(MEMBERSHIP_ENDED, to=membership.person, about=membership)


def end_household(household: Household, *, at: datetime, by: Person | None) -> None:
    """End a household, and the open invitations and letters to its flat, at the same time as its members."""
    household.ended_at = at
    db.session.execute(
        update(Invitation)
        .where(Invitation.flat_id == household.flat_id, Invitation.state == InvitationState.OPEN)
        .values(state=InvitationState.REVOKED, ended_at=household.ended_at)
    )
    db.session.execute(
        update(Letter)
        .where(Letter.flat_id == household.flat_id, Letter.ended_at.is_(None))
        .values(ended_at=household.ended_at)
    )
    audit.note("household-moved-out", about=household.flat, by=by, group=_group_of(household.flat))


def take_back_move(household: Household) -> None:
    """Undo a move, with the invitations and letters that ended with it.

    Raises FlatTaken if others live there now, or a new letter or invitation has been sent.
    """
    ended_at = household.ended_at
    try:
        with db.session.begin_nested():
            household.ended_at = None
            db.session.execute(
                update(Invitation)
                .where(Invitation.flat_id == household.flat_id, Invitation.ended_at == ended_at)
                .where(Invitation.state == InvitationState.REVOKED)
                .values(state=InvitationState.OPEN, ended_at=None)
            )
            db.session.execute(
                update(Letter)
                .where(Letter.flat_id == household.flat_id, Letter.ended_at == ended_at)
                .where(Letter.used_at.is_(None))
                .values(ended_at=None)
            )
    except IntegrityError:
        raise FlatTaken from None
