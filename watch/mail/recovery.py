"""Changes outbox rows for the operator, after a restore or a repair. Nothing here commits."""

from __future__ import annotations

import structlog
from sqlalchemy import or_, select, update

from watch.extensions import db
from watch.mail.queue import UNLEASED, heads_of, set_due
from watch.models import OutboxRow, OutboxState, utcnow
from watch.statements import changed

log = structlog.get_logger("mail")


def hold() -> int:
    """Hold every waiting or claimed row until the operator redrives it. Return the number of rows."""
    waiting = OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNCERTAIN])
    doubt = or_(OutboxRow.in_doubt, OutboxRow.state == OutboxState.SENDING)
    holding = update(OutboxRow).where(waiting).values(state=OutboxState.HELD, in_doubt=doubt, **UNLEASED)
    count: int = changed(holding.execution_options(synchronize_session=False))
    set_due(OutboxRow.next_at.is_not(None), None)
    return count


def redrive(state: OutboxState) -> int:
    """Make parked or held rows due again, as if they had never been tried. Return the number of rows."""
    ids = list(db.session.scalars(select(OutboxRow.id).where(OutboxRow.state == state).with_for_update()))
    again = update(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.state == state)
    queued = again.values(
        state=OutboxState.QUEUED, render_failures=0, attempts=0, settled_at=None, last_text=None
    )
    db.session.execute(queued.execution_options(synchronize_session=False))
    if ids:
        set_due(OutboxRow.id.in_(heads_of(ids)), utcnow())
    return len(ids)


def drop() -> int:
    """Cancel the held rows: they were sent already, or nobody wants them. Return the number of rows."""
    dropping = update(OutboxRow).where(OutboxRow.state == OutboxState.HELD)
    left_out = dropping.values(state=OutboxState.CANCELLED, settled_at=utcnow())
    return changed(left_out.execution_options(synchronize_session=False))
