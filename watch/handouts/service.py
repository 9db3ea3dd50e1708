"""Records which papers are printed and handed out, and tells coordinators of new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.handouts.mails import PAPER_TO_HAND_OUT
from watch.handouts.queries import coordinators_to_tell
from watch.mail import outbox
from watch.models import (
    Channel,
    Flat,
    Group,
    OutboxRow,
    OutboxState,
    Person,
    utcnow,
)
from watch.recipients import FlatOnPaper
from watch.statements import changed

GOT_IT, TAKEN_BACK = "household-got-paper", "household-lacks-paper"


def tell_coordinators(now: datetime) -> None:
    """Mail each coordinator who has new papers to hand out: one mail, which lists all that are open.

    Running it twice sends nothing more.
    """
    for coordinator in coordinators_to_tell(now):
        outbox.queue(PAPER_TO_HAND_OUT, to=coordinator.person, about=coordinator)


def note_printed(flats: Iterable[FlatOnPaper]) -> None:
    """Record that the copies for these flats are printed. Those that are handed out stay so."""
    for flat in flats:
        _set_state(flat, OutboxState.PRINTED, only=(OutboxState.TO_PRINT,))


def hand_out(flats: Iterable[FlatOnPaper], *, by: Person) -> None:
    """Record that the copies are in the letterboxes of these flats. A second time changes nothing."""
    for flat in flats:
        only = (OutboxState.TO_PRINT, OutboxState.PRINTED, OutboxState.CANCELLED)
        if _set_state(flat, OutboxState.HANDED_OUT, only=only) or _add_row(flat):
            _note(GOT_IT, flat, by)


def take_back(flats: Iterable[FlatOnPaper], *, by: Person) -> None:
    """Record that these flats have not got their copies after all."""
    for flat in flats:
        if _set_state(flat, OutboxState.TO_PRINT, only=(OutboxState.HANDED_OUT,)):
            _note(TAKEN_BACK, flat, by)


def _set_state(flat: FlatOnPaper, state: OutboxState, *, only: Collection[OutboxState]) -> bool:
    row = update(OutboxRow).where(
        OutboxRow.mailing_id == flat.mailing_id,
        OutboxRow.household_id == flat.household_id,
        OutboxRow.state.in_(only),
    )
    settled = utcnow() if state is OutboxState.HANDED_OUT else None
    return changed(row.values(state=state, settled_at=settled, left_out=None)) > 0


def _add_row(flat: FlatOnPaper) -> bool:
    """Add the paper of a flat whose mail bounced. Return False if it has one, so that nothing changed."""
    try:
        with db.session.begin_nested():
            db.session.add(
                OutboxRow(
                    mailing_id=flat.mailing_id, household_id=flat.household_id, channel=Channel.PAPER,
                    state=OutboxState.HANDED_OUT, settled_at=utcnow(),
                )
            )  # fmt: skip
    except IntegrityError:
        return False
    return True


def _note(what: str, flat: FlatOnPaper, by: Person) -> None:
    group = db.session.get(Group, flat.group_id)
    audit.note(what, about=db.session.get_one(Flat, flat.flat_id), by=by, group=group)
