"""The addresses of ours in a mail: its one button, and where its readers choose which mails they want."""

from __future__ import annotations

from flask import current_app

from watch.mail.kinds import KINDS
from watch.models import Mailing


def address_of(mailing: Mailing, token: str) -> str | None:
    """The address of the mail's one button; it begins with the configured base address.

    `token` ends it where every row has its own (`for_row`).
    """
    mail = KINDS[mailing.kind]
    if mail.link is None:
        return None
    return f"{current_app.config['BASE_URL']}{mail.link(mailing.about)}{token if mail.for_row else ''}"


def unsubscribe_address(token: str) -> str:
    """Where a reader says which mails they want, without signing in."""
    return f"{current_app.config['BASE_URL']}/u/{token}"
