"""Records whether printed letters lie in the letterboxes, and takes that back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from watch import audit
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.queries.flats import statuses_of
from watch.groups.service.households import note_households
from watch.models import Flat, Group, Household, HouseholdStatus, Invitation, Letter, Person, utcnow


class NothingToAnswer(DomainError):
    """Somebody has answered for these letters already, or there are none."""


def put_in_letterboxes(group: Group, letters: Sequence[Letter], *, by: Person) -> None:
    """Record that these letters lie in the letterboxes. Their households have now been asked.

    A household that declined or takes part keeps its status. Raises NothingToAnswer.
    """
    waiting, now = _still_unanswered(letters), utcnow()
    flats = [letter.flat for letter in waiting]
    statuses = statuses_of(flats)
    new = [flat for flat in flats if statuses[flat.id] is HouseholdStatus.NOT_CONTACTED]
    for letter in waiting:
        letter.delivered_at = now
    note_households(new, HouseholdStatus.INVITED, by=by, at=now, what="household-letter-delivered")
    others = [flat for flat in flats if flat not in new]
    _trace("household-letter-delivered", others, group, by)
    audit.note("letters-delivered", about=group, by=by)


def leave_out(group: Group, letters: Sequence[Letter], *, by: Person) -> None:
    """Record that these letters did not reach the letterboxes. Their codes stay valid.

    Raises NothingToAnswer.
    """
    waiting = _still_unanswered(letters)
    now = utcnow()
    for letter in waiting:
        letter.discarded_at = now
    _trace("household-letter-left-out", [letter.flat for letter in waiting], group, by)
    audit.note("letters-left-out", about=group, by=by)


def _still_unanswered(letters: Sequence[Letter]) -> list[Letter]:
    """Lock the letters and return those that nobody has answered for meanwhile."""
    ids = [letter.id for letter in letters]
    fresh = select(Letter).where(Letter.id.in_(ids)).with_for_update().order_by(Letter.id)
    found = db.session.scalars(fresh.execution_options(populate_existing=True)).all()
    waiting = [each for each in found if each.delivered_at is None and each.discarded_at is None]
    if not waiting:
        raise NothingToAnswer
    return waiting


def take_back(group: Group, letters: Sequence[Letter], *, by: Person) -> None:
    """Take back what was said of these letters in one answer, so that it is asked again.

    A household that counted as asked by the letter alone is not contacted again. Raises NothingToAnswer.
    """
    answered = [letter for letter in letters if letter.delivered_at or letter.discarded_at]
    if not answered:
        raise NothingToAnswer
    _not_asked_after_all([letter for letter in answered if letter.delivered_at])
    for letter in answered:
        letter.delivered_at = letter.discarded_at = None
    _trace("household-letter-taken-back", [letter.flat for letter in answered], group, by)
    audit.note("letters-taken-back", about=group, by=by)


def _not_asked_after_all(letters: Sequence[Letter]) -> None:
    times = {letter.delivered_at for letter in letters}
    mailed = select(Invitation.id).where(
        Invitation.flat_id == Household.flat_id, Invitation.created_at >= Household.status_at
    )
    by_letter = update(Household).where(
        Household.flat_id.in_([letter.flat_id for letter in letters]),
        Household.is_current,
        Household.status == HouseholdStatus.INVITED,
        Household.status_at.in_(times),
        ~mailed.exists(),
    )
    back = by_letter.values(status=HouseholdStatus.NOT_CONTACTED, status_at=utcnow())
    db.session.execute(back.execution_options(synchronize_session=False))


def _trace(what: str, flats: Sequence[Flat], group: Group, by: Person) -> None:
    db.session.add_all([audit.entry(what, about=flat, by=by, group=group) for flat in flats])
    db.session.flush()
