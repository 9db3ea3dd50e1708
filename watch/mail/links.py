"""Every kind of mail: which of the two addresses it comes from, and where its one button leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import current_app

from watch import tokens
from watch.models import OutboxRow
from watch.tokens import Purpose


class Sender(StrEnum):
    """The two fixed addresses that mail comes from, by the name of their setting."""

    ACCOUNT = "MAIL_ACCOUNT_FROM"
    NOTICES = "MAIL_NOTICES_FROM"


@dataclass(frozen=True)
class Kind:
    """What all mails of one kind have in common.

    `path` makes the button's address from what the mail is about and the row it is sent for; None
    where there is no button. A one-time kind is never sent a second time on suspicion.
    """

    sender: Sender
    path: Callable[[Any, OutboxRow], str] | None
    one_time: bool = False


def _of_parent(prefix: str, purpose: Purpose) -> Callable[[Any, OutboxRow], str]:
    return lambda about, _row: f"{prefix}/{tokens.make(purpose, about.id)}"


def _of_row(prefix: str, purpose: Purpose) -> Callable[[Any, OutboxRow], str]:
    """For one recipient; people who share a mailbox share the first one's link (outbox.sharing)."""
    return lambda _about, row: f"{prefix}/{tokens.make(purpose, row.id)}"


def _invitation(about: Any, _row: OutboxRow) -> str:
    return f"/join/{tokens.make(Purpose.INVITATION, about.id, about.generation)}"


_interest = _of_parent("/interest", Purpose.CONFIRM_INTEREST)

KINDS: dict[str, Kind] = {
    "sign-in": Kind(Sender.ACCOUNT, _of_parent("/login", Purpose.SIGN_IN), one_time=True),
    "sign-in-unknown": Kind(Sender.ACCOUNT, lambda _about, _row: "/", one_time=True),
    "join-confirm": Kind(Sender.ACCOUNT, _of_parent("/join/confirm", Purpose.CONFIRM_REQUEST)),
    "join-requested": Kind(Sender.ACCOUNT, _of_row("/a", Purpose.DECIDE)),
    "join-approved": Kind(Sender.ACCOUNT, lambda about, _row: f"/groups/{about.group_id}"),
    "join-declined": Kind(Sender.ACCOUNT, None),
    "join-already-member": Kind(Sender.ACCOUNT, lambda _about, _row: "/login"),
    "interest-confirm": Kind(Sender.ACCOUNT, _interest),
    "invitation": Kind(Sender.ACCOUNT, _invitation),
    "group-started": Kind(Sender.NOTICES, _interest),
    "coordinator-appointed": Kind(Sender.ACCOUNT, _of_parent("/appointment", Purpose.APPOINTMENT)),
    "meeting-called": Kind(Sender.NOTICES, _of_row("/r", Purpose.ANSWER)),
    "meeting-cancelled": Kind(Sender.NOTICES, lambda about, _row: f"/meetings/{about.id}"),
    "notice": Kind(Sender.NOTICES, lambda about, _row: f"/notices/{about.id}"),
}


def link(row: OutboxRow) -> str | None:
    """The address of the mail's one button; it begins with the configured base address."""
    path = KINDS[row.mailing.kind].path
    return f"{current_app.config['BASE_URL']}{path(row.mailing.about, row)}" if path else None
