"""Undoes that a household was recorded as moved out."""

from __future__ import annotations

from watch import audit
from watch.accounts.queries import PRESSED_AGAIN
from watch.extensions import db
from watch.groups.errors import TooLateToUndo
from watch.groups.mails import MEMBERSHIP_ENDED, RECORD_CORRECTED
from watch.groups.queries.leaving import undoable_move
from watch.groups.service.choices import take_back
from watch.groups.service.flats import lock_flat
from watch.groups.service.households import take_back_move
from watch.mail import outbox
from watch.models import Flat, Group, Person, utcnow

UNDONE = "household-undone"


def undo_move_out(flat: Flat, *, by: Person) -> None:
    """Give back the household that was recorded as moved out by mistake, and mail its members so.

    They are members as before, and its open invitations and letters work again. An appointment as coordinator
    stays ended. Undoing it twice has no further effect. Raises FlatTaken, AlreadyMember and TooLateToUndo.
    """
    lock_flat(flat)
    move = undoable_move(flat, utcnow())
    if move is None:
        if audit.done_by(by, UNDONE, flat.id, since=utcnow() - PRESSED_AGAIN):
            return
        raise TooLateToUndo
    take_back_move(move.household)
    for membership in move.people:
        take_back(membership, by=by)
        outbox.cancel(membership, MEMBERSHIP_ENDED)
        outbox.queue(RECORD_CORRECTED, to=membership.person, about=membership)
    group_id = flat.stairwell.building.group_id
    group = db.session.get(Group, group_id) if group_id else None
    audit.note(UNDONE, about=flat, by=by, group=group)
