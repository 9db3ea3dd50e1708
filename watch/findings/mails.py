"""The mails of findings: to whoever asked to hear of one, and to the owner's contact person."""

from __future__ import annotations

from datetime import datetime

from watch import tokens
from watch.findings.queries import hears_of_finding
from watch.findings.queries.links import can_report
from watch.mail.kinds import FromAddress, Mail, Unless
from watch.models import Finding, FindingLink, LeftOut, OutboxRow, Purpose


def _updated_unless(finding: Finding, _now: datetime) -> Unless:
    reader = OutboxRow.person_id.expression
    return {
        LeftOut.OVER: finding.removed_at is not None,
        LeftOut.READER: ~hears_of_finding(finding, reader),
    }


def _removed_unless(finding: Finding, _now: datetime) -> Unless:
    reader = OutboxRow.person_id.expression
    return {
        LeftOut.OVER: finding.removed_at is None,
        LeftOut.READER: ~hears_of_finding(finding, reader),
    }


def _assigned_unless(link: FindingLink, now: datetime) -> Unless:
    return {
        LeftOut.OVER: not can_report(link, now),
        LeftOut.ADDRESS: OutboxRow.mailbox_id != link.mailbox_id,
    }


FINDING_UPDATED = Mail(
    "finding-updated",
    about=Finding,
    sender=FromAddress.ACCOUNT,
    link=lambda _finding: "/findings/told/",
    wanted_unless=_updated_unless,
    for_row=Purpose.FOLLOW,
    to_many=True,
)
FINDING_REMOVED = Mail(
    "finding-removed",
    about=Finding,
    sender=FromAddress.ACCOUNT,
    link=None,
    wanted_unless=_removed_unless,
    to_many=True,
)
FINDING_ASSIGNED = Mail(
    "finding-assigned",
    about=FindingLink,
    sender=FromAddress.ACCOUNT,
    link=lambda link: f"/f/{tokens.make(Purpose.FINDING, link)}",
    wanted_unless=_assigned_unless,
)
