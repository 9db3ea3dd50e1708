"""Mails those who asked to hear of a finding what holds now, and corrects what they were mailed before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import and_, select

from watch.findings import queries
from watch.findings.mails import FINDING_REMOVED, FINDING_UPDATED
from watch.mail import outbox
from watch.models import Finding, FindingStatus, FindingStep, LeftOut, Mailing, OutboxRow, utcnow
from watch.recipients import reached_by_mail

DAY = timedelta(days=1)
CHANGE_OF_MIND = timedelta(minutes=10)  # a press by mistake that is undone is told to nobody


class Standing(NamedTuple):
    """What those who asked are mailed of a finding as soon as it changes."""

    status: FindingStatus
    outcome: str | None
    due_on: date | None


def standing_of(finding: Finding) -> Standing:
    """Return what holds of a finding now."""
    return Standing(finding.status, finding.outcome, finding.due_on)


def tell(finding: Finding) -> None:
    """Mail those who asked, once a day at most: a mail that waits is written when it is sent."""
    people, told_at = reached_by_mail(queries.people_to_tell_of_finding(finding)), queries.told_at(finding)
    due_at = max(told_at + DAY, utcnow()) if told_at else None
    outbox.queue_many(FINDING_UPDATED, people=people, about=finding, due_at=due_at)


def tell_removed(finding: Finding) -> None:
    """Mail those who asked, and were mailed of a finding, that it is removed, unless it is back by then."""
    told = queries.people_told_of_finding(finding, FINDING_UPDATED.kind)
    due_at = utcnow() + CHANGE_OF_MIND
    outbox.queue_many(FINDING_REMOVED, people=reached_by_mail(told), about=finding, due_at=due_at)


def tell_brought_back(finding: Finding) -> None:
    """Stop the mail that a finding is removed, and mail what holds if one has left."""
    outbox.cancel(finding, FINDING_REMOVED)
    told = queries.people_told_of_finding(finding, FINDING_REMOVED.kind)
    outbox.queue_many(FINDING_UPDATED, people=reached_by_mail(told), about=finding)


def take_news_back(finding: Finding, undone: FindingStep, *, is_all: bool) -> None:
    """Stop the mail that waits since a step was said that is undone now, and mail again if one has left.

    `is_all` is True if nothing else that is mailed has changed since that step.
    """
    if is_all:
        waiting = and_(OutboxRow.created_at >= undone.at, ~OutboxRow.may_have_arrived())
        about_it = select(Mailing.id).where(Mailing.finding_id == finding.id)
        outbox.stop(waiting, mailings=about_it, why=LeftOut.OVER)
    told_at = queries.told_at(finding)
    if told_at is not None and told_at >= undone.at:
        tell(finding)
