"""What nobody has in hand any more: after a dead worker, a restore, a mistake that was mended.

Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, update
from sqlalchemy.orm import aliased

from watch.extensions import db
from watch.mail.kinds import KINDS
from watch.mail.queue import UNLEASED, database_time
from watch.mail.settle import set_due
from watch.models import Mailing, OutboxRow, OutboxState, utcnow
from watch.statements import changed

log = structlog.get_logger("mail")


def sweep(owner: str | None = None) -> int:
    """Take back what a dead worker held: whose lease has ended, or the `owner` who was just started anew.

    Nobody knows what became of it, so it is sent again at once; a sign-in link never is. Returns the rows.
    """
    dead = OutboxRow.lease_owner == owner if owner else OutboxRow.lease_until < database_time()
    held = select(OutboxRow.id).where(OutboxRow.lease_until.is_not(None), dead)
    ids = list(db.session.scalars(held.with_for_update(skip_locked=True)))
    if not ids:
        return 0
    once = select(Mailing.id).where(Mailing.kind.in_([kind for kind, mail in KINDS.items() if mail.one_time]))
    _take_back(ids, OutboxRow.mailing_id.not_in(once), OutboxState.QUEUED)
    in_a_while = utcnow() + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"])
    ends = func.coalesce(OutboxRow.not_after, literal(in_a_while, OutboxRow.not_after.type))
    _take_back(ids, OutboxRow.mailing_id.in_(once), OutboxState.UNCERTAIN, not_after=ends)
    log.warning("taken-back", rows=len(ids))
    return len(ids)


def _take_back(ids: Collection[int], which: ColumnElement[bool], state: OutboxState, **values: Any) -> None:
    taking = update(OutboxRow).where(OutboxRow.id.in_(ids), which)
    taking = taking.values(state=state, in_doubt=True, **UNLEASED | values)
    back = taking.returning(OutboxRow.id).execution_options(synchronize_session=False)
    if taken := list(db.session.scalars(back)):
        at = OutboxRow.not_after if state is OutboxState.UNCERTAIN else utcnow()
        set_due(OutboxRow.id.in_(_heads_of(taken)), at)


def _heads_of(ids: Collection[int]) -> Select[int]:
    """The heads (the first rows) of the messages that these rows belong to."""
    held, row = aliased(OutboxRow), aliased(OutboxRow)
    message = row.mailing_id, row.mailbox_id, row.language
    same = zip(message, (held.mailing_id, held.mailbox_id, held.language), strict=True)
    joined = select(func.min(row.id)).join_from(held, row, and_(*(one == other for one, other in same)))
    return joined.where(held.id.in_(ids)).group_by(*message)


def hold() -> int:
    """What waits or was under way stays where it is until the operator redrives it. Returns the rows."""
    waiting = OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN])
    doubt = or_(OutboxRow.in_doubt, OutboxRow.state == OutboxState.SENDING)
    holding = update(OutboxRow).where(waiting).values(state=OutboxState.HELD, in_doubt=doubt, **UNLEASED)
    count: int = changed(holding.execution_options(synchronize_session=False))
    set_due(OutboxRow.next_at.is_not(None), None)
    return count


def redrive(state: OutboxState) -> int:
    """What was parked or held is due again, as if it had never been tried. Returns the rows."""
    aside = list(db.session.scalars(select(OutboxRow.id).where(OutboxRow.state == state).with_for_update()))
    again = update(OutboxRow).where(OutboxRow.id.in_(aside), OutboxRow.state == state)
    queued = again.values(
        state=OutboxState.QUEUED, render_failures=0, attempts=0, settled_at=None, last_text=None
    )
    db.session.execute(queued.execution_options(synchronize_session=False))
    if aside:
        set_due(OutboxRow.id.in_(_heads_of(aside)), utcnow())
    return len(aside)


def drop() -> int:
    """What is held is left out for good: it was sent before, or nobody wants it. Returns the rows."""
    dropping = update(OutboxRow).where(OutboxRow.state == OutboxState.HELD)
    left_out = dropping.values(state=OutboxState.CANCELLED, settled_at=utcnow())
    return changed(left_out.execution_options(synchronize_session=False))
