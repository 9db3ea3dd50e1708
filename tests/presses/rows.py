"""What a second press must not change: every row, and what the audit trail says was done."""

from __future__ import annotations

from sqlalchemy import select

from tests.rows import AllRows
from watch.extensions import db
from watch.models import (
    AuditEntry,
    Mailbox,
    Mailing,
    OutboxRow,
    OutboxState,
    utcnow,
)

LEFT_OUT = {"rate_count", "audit_entry", "audit_block", "journal_state", "journal_host"}
LOOKS = {
    "letters-printed",
    "invitations-previewed",
    "outreach-exported",
    "places-exported",
    "groups-exported",
    "coordinators-exported",
    "contacts-exported",
    "findings-exported",
    "signs-exported",
    "audit-exported",
    "est-exported",
    "numbers-exported",
}  # in the audit trail: done as often as one looks, prints or downloads
# Strangers may ask about any address. Their statements are the same for each, so a mail too many is queued as
# cancelled or expired, and only those meant to leave are compared.
ASK = {
    "accounts.send_link", "interest.leave", "joining.ask_by_poster", "joining.send_request",
    "joining.change_address",
}  # fmt: skip


def rows_kept(endpoint: str, all_rows: AllRows) -> dict[str, list[str]]:
    """Return every row, and what the audit trail says was done; of asking only the mails that will leave."""
    db.session.rollback()
    if endpoint in ASK:
        leaving = select(Mailing.kind, Mailbox.address).join(OutboxRow.mailing).join(OutboxRow.mailbox)
        is_meant = OutboxRow.state == OutboxState.QUEUED, OutboxRow.not_after > utcnow()
        rows = {"mails": sorted(map(str, db.session.execute(leaving.where(*is_meant))))}
    else:
        rows = all_rows.read()
    done = sorted(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))
    db.session.rollback()
    return rows | {"audit trail": [what for what in done if not what.endswith("-seen") and what not in LOOKS]}
