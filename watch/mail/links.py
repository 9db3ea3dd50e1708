"""Every kind of mail: which of the two addresses it comes from, and where its one button leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import current_app

from watch import tokens
from watch.models import JoinRequest, Mailing, Purpose


class Sender(StrEnum):
    """The two fixed addresses that mail comes from, by the name of their setting."""

    ACCOUNT = "MAIL_ACCOUNT_FROM"
    NOTICES = "MAIL_NOTICES_FROM"


@dataclass(frozen=True)
class Kind:
    """What all mails of one kind have in common.

    `path` makes the button's address from what the mail is about; None where there is no button. With
    `for_row` the token at its end is made for this purpose from the row, so each reader has another one.
    A one-time kind is never sent a second time on suspicion. What is `listed` can be unsubscribed from. What
    goes `to_many` waits for what somebody waits for.
    """

    sender: Sender
    path: Callable[[Any], str] | None
    for_row: Purpose | None = None
    one_time: bool = False
    listed: bool = False
    to_many: bool = False

    @property
    def precedence(self) -> int:
        """Somebody waits for a letter about their account; what goes to many comes after it."""
        return int(self.to_many or self.sender is Sender.NOTICES)


def _of_parent(prefix: str, purpose: Purpose) -> Callable[[Any], str]:
    return lambda about: f"{prefix}/{tokens.make(purpose, about)}"


def _invitation(about: Any) -> str:
    return f"/join/{tokens.make(Purpose.INVITATION, about)}"


def _coordinators(about: Any) -> str:
    return f"/groups/{about.group_id}/coordinators"


_confirm = _of_parent("/join/confirm", Purpose.CONFIRM_REQUEST)


def _or_somebody_else(about: Any) -> str:
    """Who asked in a member's name may be another who reads the same mail; an invitation asks nobody else."""
    return _confirm(about) if isinstance(about, JoinRequest) else "/login"


_interest = _of_parent("/interest", Purpose.CONFIRM_INTEREST)

KINDS: dict[str, Kind] = {
    "sign-in": Kind(Sender.ACCOUNT, _of_parent("/login", Purpose.SIGN_IN), one_time=True),
    "sign-in-unknown": Kind(Sender.ACCOUNT, lambda _about: "/", one_time=True),
    "join-confirm": Kind(Sender.ACCOUNT, _confirm),
    "join-requested": Kind(Sender.ACCOUNT, lambda _about: "/a/", Purpose.DECIDE),
    "join-waiting": Kind(Sender.ACCOUNT, lambda _about: "/a/", Purpose.DECIDE),
    "join-unanswered": Kind(Sender.ACCOUNT, lambda _about: "/contacts"),
    "join-approved": Kind(Sender.ACCOUNT, lambda about: f"/groups/{about.group_id}"),
    "join-declined": Kind(Sender.ACCOUNT, None),
    "join-already-member": Kind(Sender.ACCOUNT, _or_somebody_else),
    "interest-confirm": Kind(Sender.ACCOUNT, _interest),
    "invitation": Kind(Sender.ACCOUNT, _invitation),
    "invitation-reminder": Kind(Sender.ACCOUNT, _invitation),
    "group-started": Kind(Sender.ACCOUNT, _interest, to_many=True),
    "coordinator-appointed": Kind(Sender.ACCOUNT, _of_parent("/appointment", Purpose.APPOINTMENT)),
    "coordinator-ended": Kind(Sender.ACCOUNT, lambda _about: "/contacts"),
    "lead-asked": Kind(Sender.ACCOUNT, _coordinators),
    "lead-asked-in-area": Kind(Sender.ACCOUNT, _coordinators),
    "meeting-called": Kind(Sender.NOTICES, lambda _about: "/r/", Purpose.ANSWER, listed=True),
    "meeting-reminder": Kind(Sender.NOTICES, lambda _about: "/r/", Purpose.ANSWER, listed=True),
    "meeting-cancelled": Kind(Sender.NOTICES, lambda about: f"/meetings/{about.id}", listed=True),
    "notice": Kind(Sender.NOTICES, lambda about: f"/notices/{about.id}", listed=True),
}


def address_of(mailing: Mailing, token: str) -> str | None:
    """The address of the mail's one button; it begins with the configured base address.

    `token` ends it where every row has its own (`for_row`).
    """
    kind = KINDS[mailing.kind]
    if kind.path is None:
        return None
    return f"{current_app.config['BASE_URL']}{kind.path(mailing.about)}{token if kind.for_row else ''}"


def unsubscribe_address(token: str) -> str:
    """Where a reader says which mails they want, without signing in."""
    return f"{current_app.config['BASE_URL']}/u/{token}"
