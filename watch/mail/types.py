"""Types that the steps of sending pass on: claims, leases, envelopes and results."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from watch.models import Language

LONGEST_WAITS = 4  # replies in a transaction (MAIL, RCPT, DATA, message), each within MAIL_TIMEOUT
RENEWED_AFTER = 10  # seconds after a lease was taken or renewed


@dataclass(frozen=True)
class Recipient:
    """The address and names of one message. Its tokens are made of the head row's `row` id and `nonce`."""

    row: int
    nonce: bytes
    address: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """A calendar entry for a meeting: the iCalendar text and its method (RFC 5546)."""

    text: str
    method: str


@dataclass(frozen=True)
class Envelope:
    """A finished mail with the envelope sender, which gets the bounces, and one recipient."""

    sender: str
    recipient: str
    wire: bytes


@dataclass
class Lease:
    """The exclusive right to send the rows of one claim, until `ends` on this machine's monotonic clock."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    ends: float = field(default_factory=lambda: time.monotonic() + lease_seconds())
    longest_wait: float = field(default_factory=lambda: longest_wait())

    @property
    def is_old(self) -> bool:
        """True when the lease should be renewed."""
        return time.monotonic() > self.ends - lease_seconds() + RENEWED_AFTER

    @property
    def is_long_enough(self) -> bool:
        """True if a message that begins now would end before the lease does."""
        return time.monotonic() + LONGEST_WAITS * self.longest_wait < self.ends

    @property
    def is_over(self) -> bool:
        """True if the lease may end before the server has answered a message's last part."""
        return time.monotonic() + self.longest_wait > self.ends


def longest_wait() -> float:
    """Return how many seconds the mail server has for one reply."""
    return float(current_app.config["MAIL_TIMEOUT"])


def longest_message() -> float:
    """Return how many seconds one message can take."""
    return LONGEST_WAITS * longest_wait()


def lease_seconds() -> float:
    """Return how many seconds a lease lasts; this is always longer than one message can take."""
    return max(float(current_app.config["MAIL_LEASE_SECONDS"]), longest_message() + RENEWED_AFTER)


@dataclass(slots=True, eq=False)
class Claim:
    """The claimed rows of one message, with all that its mail and the recording of its result need.

    `recipient` is None if the rows cannot be decrypted. `domain` is the recipient's domain.
    """

    lease: Lease
    head: int
    ids: tuple[int, ...]
    mailing_id: int
    revision: int  # of what the mail is about: after a change nobody gets the words compiled before
    kind: str
    language: Language
    recipient: Recipient | None
    mailbox_id: int
    attempts: int
    created_at: datetime
    due_at: datetime  # the head row's `next_at` before the claim
    not_after: datetime | None
    domain: str = field(init=False)

    def __post_init__(self) -> None:
        self.domain = self.recipient.address.rpartition("@")[2].casefold() if self.recipient else ""


class Meaning(Enum):
    """What a refusal means, and so what happens to the message (delivery.md)."""

    LATER = auto()  # temporary: tried again
    DEAD_ADDRESS = auto()  # the mailbox is suppressed
    REFUSED = auto()  # this message is refused for good; the mailbox stays in use
    OUR_FAULT = auto()  # the server refuses us as a sender: tried again, never held against the reader
    OUR_MESSAGE = auto()  # something is wrong with the message: parked for the operator


@dataclass(frozen=True)
class Result:
    """The outcome of handing one message to the mail server.

    `meaning` is set after a refusal only. `is_uncertain` means that the message was sent and no answer came,
    `not_tried` that it was never begun. `relay_lost` means that the connection failed or could not be made,
    `server_closed` that the server closed it before it had the whole message.
    """

    code: int | None = None
    text: str | None = None
    meaning: Meaning | None = None
    is_uncertain: bool = False
    relay_lost: bool = False
    not_tried: bool = False
    server_closed: bool = False

    @property
    def is_sent(self) -> bool:
        """True if the mail server accepted the message."""
        return self.meaning is None and not self.is_uncertain and not self.not_tried


TAKEN = Result(250)
NOT_TRIED = Result(not_tried=True)
NO_ANSWER = Result(text="no answer after the message's end", is_uncertain=True, relay_lost=True)
