"""What is handed on between a due row and its recorded result: claims, leases, envelopes, results."""

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

LONGEST_WAITS = 4  # replies in one transaction, each within MAIL_TIMEOUT: to MAIL, RCPT, DATA, the message
RENEWED_AFTER = 10  # seconds of a lease


@dataclass(frozen=True)
class Recipient:
    """Where one message goes and whom it greets; `row` and `nonce` are its head's, for its tokens."""

    row: int
    nonce: bytes
    address: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """A meeting as a calendar entry: iCalendar's text and its method."""

    text: str
    method: str


@dataclass(frozen=True)
class Envelope:
    """A finished mail and how it travels: one sender for bounces, one recipient."""

    sender: str
    recipient: str
    wire: bytes


@dataclass
class Lease:
    """The right to send what one claim took, until `ends` on this machine's monotonic clock."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    ends: float = field(default_factory=lambda: time.monotonic() + lease_seconds())
    longest_wait: float = field(default_factory=lambda: longest_wait())

    @property
    def is_old(self) -> bool:
        """Time to renew it."""
        return time.monotonic() > self.ends - lease_seconds() + RENEWED_AFTER

    @property
    def is_long_enough(self) -> bool:
        """A message that is begun now ends before the lease does."""
        return time.monotonic() + LONGEST_WAITS * self.longest_wait < self.ends

    @property
    def is_over(self) -> bool:
        """Too little of it is left for a message's end and the answer to that."""
        return time.monotonic() + self.longest_wait > self.ends


def longest_wait() -> float:
    """Seconds that one answer of the mail server may take."""
    return float(current_app.config["MAIL_TIMEOUT"])


def longest_message() -> float:
    """Seconds that one message may take."""
    return LONGEST_WAITS * longest_wait()


def lease_seconds() -> float:
    """How long a claim is good for; always longer than one message may take."""
    return max(float(current_app.config["MAIL_LEASE_SECONDS"]), longest_message() + RENEWED_AFTER)


@dataclass(slots=True, eq=False)
class Claim:
    """The claimed rows of one message, what its mail needs, and what recording its result needs.

    Without a `recipient` the rows could not be read. `domain` is where it is going.
    """

    lease: Lease
    head: int
    ids: tuple[int, ...]
    mailing_id: int
    kind: str
    language: Language
    recipient: Recipient | None
    mailbox_id: int
    attempts: int
    created_at: datetime
    due_at: datetime  # what its head said before it was claimed
    not_after: datetime | None
    domain: str = field(init=False)

    def __post_init__(self) -> None:
        self.domain = self.recipient.address.rpartition("@")[2].casefold() if self.recipient else ""


class Meaning(Enum):
    """What a refusal means, and so what becomes of the message (delivery.md)."""

    LATER = auto()  # tried again
    DEAD_ADDRESS = auto()  # nobody is written to there any more
    REFUSED = auto()  # final, and says nothing about the address for good
    OUR_FAULT = auto()  # they mistrust us: never the reader's fault; tried again much later
    OUR_MESSAGE = auto()  # the operator has to look


@dataclass(frozen=True)
class Result:
    """What the mail server made of a message, as far as anybody knows.

    `meaning` is None where it was taken, or (`is_uncertain`) where nobody said. With `not_tried` nothing was
    begun at all. `relay_lost`: the connection was lost without an answer, or could not be made.
    `server_closed`: it was the server who ended it, before it had the whole message.
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
        """Taken by the mail server."""
        return self.meaning is None and not self.is_uncertain and not self.not_tried


TAKEN = Result(250)
NOT_TRIED = Result(not_tried=True)
NO_ANSWER = Result(text="no answer after the message's end", is_uncertain=True, relay_lost=True)
