"""Addresses that mail did not reach: what is still sent to them, and how they are used again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from watch.models import Mailbox, OutboxRow, OutboxState, Suppression

_Tried = aliased(OutboxRow)

A_DAY = timedelta(days=1)


def may_be_written_to(*, is_notice: bool, proves_address: bool, now: datetime) -> ColumnElement[bool]:
    """Return the condition that such mail may go to a row's mailbox (joined as Mailbox).

    An address that bounced gets only mail that proves it, once a day. One whose owner complained gets
    everything but notices.
    """
    stops = {Suppression.BOUNCED}
    if is_notice:
        stops.add(Suppression.COMPLAINED)
    works = or_(Mailbox.suppression.is_(None), Mailbox.suppression.not_in(stops))
    return or_(works, ~_was_tried_today(now)) if proves_address else works


def _was_tried_today(now: datetime) -> ColumnElement[bool]:
    """Return the condition that the mailbox was tried since it bounced, and within a day, by another mail.

    A mail that is tried again because the server asked to wait is the same try. Of two mails claimed at the
    same moment the older one is the day's try.
    """
    is_settled = and_(
        _Tried.state.in_([OutboxState.SENT, OutboxState.BOUNCED]),
        _Tried.settled_at > Mailbox.suppressed_at,
        _Tried.settled_at > now - A_DAY,
    )
    goes_first = and_(
        _Tried.state.in_([OutboxState.SENDING, OutboxState.UNCERTAIN]),
        _Tried.mailing_id < OutboxRow.mailing_id,
    )
    other = _Tried.mailbox_id == OutboxRow.mailbox_id, _Tried.mailing_id != OutboxRow.mailing_id
    return select(_Tried.id).where(*other, or_(is_settled, goes_first)).exists()
