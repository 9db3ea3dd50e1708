"""Erases technical traces: sign-ins, rate counts, audit entries and sent mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import and_, delete, or_, select, update

from watch.extensions import db
from watch.mail import outbox
from watch.models import (
    TRACE_KEPT,
    AuditBlock,
    AuditEntry,
    CheckinLink,
    LetterPack,
    ListUpload,
    Mailing,
    Meeting,
    MeetingAnswer,
    MeetingPress,
    OutboxRow,
    Person,
    RateCount,
    SignIn,
    SignInLink,
)
from watch.retention.service.batches import BATCH, take_out

DAY = timedelta(days=1)
YEAR = timedelta(days=365)
AFTER_LINK = timedelta(days=1)
AFTER_SIGN_IN = timedelta(days=30)


def rate_counts(now: datetime) -> int:
    """Delete counts whose window has ended."""
    return take_out(RateCount, RateCount.expires_at <= now)


def audit_entries(now: datetime) -> int:
    """Delete audit entries that are two years old: a sealed block as a whole, and its seal stays.

    The block goes with its oldest entry, so that none is kept longer.
    """
    limit = now - TRACE_KEPT
    holds_some = select(AuditEntry.id).where(AuditEntry.block == AuditBlock.number).exists()
    over = select(AuditBlock.number).where(AuditBlock.oldest_at < limit, holds_some)
    block = db.session.scalar(over.order_by(AuditBlock.number).limit(1))
    if block is None:
        return take_out(AuditEntry, and_(AuditEntry.block.is_(None), AuditEntry.at < limit))
    erasing = delete(AuditEntry).where(AuditEntry.block == block)
    db.session.execute(erasing.execution_options(synchronize_session=False))
    return BATCH  # there may be more


def sign_in_links(now: datetime) -> int:
    """Delete links that expired a day ago, with their mails."""
    return take_out(SignInLink, SignInLink.expires_at < now - AFTER_LINK)


def list_uploads(now: datetime) -> int:
    """Delete landlords' lists that were uploaded a day ago, whether they were applied or not."""
    return take_out(ListUpload, ListUpload.uploaded_at < now - timedelta(days=1))


def letter_packs(now: datetime) -> int:
    """Delete files of letters that were ordered a day ago. The letters themselves stay valid."""
    return take_out(LetterPack, LetterPack.asked_at < now - DAY)


def sign_ins(now: datetime) -> int:
    """Delete sign-ins that ended a month ago, or whose cookie expired a month ago."""
    unused = AFTER_SIGN_IN + current_app.config["PERMANENT_SESSION_LIFETIME"]
    return take_out(SignIn, or_(SignIn.ended_at < now - AFTER_SIGN_IN, SignIn.last_seen_at < now - unused))


def outbox_rows(now: datetime) -> int:
    """Delete outbox rows that are a year old. Ids grow with time, so the first batch is enough.

    Those about a meeting that is still to come are kept: whoever was told of it must hear of a change, and
    not be called again.
    """
    to_come = select(Meeting.id).where(Meeting.ends_at > now)
    tells = or_(Mailing.meeting_id.in_(to_come), Mailing.next_meeting_id.in_(to_come))
    kept = OutboxRow.mailing_id.in_(select(Mailing.id).where(tells))
    rows = select(OutboxRow.id, OutboxRow.created_at).where(~kept)
    first = rows.order_by(OutboxRow.id).limit(BATCH).subquery()
    old = db.session.scalars(select(first.c.id).where(first.c.created_at < now - YEAR)).all()
    if old:
        outbox.erase(OutboxRow.id.in_(old))
    return len(old)


def meeting_answers(now: datetime) -> int:
    """Delete answers to meetings that ended a year ago. The head count stays."""
    held = select(Meeting.id).where(Meeting.ends_at < now - YEAR)
    return take_out(MeetingAnswer, MeetingAnswer.meeting_id.in_(held))


def meeting_presses(now: datetime) -> int:
    """Delete presses at the door of meetings that ended a year ago. The head count stays.

    Whoever has hidden their name since is no longer among those who came.
    """
    hidden = select(Person.id).where(Person.shows_name.is_(False))
    nameless = update(MeetingPress).where(MeetingPress.person_id.in_(hidden)).values(person_id=None)
    db.session.execute(nameless.execution_options(synchronize_session=False))
    held = select(Meeting.id).where(Meeting.ends_at < now - YEAR)
    return take_out(MeetingPress, MeetingPress.meeting_id.in_(held))


def checkin_links(now: datetime) -> int:
    """Delete lent links to the door of meetings that ended a day ago."""
    held = select(Meeting.id).where(Meeting.ends_at < now - DAY)
    return take_out(CheckinLink, CheckinLink.meeting_id.in_(held))
