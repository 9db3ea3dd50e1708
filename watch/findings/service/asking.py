"""Mails the link by which the owner's contact person reports on a finding, and ends it."""

from __future__ import annotations

import secrets
from datetime import timedelta

from watch.accounts.service.people import mailbox_at
from watch.extensions import db
from watch.findings.mails import FINDING_ASSIGNED
from watch.findings.queries import links
from watch.mail import outbox
from watch.models import NONCE_BYTES, Finding, FindingLink, utcnow

LINK_LASTS = timedelta(days=90)


def ask_owner(finding: Finding) -> None:
    """Mail the owner's contact person the link by which they report, unless they have one that works."""
    contact, link, now = links.contact_of(finding), links.link_of(finding), utcnow()
    if contact is None or contact.email is None or finding.is_closed:
        return
    if link is not None and link.contact_id == contact.id and links.can_report(link, now):
        return
    mailbox = mailbox_at(contact.email)
    if link is None:
        link = FindingLink(finding_id=finding.id)
    else:
        outbox.cancel(link)
        link.nonce = secrets.token_bytes(NONCE_BYTES)
    link.contact, link.mailbox = contact, mailbox
    link.sent_at, link.expires_at, link.ended_at = now, now + LINK_LASTS, None
    db.session.add(link)
    db.session.flush()
    outbox.queue(FINDING_ASSIGNED, to=mailbox, about=link)


def end_link(finding: Finding) -> None:
    """End the link, if any. Its mail, if it waits, is left out when its turn comes."""
    link = links.link_of(finding)
    if link is not None and link.ended_at is None:
        link.ended_at = utcnow()
    db.session.flush()


def open_link_again(finding: Finding) -> None:
    """Let the link work again after something was undone, so that its contact person gets no second mail."""
    link = links.link_of(finding)
    if link is not None and links.is_theirs(link):
        link.ended_at = None
    db.session.flush()
